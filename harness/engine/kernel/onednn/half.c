//go:build onednn

#include "commands.h"

static int narrow_run(gm_job *job) {
    gm_narrow *a = (gm_narrow *)job;
    GM_BLOCKS(job->backend, a->n, job->backend->kernels->narrow(a->src, a->dst, lo, hi));
    return 0;
}

gm_narrow *gm_narrow_new(gm_backend *b, const float *src, unsigned short *dst, long n) {
    gm_narrow *a = gm_job_new(b, sizeof *a, narrow_run);
    if (!a) return NULL;
    a->src = src;
    a->dst = dst;
    a->n = n;
    return a;
}
