// Reductions over rows: float32 sums of at most CHUNK terms, folded into doubles. The rows are
// taken in blocks that stay in the first-level cache, so Dots reads the gradient from memory
// once, however many sources there are.

enum { CHUNK = 32, LANES = 4 };

// The tiles below keep `lanes` independent sums for each of `wide` vectors, so that additions
// overlap; wide*lanes is 4 (8 for the moments' two sums).

INLINE void sum_tile(const float *g, long gs, const float *s, long ss, long rows, const int lanes,
                     const int wide, const int n, double *sums) {
    vf acc[4];
#pragma GCC unroll 4
    for (int i = 0; i < lanes * wide; i++) acc[i] = (vf){0};
    long r = 0;
    for (; r + lanes <= rows; r += lanes) {
#pragma GCC unroll 4
        for (int l = 0; l < lanes; l++)
#pragma GCC unroll 4
            for (int i = 0; i < wide; i++) {
                const vf v = load(g + (r + l) * gs + i * VW, n);
                if (s) acc[l * wide + i] += v * load(s + (r + l) * ss + i * VW, n);
                else acc[l * wide + i] += v;
            }
    }
    for (; r < rows; r++)
#pragma GCC unroll 4
        for (int i = 0; i < wide; i++) {
            const vf v = load(g + r * gs + i * VW, n);
            if (s) acc[i] += v * load(s + r * ss + i * VW, n);
            else acc[i] += v;
        }
#pragma GCC unroll 4
    for (int i = 0; i < wide; i++) {
        vf v = acc[i];
        if (lanes == 2) v += acc[wide + i];
        if (lanes == 4) v = (v + acc[wide + i]) + (acc[2 * wide + i] + acc[3 * wide + i]);
        fold(sums + i * VW, v);
    }
}

// chunk_rows is how many rows a block has, so that no lane sums more than CHUNK terms.
INLINE long chunk_rows(int channels) { return channels >= 4 * VW ? CHUNK : channels >= 2 * VW ? 2 * CHUNK : 4 * CHUNK; }

// sum_rows adds the sums over a block's rows of g, or of g*s, to sums. Every tile is told that
// s is NULL, or that it isn't, as a constant.
INLINE void sum_rows(const float *g, long gs, const float *s, long ss, long rows, int channels, double *sums) {
#define TILE(c, wide, n)                                                                                  \
    do {                                                                                                  \
        if (s) sum_tile(g + (c), gs, s + (c), ss, rows, LANES / (wide), wide, n, sums + (c));             \
        else sum_tile(g + (c), gs, NULL, 0, rows, LANES / (wide), wide, n, sums + (c));                   \
    } while (0)
    COLUMNS(channels, TILE);
#undef TILE
}

static void dots(const gm_dots *a, double *sums, long lo, long hi) {
    const long gs = a->grad.stride, block = chunk_rows(a->channels);
    const int padded = gm_padded(a->channels);
    for (long r = lo; r < hi; r += block) {
        const long rows = hi - r < block ? hi - r : block;
        const float *g = a->grad.p + r * gs;
        sum_rows(g, gs, NULL, 0, rows, a->channels, sums);
        for (int i = 0; i < a->count; i++)
            if (a->srcs[i].p)
                sum_rows(g, gs, a->srcs[i].p + r * a->srcs[i].stride, a->srcs[i].stride, rows, a->channels,
                         sums + (1 + i) * (long)padded);
    }
}

// moments_tile sums x-shift and its square: near the mean, the subtraction of squares that
// gives the variance loses nothing.
INLINE void moments_tile(const float *x, long xs, const float *shift, long rows, const int lanes,
                         const int wide, const int n, double *sums, double *squares) {
    vf acc[4], sq[4], mid[4];
#pragma GCC unroll 4
    for (int i = 0; i < lanes * wide; i++) acc[i] = sq[i] = (vf){0};
#pragma GCC unroll 4
    for (int i = 0; i < wide; i++) mid[i] = load(shift + i * VW, n);
    long r = 0;
    for (; r + lanes <= rows; r += lanes) {
#pragma GCC unroll 4
        for (int l = 0; l < lanes; l++)
#pragma GCC unroll 4
            for (int i = 0; i < wide; i++) {
                const vf v = load(x + (r + l) * xs + i * VW, n) - mid[i];
                acc[l * wide + i] += v;
                sq[l * wide + i] += v * v;
            }
    }
    for (; r < rows; r++)
#pragma GCC unroll 4
        for (int i = 0; i < wide; i++) {
            const vf v = load(x + r * xs + i * VW, n) - mid[i];
            acc[i] += v;
            sq[i] += v * v;
        }
#pragma GCC unroll 4
    for (int i = 0; i < wide; i++) {
        vf v = acc[i], q = sq[i];
        if (lanes == 2) v += acc[wide + i], q += sq[wide + i];
        if (lanes == 4) {
            v = (v + acc[wide + i]) + (acc[2 * wide + i] + acc[3 * wide + i]);
            q = (q + sq[wide + i]) + (sq[2 * wide + i] + sq[3 * wide + i]);
        }
        fold(sums + i * VW, v);
        fold(squares + i * VW, q);
    }
}

static void moments(const gm_moments *a, double *sums, long lo, long hi) {
    const long xs = a->src.stride, block = chunk_rows(a->channels);
    double *squares = sums + gm_padded(a->channels);
    for (long r = lo; r < hi; r += block) {
        const long rows = hi - r < block ? hi - r : block;
        const float *x = a->src.p + r * xs;
#define TILE(c, wide, n) \
    moments_tile(x + (c), xs, a->shift + (c), rows, LANES / (wide), wide, n, sums + (c), squares + (c))
        COLUMNS(a->channels, TILE);
#undef TILE
    }
}

// global_forward averages each of the images lo..hi over its pixels.
static void global_forward(const gm_global *a, double *sums, long lo, long hi) {
    const long block = chunk_rows(a->channels);
    for (long b = lo; b < hi; b++) {
        memset(sums, 0, sizeof(double) * gm_padded(a->channels));
        for (long r = 0; r < a->pixels; r += block) {
            const long rows = a->pixels - r < block ? a->pixels - r : block;
            sum_rows(a->in + (b * a->pixels + r) * a->channels, a->channels, NULL, 0, rows, a->channels, sums);
        }
        for (int c = 0; c < a->channels; c++) a->out[b * a->channels + c] = (float)(sums[c] / a->pixels);
    }
}

static void global_backward(const gm_global *a, long lo, long hi) {
    const float inverse = 1.0f / a->pixels;
    for (long b = lo; b < hi; b++) {
        const float *dy = a->in + b * a->channels;
        for (long p = 0; p < a->pixels; p++) {
            float *dx = a->out + (b * a->pixels + p) * a->channels;
            for (int c = 0; c < a->channels; c++) dx[c] = dy[c] * inverse;
        }
    }
}
