// The classifier: small matrix products.

// linear_forward writes the rows lo..hi of y = x*w' + b.
static void linear_forward(const gm_linear *a, long lo, long hi) {
    for (long r = lo; r < hi; r++) {
        const float *x = a->x + r * a->in;
        for (int o = 0; o < a->out; o++) {
            const float *w = a->w + (long)o * a->in;
            a->y[r * a->out + o] = (float)(inner(x, w, 0, a->in) + a->b[o]);
        }
    }
}

// product writes out[c] = sum over k of scale[k*step]*rows[k*stride+c], four vectors at a time.
INLINE void product(float *out, const float *scale, long step, const float *rows, long stride, long count, int channels) {
#define TILE(c, wide, n)                                                                                          \
    do {                                                                                                          \
        vf acc[4] = {{0}, {0}, {0}, {0}};                                                                         \
        for (long k = 0; k < count; k++) {                                                                        \
            const vf s = splat(scale[k * step]);                                                                  \
            _Pragma("GCC unroll 4") for (int i = 0; i < (wide); i++)                                              \
                acc[i] += s * load(rows + k * stride + (c) + i * VW, n);                                          \
        }                                                                                                         \
        _Pragma("GCC unroll 4") for (int i = 0; i < (wide); i++) store(out + (c) + i * VW, acc[i], n);            \
    } while (0)
    COLUMNS(channels, TILE);
#undef TILE
}

// linear_data writes the rows lo..hi of dx = dy*w.
static void linear_data(const gm_linear *a, long lo, long hi) {
    for (long r = lo; r < hi; r++) product(a->dx + r * a->in, a->dy + r * a->out, 1, a->w, a->in, a->out, a->in);
}

// linear_weights writes the rows lo..hi of dw = dy'*x, and of db.
static void linear_weights(const gm_linear *a, long lo, long hi) {
    for (long o = lo; o < hi; o++) {
        product(a->dw + o * a->in, a->dy + o, a->out, a->x, a->in, a->batch, a->in);
        double s = 0;
        for (long r = 0; r < a->batch; r++) s += a->dy[r * a->out + o];
        a->db[o] = (float)s;
    }
}
