//go:build onednn

package onednn

/*
#cgo CFLAGS: -O3 -std=gnu11 -Wall
#cgo linux CFLAGS: -fopenmp
#cgo linux LDFLAGS: -fopenmp
#cgo LDFLAGS: -ldnnl -lm
#include "commands.h"
#include <dnnl_debug.h>
#include <stdlib.h>
*/
import "C"

import (
	"fmt"
	"runtime"
	"strings"
	"unsafe"

	"gmnas/harness/engine/kernel"
)

// Backend computes on the CPU. It implements kernel.Backend.
type Backend struct {
	c       *C.gm_backend
	threads int
}

var _ kernel.Backend = (*Backend)(nil)

// New returns a backend whose commands use the given number of OS threads, at least 1.
func New(threads int) (*Backend, error) {
	if threads < 1 || threads > 1<<10 {
		return nil, fmt.Errorf("opening onednn: threads is %d, want 1 to %d", threads, 1<<10)
	}
	b := &Backend{threads: threads}
	if s := C.gm_backend_new(C.int(threads), &b.c); s != C.dnnl_success {
		return nil, fmt.Errorf("opening onednn: %s", status(s))
	}
	runtime.AddCleanup(b, func(c *C.gm_backend) { C.gm_backend_release(c) }, b.c)
	return b, nil
}

// status names a dnnl_status_t, e.g. "oneDNN says unimplemented".
func status(s C.int) string {
	return "oneDNN says " + C.GoString(C.dnnl_status2str(C.dnnl_status_t(s)))
}

// Name returns "onednn".
func (b *Backend) Name() string { return "onednn" }

// Version returns the library's name and version, e.g. "oneDNN 2.6.3".
func (b *Backend) Version() string {
	v := C.dnnl_version()
	return fmt.Sprintf("oneDNN %d.%d.%d", v.major, v.minor, v.patch)
}

// InstructionSet returns the best instruction set that oneDNN uses here, e.g. "avx512_core_bf16".
func (b *Backend) InstructionSet() string {
	return strings.TrimPrefix(C.GoString(C.dnnl_cpu_isa2str(C.dnnl_get_effective_cpu_isa())), "cpu_isa_")
}

// Threads returns the number of threads that a command uses.
func (b *Backend) Threads() int { return b.threads }

// Alloc returns n zeroed values, aligned to 64 bytes.
func (b *Backend) Alloc(n int) (kernel.Mem, error) {
	if n < 1 || n > 1<<40 {
		return kernel.Mem{}, fmt.Errorf("allocating %d values: want 1 to %d", n, 1<<40)
	}
	p := C.gm_alloc(4 * C.size_t(n))
	if p == nil {
		return kernel.Mem{}, fmt.Errorf("allocating %d values: out of memory", n)
	}
	return kernel.Mem{Ptr: p, Len: n}, nil
}

// Free returns what Alloc gave.
func (b *Backend) Free(m kernel.Mem) { C.free(m.Ptr) }

// Upload copies src into dst.
func (b *Backend) Upload(dst kernel.Mem, src []float32) { copy(host(dst, len(src)), src) }

// Download copies src into dst.
func (b *Backend) Download(dst []float32, src kernel.Mem) { copy(dst, host(src, len(dst))) }

// Copy copies src into dst.
func (b *Backend) Copy(dst, src kernel.Mem) { copy(host(dst, src.Len), host(src, src.Len)) }

// Zero sets dst to zero.
func (b *Backend) Zero(dst kernel.Mem) { clear(host(dst, dst.Len)) }

// host returns m's memory, which has n values.
func host(m kernel.Mem, n int) []float32 {
	if m.Len != n {
		panic(fmt.Sprintf("onednn: memory of %d values where %d are needed", m.Len, n))
	}
	return unsafe.Slice((*float32)(m.Ptr), m.Len)
}

// floats returns m for C; NULL if m is none.
func floats(m kernel.Mem) *C.float { return (*C.float)(m.Ptr) }
