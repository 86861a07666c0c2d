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

// depthwise_line adds outputs [from, to) of one row to the sums of the taps of one kernel row. Inner
// outputs see a valid pixel through every tap.
INLINE void depthwise_line(const gm_depthwise *a, const float *dy, const float *x, int from, int to, const int taps,
                           int c, const int n, double *sums) {
    vf acc[8];
#pragma GCC unroll 8
    for (int k = 0; k < taps; k++) acc[k] = (vf){0};
    const long step = (long)a->dilation * a->channels;
    const int reach = (taps - 1) * a->dilation;
    for (int o = from; o < to; o++) {
        const vf g = load(dy + (long)o * a->channels + c, n);
        const int first = o * a->stride - a->pad;
        const float *at = x + (long)first * a->channels + c;
        if (first >= 0 && first + reach < a->width) {
#pragma GCC unroll 8
            for (int k = 0; k < taps; k++) acc[k] += g * load(at + k * step, n);
        } else {
#pragma GCC unroll 8
            for (int k = 0; k < taps; k++)
                if (first + k * a->dilation >= 0 && first + k * a->dilation < a->width) acc[k] += g * load(at + k * step, n);
        }
    }
    const int padded = gm_padded(a->channels);
#pragma GCC unroll 8
    for (int k = 0; k < taps; k++) fold(sums + (long)k * padded + c, acc[k]);
}

INLINE void depthwise_row(const gm_depthwise *a, const float *dy, const float *x, const int taps, double *sums) {
    for (int from = 0; from < a->out_width; from += CHUNK) {
        const int to = a->out_width - from < CHUNK ? a->out_width : from + CHUNK;
        int c = 0;
        for (; c + VW <= a->channels; c += VW) depthwise_line(a, dy, x, from, to, taps, c, 0, sums);
        if (c < a->channels) depthwise_line(a, dy, x, from, to, taps, c, a->channels - c, sums);
    }
}

// depthwise_taps is depthwise_row for any kernel, one tap at a time.
INLINE void depthwise_taps(const gm_depthwise *a, const float *dy, const float *x, double *sums) {
    const long block = chunk_rows(a->channels);
    for (int k = 0; k < a->kernel; k++) {
        const int shift = k * a->dilation - a->pad;
        const int from = shift < 0 ? (-shift + a->stride - 1) / a->stride : 0;
        int to = shift < a->width ? (a->width - 1 - shift) / a->stride + 1 : 0;
        if (to > a->out_width) to = a->out_width;
        for (long o = from; o < to; o += block)
            sum_rows(dy + o * a->channels, a->channels, x + (o * a->stride + shift) * a->channels,
                     (long)a->stride * a->channels, to - o < block ? to - o : block, a->channels,
                     sums + (long)k * gm_padded(a->channels));
    }
}

// depthwise_weights adds the output rows lo..hi (image x out height) to the sums of each tap.
static void depthwise_weights(const gm_depthwise *a, double *sums, long lo, long hi) {
    for (long q = lo; q < hi; q++) {
        const float *dy = a->dy + q * a->out_width * a->channels;
        for (int k = 0; k < a->kernel; k++) {
            const int y = q % a->out_height * a->stride - a->pad + k * a->dilation;
            if (y < 0 || y >= a->height) continue;
            const float *x = a->x + (q / a->out_height * a->height + y) * a->width * a->channels;
            double *row = sums + (long)k * a->kernel * gm_padded(a->channels);
            if (a->kernel == 3) depthwise_row(a, dy, x, 3, row);
            else if (a->kernel == 5) depthwise_row(a, dy, x, 5, row);
            else if (a->kernel == 7) depthwise_row(a, dy, x, 7, row);
            else depthwise_taps(a, dy, x, row);
        }
    }
}
