//go:build onednn

#include "commands.h"

#define RUN(name, n)                                                             \
    static int name##_run(gm_job *job) {                                         \
        const gm_linear *a = (gm_linear *)job;                                   \
        GM_BLOCKS(job->backend, (n), job->backend->kernels->name(a, lo, hi));    \
        return 0;                                                                \
    }
RUN(linear_forward, a->batch)
RUN(linear_data, a->batch)
RUN(linear_weights, a->out)

gm_linear *gm_linear_new(gm_backend *b, gm_linear_kind kind, long batch, int in, int out) {
    int (*const runs[])(gm_job *) = {linear_forward_run, linear_data_run, linear_weights_run};
    gm_linear *a = gm_job_new(b, sizeof *a, runs[kind]);
    if (!a) return NULL;
    a->batch = batch;
    a->in = in;
    a->out = out;
    return a;
}
