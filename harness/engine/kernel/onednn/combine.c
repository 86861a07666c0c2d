//go:build onednn

#include "commands.h"

#include <stdlib.h>
#include <string.h>

// An output of this size leaves the caches before anything reads it: it is written past them. With a rectification
// beside it the two are read at once, so they stay.
enum { STREAM_BYTES = 3 << 20 };

static int streamable(gm_view v) { return (size_t)v.p % 64 == 0 && v.stride % GM_WIDEST == 0; }

// combine_run brings the open terms into the loops' form, one coefficient for every
// channel and one bias for all terms.
static int combine_run(gm_job *job) {
    gm_combine *a = (gm_combine *)job;
    a->streams = a->rows * a->channels * (long)sizeof(float) >= STREAM_BYTES && a->channels % GM_WIDEST == 0 &&
                 !a->relu.p && streamable(a->dst);
    const int channels = a->channels;
    memset(a->bias, 0, channels * sizeof(float));
    for (int i = 0; i < a->open; i++) {
        gm_term *t = &a->terms[i];
        if (t->bias)
            for (int c = 0; c < channels; c++) a->bias[c] += t->bias[c];
        if (t->coefs == 0) {
            t->coef = a->ones;
        } else if (t->coefs == 1) {
            float *k = a->coefs + (long)i * channels;
            for (int c = 0; c < channels; c++) k[c] = *t->coef;
            t->coef = k;
        }
    }
    GM_BLOCKS(job->backend, a->rows, job->backend->kernels->combine(a, lo, hi));
    return 0;
}

static void combine_destroy(gm_job *job) {
    gm_combine *a = (gm_combine *)job;
    free(a->terms);
    free(a->bias);
    free(a->coefs);
    free(a->ones);
}

gm_combine *gm_combine_new(gm_backend *b, long rows, int channels, int terms) {
    gm_combine *a = gm_job_new(b, sizeof *a, combine_run);
    if (!a) return NULL;
    a->job.destroy = combine_destroy;
    a->rows = rows;
    a->channels = channels;
    a->terms = gm_alloc(terms * sizeof *a->terms);
    a->bias = gm_alloc(channels * sizeof(float));
    a->coefs = gm_alloc((size_t)terms * channels * sizeof(float));
    a->ones = gm_alloc(channels * sizeof(float));
    if (!a->terms || !a->bias || !a->coefs || !a->ones) {
        gm_job_destroy(&a->job);
        return NULL;
    }
    for (int c = 0; c < channels; c++) a->ones[c] = 1;
    return a;
}
