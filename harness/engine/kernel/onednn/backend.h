#ifndef GMNAS_BACKEND_H
#define GMNAS_BACKEND_H

#include <dnnl.h>
#include <stddef.h>

struct gm_kernels;

// A backend owns what its commands share. Its commands run one after the other.
typedef struct gm_backend {
    int users; // the Go backend and every job: the last one destroys
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    int threads;
    const struct gm_kernels *kernels;
    void *scratch, *weights; // oneDNN's scratchpad; weights in oneDNN's own layout
    size_t scratch_size, weights_size;
} gm_backend;

// A job is the C side of a command: the first member of each command's own struct.
typedef struct gm_job gm_job;
struct gm_job {
    int (*run)(gm_job *); // 0 is success
    void (*destroy)(gm_job *);
    gm_backend *backend;
};

int gm_backend_new(int threads, gm_backend **out); // returns a dnnl_status_t
void gm_backend_release(gm_backend *);

int gm_has_bf16(void); // whether the processor multiplies bfloat16

void *gm_alloc(size_t bytes); // aligned to 64 bytes, zeroed; NULL if there is none
int gm_grow(void **memory, size_t *size, size_t need);

// gm_job_new returns a zeroed job of the given size, NULL if there is no memory.
void *gm_job_new(gm_backend *, size_t bytes, int (*run)(gm_job *));
void gm_job_destroy(gm_job *);
int gm_run(gm_job *);

// gm_enter makes the calling thread ready for b (number of threads, denormals as zero) and
// returns the state to give to gm_leave.
unsigned gm_enter(const gm_backend *);
void gm_leave(unsigned state);

#ifdef _OPENMP
#define GM_PARALLEL_FOR _Pragma("omp parallel for schedule(static)")
#else
#define GM_PARALLEL_FOR
#endif

// GM_BLOCKS runs the statement for each of the backend's equal parts [lo, hi) of 0..n, part
// number `block`. The parts depend on the number of threads only, so that partial sums
// folded in their order don't depend on scheduling.
#define GM_BLOCKS(b, n, statement)                                        \
    do {                                                                  \
        const int parts_ = (b)->threads;                                  \
        const long n_ = (n);                                              \
        if (parts_ == 1) {                                                \
            const int block = 0;                                          \
            const long lo = 0, hi = n_;                                   \
            (void)block;                                                  \
            statement;                                                    \
        } else {                                                          \
            GM_PARALLEL_FOR                                               \
            for (int block = 0; block < parts_; block++) {                \
                const long lo = n_ * block / parts_;                      \
                const long hi = n_ * (block + 1) / parts_;                \
                statement;                                                \
            }                                                             \
        }                                                                 \
    } while (0)

#endif
