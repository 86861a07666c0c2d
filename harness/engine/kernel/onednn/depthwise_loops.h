// Gradients of depthwise convolutions, which oneDNN's fast code does not do with dilation.

// depthwise_data writes the rows lo..hi (image x height) of dx; a->taps holds the weights.
static void depthwise_data(const gm_depthwise *a, long lo, long hi) {
    const long row = (long)a->out_width * a->channels;
    const int padded = gm_padded(a->channels);
    for (long q = lo; q < hi; q++) {
        const float *image = a->dy + q / a->height * a->out_height * row;
        const int h = q % a->height;
        for (int w = 0; w < a->width; w++) {
            float *dx = a->dx + (q * a->width + w) * a->channels;
#define TILE(c, wide, n)                                                                              \
    do {                                                                                              \
        vf acc[4] = {{0}, {0}, {0}, {0}};                                                             \
        for (int ky = 0; ky < a->kernel; ky++) {                                                      \
            const int y = h + a->pad - ky * a->dilation, oy = y / a->stride;                          \
            if (y < 0 || oy >= a->out_height || oy * a->stride != y) continue;                        \
            for (int kx = 0; kx < a->kernel; kx++) {                                                  \
                const int x = w + a->pad - kx * a->dilation, ox = x / a->stride;                      \
                if (x < 0 || ox >= a->out_width || ox * a->stride != x) continue;                     \
                const float *g = image + oy * row + (long)ox * a->channels + (c);                     \
                const float *k = a->taps + (long)(ky * a->kernel + kx) * padded + (c);                \
                _Pragma("GCC unroll 4") for (int i = 0; i < (wide); i++)                              \
                    acc[i] += load(k + i * VW, n) * load(g + i * VW, n);                              \
            }                                                                                         \
        }                                                                                             \
        _Pragma("GCC unroll 4") for (int i = 0; i < (wide); i++) store(dx + (c) + i * VW, acc[i], n); \
    } while (0)
            COLUMNS(a->channels, TILE);
#undef TILE
        }
    }
}

// depthwise_weights adds the output rows lo..hi (image x out height) to the sums of each tap:
// along such a row a tap is a product of two matrices of rows, as in Dots.
static void depthwise_weights(const gm_depthwise *a, double *sums, long lo, long hi) {
    const int padded = gm_padded(a->channels);
    const long block = chunk_rows(a->channels);
    for (long q = lo; q < hi; q++) {
        const int y0 = q % a->out_height * a->stride - a->pad;
        const float *dy = a->dy + q * a->out_width * a->channels;
        for (int ky = 0; ky < a->kernel; ky++) {
            const int y = y0 + ky * a->dilation;
            if (y < 0 || y >= a->height) continue;
            const float *line = a->x + (q / a->out_height * a->height + y) * a->width * a->channels;
            for (int kx = 0; kx < a->kernel; kx++) {
                // outputs [from, to) see a valid pixel through this tap
                const int shift = kx * a->dilation - a->pad;
                int from = shift < 0 ? (-shift + a->stride - 1) / a->stride : 0;
                int to = shift < a->width ? (a->width - 1 - shift) / a->stride + 1 : 0;
                if (to > a->out_width) to = a->out_width;
                for (long o = from; o < to; o += block)
                    sum_rows(dy + o * a->channels, a->channels, line + (o * a->stride + shift) * a->channels,
                             (long)a->stride * a->channels, to - o < block ? to - o : block, a->channels,
                             sums + (long)(ky * a->kernel + kx) * padded);
            }
        }
    }
}
