// Package native is the portable backend: plain Go, with gonum's matrix products. It is the
// oracle the other backends are held to and the fallback on machines without their libraries.
//
// Sums over rows are accumulated in float64, a convolution's weight gradient in float32 over a
// block of rows and in float64 over blocks. Work is split between threads by rows in a fixed way,
// and partial sums are added in the threads' order, so results do not depend on scheduling.
package native

import (
	"fmt"
	"runtime"
	"unsafe"

	"gmnas/harness/engine/kernel"
)

// maxAlloc bounds one allocation, 64 GiB, so that a mistaken size is an error, not a dead process.
const maxAlloc = 1 << 34

// Backend implements kernel.Backend.
type Backend struct {
	crew crew
	held map[unsafe.Pointer][]float32 // keeps allocations alive until Free
}

var _ kernel.Backend = (*Backend)(nil)

// New returns a backend that computes with the given number of threads, 1 or more.
// With one thread it starts no goroutines; with more, Close ends them.
func New(threads int) (*Backend, error) {
	if threads < 1 || threads > 1024 {
		return nil, fmt.Errorf("opening native backend: threads is %d, want 1 to 1024", threads)
	}
	return &Backend{crew: newCrew(threads), held: map[unsafe.Pointer][]float32{}}, nil
}

// Close ends the backend's goroutines. Its commands must not run afterwards.
func (b *Backend) Close() { b.crew.close() }

// Name returns "native".
func (b *Backend) Name() string { return "native" }

// Version returns the version of Go the program was built with.
func (b *Backend) Version() string { return runtime.Version() }

// InstructionSet returns "go" and the architecture, e.g. "go amd64".
func (b *Backend) InstructionSet() string { return "go " + runtime.GOARCH }

// Threads returns the number of threads.
func (b *Backend) Threads() int { return b.crew.size }

// Alloc returns n zeroed values, aligned to 64 bytes, that live until Free.
func (b *Backend) Alloc(n int) (kernel.Mem, error) {
	if n < 1 || n > maxAlloc {
		return kernel.Mem{}, fmt.Errorf("allocating memory: %d values, want 1 to %d", n, maxAlloc)
	}
	const line = 64 / 4
	v := make([]float32, n+line-1)
	past := int(uintptr(unsafe.Pointer(&v[0])) % 64 / 4)
	v = v[(line-past)%line:]
	p := unsafe.Pointer(&v[0])
	b.held[p] = v
	return kernel.Mem{Ptr: p, Len: n}, nil
}

// Free lets the collector have the memory of an Alloc. The zero Mem is ignored.
func (b *Backend) Free(m kernel.Mem) { delete(b.held, m.Ptr) }

// Upload copies src into dst.
func (b *Backend) Upload(dst kernel.Mem, src []float32) {
	sameLength("uploading", dst.Len, len(src))
	copy(values(dst), src)
}

// Download copies src into dst.
func (b *Backend) Download(dst []float32, src kernel.Mem) {
	sameLength("downloading", len(dst), src.Len)
	copy(dst, values(src))
}

// Copy copies src into dst; they may overlap.
func (b *Backend) Copy(dst, src kernel.Mem) {
	sameLength("copying", dst.Len, src.Len)
	copy(values(dst), values(src))
}

// Zero sets dst to zero.
func (b *Backend) Zero(dst kernel.Mem) { clear(values(dst)) }

// values returns the memory as a slice, nil for the zero Mem.
func values(m kernel.Mem) []float32 { return unsafe.Slice((*float32)(m.Ptr), m.Len) }

// sameLength panics where the caller broke the interface's one condition, as a slice index does.
func sameLength(doing string, a, b int) {
	if a != b {
		panic(fmt.Sprintf("kernel: %s: lengths %d and %d differ", doing, a, b))
	}
}
