// Depthwise convolutions. Of an image and a block of VW channels a copy is made in which pixels lie VW values apart and rows have
// zeros where a window reaches over their ends, so that tiles of pixels need no cases and find their values at constant distances.
// Where there are fewer channels, and VW is a multiple, the copy keeps the pixels next to each other and a vector holds several
// (a->unit is less than VW): the next tap's are `unit` values on. Below, a column is what a vector holds of a row.
// Work is split by images and blocks; what is written (passes) or summed (weights) belongs to one of them.

enum { DEPTHWISE_LANES = 4 };

// depthwise_spread copies a block of the image that is read to where the loops look for it: pixel i of a row to i*spread+left. The
// zeros between stay from when the memory was made.
INLINE void depthwise_spread(const gm_depthwise *a, const float *image, float *copy, const int n) {
    int from = 0, to = a->src_width;
    while (from < to && from * a->spread + a->left < 0) from++;
    while (from < to && (to - 1) * a->spread + a->left >= a->wide) to--;
    for (int y = 0; y < a->src_height; y++) {
        const float *p = image + ((long)y * a->src_width + from) * a->channels;
        float *q = copy + ((long)y * a->wide + from * a->spread + a->left) * a->unit;
        if (a->unit < VW) memcpy(q, p, sizeof(float) * (to - from) * a->unit);
        else for (int i = from; i < to; i++, p += a->channels, q += a->spread * VW) store(q, load(p, n), 0);
    }
}

// depthwise_tile writes `columns` neighbours from w on of a row whose list of taps and rows is ys.
INLINE void depthwise_tile(const gm_depthwise *a, const float *copy, const int *ys, int w, float *out, const float *taps, const int kernel,
                           const int step, const int dilation, const int unit, const int columns, const int n) {
    const int padded = gm_padded(a->channels);
    vf acc[8];
#pragma GCC unroll 8
    for (int j = 0; j < columns; j++) acc[j] = (vf){0};
    for (int y = 0; y < ys[0]; y++) {
        const float *line = copy + (long)ys[2 + 2 * y] * a->wide * unit + w * step * VW;
        const float *t = taps + (long)ys[1 + 2 * y] * kernel * padded;
#pragma GCC unroll 8
        for (int x = 0; x < kernel; x++) {
            const vf k = load(t + x * padded, 0);
#pragma GCC unroll 8
            for (int j = 0; j < columns; j++) acc[j] += k * load(line + j * step * VW + x * dilation * unit, 0);
        }
    }
#pragma GCC unroll 8
    for (int j = 0; j < columns; j++) store(out + (long)(w + j) * a->apart, acc[j], n);
}

// depthwise_image writes a block of an image.
INLINE void depthwise_image(const gm_depthwise *a, const float *copy, float *out, const float *taps, const int kernel, const int step,
                            const int dilation, const int unit, const int n) {
    for (int h = 0; h < a->height; h++, out += (long)a->width * a->channels) {
        const int *ys = a->ys + h * (1 + 2 * a->kernel);
        int w = 0;
        for (; w + 8 <= a->columns; w += 8) depthwise_tile(a, copy, ys, w, out, taps, kernel, step, dilation, unit, 8, n);
        for (; w + 4 <= a->columns; w += 4) depthwise_tile(a, copy, ys, w, out, taps, kernel, step, dilation, unit, 4, n);
        for (; w < a->columns; w++) depthwise_tile(a, copy, ys, w, out, taps, kernel, step, dilation, unit, 1, n);
    }
}

// DEPTHWISE calls f(kernel, step, dilation, unit) with constants where it can.
#define DEPTHWISE_OF(f, k, s, d) else if (a->kernel == k && a->step == s && a->dilation == d && a->unit == VW) f(k, s, d, VW)
#define DEPTHWISE_PACKED(f, k) else if (a->kernel == k && a->unit < VW) f(k, 1, a->dilation, a->unit)
#define DEPTHWISE(f)                                                                                        \
    if (0) {}                                                                                               \
    DEPTHWISE_OF(f, 3, 1, 1); DEPTHWISE_OF(f, 3, 1, 2); DEPTHWISE_OF(f, 3, 2, 1); DEPTHWISE_OF(f, 3, 2, 2); \
    DEPTHWISE_OF(f, 5, 1, 1); DEPTHWISE_OF(f, 5, 1, 2); DEPTHWISE_OF(f, 5, 2, 1); DEPTHWISE_OF(f, 5, 2, 2); \
    DEPTHWISE_PACKED(f, 3); DEPTHWISE_PACKED(f, 5);                                                         \
    else f(a->kernel, a->step, a->dilation, a->unit)

// depthwise_tail is how many channels of a block that begins with channel c there are, 0 where it is whole.
INLINE int depthwise_tail(const gm_depthwise *a, int c) { return a->unit == VW && a->channels - c < VW ? a->channels - c : 0; }

