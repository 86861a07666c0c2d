//go:build onednn

#include "conv.h"

#include <stdlib.h>
#include <string.h>

// A conv is up to three primitives run in order: weights from OHWI into the layout that the
// convolution prefers, the convolution, and the weight gradient back to OHWI. The memory of
// the preferred layout is the backend's, shared by all its convolutions.
typedef struct {
    gm_job job;
    dnnl_primitive_desc_t desc;
    dnnl_primitive_t conv, before, after;
    dnnl_memory_t x, w, y; // the caller's memory
    dnnl_memory_t packed;  // weights in the preferred layout; NULL if that is OHWI
    dnnl_memory_t scratch;
    void *packed_at, *scratch_at; // where packed and scratch point now
    dnnl_exec_arg_t conv_args[4], before_args[2], after_args[2];
} conv;

#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t layout;
typedef dnnl_memory_desc_t own_layout;
static dnnl_status_t layout_new(own_layout *l, int n, const dnnl_dims_t dims, dnnl_data_type_t type, dnnl_format_tag_t tag) {
    return dnnl_memory_desc_create_with_tag(l, n, dims, type, tag);
}
static layout layout_of(const own_layout *l) { return *l; }
static void layout_destroy(own_layout *l) {
    if (*l) dnnl_memory_desc_destroy(*l);
}
#define NO_LAYOUT NULL
#else
typedef const dnnl_memory_desc_t *layout;
typedef dnnl_memory_desc_t own_layout;
static dnnl_status_t layout_new(own_layout *l, int n, const dnnl_dims_t dims, dnnl_data_type_t type, dnnl_format_tag_t tag) {
    return dnnl_memory_desc_init_by_tag(l, n, dims, type, tag);
}
static layout layout_of(const own_layout *l) { return l; }
static void layout_destroy(own_layout *l) { (void)l; }
#define NO_LAYOUT {0}
#endif

typedef struct {
    layout x, w, y;
    dnnl_dims_t strides, dilates, pad;
} problem;

// describe makes the primitive descriptor of one direction; hint is the forward one, which
// the two others need.
static dnnl_status_t describe(dnnl_primitive_desc_t *out, dnnl_engine_t engine, gm_direction dir,
                              const problem *p, dnnl_primitive_attr_t attr, dnnl_primitive_desc_t hint) {
    const dnnl_alg_kind_t alg = dnnl_convolution_direct;
#if DNNL_VERSION_MAJOR >= 3
    switch (dir) {
    case GM_FORWARD:
        return dnnl_convolution_forward_primitive_desc_create(out, engine, dnnl_forward_training, alg,
            p->x, p->w, NULL, p->y, p->strides, p->dilates, p->pad, p->pad, attr);
    case GM_BACKWARD_DATA:
        return dnnl_convolution_backward_data_primitive_desc_create(out, engine, alg,
            p->x, p->w, p->y, p->strides, p->dilates, p->pad, p->pad, hint, attr);
    default:
        return dnnl_convolution_backward_weights_primitive_desc_create(out, engine, alg,
            p->x, p->w, NULL, p->y, p->strides, p->dilates, p->pad, p->pad, hint, attr);
    }
#else
    dnnl_convolution_desc_t d;
    dnnl_status_t s;
    switch (dir) {
    case GM_FORWARD:
        s = dnnl_dilated_convolution_forward_desc_init(&d, dnnl_forward_training, alg,
            p->x, p->w, NULL, p->y, p->strides, p->dilates, p->pad, p->pad);
        break;
    case GM_BACKWARD_DATA:
        s = dnnl_dilated_convolution_backward_data_desc_init(&d, alg,
            p->x, p->w, p->y, p->strides, p->dilates, p->pad, p->pad);
        break;
    default:
        s = dnnl_dilated_convolution_backward_weights_desc_init(&d, alg,
            p->x, p->w, NULL, p->y, p->strides, p->dilates, p->pad, p->pad);
    }
    if (s != dnnl_success) return s;
    return dnnl_primitive_desc_create(out, &d, attr, engine, hint);
#endif
}

