//go:build onednn

// The inner loops for AVX-512.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi,bmi2,prefer-vector-width=512")
#define KERNELS gm_kernels_v4
#define NAME "avx512"
#include "kernels_loops.h"
#endif
