//go:build onednn

// The inner loops for any machine, and the choice among the three.
#define KERNELS gm_kernels_base
#define NAME "base"
#include "kernels_loops.h"

const gm_kernels *gm_pick_kernels(void) {
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
    __builtin_cpu_init();
    const int v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
    if (v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return &gm_kernels_v4;
    if (v3) return &gm_kernels_v3;
#endif
    return &gm_kernels_base;
}
