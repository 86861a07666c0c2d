// All inner loops, compiled into the table KERNELS for one instruction set.
#include "kernels.h"
#include "vec.h"

#include "combine_loops.h"
#include "reduce_loops.h"
#include "vector_loops.h"
#include "linear_loops.h"
#include "pool_loops.h"
#include "depthwise_loops.h"

const gm_kernels KERNELS = {
    .name = NAME,
    .width = VW,
    .combine = combine,
    .dots = dots,
    .moments = moments,
    .avg_forward = avg_forward,
    .avg_backward = avg_backward,
    .max_forward = max_forward,
    .max_backward = max_backward,
    .global_forward = global_forward,
    .global_backward = global_backward,
    .linear_forward = linear_forward,
    .linear_data = linear_data,
    .linear_weights = linear_weights,
    .depthwise_pass = depthwise_pass,
    .depthwise_weights = depthwise_weights,
    .sum = sum,
    .inner = inner,
    .axpy = axpy,
    .sgd = sgd,
    .narrow = narrow,
};
