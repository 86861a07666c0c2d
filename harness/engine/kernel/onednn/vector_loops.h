// Operations over whole vectors. Sums are over doubles, one for each lane.

typedef double vd __attribute__((vector_size(4 * VW))); // half as many values as vf
typedef float vh __attribute__((vector_size(2 * VW), aligned(4), may_alias));

INLINE vd wide(const float *p) { return __builtin_convertvector(*(const vh *)p, vd); }

INLINE double total(vd a, vd b, vd c, vd d) {
    const vd v = (a + b) + (c + d);
    double s = 0;
    for (int i = 0; i < VW / 2; i++) s += v[i];
    return s;
}

static double sum(const float *x, long lo, long hi) {
    vd a = {0}, b = {0}, c = {0}, d = {0};
    long i = lo;
    for (; i + 2 * VW <= hi; i += 2 * VW) {
        a += wide(x + i);
        b += wide(x + i + VW / 2);
        c += wide(x + i + VW);
        d += wide(x + i + VW + VW / 2);
    }
    double s = total(a, b, c, d);
    for (; i < hi; i++) s += x[i];
    return s;
}

static double inner(const float *x, const float *y, long lo, long hi) {
    vd a = {0}, b = {0}, c = {0}, d = {0};
    long i = lo;
    for (; i + 2 * VW <= hi; i += 2 * VW) {
        a += wide(x + i) * wide(y + i);
        b += wide(x + i + VW / 2) * wide(y + i + VW / 2);
        c += wide(x + i + VW) * wide(y + i + VW);
        d += wide(x + i + VW + VW / 2) * wide(y + i + VW + VW / 2);
    }
    double s = total(a, b, c, d);
    for (; i < hi; i++) s += (double)x[i] * y[i];
    return s;
}

static void axpy(float a, const float *x, float *y, long lo, long hi) {
    for (long i = lo; i < hi; i++) y[i] += a * x[i];
}

static void narrow(const float *src, unsigned short *dst, long lo, long hi) {
    long i = lo;
    for (; i + VW <= hi; i += VW) store_half(dst + i, load(src + i, 0), 0);
    if (i < hi) store_half(dst + i, load(src + i, hi - i), hi - i);
}

// sgd_steps is instantiated for each of nesterov and first.
INLINE void sgd_steps(const gm_sgd *s, float *w, const float *g, float *m, long lo, long hi,
                      const int nesterov, const int first) {
    const float lr = s->lr, momentum = s->momentum, decay = s->decay, scale = s->scale;
#pragma GCC ivdep
    for (long i = lo; i < hi; i++) {
        const float d = scale * g[i] + decay * w[i];
        const float v = first ? d : momentum * m[i] + d;
        m[i] = v;
        w[i] -= lr * (nesterov ? d + momentum * v : v);
    }
}

static void sgd(const gm_sgd *s, float *w, const float *g, float *m, long lo, long hi) {
    if (s->nesterov && s->first) sgd_steps(s, w, g, m, lo, hi, 1, 1);
    else if (s->nesterov) sgd_steps(s, w, g, m, lo, hi, 1, 0);
    else if (s->first) sgd_steps(s, w, g, m, lo, hi, 0, 1);
    else sgd_steps(s, w, g, m, lo, hi, 0, 0);
}
