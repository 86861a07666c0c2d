#ifndef GMNAS_CONV_H
#define GMNAS_CONV_H

#include "backend.h"

typedef enum { GM_FORWARD, GM_BACKWARD_DATA, GM_BACKWARD_WEIGHTS } gm_direction;

typedef struct {
    int batch, height, width, in, out, out_height, out_width;
    int kernel, stride, pad, dilation, groups;
    int half; // the activations that are read are bfloat16, and so are the packed weights
} gm_shape;

// gm_conv_new makes a convolution over input x, weights w and output y (or their gradients).
// On failure it returns a dnnl_status_t and sets step to the call that failed.
int gm_conv_new(gm_backend *, gm_direction, const gm_shape *, void *x, float *w, void *y,
                gm_job **out, const char **step);

// gm_conv_info is oneDNN's name of the implementation, e.g. "brgconv:avx512_core".
const char *gm_conv_info(gm_job *);

#endif
