package engine

import (
	"fmt"
	"unsafe"

	"gorgonia.org/tensor"

	"gmnas/harness/engine/kernel"
)

// Buffer is a value of the graph: a shape over a backend's memory. It implements
// gorgonia.Value without being a tensor, so Gorgonia never touches the memory, which
// need not be the host's.
type Buffer struct {
	shape tensor.Shape
	Mem   kernel.Mem
}

// Shape returns the buffer's dimensions, NHWC for activations.
func (b *Buffer) Shape() tensor.Shape { return b.shape }

// Size returns the number of values.
func (b *Buffer) Size() int { return b.Mem.Len }

// Data returns the backend's memory, a kernel.Mem; it can't be read here.
func (b *Buffer) Data() interface{} { return b.Mem }

// Dtype is always float32.
func (b *Buffer) Dtype() tensor.Dtype { return tensor.Float32 }

// Uintptr returns the address in the backend's memory.
func (b *Buffer) Uintptr() uintptr { return uintptr(b.Mem.Ptr) }

// MemSize returns the size in bytes.
func (b *Buffer) MemSize() uintptr { return uintptr(4 * b.Mem.Len) }

// Pointer returns the address in the backend's memory.
func (b *Buffer) Pointer() unsafe.Pointer { return b.Mem.Ptr }

// Format writes the shape; the values may be out of the host's reach.
func (b *Buffer) Format(s fmt.State, _ rune) { fmt.Fprintf(s, "buffer%v", b.shape) }
