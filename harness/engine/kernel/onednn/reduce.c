//go:build onednn

#include "commands.h"

#include <stdlib.h>
#include <string.h>

// gather adds the threads' partial sums, one after the other, into the first one's.
static void gather(double *sums, int threads, size_t n) {
    for (int t = 1; t < threads; t++)
        for (size_t i = 0; i < n; i++) sums[i] += sums[t * n + i];
}

// dots_rows adds the sums over rows [from, to), n for each thread.
static void dots_rows(const gm_dots *a, size_t n, long from, long to) {
    const gm_backend *b = a->job.backend;
    GM_BLOCKS(b, to - from, b->kernels->dots(a, a->sums + block * n, from + lo, from + hi));
}

// lanes adds up the sums of a channel, every period-th of n.
static double lanes(const double *sums, int channel, int period, int n) {
    double sum = 0;
    for (int i = channel; i < n; i += period) sum += sums[i];
    return sum;
}

// dots_pack returns how many rows can be taken as one.
static int dots_pack(const gm_dots *a) {
    int all = a->grad.stride == a->channels;
    for (int s = 0; s < a->count; s++) all = all && (!a->srcs[s].p || a->srcs[s].stride == a->channels);
    return all ? gm_packed(a->job.backend, a->keep ? a->rows / a->images : a->rows, a->channels) : 1;
}

static int dots_run(gm_job *job) {
    gm_dots *a = (gm_dots *)job;
    const int channels = a->channels, padded = gm_padded(channels), threads = job->backend->threads, pack = dots_pack(a);
    const size_t n = (size_t)padded * (1 + a->count);
    a->channels *= pack, a->rows /= pack, a->grad.stride *= pack;
    for (int s = 0; s < a->count; s++) a->srcs[s].stride *= pack;
    memset(a->sums, 0, n * threads * sizeof(double));
    if (a->keep) {
        const long rows = a->rows / a->images;
        for (long image = 0; image < a->images; image++)
            if (a->keep[image] != 0) dots_rows(a, n, image * rows, (image + 1) * rows);
    } else {
        dots_rows(a, n, 0, a->rows);
    }
    gather(a->sums, threads, n);
    for (int s = 0; s <= a->count; s++)
        for (int c = 0; c < channels; c++)
            a->dst[(size_t)s * channels + c] = (float)lanes(a->sums + (size_t)s * padded, c, channels, a->channels);
    a->channels = channels, a->rows *= pack, a->grad.stride /= pack;
    return 0;
}

static void dots_destroy(gm_job *job) {
    free(((gm_dots *)job)->srcs);
    free(((gm_dots *)job)->sums);
}

gm_dots *gm_dots_new(gm_backend *b, long rows, int channels, int srcs) {
    gm_dots *a = gm_job_new(b, sizeof *a, dots_run);
    if (!a) return NULL;
    a->job.destroy = dots_destroy;
    a->rows = rows;
    a->channels = channels;
    a->count = srcs;
    a->srcs = gm_alloc(srcs * sizeof *a->srcs);
    a->sums = gm_alloc(sizeof(double) * b->threads * (1 + srcs) * gm_padded(channels));
    if (!a->srcs || !a->sums) {
        gm_job_destroy(&a->job);
        return NULL;
    }
    return a;
}

// SHIFT_ROWS rows, spread over all of them, give each channel's shift.
enum { SHIFT_ROWS = 32 };

static void choose_shift(gm_moments *a) {
    const long n = a->rows < SHIFT_ROWS ? a->rows : SHIFT_ROWS;
    for (int c = 0; c < a->channels; c++) {
        double sum = 0;
        for (long i = 0; i < n; i++) sum += a->src.p[a->rows * i / n * a->src.stride + c];
        a->shift[c] = (float)(sum / n);
    }
}

