//go:build onednn

#include "commands.h"

#include <stdlib.h>

#define RUN(name, n)                                                             \
    static int name##_run(gm_job *job) {                                         \
        const gm_pool *a = (gm_pool *)job;                                       \
        GM_BLOCKS(job->backend, (n), job->backend->kernels->name(a, lo, hi));    \
        return 0;                                                                \
    }
RUN(avg_forward, (long)a->batch *a->out_height)
RUN(avg_backward, (long)a->batch *a->height)
RUN(max_forward, (long)a->batch *a->out_height)
RUN(max_backward, a->batch)

static void pool_destroy(gm_job *job) { free(((gm_pool *)job)->inverse); }

static int valid(int out, int size, const gm_pool *a) {
    int from = out * a->stride - a->pad, to = from + a->kernel;
    return (to < size ? to : size) - (from > 0 ? from : 0);
}

gm_pool *gm_pool_new(gm_backend *b, gm_pool_kind kind, const gm_pool *shape) {
    int (*const runs[])(gm_job *) = {avg_forward_run, avg_backward_run, max_forward_run, max_backward_run};
    gm_pool *a = gm_job_new(b, sizeof *a, runs[kind]);
    if (!a) return NULL;
    gm_job job = a->job;
    *a = *shape;
    a->job = job;
    a->job.destroy = pool_destroy;
    a->inverse = gm_alloc(sizeof(float) * a->out_height * a->out_width);
    if (!a->inverse) {
        gm_job_destroy(&a->job);
        return NULL;
    }
    for (int y = 0; y < a->out_height; y++)
        for (int x = 0; x < a->out_width; x++)
            a->inverse[y * a->out_width + x] = 1.0f / (valid(y, a->height, a) * valid(x, a->width, a));
    return a;
}
