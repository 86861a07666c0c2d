package native

import (
	"math"
	"unsafe"

	"gmnas/harness/engine/kernel"
)

// CheckHalf returns nil: half convolutions are computed in float32 from rounded values.
func (b *Backend) CheckHalf() error { return nil }

// Narrow rounds src to bfloat16.
func (b *Backend) Narrow(src, dst kernel.Mem) (kernel.Command, error) {
	s := &shape{doing: "narrow"}
	n := &narrow{src: s.mem("src", src, src.Len), dst: s.half("dst", dst, src.Len)}
	return b.command(s, n)
}

type narrow struct {
	src []float32
	dst []uint16
}

func (n *narrow) part(i, parts int) {
	from, to := share(len(n.src), i, parts)
	narrowTo(n.dst[from:to], n.src[from:to])
}

func narrowTo(dst []uint16, src []float32) {
	for i, v := range src {
		dst[i] = bfloat16(v)
	}
}

// bfloat16 returns the upper half of v's bits, rounded to nearest, ties to even.
func bfloat16(v float32) uint16 {
	bits := math.Float32bits(v)
	if v != v {
		return uint16(bits>>16) | 0x40 // quiet, so that it stays a NaN
	}
	return uint16((bits + 0x7fff + bits>>16&1) >> 16)
}

// half requires half memory of the product of dims and returns its values.
func (s *shape) half(field string, m kernel.Mem, dims ...int) []uint16 {
	n := max(0, size(dims...))
	if s.mem(field, m, kernel.HalfLen(n)) == nil {
		return nil
	}
	return unsafe.Slice((*uint16)(m.Ptr), n)
}

// optionalHalf is half for memory that may be none.
func (s *shape) optionalHalf(field string, m kernel.Mem, dims ...int) []uint16 {
	if m.None() {
		return nil
	}
	return s.half(field, m, dims...)
}

// rounded is a convolution over float32 copies of its rounded inputs, which each run renews.
type rounded struct {
	kernel.Command
	copies []roundedCopy
}

// roundedCopy is one input's: of half memory, or of weights.
type roundedCopy struct {
	half    []uint16
	weights []float32
	copied  []float32
}

// half returns a float32 copy of n values of half memory; none, which no convolution accepts, where the length is wrong.
func (r *rounded) half(m kernel.Mem, n int) kernel.Mem {
	if m.None() || n < 1 || m.Len != kernel.HalfLen(n) {
		return kernel.Mem{}
	}
	return r.copy(roundedCopy{half: unsafe.Slice((*uint16)(m.Ptr), n), copied: make([]float32, n)})
}

// weights returns a rounded copy.
func (r *rounded) weights(m kernel.Mem) kernel.Mem {
	if m.None() {
		return m
	}
	return r.copy(roundedCopy{weights: values(m), copied: make([]float32, m.Len)})
}

func (r *rounded) copy(c roundedCopy) kernel.Mem {
	r.copies = append(r.copies, c)
	return kernel.Mem{Ptr: unsafe.Pointer(&c.copied[0]), Len: len(c.copied)}
}

// of completes the command with the convolution over the copies.
func (r *rounded) of(conv kernel.Command, err error) (kernel.Command, error) {
	if err != nil {
		return nil, err
	}
	r.Command = conv
	return r, nil
}

func (r *rounded) Run() error {
	for _, c := range r.copies {
		for i, h := range c.half {
			c.copied[i] = widened(h)
		}
		for i, v := range c.weights {
			c.copied[i] = widened(bfloat16(v))
		}
	}
	return r.Command.Run()
}

func widened(h uint16) float32 { return math.Float32frombits(uint32(h) << 16) }

// inputs and outputs return the numbers of values of a convolution's activations.
func inputs(c kernel.Conv) int { return size(c.Batch, c.Height, c.Width, c.In) }

func outputs(c kernel.Conv) int {
	if c.Stride < 1 {
		return -1
	}
	h, w := c.OutSize()
	return size(c.Batch, h, w, c.Out)
}
