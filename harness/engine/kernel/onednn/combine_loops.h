// Combine: one pass over memory for any number of terms. A tile of 8 vectors stays in
// registers while the terms are added to it, so dst may be a term's own memory.

enum { COMBINE_VECTORS = 8 };

INLINE void combine_tile(const gm_combine *a, long r, const int rows, int c, const int wide, const int n) {
    vf acc[COMBINE_VECTORS];
    for (int i = 0; i < wide; i++) {
        const vf b = load(a->bias + c + i * VW, n);
#pragma GCC unroll 8
        for (int j = 0; j < rows; j++) acc[j * wide + i] = b;
    }
    for (const gm_term *t = a->terms, *end = t + a->open; t < end; t++) {
        const long ss = t->src.stride, ms = t->mask.stride;
        const float *s = t->src.p + r * ss + c;
        if (!t->mask.p) {
#pragma GCC unroll 4
            for (int i = 0; i < wide; i++) {
                const vf k = load(t->coef + c + i * VW, n);
#pragma GCC unroll 8
                for (int j = 0; j < rows; j++) acc[j * wide + i] += k * load(s + j * ss + i * VW, n);
            }
        } else {
            const float *m = t->mask.p + r * ms + c;
#pragma GCC unroll 4
            for (int i = 0; i < wide; i++) {
                const vf k = load(t->coef + c + i * VW, n);
#pragma GCC unroll 8
                for (int j = 0; j < rows; j++)
                    acc[j * wide + i] += where(greater(load(m + j * ms + i * VW, n), (vf){0}), k * load(s + j * ss + i * VW, n));
            }
        }
    }
    // Two loops: a mask or source may be the memory of dst or relu.
    if (a->dst.p) {
        float *d = a->dst.p + r * a->dst.stride + c;
#pragma GCC unroll 8
        for (int j = 0; j < rows; j++)
#pragma GCC unroll 4
            for (int i = 0; i < wide; i++) {
                if (a->streams && n == 0) stream(d + j * a->dst.stride + i * VW, acc[j * wide + i]);
                else store(d + j * a->dst.stride + i * VW, acc[j * wide + i], n);
            }
    }
    if (a->relu.p) {
        float *d = a->relu.p + r * a->relu.stride + c;
#pragma GCC unroll 8
        for (int j = 0; j < rows; j++)
#pragma GCC unroll 4
            for (int i = 0; i < wide; i++) {
                const vf v = acc[j * wide + i];
                store(d + j * a->relu.stride + i * VW, where(greater(v, (vf){0}) | unordered(v), v), n); // NaN stays
            }
    }
    if (a->dst_half) {
        unsigned short *d = a->dst_half + r * a->channels + c;
#pragma GCC unroll 8
        for (int j = 0; j < rows; j++)
#pragma GCC unroll 4
            for (int i = 0; i < wide; i++) store_half(d + j * (long)a->channels + i * VW, acc[j * wide + i], n);
    }
    if (a->relu_half) {
        unsigned short *d = a->relu_half + r * a->channels + c;
#pragma GCC unroll 8
        for (int j = 0; j < rows; j++)
#pragma GCC unroll 4
            for (int i = 0; i < wide; i++) {
                const vf v = acc[j * wide + i];
                store_half(d + j * (long)a->channels + i * VW, where(greater(v, (vf){0}) | unordered(v), v), n);
            }
    }
}

static void combine(const gm_combine *a, long lo, long hi) {
    long r = lo;
    // Rows are taken so many at a time that every width of tile divides them.
    for (; r + COMBINE_VECTORS <= hi; r += COMBINE_VECTORS) {
        int c = 0;
        for (; c + 4 * VW <= a->channels; c += 4 * VW)
            for (int j = 0; j < COMBINE_VECTORS; j += 2) combine_tile(a, r + j, 2, c, 4, 0);
        for (; c + 2 * VW <= a->channels; c += 2 * VW)
            for (int j = 0; j < COMBINE_VECTORS; j += 4) combine_tile(a, r + j, 4, c, 2, 0);
        for (; c + VW <= a->channels; c += VW) combine_tile(a, r, 8, c, 1, 0);
        if (c < a->channels) combine_tile(a, r, 8, c, 1, a->channels - c);
    }
#define TILE(c, wide, n) combine_tile(a, r, 1, c, wide, n)
    for (; r < hi; r++) COLUMNS(a->channels, TILE);
#undef TILE
}
