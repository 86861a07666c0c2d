// Vectors of floats as wide as the machine that this file is compiled for. It is included
// once for each of the kernels_*.c, after their target pragma.
#include <string.h>

#if defined(__AVX512F__)
#include <immintrin.h>
#define VW 16
#elif defined(__AVX2__)
#include <immintrin.h>
#define VW 8
#else
#define VW 4
#endif

#define INLINE static inline __attribute__((always_inline))

typedef float vf __attribute__((vector_size(4 * VW)));
typedef int vi __attribute__((vector_size(4 * VW)));
typedef float vf_any __attribute__((vector_size(4 * VW), aligned(4), may_alias));

// load and store move n values, the whole vector if n is 0; the rest of a load is zero.
INLINE vf load(const float *p, const int n) {
    if (n == 0) return *(const vf_any *)p;
#if VW == 16
    return (vf)_mm512_maskz_loadu_ps((1u << n) - 1, p);
#else
    vf v = {0};
    for (int i = 0; i < n; i++) v[i] = p[i];
    return v;
#endif
}

INLINE void store(float *p, vf v, const int n) {
    if (n == 0) {
        *(vf_any *)p = v;
        return;
    }
#if VW == 16
    _mm512_mask_storeu_ps(p, (1u << n) - 1, (__m512)v);
#else
    for (int i = 0; i < n; i++) p[i] = v[i];
#endif
}

// stream is a store of a whole vector past the caches, which saves reading the line first. p is aligned to the vector.
INLINE void stream(float *p, vf v) {
#if VW == 16
    _mm512_stream_ps(p, (__m512)v);
#else
    *(vf *)p = v;
#endif
}

// half is v's values rounded to bfloat16, ties to even; NaN stays.
typedef unsigned short vh16 __attribute__((vector_size(2 * VW), aligned(2), may_alias));
typedef unsigned vu __attribute__((vector_size(4 * VW)));

INLINE vh16 half(vf v) {
    const vu u = (vu)v;
    const vu rounded = (u + 0x7fff + (u >> 16 & 1)) >> 16, quiet = u >> 16 | 0x40;
    const vu nan = (vu)(v != v);
    return __builtin_convertvector((nan & quiet) | (~nan & rounded), vh16);
}

// store_half is store of half(v).
INLINE void store_half(unsigned short *p, vf v, const int n) {
    const vh16 h = half(v);
    if (n == 0) {
        *(vh16 *)p = h;
        return;
    }
    for (int i = 0; i < n; i++) p[i] = h[i];
}

INLINE vf splat(float x) { return x - (vf){0}; }
// A vm says yes or no for each value: greater compares, where keeps v or zero, choose picks.
#if VW == 16
typedef __mmask16 vm;
INLINE vm greater(vf a, vf b) { return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_GT_OQ); }
INLINE vm unordered(vf a) { return _mm512_cmp_ps_mask((__m512)a, (__m512)a, _CMP_UNORD_Q); }
INLINE vm equal(vi a, vi b) { return _mm512_cmpeq_epi32_mask((__m512i)a, (__m512i)b); }
INLINE vf where(vm m, vf v) { return (vf)_mm512_maskz_mov_ps(m, (__m512)v); }
INLINE vf choose(vm m, vf yes, vf no) { return (vf)_mm512_mask_blend_ps(m, (__m512)no, (__m512)yes); }
#else
typedef vi vm;
INLINE vm greater(vf a, vf b) { return a > b; }
INLINE vm unordered(vf a) { return a != a; }
INLINE vm equal(vi a, vi b) { return a == b; }
INLINE vf where(vm m, vf v) { return (vf)(m & (vi)v); }
INLINE vf choose(vm m, vf yes, vf no) { return (vf)((m & (vi)yes) | (~m & (vi)no)); }
#endif

// fold adds the values of v to the double sums of their channels.
INLINE void fold(double *sums, vf v) {
    float f[VW];
    memcpy(f, &v, sizeof f);
    for (int i = 0; i < VW; i++) sums[i] += f[i];
}

// COLUMNS runs tile(c, wide, n) over the channels: `wide` vectors at a time, 4 where they fit,
// then single ones, then the last n channels.
#define COLUMNS(channels, tile)                                             \
    do {                                                                    \
        int c_ = 0;                                                         \
        for (; c_ + 4 * VW <= (channels); c_ += 4 * VW) tile(c_, 4, 0);     \
        for (; c_ + 2 * VW <= (channels); c_ += 2 * VW) tile(c_, 2, 0);     \
        for (; c_ + VW <= (channels); c_ += VW) tile(c_, 1, 0);             \
        if (c_ < (channels)) tile(c_, 1, (channels) - c_);                  \
    } while (0)