static int moments_run(gm_job *job) {
    gm_moments *a = (gm_moments *)job;
    const int padded = gm_padded(a->channels), threads = job->backend->threads;
    const size_t n = 2 * padded;
    choose_shift(a);
    memset(a->sums, 0, n * threads * sizeof(double));
    const long rows = a->rows;
    const int channels = a->channels, pack = a->src.stride == channels ? gm_packed(job->backend, rows, channels) : 1;
    for (int i = channels; i < channels * pack; i++) a->shift[i] = a->shift[i - channels];
    a->channels *= pack, a->rows /= pack, a->src.stride *= pack;
    GM_BLOCKS(job->backend, a->rows, job->backend->kernels->moments(a, a->sums + block * n, lo, hi));
    gather(a->sums, threads, n);
    for (int c = 0; c < channels; c++) {
        const double mean = lanes(a->sums, c, channels, a->channels) / rows; // of the distance from the shift
        const double variance = lanes(a->sums + padded, c, channels, a->channels) / rows - mean * mean;
        a->dst[c] = (float)(a->shift[c] + mean);
        a->dst[channels + c] = variance < 0 ? 0 : (float)variance;
    }
    a->channels = channels, a->rows = rows, a->src.stride /= pack;
    return 0;
}

static void moments_destroy(gm_job *job) {
    free(((gm_moments *)job)->shift);
    free(((gm_moments *)job)->sums);
}

gm_moments *gm_moments_new(gm_backend *b, long rows, int channels) {
    gm_moments *a = gm_job_new(b, sizeof *a, moments_run);
    if (!a) return NULL;
    a->job.destroy = moments_destroy;
    a->rows = rows;
    a->channels = channels;
    a->shift = gm_alloc(sizeof(float) * gm_padded(channels));
    a->sums = gm_alloc(sizeof(double) * b->threads * 2 * gm_padded(channels));
    if (!a->shift || !a->sums) {
        gm_job_destroy(&a->job);
        return NULL;
    }
    return a;
}

static int global_forward_run(gm_job *job) {
    gm_global *a = (gm_global *)job;
    const int padded = gm_padded(a->channels);
    GM_BLOCKS(job->backend, a->batch,
              job->backend->kernels->global_forward(a, a->sums + (size_t)block * padded, lo, hi));
    return 0;
}

static int global_backward_run(gm_job *job) {
    gm_global *a = (gm_global *)job;
    GM_BLOCKS(job->backend, a->batch, job->backend->kernels->global_backward(a, lo, hi));
    return 0;
}

static void global_destroy(gm_job *job) { free(((gm_global *)job)->sums); }

gm_global *gm_global_new(gm_backend *b, int backward, long batch, long pixels, int channels) {
    gm_global *a = gm_job_new(b, sizeof *a, backward ? global_backward_run : global_forward_run);
    if (!a) return NULL;
    a->job.destroy = global_destroy;
    a->batch = batch;
    a->pixels = pixels;
    a->channels = channels;
    a->sums = gm_alloc(sizeof(double) * b->threads * gm_padded(channels));
    if (!a->sums) {
        gm_job_destroy(&a->job);
        return NULL;
    }
    return a;
}

typedef struct {
    gm_job job;
    const float *src;
    long n;
    float *dst;
    double *sums; // one for each thread
} reduce;

static int reduce_run(gm_job *job) {
    reduce *a = (reduce *)job;
    GM_BLOCKS(job->backend, a->n, a->sums[block] = job->backend->kernels->sum(a->src, lo, hi));
    gather(a->sums, job->backend->threads, 1);
    *a->dst = (float)a->sums[0];
    return 0;
}

static void reduce_destroy(gm_job *job) { free(((reduce *)job)->sums); }

gm_job *gm_reduce_new(gm_backend *b, const float *src, long n, float *dst) {
    reduce *a = gm_job_new(b, sizeof *a, reduce_run);
    if (!a) return NULL;
    a->job.destroy = reduce_destroy;
    a->src = src;
    a->n = n;
    a->dst = dst;
    a->sums = gm_alloc(sizeof(double) * b->threads);
    if (!a->sums) {
        gm_job_destroy(&a->job);
        return NULL;
    }
    return &a->job;
}
