//go:build onednn

#include "commands.h"

#include <stdlib.h>
#include <string.h>

static int depthwise_data_run(gm_job *job) {
    gm_depthwise *a = (gm_depthwise *)job;
    const int padded = gm_padded(a->channels), taps = a->kernel * a->kernel;
    for (int c = 0; c < a->channels; c++)
        for (int t = 0; t < taps; t++) a->taps[(long)t * padded + c] = a->w[(long)c * taps + t];
    GM_BLOCKS(job->backend, (long)a->batch * a->height, job->backend->kernels->depthwise_data(a, lo, hi));
    return 0;
}

static int depthwise_weights_run(gm_job *job) {
    gm_depthwise *a = (gm_depthwise *)job;
    const int padded = gm_padded(a->channels), taps = a->kernel * a->kernel, threads = job->backend->threads;
    const size_t n = (size_t)taps * padded;
    memset(a->sums, 0, n * threads * sizeof(double));
    GM_BLOCKS(job->backend, (long)a->batch * a->out_height,
              job->backend->kernels->depthwise_weights(a, a->sums + block * n, lo, hi));
    for (int c = 0; c < a->channels; c++)
        for (int t = 0; t < taps; t++) {
            double sum = 0;
            for (int i = 0; i < threads; i++) sum += a->sums[i * n + (size_t)t * padded + c];
            a->w[(long)c * taps + t] = (float)sum;
        }
    return 0;
}

static void depthwise_destroy(gm_job *job) {
    gm_depthwise *a = (gm_depthwise *)job;
    free(a->taps);
    free(a->ys);
    free(a->xs);
    free(a->sums);
}

// lead lists, for each of n input positions, the taps through which an output sees it.
static int *lead(const gm_depthwise *a, int n, int outputs) {
    const int size = 1 + 2 * a->kernel;
    int *all = gm_alloc(sizeof(int) * n * size);
    for (int p = 0; all && p < n; p++) {
        int *list = all + (size_t)p * size;
        for (int k = 0; k < a->kernel; k++) {
            const int at = p + a->pad - k * a->dilation;
            if (at < 0 || at % a->stride || at / a->stride >= outputs) continue;
            list[1 + 2 * list[0]] = k;
            list[2 + 2 * list[0]] = at / a->stride;
            list[0]++;
        }
    }
    return all;
}

gm_depthwise *gm_depthwise_new(gm_backend *b, int weights, const gm_depthwise *shape) {
    gm_depthwise *a = gm_job_new(b, sizeof *a, weights ? depthwise_weights_run : depthwise_data_run);
    if (!a) return NULL;
    gm_job job = a->job;
    *a = *shape;
    a->job = job;
    a->job.destroy = depthwise_destroy;
    const size_t n = (size_t)a->kernel * a->kernel * gm_padded(a->channels);
    a->taps = gm_alloc(n * sizeof(float));
    a->sums = gm_alloc(n * b->threads * sizeof(double));
    a->ys = lead(a, a->height, a->out_height);
    a->xs = lead(a, a->width, a->out_width);
    if (!a->taps || !a->sums || !a->ys || !a->xs) {
        gm_job_destroy(&a->job);
        return NULL;
    }
    return a;
}
