//go:build onednn

#include "commands.h"

double gm_inner(gm_backend *b, const float *x, const float *y, long n) {
    const unsigned state = gm_enter(b);
    double sums[b->threads], sum = 0;
    GM_BLOCKS(b, n, sums[block] = b->kernels->inner(x, y, lo, hi));
    for (int i = 0; i < b->threads; i++) sum += sums[i];
    gm_leave(state);
    return sum;
}

void gm_axpy(gm_backend *b, float a, const float *x, float *y, long n) {
    const unsigned state = gm_enter(b);
    GM_BLOCKS(b, n, b->kernels->axpy(a, x, y, lo, hi));
    gm_leave(state);
}

void gm_sgd_step(gm_backend *b, gm_sgd s, float *w, const float *g, float *m, long n) {
    const unsigned state = gm_enter(b);
    GM_BLOCKS(b, n, b->kernels->sgd(&s, w, g, m, lo, hi));
    gm_leave(state);
}
