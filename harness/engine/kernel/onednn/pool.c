//go:build onednn

#include "commands.h"

#include <stdlib.h>

#define RUN(name, n)                                                                          \
    static int name##_run(gm_job *job) {                                                      \
        const gm_pool *a = (gm_pool *)job;                                                    \
        GM_BLOCKS(job->backend, (n),                                                          \
                  job->backend->kernels->name(a, a->scratch + block * a->scratch_size, lo, hi)); \
        return 0;                                                                             \
    }
RUN(avg_forward, (long)a->batch *a->out_height)
RUN(avg_backward, (long)a->batch *a->height)
RUN(max_forward, (long)a->batch *a->out_height)
RUN(max_backward, a->batch)

static void pool_destroy(gm_job *job) {
    gm_pool *a = (gm_pool *)job;
    free(a->yscale);
    free(a->xscale);
    free(a->cover);
    free(a->scratch);
}

// scales returns one over the number of valid taps of each of n windows over size pixels.
static float *scales(const gm_pool *a, int n, int size) {
    float *s = gm_alloc(sizeof(float) * n);
    for (int i = 0; s && i < n; i++) {
        int from = i * a->stride - a->pad, to = from + a->kernel;
        s[i] = 1.0f / ((to < size ? to : size) - (from > 0 ? from : 0));
    }
    return s;
}

gm_pool *gm_pool_new(gm_backend *b, gm_pool_kind kind, const gm_pool *shape) {
    int (*const runs[])(gm_job *) = {avg_forward_run, avg_backward_run, max_forward_run, max_backward_run};
    gm_pool *a = gm_job_new(b, sizeof *a, runs[kind]);
    if (!a) return NULL;
    gm_job job = a->job;
    *a = *shape;
    a->job = job;
    a->job.destroy = pool_destroy;
    a->yscale = scales(a, a->out_height, a->height);
    a->xscale = scales(a, a->out_width, a->width);
    a->cover = gm_alloc(sizeof(int) * 2 * a->width);
    const long maxima = (long)a->out_height * a->out_width, columns = a->width > a->out_width ? a->width : a->out_width;
    a->scratch_size = gm_padded(a->channels) * (kind == GM_MAX_BACKWARD ? maxima : columns);
    a->scratch = gm_alloc(sizeof(float) * b->threads * a->scratch_size);
    if (!a->yscale || !a->xscale || !a->cover || !a->scratch) {
        gm_job_destroy(&a->job);
        return NULL;
    }
    for (int x = 0; x < a->width; x++) gm_cover(a, x, a->out_width, &a->cover[2 * x], &a->cover[2 * x + 1]);
    return a;
}