// depthwise_pass writes blocks lo..hi (image x block) of y or dx; a->taps holds the weights.
static void depthwise_pass(const gm_depthwise *a, float *copy, long lo, long hi) {
    const int blocks = (a->channels + VW - 1) / VW;
    for (long q = lo; q < hi; q++) {
        const long image = q / blocks;
        const int c = q % blocks * VW, n = depthwise_tail(a, c);
        depthwise_spread(a, a->src + image * a->src_height * a->src_width * a->channels + c, copy, n);
        float *out = a->dst + image * a->height * a->width * a->channels + c;
#define PASS(kernel, step, dilation, unit) depthwise_image(a, copy, out, a->taps + c, kernel, step, dilation, unit, n)
        DEPTHWISE(PASS);
#undef PASS
    }
}

// depthwise_rows adds rows [first, last) and columns [from, to) of dy to the sums of kernel row y, of which it does the
// `kernel` taps from tap x on: at most CHUNK terms in each of the lanes.
INLINE void depthwise_rows(const gm_depthwise *a, const float *copy, const float *dy, int first, int last, int from, int to, int y, int x,
                           const int kernel, const int step, const int dilation, const int unit, const int n, double *sums) {
    vf acc[DEPTHWISE_LANES * 8];
#pragma GCC unroll 32
    for (int i = 0; i < DEPTHWISE_LANES * kernel; i++) acc[i] = (vf){0};
    for (int row = first; row < last; row++) {
        const int at = row * step - a->pad + y * dilation;
        if (at < 0 || at >= a->src_height) continue;
        const float *g = dy + (long)row * a->width * a->channels + (long)from * a->apart;
        const float *line = copy + (long)at * a->wide * unit + from * step * VW + x * dilation * unit;
        int o = 0;
        for (; o + DEPTHWISE_LANES <= to - from; o += DEPTHWISE_LANES, g += DEPTHWISE_LANES * (long)a->apart, line += DEPTHWISE_LANES * step * VW)
#pragma GCC unroll 4
            for (int l = 0; l < DEPTHWISE_LANES; l++) {
                const vf v = load(g + l * (long)a->apart, n);
#pragma GCC unroll 8
                for (int k = 0; k < kernel; k++) acc[l * kernel + k] += v * load(line + l * step * VW + k * dilation * unit, 0);
            }
        for (; o < to - from; o++, g += a->apart, line += step * VW) {
            const vf v = load(g, n);
#pragma GCC unroll 8
            for (int k = 0; k < kernel; k++) acc[k] += v * load(line + k * dilation * unit, 0);
        }
    }
    const long padded = gm_padded(a->channels);
#pragma GCC unroll 8
    for (int k = 0; k < kernel; k++)
        fold(sums + (y * a->kernel + x + k) * padded,
             (acc[k] + acc[kernel + k]) + (acc[2 * kernel + k] + acc[3 * kernel + k]));
}

// depthwise_gradient adds a block of an image to the sums of all taps.
INLINE void depthwise_gradient(const gm_depthwise *a, const float *copy, const float *dy, double *sums, const int kernel, const int step,
                               const int dilation, const int unit, const int n) {
    const int most = DEPTHWISE_LANES * CHUNK, wide = a->columns < most ? a->columns : most;
    const int lane = wide / DEPTHWISE_LANES + wide % DEPTHWISE_LANES, rows = lane < CHUNK ? CHUNK / lane : 1;
    for (int first = 0; first < a->height; first += rows) {
        const int last = first + rows < a->height ? first + rows : a->height;
        for (int from = 0; from < a->columns; from += most) {
            const int to = from + most < a->columns ? from + most : a->columns;
            for (int y = 0; y < a->kernel; y++)
                for (int x = 0; x < a->kernel; x += kernel)
                    depthwise_rows(a, copy, dy, first, last, from, to, y, x, kernel, step, dilation, unit, n, sums);
        }
    }
}

// depthwise_weights adds blocks lo..hi (image x block) to the sums of the taps.
static void depthwise_weights(const gm_depthwise *a, float *copy, double *sums, long lo, long hi) {
    const int blocks = (a->channels + VW - 1) / VW;
    for (long q = lo; q < hi; q++) {
        const long image = q / blocks;
        const int c = q % blocks * VW, n = depthwise_tail(a, c);
        depthwise_spread(a, a->src + image * a->src_height * a->src_width * a->channels + c, copy, n);
        const float *dy = a->dy + image * a->height * a->width * a->channels + c;
#define GRADIENT(kernel, step, dilation, unit) depthwise_gradient(a, copy, dy, sums + c, kernel, step, dilation, unit, n)
        if (a->kernel == 3 || a->kernel == 5) {
            DEPTHWISE(GRADIENT);
        } else {
            GRADIENT(1, a->step, a->dilation, a->unit);
        }
#undef GRADIENT
    }
}
