//go:build onednn

// The inner loops for AVX2.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC target("avx2,fma,bmi,bmi2")
#define KERNELS gm_kernels_v3
#define NAME "avx2"
#include "kernels_loops.h"
#endif
