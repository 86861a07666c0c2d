//go:build onednn

// The inner loops for any machine, and the choice among the three.
#define KERNELS gm_kernels_base
#define NAME "base"
#include "kernels_loops.h"

int gm_has_bf16(void) {
#if defined(__x86_64__)
    return (dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core_bf16) == dnnl_cpu_isa_avx512_core_bf16;
#else
    return 0;
#endif
}

// gm_pick_kernels follows oneDNN, and with it the variable ONEDNN_MAX_CPU_ISA.
const gm_kernels *gm_pick_kernels(void) {
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
    const dnnl_cpu_isa_t isa = dnnl_get_effective_cpu_isa(); // a set of bits
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("fma") || !__builtin_cpu_supports("bmi2")) return &gm_kernels_base;
    if ((isa & dnnl_cpu_isa_avx512_core) == dnnl_cpu_isa_avx512_core) return &gm_kernels_v4;
    if ((isa & dnnl_cpu_isa_avx2) == dnnl_cpu_isa_avx2) return &gm_kernels_v3;
#endif
    return &gm_kernels_base;
}
