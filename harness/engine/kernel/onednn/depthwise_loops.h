// Gradients of depthwise convolutions, for those that oneDNN has no depthwise code for.

enum { DEPTHWISE_PIXELS = 8 };

// depthwise_tile writes `pixels` neighbours of dx from w on. xs lists the taps of the first;
// the others' lead to the next outputs.
INLINE void depthwise_tile(const gm_depthwise *a, const float *image, const int *ys, const int *xs, float *dx,
                           const int pixels, int c, const int n) {
    const long row = (long)a->out_width * a->channels;
    const int padded = gm_padded(a->channels);
    vf acc[DEPTHWISE_PIXELS];
#pragma GCC unroll 8
    for (int j = 0; j < pixels; j++) acc[j] = (vf){0};
    for (int y = 0; y < ys[0]; y++) {
        const float *line = image + ys[2 + 2 * y] * row + c;
        const float *taps = a->taps + (long)ys[1 + 2 * y] * a->kernel * padded + c;
        for (int x = 0; x < xs[0]; x++) {
            const vf k = load(taps + xs[1 + 2 * x] * padded, 0); // the padding is zero
            const float *g = line + (long)xs[2 + 2 * x] * a->channels;
#pragma GCC unroll 8
            for (int j = 0; j < pixels; j++) acc[j] += k * load(g + (long)j * a->channels, n);
        }
    }
#pragma GCC unroll 8
    for (int j = 0; j < pixels; j++) store(dx + (long)j * a->channels + c, acc[j], n);
}

// depthwise_data writes the rows lo..hi (image x height) of dx; a->taps holds the weights.
static void depthwise_data(const gm_depthwise *a, long lo, long hi) {
    const int list = 1 + 2 * a->kernel;
    for (long q = lo; q < hi; q++) {
        const float *image = a->dy + q / a->height * a->out_height * a->out_width * a->channels;
        const int *ys = a->ys + q % a->height * list;
        for (int w = 0; w < a->width;) {
            const int *xs = a->xs + w * list, last = w + DEPTHWISE_PIXELS - 1;
            const int whole = a->stride == 1 && last < a->width && xs[0] == a->kernel && a->xs[last * list] == a->kernel;
            float *dx = a->dx + (q * a->width + w) * a->channels;
            int c = 0;
            for (; c + VW <= a->channels; c += VW) {
                if (whole) depthwise_tile(a, image, ys, xs, dx, DEPTHWISE_PIXELS, c, 0);
                else depthwise_tile(a, image, ys, xs, dx, 1, c, 0);
            }
            if (c < a->channels) {
                if (whole) depthwise_tile(a, image, ys, xs, dx, DEPTHWISE_PIXELS, c, a->channels - c);
                else depthwise_tile(a, image, ys, xs, dx, 1, c, a->channels - c);
            }
            w += whole ? DEPTHWISE_PIXELS : 1;
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
