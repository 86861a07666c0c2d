#ifndef GMNAS_COMMANDS_H
#define GMNAS_COMMANDS_H

#include "conv.h"
#include "kernels.h"

// Makers of commands; the caller fills in what is public in the struct. NULL: no memory.

gm_combine *gm_combine_new(gm_backend *, long rows, int channels, int terms);
gm_dots *gm_dots_new(gm_backend *, long rows, int channels, int srcs);
gm_moments *gm_moments_new(gm_backend *, long rows, int channels);
gm_job *gm_reduce_new(gm_backend *, const float *src, long n, float *dst);

typedef enum { GM_AVG_FORWARD, GM_AVG_BACKWARD, GM_MAX_FORWARD, GM_MAX_BACKWARD } gm_pool_kind;
gm_pool *gm_pool_new(gm_backend *, gm_pool_kind, const gm_pool *shape);
gm_global *gm_global_new(gm_backend *, int backward, long batch, long pixels, int channels);

typedef enum { GM_LINEAR_FORWARD, GM_LINEAR_DATA, GM_LINEAR_WEIGHTS } gm_linear_kind;
gm_linear *gm_linear_new(gm_backend *, gm_linear_kind, long batch, int in, int out);

gm_depthwise *gm_depthwise_new(gm_backend *, gm_direction, const gm_shape *, float *x, float *w, float *y);

typedef struct {
    gm_job job;
    int channels;
    double rows, eps, momentum;
    const float *moments, *theta, *gamma, *beta;
    float *running_mean, *running_var, *coef, *bias;
} gm_norm;
gm_norm *gm_norm_new(gm_backend *);

typedef struct {
    gm_job job;
    int channels;
    double rows, eps;
    const float *moments, *theta, *gamma, *beta, *sums, *dot;
    float *grad_coef, *src_coef, *bias, *dgamma, *dbeta, *dtheta;
} gm_norm_grad;
gm_norm_grad *gm_norm_grad_new(gm_backend *);

typedef struct {
    gm_job job;
    int batch, classes;
    double smoothing;
    const float *logits, *labels;
    float *loss, *dlogits;
} gm_loss;
gm_loss *gm_loss_new(gm_backend *); // its run returns 1 + the first row whose label is no class

gm_narrow *gm_narrow_new(gm_backend *, const float *src, unsigned short *dst, long n);

// Whole-vector operations.
double gm_inner(gm_backend *, const float *x, const float *y, long n);
void gm_axpy(gm_backend *, float a, const float *x, float *y, long n);
void gm_sgd_step(gm_backend *, gm_sgd, float *w, const float *g, float *m, long n);

#endif