static dnnl_status_t reorder(dnnl_primitive_t *out, dnnl_engine_t engine, layout from, layout to) {
    dnnl_primitive_desc_t pd = NULL;
    dnnl_status_t s = dnnl_reorder_primitive_desc_create(&pd, from, engine, to, engine, NULL);
    if (s == dnnl_success) s = dnnl_primitive_create(out, pd);
    if (pd) dnnl_primitive_desc_destroy(pd);
    return s;
}

static int conv_run(gm_job *job) {
    conv *c = (conv *)job;
    gm_backend *b = job->backend;
    dnnl_status_t s = dnnl_success;
    if (c->scratch_at != b->scratch) {
        s = dnnl_memory_set_data_handle(c->scratch, c->scratch_at = b->scratch);
        if (s != dnnl_success) return s;
    }
    if (c->packed && c->packed_at != b->weights) {
        s = dnnl_memory_set_data_handle(c->packed, c->packed_at = b->weights);
        if (s != dnnl_success) return s;
    }
    if (c->before) s = dnnl_primitive_execute(c->before, b->stream, 2, c->before_args);
    if (s == dnnl_success) s = dnnl_primitive_execute(c->conv, b->stream, 4, c->conv_args);
    if (s == dnnl_success && c->after) s = dnnl_primitive_execute(c->after, b->stream, 2, c->after_args);
    if (s == dnnl_success) s = dnnl_stream_wait(b->stream);
    return s;
}

static void conv_destroy(gm_job *job) {
    conv *c = (conv *)job;
    dnnl_primitive_t primitives[] = {c->conv, c->before, c->after};
    dnnl_memory_t memories[] = {c->x, c->w, c->y, c->packed, c->scratch};
    for (int i = 0; i < 3; i++)
        if (primitives[i]) dnnl_primitive_destroy(primitives[i]);
    for (int i = 0; i < 5; i++)
        if (memories[i]) dnnl_memory_destroy(memories[i]);
    if (c->desc) dnnl_primitive_desc_destroy(c->desc);
}

const char *gm_conv_info(gm_job *job) {
    const char *info = "";
    dnnl_primitive_desc_query(((conv *)job)->desc, dnnl_query_impl_info_str, 0, &info);
    return info;
}

// prefer moves on to the implementation that fits better than the library's first choice, where there is one: for
// dense 3x3 convolutions forward the older jit kernels are 5 to 15 % faster than brgconv (measured on Zen 4, NHWC,
// 16 to 64 channels), but for wide images with few outputs. In bfloat16 they are as fast or faster for all, and for
// 1x1 on 16 channels 1.5 times as fast.
static void prefer(dnnl_primitive_desc_t *desc, dnnl_engine_t engine, gm_direction dir, const gm_shape *g) {
    const char *info = "";
    if (dir != GM_FORWARD || g->groups > 1) return;
    if (!g->half && (g->kernel < 3 || (g->width > 16 && g->out <= 32))) return;
    dnnl_primitive_desc_query(*desc, dnnl_query_impl_info_str, 0, &info);
    if (strncmp(info, "brgconv", 7)) return;
#if DNNL_VERSION_MAJOR >= 3
    (void)engine;
    dnnl_primitive_desc_t next = NULL;
    if (dnnl_primitive_desc_clone(&next, *desc) != dnnl_success) return;
    if (dnnl_primitive_desc_next_impl(next) == dnnl_success) {
        dnnl_primitive_desc_query(next, dnnl_query_impl_info_str, 0, &info);
        if (!strncmp(info, "jit", 3)) {
            dnnl_primitive_desc_destroy(*desc);
            *desc = next;
            return;
        }
    }
    dnnl_primitive_desc_destroy(next);
#else
    const_dnnl_op_desc_t op = NULL;
    const_dnnl_primitive_attr_t attr = NULL;
    dnnl_primitive_desc_iterator_t it = NULL;
    if (dnnl_primitive_desc_query(*desc, dnnl_query_convolution_d, 0, &op) != dnnl_success ||
        dnnl_primitive_desc_get_attr(*desc, &attr) != dnnl_success ||
        dnnl_primitive_desc_iterator_create(&it, op, attr, engine, NULL) != dnnl_success)
        return;
    if (dnnl_primitive_desc_iterator_next(it) == dnnl_success) {
        dnnl_primitive_desc_t next = dnnl_primitive_desc_iterator_fetch(it);
        if (next) dnnl_primitive_desc_query(next, dnnl_query_impl_info_str, 0, &info);
        if (next && !strncmp(info, "jit", 3)) {
            dnnl_primitive_desc_destroy(*desc);
            *desc = next;
        } else if (next) {
            dnnl_primitive_desc_destroy(next);
        }
    }
    dnnl_primitive_desc_iterator_destroy(it);
#endif
}

