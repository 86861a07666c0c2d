// Pooling. Forward and the average's backward run over rows of the written image (image x
// height), the maximum's backward over images, because its windows overlap.

// span gives the valid taps [*from, *to) of a window that starts at `start`.
INLINE void span(int start, int kernel, int size, int *from, int *to) {
    *from = start < 0 ? -start : 0;
    *to = size - start < kernel ? size - start : kernel;
}

INLINE void pool_rows(const gm_pool *a, long lo, long hi, const int max) {
    const long row = (long)a->width * a->channels;
    for (long q = lo; q < hi; q++) {
        const int oh = q % a->out_height, y0 = oh * a->stride - a->pad;
        const float *image = a->x + q / a->out_height * a->height * row;
        int yf, yt;
        span(y0, a->kernel, a->height, &yf, &yt);
        for (int ow = 0; ow < a->out_width; ow++) {
            const int x0 = ow * a->stride - a->pad;
            int xf, xt;
            span(x0, a->kernel, a->width, &xf, &xt);
            const float *first = image + (y0 + yf) * row + (long)(x0 + xf) * a->channels;
            float *out = a->out + (q * a->out_width + ow) * a->channels;
            const vf inverse = splat(a->inverse[oh * a->out_width + ow]);
#define TILE(c, wide, n)                                                                             \
    _Pragma("GCC unroll 4") for (int i = 0; i < (wide); i++) {                                       \
        const float *line = first + (c) + i * VW;                                                    \
        vf acc = max ? load(line, n) : (vf){0};                                                      \
        for (int y = yf; y < yt; y++, line += row) {                                                 \
            const float *at = line;                                                                  \
            for (int x = xf; x < xt; x++, at += a->channels) {                                       \
                const vf v = load(at, n);                                                            \
                if (max) acc = choose((v > acc) | (v != v), v, acc);                                 \
                else acc += v;                                                                       \
            }                                                                                        \
        }                                                                                            \
        store(out + (c) + i * VW, max ? acc : acc * inverse, n);                                     \
    }
            COLUMNS(a->channels, TILE);
#undef TILE
        }
    }
}

static void avg_forward(const gm_pool *a, long lo, long hi) { pool_rows(a, lo, hi, 0); }
static void max_forward(const gm_pool *a, long lo, long hi) { pool_rows(a, lo, hi, 1); }

// covering gives the windows [*from, *to) that hold position p.
INLINE void covering(const gm_pool *a, int p, int windows, int *from, int *to) {
    const int first = p + a->pad - a->kernel + 1, last = (p + a->pad) / a->stride + 1;
    *from = first <= 0 ? 0 : (first + a->stride - 1) / a->stride;
    *to = last < windows ? last : windows;
}

static void avg_backward(const gm_pool *a, long lo, long hi) {
    const long row = (long)a->out_width * a->channels;
    for (long q = lo; q < hi; q++) {
        const float *image = a->dy + q / a->height * a->out_height * row;
        int yf, yt;
        covering(a, q % a->height, a->out_height, &yf, &yt);
        for (int w = 0; w < a->width; w++) {
            int xf, xt;
            covering(a, w, a->out_width, &xf, &xt);
            float *out = a->out + (q * a->width + w) * a->channels;
#define TILE(c, wide, n)                                                                             \
    _Pragma("GCC unroll 4") for (int i = 0; i < (wide); i++) {                                       \
        vf acc = {0};                                                                                \
        for (int y = yf; y < yt; y++) {                                                              \
            const float *at = image + y * row + (long)xf * a->channels + (c) + i * VW;               \
            const float *inverse = a->inverse + y * a->out_width + xf;                               \
            for (int x = xf; x < xt; x++, at += a->channels) acc += splat(*inverse++) * load(at, n); \
        }                                                                                            \
        store(out + (c) + i * VW, acc, n);                                                           \
    }
            COLUMNS(a->channels, TILE);
#undef TILE
        }
    }
}

static void max_backward(const gm_pool *a, long lo, long hi) {
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
            for (int x = 0; x < xt - xf; x++) {                                                 \
                const vf v = load(image + start + y * row + (long)x * a->channels, n);          \
                best = choose((v > best) | (v != v), v, best);                                  \
            }                                                                                   \
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
