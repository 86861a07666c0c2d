// Pooling. The average and the maximum of a window are taken down its columns first, for a whole
// row of the image at once, then across; the row of column results stays in the first-level cache.
// Work is split by rows of the written image (image x height); the maximum's backward pass by
// images, because its windows overlap.

// span gives the valid taps [*from, *to) of a window that starts at `start`.
INLINE void span(int start, int kernel, int size, int *from, int *to) {
    *from = start < 0 ? -start : 0;
    *to = size - start < kernel ? size - start : kernel;
}

INLINE vf larger(vf v, vf best) { return choose((v > best) | (v != v), v, best); } // NaN stays

// across writes out[c] from `count` pixels of a row of column results.
INLINE void across(float *out, const float *in, const int count, int channels, float scale, const int max) {
#define TILE(c, wide, n)                                                                    \
    _Pragma("GCC unroll 4") for (int i = 0; i < (wide); i++) {                              \
        const float *at = in + (c) + i * VW;                                                \
        vf acc = load(at, n);                                                               \
        _Pragma("GCC unroll 3") for (int x = 1; x < count; x++) {                           \
            const vf v = load(at + (long)x * channels, n);                                  \
            acc = max ? larger(v, acc) : acc + v;                                           \
        }                                                                                   \
        store(out + (c) + i * VW, max ? acc : acc * splat(scale), n);                       \
    }
    COLUMNS(channels, TILE);
#undef TILE
}

// down writes column[i] from `count` rows of n values, each times its scale.
INLINE void down(float *column, const float *in, int count, long n, const float *scale, const int max) {
#define TILE(c, wide, n_)                                                                   \
    _Pragma("GCC unroll 4") for (int i = 0; i < (wide); i++) {                              \
        const float *at = in + (c) + i * VW;                                                \
        vf acc = load(at, n_);                                                              \
        if (scale) acc *= splat(scale[0]);                                                  \
        for (int y = 1; y < count; y++) {                                                   \
            const vf v = load(at + y * n, n_);                                              \
            if (scale) acc += splat(scale[y]) * v;                                          \
            else acc = max ? larger(v, acc) : acc + v;                                      \
        }                                                                                   \
        store(column + (c) + i * VW, acc, n_);                                              \
    }
    COLUMNS(n, TILE);
#undef TILE
}

INLINE void pool_rows(const gm_pool *a, float *column, long lo, long hi, const int max) {
    const long row = (long)a->width * a->channels;
    for (long q = lo; q < hi; q++) {
        const int oh = q % a->out_height, y0 = oh * a->stride - a->pad;
        int yf, yt;
        span(y0, a->kernel, a->height, &yf, &yt);
        down(column, a->x + (q / a->out_height * a->height + y0 + yf) * row, yt - yf, row, NULL, max);
        float *out = a->out + q * a->out_width * a->channels;
        for (int ow = 0; ow < a->out_width; ow++, out += a->channels) {
            const int x0 = ow * a->stride - a->pad;
            int xf, xt;
            span(x0, a->kernel, a->width, &xf, &xt);
            const float *in = column + (long)(x0 + xf) * a->channels;
            const float scale = a->yscale[oh] * a->xscale[ow];
            if (xt - xf == 3) across(out, in, 3, a->channels, scale, max);
            else across(out, in, xt - xf, a->channels, scale, max);
        }
    }
}

static void avg_forward(const gm_pool *a, float *column, long lo, long hi) { pool_rows(a, column, lo, hi, 0); }
static void max_forward(const gm_pool *a, float *column, long lo, long hi) { pool_rows(a, column, lo, hi, 1); }

// covering gives the windows [*from, *to) that hold position p; none does where a stride
// steps over it.
INLINE void covering(const gm_pool *a, int p, int windows, int *from, int *to) {
    const int first = p + a->pad - a->kernel + 1, last = (p + a->pad) / a->stride + 1;
    *from = first <= 0 ? 0 : (first + a->stride - 1) / a->stride;
    *to = last < windows ? last : windows;
}

static void avg_backward(const gm_pool *a, float *column, long lo, long hi) {
    const long row = (long)a->out_width * a->channels;
    for (long q = lo; q < hi; q++) {
        float *out = a->out + q * a->width * a->channels;
        int yf, yt;
        covering(a, q % a->height, a->out_height, &yf, &yt);
        if (yf >= yt) {
            memset(out, 0, sizeof(float) * a->width * a->channels);
            continue;
        }
        down(column, a->dy + (q / a->height * a->out_height + yf) * row, yt - yf, row, a->yscale + yf, 0);
        for (int ow = 0; ow < a->out_width; ow++)
            for (int c = 0; c < a->channels; c++) column[(long)ow * a->channels + c] *= a->xscale[ow];
        for (int w = 0; w < a->width; w++, out += a->channels) {
            int xf, xt;
            covering(a, w, a->out_width, &xf, &xt);
            const float *in = column + (long)xf * a->channels;
            if (xt - xf == 3) across(out, in, 3, a->channels, 1, 0);
            else if (xt > xf) across(out, in, xt - xf, a->channels, 1, 0);
            else memset(out, 0, sizeof(float) * a->channels);
        }
    }
}

static void max_backward(const gm_pool *a, float *column, long lo, long hi) {
    (void)column;
    const long row = (long)a->width * a->channels, size = a->height * row;
    for (long b = lo; b < hi; b++) {
        const float *image = a->x + b * size;
        const float *dy = a->dy + b * a->out_height * a->out_width * a->channels;
        float *out = a->out + b * size;
        memset(out, 0, size * sizeof(float));
        for (int oh = 0; oh < a->out_height; oh++) {
            const int y0 = oh * a->stride - a->pad;
            int yf, yt;
            span(y0, a->kernel, a->height, &yf, &yt);
            for (int ow = 0; ow < a->out_width; ow++, dy += a->channels) {
                const int x0 = ow * a->stride - a->pad;
                int xf, xt;
                span(x0, a->kernel, a->width, &xf, &xt);
                const long first = (y0 + yf) * row + (long)(x0 + xf) * a->channels;
#define TILE(c, wide, n)                                                                        \
    _Pragma("GCC unroll 4") for (int i = 0; i < (wide); i++) {                                  \
        const long start = first + (c) + i * VW;                                                \
        vf best = load(image + start, n);                                                       \
        for (int y = 0; y < yt - yf; y++)                                                       \
            for (int x = 0; x < xt - xf; x++)                                                   \
                best = larger(load(image + start + y * row + (long)x * a->channels, n), best);  \
        vf rest = load(dy + (c) + i * VW, n); /* not yet given to a maximum */                  \
        for (int y = 0; y < yt - yf; y++)                                                       \
            for (int x = 0; x < xt - xf; x++) {                                                 \
                const long at = start + y * row + (long)x * a->channels;                        \
                const vf v = load(image + at, n);                                               \
                const vi hit = (v == best) | ((v != v) & (best != best));                       \
                store(out + at, load(out + at, n) + where(hit, rest), n);                       \
                rest = where(~hit, rest);                                                       \
            }                                                                                   \
    }
                COLUMNS(a->channels, TILE);
#undef TILE
            }
        }
    }
}
