// Pooling. The average and the maximum of a window are taken down its columns first, for a whole
// row of the image at once, then across; the row of column results stays in the first-level cache.
// Work is split by rows of the written image (image x height); the maximum's backward pass by
// images.

// span gives the valid taps [*from, *to) of a window that starts at `start`.
INLINE void span(int start, int kernel, int size, int *from, int *to) {
    *from = start < 0 ? -start : 0;
    *to = size - start < kernel ? size - start : kernel;
}

INLINE vf larger(vf v, vf best) { return choose(greater(v, best) | unordered(v), v, best); } // NaN stays

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

static void avg_backward(const gm_pool *a, float *column, long lo, long hi) {
    const long row = (long)a->out_width * a->channels;
    for (long q = lo; q < hi; q++) {
        float *out = a->out + q * a->width * a->channels;
        int yf, yt;
        gm_cover(a, q % a->height, a->out_height, &yf, &yt);
        if (yf >= yt) {
            memset(out, 0, sizeof(float) * a->width * a->channels);
            continue;
        }
        down(column, a->dy + (q / a->height * a->out_height + yf) * row, yt - yf, row, a->yscale + yf, 0);
        for (int ow = 0; ow < a->out_width; ow++) {
            float *pixel = column + (long)ow * a->channels;
            across(pixel, pixel, 1, a->channels, a->xscale[ow], 0);
        }
        for (int w = 0; w < a->width; w++, out += a->channels) {
            const int xf = a->cover[2 * w], xt = a->cover[2 * w + 1];
            const float *in = column + (long)xf * a->channels;
            if (xt - xf == 3) across(out, in, 3, a->channels, 1, 0);
            else if (xt > xf) across(out, in, xt - xf, a->channels, 1, 0);
            else memset(out, 0, sizeof(float) * a->channels);
        }
    }
}

// first_maximum returns which tap of a window holds the first maximum. at is where its tap 0 lies.
INLINE vf first_maximum(const float *at, long row, int channels, int kernel, int yf, int yt, int xf, int xt, const int n) {
    vf best = load(at + yf * row + (long)xf * channels, n);
    vi tap = (vi){0} + (yf * kernel + xf);
#pragma GCC unroll 3
    for (int y = yf; y < yt; y++)
#pragma GCC unroll 3
        for (int x = xf; x < xt; x++) {
            const vf v = load(at + y * row + (long)x * channels, n);
            const vm more = greater(v, best);
            best = choose(more, v, best);
            tap = (vi)choose(more, (vf)((vi){0} + (y * kernel + x)), (vf)tap);
        }
    return (vf)tap;
}

// first_maxima writes first_maximum of all windows of an image, in memory of padded channels.
INLINE void first_maxima(const gm_pool *a, const float *image, float *which) {
    const long row = (long)a->width * a->channels;
    for (int oh = 0; oh < a->out_height; oh++) {
        const int y0 = oh * a->stride - a->pad;
        int yf, yt;
        span(y0, a->kernel, a->height, &yf, &yt);
        for (int ow = 0; ow < a->out_width; ow++, which += gm_padded(a->channels)) {
            const int x0 = ow * a->stride - a->pad;
            int xf, xt;
            span(x0, a->kernel, a->width, &xf, &xt);
            const float *at = image + y0 * row + (long)x0 * a->channels;
            const int whole = a->kernel == 3 && yt - yf == 3 && xt - xf == 3;
#define TILE(c, wide, n)                                                                                        \
    for (int i = 0; i < (wide); i++) {                                                                          \
        const float *p = at + (c) + i * VW;                                                                     \
        store(which + (c) + i * VW, whole ? first_maximum(p, row, a->channels, 3, 0, 3, 0, 3, n)                \
                                          : first_maximum(p, row, a->channels, a->kernel, yf, yt, xf, xt, n), 0); \
    }
            COLUMNS(a->channels, TILE);
#undef TILE
        }
    }
}

// taken sums the gradients of the windows [yf, yt) x [xf, xt) whose first maximum is this pixel, which
// is tap `tap` of the first of them.
INLINE vf taken(const gm_pool *a, const float *which, const float *dy, int tap, int yf, int yt, int xf, int xt, const int n) {
    const int padded = gm_padded(a->channels);
    vf acc = {0};
#pragma GCC unroll 3
    for (int y = 0; y < yt - yf; y++)
#pragma GCC unroll 3
        for (int x = 0; x < xt - xf; x++) {
            const long o = (long)y * a->out_width + x;
            const vi own = (vi){0} + (tap - (y * a->kernel + x) * a->stride);
            acc += where(equal((vi)load(which + o * padded, 0), own), load(dy + o * a->channels, n));
        }
    return acc;
}

static void max_backward(const gm_pool *a, float *which, long lo, long hi) {
    const long pixels = (long)a->height * a->width, windows = (long)a->out_height * a->out_width;
    const int channels = a->channels, padded = gm_padded(channels);
    for (long b = lo; b < hi; b++) {
        first_maxima(a, a->x + b * pixels * channels, which);
        const float *dy = a->dy + b * windows * channels;
        float *out = a->out + b * pixels * channels;
        for (int h = 0; h < a->height; h++) {
            int yf, yt;
            gm_cover(a, h, a->out_height, &yf, &yt);
            for (int w = 0; w < a->width; w++, out += channels) {
                const int xf = a->cover[2 * w], xt = a->cover[2 * w + 1];
                const long first = (long)yf * a->out_width + xf;
                const int tap = (h + a->pad - yf * a->stride) * a->kernel + w + a->pad - xf * a->stride;
                const int whole = yt - yf == 3 && xt - xf == 3;
#define TILE(c, wide, n)                                                                                        \
    for (int i = 0; i < (wide); i++) {                                                                          \
        const float *m = which + first * padded + (c) + i * VW, *g = dy + first * channels + (c) + i * VW;      \
        store(out + (c) + i * VW, whole ? taken(a, m, g, tap, 0, 3, 0, 3, n) : taken(a, m, g, tap, yf, yt, xf, xt, n), n); \
    }
                COLUMNS(channels, TILE);
#undef TILE
            }
        }
    }
}
