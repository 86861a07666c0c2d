//go:build onednn

#include "commands.h"

#include <stdlib.h>
#include <string.h>

// An output of this size leaves the caches before anything reads it: it is written past them. With a rectification
// beside it the two are read at once, so they stay.
enum { STREAM_BYTES = 3 << 20 };

static int streamable(gm_view v) { return (size_t)v.p % 64 == 0 && v.stride % GM_WIDEST == 0; }

// combine_rows adds up the terms' biases and runs the loops over rows [from, to).
static void combine_rows(gm_combine *a, long from, long to) {
    const gm_backend *b = a->job.backend;
    memset(a->bias, 0, a->channels * sizeof(float));
    for (int i = 0; i < a->open; i++) {
        const float *bias = a->terms[i].bias;
        if (bias)
            for (int c = 0; c < a->channels; c++) a->bias[c] += bias[c % a->period];
    }
    GM_BLOCKS(b, to - from, b->kernels->combine(a, from + lo, from + hi));
}

// combine_images runs image by image, each with the terms that keep it.
static void combine_images(gm_combine *a) {
    gm_term *terms = a->terms;
    const int open = a->open;
    const long rows = a->rows / a->images;
    a->terms = a->kept;
    for (long image = 0; image < a->images; image++) {
        a->open = 0;
        for (int i = 0; i < open; i++)
            if (!terms[i].keep || terms[i].keep[image] != 0) a->kept[a->open++] = terms[i];
        combine_rows(a, image * rows, (image + 1) * rows);
    }
    a->terms = terms;
    a->open = open;
}

static int gapless(gm_view v, int channels) { return !v.p || v.stride == channels; }

// combine_pack returns how many rows can be taken as one.
static int combine_pack(const gm_combine *a) {
    int all = gapless(a->dst, a->channels) && gapless(a->relu, a->channels);
    for (int i = 0; i < a->open; i++)
        all = all && gapless(a->terms[i].src, a->channels) && gapless(a->terms[i].mask, a->channels);
    return all ? gm_packed(a->job.backend, a->images ? a->rows / a->images : a->rows, a->channels) : 1;
}

// combine_run brings the open terms into the loops' form, one coefficient for every
// channel and one bias for all terms.
static int combine_run(gm_job *job) {
    gm_combine *a = (gm_combine *)job;
    const gm_view dst = a->dst, relu = a->relu;
    const int period = a->period = a->channels, pack = combine_pack(a);
    a->channels *= pack, a->rows /= pack, a->dst.stride *= pack, a->relu.stride *= pack;
    a->streams = a->rows * a->channels * (long)sizeof(float) >= STREAM_BYTES && a->channels % GM_WIDEST == 0 &&
                 !a->relu.p && streamable(a->dst);
    for (int i = 0; i < a->open; i++) {
        gm_term *t = &a->terms[i];
        t->src.stride *= pack, t->mask.stride *= pack;
        if (t->coefs == 0) {
            t->coef = a->ones;
        } else if (t->coefs == 1 || pack > 1) {
            float *k = a->coefs + (long)i * gm_padded(period);
            for (int c = 0; c < a->channels; c++) k[c] = t->coef[t->coefs == 1 ? 0 : c % period];
            t->coef = k;
        }
    }
    if (a->images) combine_images(a);
    else combine_rows(a, 0, a->rows);
    a->channels = period, a->rows *= pack, a->dst = dst, a->relu = relu;
    return 0;
}

static void combine_destroy(gm_job *job) {
    gm_combine *a = (gm_combine *)job;
    free(a->terms);
    free(a->kept);
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
    a->kept = gm_alloc(terms * sizeof *a->kept);
    const size_t padded = gm_padded(channels);
    a->bias = gm_alloc(padded * sizeof(float));
    a->coefs = gm_alloc(terms * padded * sizeof(float));
    a->ones = gm_alloc(padded * sizeof(float));
    if (!a->terms || !a->kept || !a->bias || !a->coefs || !a->ones) {
        gm_job_destroy(&a->job);
        return NULL;
    }
    for (size_t c = 0; c < padded; c++) a->ones[c] = 1;
    return a;
}