#define TRY(call, name)                   \
    do {                                  \
        s = (call);                       \
        if (s != dnnl_success) {          \
            *step = name;                 \
            goto done;                    \
        }                                 \
    } while (0)

int gm_conv_new(gm_backend *b, gm_direction dir, const gm_shape *g, void *x, float *w, void *y,
                gm_job **out, const char **step) {
    const dnnl_dims_t xdims = {g->batch, g->in, g->height, g->width};
    const dnnl_dims_t ydims = {g->batch, g->out, g->out_height, g->out_width};
    const dnnl_dims_t dense = {g->out, g->in, g->kernel, g->kernel};
    const dnnl_dims_t depthwise = {g->groups, 1, 1, g->kernel, g->kernel};
    const int grouped = g->groups > 1, wn = grouped ? 5 : 4;
    const dnnl_dim_t *wdims = grouped ? depthwise : dense;
    const dnnl_format_tag_t wtag = grouped ? dnnl_goihw : dnnl_ohwi;

    dnnl_status_t s = dnnl_success;
    // What a pass reads is bfloat16 where the convolution is half; what it writes is float32. The hint of a gradient is the
    // forward pass, with layouts of its own.
    const dnnl_data_type_t read = g->half ? dnnl_bf16 : dnnl_f32, f32 = dnnl_f32;
    own_layout xl = NO_LAYOUT, yl = NO_LAYOUT, wl = NO_LAYOUT, any = NO_LAYOUT;
    own_layout hint_x = NO_LAYOUT, hint_y = NO_LAYOUT, hint_w = NO_LAYOUT;
    dnnl_primitive_attr_t attr = NULL;
    dnnl_primitive_desc_t hint = NULL;
    const unsigned state = gm_enter(b);
    conv *c = gm_job_new(b, sizeof *c, conv_run);
    if (!c) {
        *step = "allocating the command";
        gm_leave(state);
        return dnnl_out_of_memory;
    }
    c->job.destroy = conv_destroy;

    TRY(layout_new(&xl, 4, xdims, dir == GM_BACKWARD_DATA ? f32 : read, dnnl_nhwc), "describing the input");
    TRY(layout_new(&yl, 4, ydims, dir == GM_FORWARD ? f32 : read, dnnl_nhwc), "describing the output");
    TRY(layout_new(&wl, wn, wdims, f32, wtag), "describing the weights");
    TRY(layout_new(&any, wn, wdims, dir == GM_BACKWARD_WEIGHTS ? f32 : read, dnnl_format_tag_any), "describing any weights");
    TRY(dnnl_primitive_attr_create(&attr), "creating attributes");
    TRY(dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user), "choosing the scratchpad");

    problem p = {
        layout_of(&xl), layout_of(&any), layout_of(&yl),
        {g->stride, g->stride}, {g->dilation - 1, g->dilation - 1}, {g->pad, g->pad},
    };
    if (dir != GM_FORWARD) {
        TRY(layout_new(&hint_x, 4, xdims, read, dnnl_nhwc), "describing the forward input");
        TRY(layout_new(&hint_y, 4, ydims, f32, dnnl_nhwc), "describing the forward output");
        TRY(layout_new(&hint_w, wn, wdims, read, dnnl_format_tag_any), "describing the forward weights");
        problem forward = p;
        forward.x = layout_of(&hint_x), forward.y = layout_of(&hint_y), forward.w = layout_of(&hint_w);
        TRY(describe(&hint, b->engine, GM_FORWARD, &forward, attr, NULL), "describing the forward convolution");
    }
    TRY(describe(&c->desc, b->engine, dir, &p, attr, hint), "describing the convolution");
    prefer(&c->desc, b->engine, dir, g);
    TRY(dnnl_primitive_create(&c->conv, c->desc), "creating the convolution");

    const dnnl_query_t what = dir == GM_BACKWARD_WEIGHTS ? dnnl_query_diff_weights_md : dnnl_query_weights_md;
    layout preferred = dnnl_primitive_desc_query_md(c->desc, what, 0);
    layout scratch = dnnl_primitive_desc_query_md(c->desc, dnnl_query_scratchpad_md, 0);
    layout ohwi = layout_of(&wl);
    // Version 2.6 writes past its scratchpad where a strided 1x1 convolution has one channel
    // (seen: by up to 2.7 KB of 3.2): it gets twice as much and a margin.
    const size_t room = 2 * dnnl_memory_desc_get_size(scratch) + 65536;
    TRY(gm_grow(&b->scratch, &b->scratch_size, room) ? dnnl_out_of_memory : dnnl_success,
        "allocating the scratchpad");
    TRY(dnnl_memory_create(&c->x, layout_of(&xl), b->engine, x), "wrapping the input");
    TRY(dnnl_memory_create(&c->y, layout_of(&yl), b->engine, y), "wrapping the output");
    TRY(dnnl_memory_create(&c->w, ohwi, b->engine, w), "wrapping the weights");
    TRY(dnnl_memory_create(&c->scratch, scratch, b->engine, DNNL_MEMORY_NONE), "wrapping the scratchpad");
    if (!dnnl_memory_desc_equal(preferred, ohwi)) {
        TRY(gm_grow(&b->weights, &b->weights_size, dnnl_memory_desc_get_size(preferred)) ? dnnl_out_of_memory : dnnl_success,
            "allocating the packed weights");
        TRY(dnnl_memory_create(&c->packed, preferred, b->engine, DNNL_MEMORY_NONE), "wrapping the packed weights");
        if (dir == GM_BACKWARD_WEIGHTS)
            TRY(reorder(&c->after, b->engine, preferred, ohwi), "creating the reorder of the weight gradient");
        else
            TRY(reorder(&c->before, b->engine, ohwi, preferred), "creating the reorder of the weights");
    }

    dnnl_memory_t used = c->packed ? c->packed : c->w;
    const int names[3][3] = {
        {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST},
        {DNNL_ARG_DIFF_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_DST},
        {DNNL_ARG_SRC, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_DST},
    };
    c->conv_args[0] = (dnnl_exec_arg_t){names[dir][0], c->x};
    c->conv_args[1] = (dnnl_exec_arg_t){names[dir][1], used};
    c->conv_args[2] = (dnnl_exec_arg_t){names[dir][2], c->y};
    c->conv_args[3] = (dnnl_exec_arg_t){DNNL_ARG_SCRATCHPAD, c->scratch};
    c->before_args[0] = (dnnl_exec_arg_t){DNNL_ARG_FROM, c->w};
    c->before_args[1] = (dnnl_exec_arg_t){DNNL_ARG_TO, c->packed};
    c->after_args[0] = (dnnl_exec_arg_t){DNNL_ARG_FROM, c->packed};
    c->after_args[1] = (dnnl_exec_arg_t){DNNL_ARG_TO, c->w};
    *out = &c->job;

done:
    if (s != dnnl_success) gm_job_destroy(&c->job);
    if (hint) dnnl_primitive_desc_destroy(hint);
    if (attr) dnnl_primitive_attr_destroy(attr);
    layout_destroy(&xl);
    layout_destroy(&yl);
    layout_destroy(&wl);
    layout_destroy(&any);
    layout_destroy(&hint_x);
    layout_destroy(&hint_y);
    layout_destroy(&hint_w);
    gm_leave(state);
    return s;
}
