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
    free(((gm_depthwise *)job)->taps);
    free(((gm_depthwise *)job)->sums);
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
    if (!a->taps || !a->sums) {
        gm_job_destroy(&a->job);
        return NULL;
    }
    return a;
}
