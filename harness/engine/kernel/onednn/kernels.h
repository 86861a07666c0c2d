#ifndef GMNAS_KERNELS_H
#define GMNAS_KERNELS_H

#include "backend.h"

// WIDEST is the widest vector; per-channel arrays that the loops own are padded to it.
enum { GM_WIDEST = 16 };

// Matrices of rows: value (r, c) lies at p[r*stride+c].
typedef struct {
    float *p;
    long stride;
} gm_view;

typedef struct {
    gm_view src, mask;           // mask.p may be NULL
    const float *coef, *bias;    // may be NULL
    const float *keep;           // one value an image, 0 leaves it out; may be NULL
    int coefs;                   // 0 (coef is NULL), 1 or channels
} gm_term;

typedef struct {
    gm_job job;
    long rows;
    int channels;
    gm_view dst, relu;                     // p may be NULL
    unsigned short *dst_half, *relu_half; // bfloat16; may be NULL
    gm_term *terms;    // the open ones
    int open;
    long images;       // of the terms' keep; 0 where none has one
    gm_term *kept;     // room for the open terms that keep an image
    int streams;  // outputs are large and lie on vectors' boundaries: write them past the caches
    int period;   // channels of coefficients and biases: fewer than `channels` while rows are packed
    float *bias;  // sum of the open terms' biases
    float *coefs; // room for every term's coefficients, padded channels apart
    float *ones;  // coefficients of the terms that have none
} gm_combine;

typedef struct {
    gm_job job;
    long rows;
    int channels;
    gm_view grad;
    gm_view *srcs; // p is NULL where the gate is shut
    int count;
    const float *keep; // one value for each of `images`, 0 leaves it out; may be NULL
    long images;
    float *dst;
    double *sums; // threads x (1+count) x padded channels
} gm_dots;

typedef struct {
    gm_job job;
    long rows;
    int channels;
    gm_view src;
    float *dst;
    float *shift; // near the mean; subtracted before squaring
    double *sums; // threads x 2 x padded channels
} gm_moments;

typedef struct {
    gm_job job;
    int batch, height, width, channels, out_height, out_width, kernel, stride;
    int pad;                // less the shift: below zero, the first window begins inside
    const float *x, *dy;    // input, gradient of the output
    float *out;             // what is written
    float *yscale, *xscale; // one over the number of valid taps, for each output row and column
    int *cover;             // backward: the outputs [from, to) that hold each input column
    float *scratch;         // one part for each thread: a row of column results, or an image's maxima
    long scratch_size;
} gm_pool;

typedef struct {
    gm_job job;
    long batch, pixels;
    int channels;
    const float *in;
    float *out;
    double *sums; // threads x padded channels
} gm_global;

typedef struct {
    gm_job job;
    long batch;
    int in, out;
    const float *x, *w, *b, *dy;
    float *y, *dx, *dw, *db;
} gm_linear;

// A depthwise convolution reads src and writes dst, or sums products of src and dy, which is laid out as dst. Written pixel p sees
// through tap k what the copy of src's row holds at p*step + k*dilation.
typedef struct {
    gm_job job;
    int batch, channels, kernel, dilation, pad, blocks;
    int src_height, src_width, height, width; // of src, of dst
    int spread, left;                         // where the copy of a row holds pixel i: at i*spread + left
    int wide, step;                           // pixels of a copy's row; from one written pixel to the next
    int unit;                                 // values from one pixel of a copy to the next: a vector's, or the channels
    int columns, apart;                       // vectors of a written row, and values from one to the next
    int lanes;                                // of the vectors that hold something
    int flipped;                              // the taps are used in reverse: a gradient of the input
    const float *src, *dy, *w;
    float *dst, *dw;
    float *taps;      // the weights as kernel x kernel x padded channels
    int *ys;          // for each written row: n, then n pairs of a kernel row and the row of src it leads to
    float *copies;    // one for each thread: an image of a block of channels
    size_t copy_size; // values
    double *sums;     // threads x kernel x kernel x padded channels
} gm_depthwise;

typedef struct {
    gm_job job;
    const float *src;
    unsigned short *dst;
    long n;
} gm_narrow;

typedef struct {
    float lr, momentum, decay, scale;
    int nesterov, first;
} gm_sgd;

// The inner loops, each over part [lo, hi) of its rows, images or values.
typedef struct gm_kernels {
    const char *name;
    int width; // of a vector
    void (*combine)(const gm_combine *, long lo, long hi);
    void (*dots)(const gm_dots *, double *sums, long lo, long hi);
    void (*moments)(const gm_moments *, double *sums, long lo, long hi);
    void (*avg_forward)(const gm_pool *, float *scratch, long lo, long hi);
    void (*avg_backward)(const gm_pool *, float *scratch, long lo, long hi);
    void (*max_forward)(const gm_pool *, float *scratch, long lo, long hi);
    void (*max_backward)(const gm_pool *, float *scratch, long lo, long hi);
    void (*global_forward)(const gm_global *, double *sums, long lo, long hi);
    void (*global_backward)(const gm_global *, long lo, long hi);
    void (*linear_forward)(const gm_linear *, long lo, long hi);
    void (*linear_data)(const gm_linear *, long lo, long hi);
    void (*linear_weights)(const gm_linear *, long lo, long hi);
    void (*depthwise_pass)(const gm_depthwise *, float *copy, long lo, long hi);
    void (*depthwise_weights)(const gm_depthwise *, float *copy, double *sums, long lo, long hi);
    double (*sum)(const float *x, long lo, long hi);
    double (*inner)(const float *x, const float *y, long lo, long hi);
    void (*axpy)(float a, const float *x, float *y, long lo, long hi);
    void (*sgd)(const gm_sgd *, float *w, const float *g, float *m, long lo, long hi);
    void (*narrow)(const float *src, unsigned short *dst, long lo, long hi);
} gm_kernels;

extern const gm_kernels gm_kernels_v4, gm_kernels_v3, gm_kernels_base;
const gm_kernels *gm_pick_kernels(void);

// gm_cover gives the pooling windows [*from, *to) that hold position p; there is none where a
// stride steps over it.
static inline void gm_cover(const gm_pool *a, int p, int windows, int *from, int *to) {
    const int at = p + a->pad, first = at - a->kernel + 1, last = at < 0 ? 0 : at / a->stride + 1;
    *from = first <= 0 ? 0 : (first + a->stride - 1) / a->stride;
    *to = last < windows ? last : windows;
}

// gm_packed returns how many rows of so few channels the loops may take as one row of a vector's width, 1 where they can't. Views
// must have no gaps.
static inline int gm_packed(const gm_backend *b, long rows, int channels) {
    const int width = b->kernels->width;
    return channels < width && width % channels == 0 && rows % (width / channels) == 0 ? width / channels : 1;
}

static inline int gm_padded(int channels) { return (channels + GM_WIDEST - 1) / GM_WIDEST * GM_WIDEST; }

#endif
