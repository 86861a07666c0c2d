//go:build onednn

#include "commands.h"

#include <stdlib.h>
#include <string.h>

static int depthwise_pass_run(gm_job *job) {
    gm_depthwise *a = (gm_depthwise *)job;
    const int padded = gm_padded(a->channels), taps = a->kernel * a->kernel;
    for (int c = 0; c < a->lanes; c++)
        for (int t = 0; t < taps; t++) a->taps[(long)t * padded + c] = a->w[(long)(c % a->channels) * taps + (a->flipped ? taps - 1 - t : t)];
    GM_BLOCKS(job->backend, (long)a->batch * a->blocks, job->backend->kernels->depthwise_pass(a, a->copies + block * a->copy_size, lo, hi));
    return 0;
}

static int depthwise_weights_run(gm_job *job) {
    gm_depthwise *a = (gm_depthwise *)job;
    const int padded = gm_padded(a->channels), taps = a->kernel * a->kernel, threads = job->backend->threads;
    const size_t n = (size_t)taps * padded;
    memset(a->sums, 0, n * threads * sizeof(double));
    GM_BLOCKS(job->backend, (long)a->batch * a->blocks,
              job->backend->kernels->depthwise_weights(a, a->copies + block * a->copy_size, a->sums + block * n, lo, hi));
    for (int c = 0; c < a->channels; c++)
        for (int t = 0; t < taps; t++) {
            double sum = 0;
            for (int i = 0; i < threads; i++)
                for (int lane = c; lane < a->lanes; lane += a->channels) sum += a->sums[i * n + (size_t)t * padded + lane];
            a->dw[(long)c * taps + t] = (float)sum;
        }
    return 0;
}

static void depthwise_destroy(gm_job *job) {
    gm_depthwise *a = (gm_depthwise *)job;
    free(a->taps);
    free(a->ys);
    free(a->copies);
    free(a->sums);
}

// list finds, for each written row, the kernel rows through which it sees a row that is read.
static void list(gm_depthwise *a, int stride, int pad) {
    for (int h = 0; h < a->height; h++) {
        int *ys = a->ys + (size_t)h * (1 + 2 * a->kernel);
        for (int k = 0; k < a->kernel; k++) {
            const int at = a->flipped ? h + pad - (a->kernel - 1 - k) * a->dilation : h * stride - pad + k * a->dilation;
            const int row = a->flipped ? at / stride : at;
            if (at < 0 || (a->flipped && at % stride) || row >= a->src_height) continue;
            ys[1 + 2 * ys[0]] = k;
            ys[2 + 2 * ys[0]] = row;
            ys[0]++;
        }
    }
}

gm_depthwise *gm_depthwise_new(gm_backend *b, gm_direction direction, const gm_shape *s, float *x, float *w, float *y) {
    gm_depthwise *a = gm_job_new(b, sizeof *a, direction == GM_BACKWARD_WEIGHTS ? depthwise_weights_run : depthwise_pass_run);
    if (!a) return NULL;
    a->job.destroy = depthwise_destroy;
    a->batch = s->batch, a->channels = s->in, a->kernel = s->kernel, a->dilation = s->dilation, a->pad = s->pad;
    const int reach = s->dilation * (s->kernel - 1);
    if (direction == GM_BACKWARD_DATA) { // a convolution of dy, its pixels spread apart, with the weights turned round
        a->src = y, a->src_height = s->out_height, a->src_width = s->out_width;
        a->dst = x, a->height = s->height, a->width = s->width;
        a->flipped = 1, a->step = 1, a->spread = s->stride, a->left = reach - s->pad, a->w = w;
    } else {
        a->src = x, a->src_height = s->height, a->src_width = s->width;
        a->dst = y, a->height = s->out_height, a->width = s->out_width;
        a->step = s->stride, a->spread = 1, a->left = s->pad, a->w = w, a->dy = y, a->dw = w;
    }
    const int vector = b->kernels->width;
    const int packed = a->channels < vector && vector % a->channels == 0 && a->step == 1 && a->spread == 1 && a->width * a->channels % vector == 0;
    a->blocks = (a->channels + vector - 1) / vector;
    a->wide = (a->width - 1) * a->step + reach + 1;
    a->unit = packed ? a->channels : vector;
    a->lanes = packed ? vector : a->channels;
    a->columns = packed ? a->width * a->channels / vector : a->width;
    a->apart = packed ? vector : a->channels;
    a->copy_size = (size_t)a->src_height * a->wide * GM_WIDEST;
    const size_t taps = (size_t)a->kernel * a->kernel * gm_padded(a->channels);
    a->taps = gm_alloc(taps * sizeof(float));
    a->sums = gm_alloc(taps * b->threads * sizeof(double));
    a->ys = gm_alloc(sizeof(int) * a->height * (1 + 2 * a->kernel));
    a->copies = gm_alloc(sizeof(float) * b->threads * a->copy_size);
    if (!a->taps || !a->sums || !a->ys || !a->copies) {
        gm_job_destroy(&a->job);
        return NULL;
    }
    list(a, s->stride, s->pad);
    return a;
}
