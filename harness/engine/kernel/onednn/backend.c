//go:build onednn

#include "backend.h"
#include "kernels.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#ifdef _OPENMP
#include <omp.h>
#endif

// Large memory lies in huge pages where the system has them: passes over many buffers at once miss
// the page tables' cache otherwise.
enum { HUGE_PAGE = 1 << 21 };

void *gm_alloc(size_t bytes) {
    void *p = NULL;
    const size_t align = bytes >= HUGE_PAGE ? HUGE_PAGE : 64;
    if (posix_memalign(&p, align, bytes ? bytes : 64)) return NULL;
#ifdef MADV_HUGEPAGE
    if (bytes >= HUGE_PAGE) madvise(p, bytes, MADV_HUGEPAGE);
#endif
    memset(p, 0, bytes);
    return p;
}

int gm_grow(void **memory, size_t *size, size_t need) {
    if (need <= *size) return 0;
    void *p = gm_alloc(need);
    if (!p) return -1;
    free(*memory);
    *memory = p;
    *size = need;
    return 0;
}

int gm_backend_new(int threads, gm_backend **out) {
    gm_backend *b = calloc(1, sizeof *b);
    if (!b) return dnnl_out_of_memory;
    b->users = 1;
    b->threads = threads;
    b->kernels = gm_pick_kernels();
    dnnl_status_t s = dnnl_engine_create(&b->engine, dnnl_cpu, 0);
    if (s == dnnl_success) s = dnnl_stream_create(&b->stream, b->engine, dnnl_stream_default_flags);
    if (s != dnnl_success) {
        gm_backend_release(b);
        return s;
    }
    *out = b;
    return dnnl_success;
}

void gm_backend_release(gm_backend *b) {
    if (__atomic_sub_fetch(&b->users, 1, __ATOMIC_ACQ_REL)) return;
    if (b->stream) dnnl_stream_destroy(b->stream);
    if (b->engine) dnnl_engine_destroy(b->engine);
    free(b->scratch);
    free(b->weights);
    free(b);
}

void *gm_job_new(gm_backend *b, size_t bytes, int (*run)(gm_job *)) {
    gm_job *j = gm_alloc(bytes);
    if (!j) return NULL;
    j->backend = b;
    __atomic_add_fetch(&b->users, 1, __ATOMIC_RELAXED);
    j->run = run;
    return j;
}

void gm_job_destroy(gm_job *j) {
    gm_backend *b = j->backend;
    if (j->destroy) j->destroy(j);
    free(j);
    gm_backend_release(b);
}

// Denormal numbers cost a hundred cycles each on x86 and carry nothing in training: they
// are flushed to zero while a command runs. Go code keeps its own setting.
#if defined(__x86_64__)
#include <xmmintrin.h>
enum { FLUSH_AND_ZERO = 0x8040 };
static unsigned flush_denormals(void) {
    unsigned old = _mm_getcsr();
    _mm_setcsr(old | FLUSH_AND_ZERO);
    return old;
}
void gm_leave(unsigned state) { _mm_setcsr(state); }
#else
static unsigned flush_denormals(void) { return 0; }
void gm_leave(unsigned state) { (void)state; }
#endif

unsigned gm_enter(const gm_backend *b) {
    const unsigned state = flush_denormals();
#ifdef _OPENMP
    // OpenMP keeps the number of threads, and the threads, for each calling thread.
    static __thread int threads;
    if (threads != b->threads) {
        threads = b->threads;
        omp_set_num_threads(threads);
        if (threads > 1) {
#pragma omp parallel
            flush_denormals();
        }
    }
#endif
    return state;
}

int gm_run(gm_job *j) {
    unsigned state = gm_enter(j->backend);
    int status = j->run(j);
    gm_leave(state);
    return status;
}
