package enginetest

import (
	"fmt"
	"math"
	"slices"

	"gmnas/harness/engine/kernel"
)

// convs are shapes that break kernels: batch 1, channels off any vector width, odd sizes,
// strides that leave a border unread, more rows or channels than a block holds.
var convs = []kernel.Conv{
	{Batch: 1, Height: 5, Width: 5, In: 3, Out: 4, Kernel: 3, Stride: 1, Pad: 1, Dilation: 1, Groups: 1},
	{Batch: 2, Height: 7, Width: 5, In: 4, Out: 5, Kernel: 3, Stride: 2, Pad: 1, Dilation: 1, Groups: 1},
	{Batch: 2, Height: 8, Width: 8, In: 3, Out: 16, Kernel: 3, Stride: 2, Pad: 1, Dilation: 1, Groups: 1},
	{Batch: 3, Height: 9, Width: 10, In: 16, Out: 16, Kernel: 3, Stride: 1, Pad: 1, Dilation: 1, Groups: 1},
	{Batch: 1, Height: 6, Width: 6, In: 12, Out: 5, Kernel: 1, Stride: 1, Pad: 0, Dilation: 1, Groups: 1},
	{Batch: 3, Height: 7, Width: 7, In: 5, Out: 12, Kernel: 1, Stride: 2, Pad: 0, Dilation: 1, Groups: 1},
	{Batch: 1, Height: 1, Width: 1, In: 1, Out: 1, Kernel: 1, Stride: 1, Pad: 0, Dilation: 1, Groups: 1},
	{Batch: 2, Height: 1, Width: 1, In: 4, Out: 3, Kernel: 3, Stride: 1, Pad: 1, Dilation: 1, Groups: 1},
	{Batch: 1, Height: 9, Width: 7, In: 1, Out: 3, Kernel: 5, Stride: 1, Pad: 2, Dilation: 1, Groups: 1},
	{Batch: 2, Height: 7, Width: 8, In: 4, Out: 4, Kernel: 3, Stride: 1, Pad: 2, Dilation: 2, Groups: 1},
	{Batch: 2, Height: 6, Width: 6, In: 4, Out: 6, Kernel: 2, Stride: 2, Pad: 0, Dilation: 1, Groups: 1},
	{Batch: 1, Height: 8, Width: 8, In: 4, Out: 4, Kernel: 3, Stride: 3, Pad: 0, Dilation: 1, Groups: 1},
	{Batch: 1, Height: 4, Width: 4, In: 70, Out: 200, Kernel: 1, Stride: 1, Pad: 0, Dilation: 1, Groups: 1},
	{Batch: 1, Height: 4, Width: 5, In: 67, Out: 70, Kernel: 3, Stride: 1, Pad: 1, Dilation: 1, Groups: 1},
	{Batch: 2, Height: 6, Width: 5, In: 4, Out: 4, Kernel: 3, Stride: 1, Pad: 1, Dilation: 1, Groups: 4},
	{Batch: 2, Height: 7, Width: 7, In: 5, Out: 5, Kernel: 5, Stride: 2, Pad: 2, Dilation: 1, Groups: 5},
	{Batch: 1, Height: 8, Width: 6, In: 12, Out: 12, Kernel: 7, Stride: 1, Pad: 3, Dilation: 1, Groups: 12},
	{Batch: 1, Height: 9, Width: 9, In: 3, Out: 3, Kernel: 3, Stride: 1, Pad: 2, Dilation: 2, Groups: 3},
	{Batch: 2, Height: 8, Width: 8, In: 33, Out: 33, Kernel: 5, Stride: 2, Pad: 4, Dilation: 2, Groups: 33},
	{Batch: 2, Height: 5, Width: 5, In: 16, Out: 16, Kernel: 3, Stride: 2, Pad: 1, Dilation: 1, Groups: 16},
	{Batch: 1, Height: 3, Width: 150, In: 3, Out: 3, Kernel: 5, Stride: 1, Pad: 2, Dilation: 1, Groups: 3},
	{Batch: 2, Height: 4, Width: 13, In: 20, Out: 20, Kernel: 3, Stride: 1, Pad: 2, Dilation: 2, Groups: 20},
	{Batch: 2, Height: 4, Width: 4, In: 36, Out: 36, Kernel: 5, Stride: 1, Pad: 4, Dilation: 2, Groups: 36},
	{Batch: 1, Height: 7, Width: 11, In: 5, Out: 5, Kernel: 2, Stride: 3, Pad: 2, Dilation: 3, Groups: 5},
	{Batch: 2, Height: 5, Width: 8, In: 4, Out: 4, Kernel: 5, Stride: 1, Pad: 4, Dilation: 2, Groups: 4},
	{Batch: 2, Height: 6, Width: 20, In: 8, Out: 8, Kernel: 3, Stride: 1, Pad: 1, Dilation: 1, Groups: 8},
	{Batch: 1, Height: 4, Width: 64, In: 2, Out: 2, Kernel: 3, Stride: 1, Pad: 0, Dilation: 1, Groups: 2},
	{Batch: 2, Height: 9, Width: 16, In: 4, Out: 4, Kernel: 7, Stride: 1, Pad: 5, Dilation: 1, Groups: 4},
	{Batch: 3, Height: 6, Width: 6, In: 17, Out: 17, Kernel: 1, Stride: 2, Pad: 1, Dilation: 1, Groups: 17},
}

func checkConv(l *lab) {
	for i, c := range convs {
		l.convolve(fmt.Sprintf("%+v", c), c, uint64(i))
	}
	r := newRandom(99)
	for i := range 12 {
		c := kernel.Conv{Batch: 1 + r.IntN(3), Height: 5 + r.IntN(6), Width: 5 + r.IntN(6), In: 1 + r.IntN(20), Out: 1 + r.IntN(20),
			Kernel: 1 + r.IntN(3), Stride: 1 + r.IntN(2), Pad: r.IntN(3), Dilation: 1 + r.IntN(2), Groups: 1}
		if i%3 == 0 {
			c.Out, c.Groups = c.In, c.In
		}
		l.convolve(fmt.Sprintf("%+v", c), c, uint64(100+i))
	}
	l.convNeighbours()
}

// convolve checks the three passes of one convolution.
func (l *lab) convolve(name string, c kernel.Conv, seed uint64) {
	l.Helper()
	defer l.free()
	r := newRandom(seed)
	xs, ws := r.normal(c.Batch*c.Height*c.Width*c.In), r.normal(c.Out*c.Kernel*c.Kernel*(c.In/c.Groups))
	dys := r.normal(c.Rows() * c.Out)
	x, w, dy := l.in(xs), l.in(ws), l.in(dys)
	y, dx, dw := l.out(len(dys)), l.out(len(xs)), l.out(len(ws))

	cmd, err := l.b.ConvForward(c, x, w, y)
	l.run(cmd, err, y)
	cmd, err = l.b.ConvBackwardData(c, dy, w, dx)
	l.run(cmd, err, dx)
	cmd, err = l.b.ConvBackwardWeights(c, x, dy, dw)
	l.run(cmd, err, dw)

	x64, w64, dy64 := wide(xs), wide(ws), wide(dys)
	// Rounding grows with the sum of the products' sizes: 2e-7 of it is three units in the last place.
	sizes := slices.Max(refConv(c, absolute(x64), absolute(w64)))
	l.near(name+" y", l.get(y), refConv(c, x64, w64), 1e-5+2e-7*sizes, 1e-5)
	loss := func() float64 { return dot(dy64, refConv(c, x64, w64)) }
	l.slope(name+" dx", r, l.get(dx), loss, x64)
	l.slope(name+" dw", r, l.get(dw), loss, w64)
}

// convNeighbours checks that convolutions whose weights lie one after the other are one
// convolution, and that a convolution over part of a batch leaves the rest alone.
func (l *lab) convNeighbours() {
	defer l.free()
	r := newRandom(7)
	c := kernel.Conv{Batch: 2, Height: 6, Width: 6, In: 5, Out: 3, Kernel: 3, Stride: 1, Pad: 1, Dilation: 1, Groups: 1}
	both := c
	both.Out = 6
	x, w, y := l.in(r.normal(2*36*5)), l.in(r.normal(6*9*5)), l.out(72*6)
	cmd, err := l.b.ConvForward(both, x, w, y)
	l.run(cmd, err, y)
	first, second := l.out(72*3), l.out(72*3)
	cmd, err = l.b.ConvForward(c, x, w.At(0, 135), first)
	l.run(cmd, err, first)
	cmd, err = l.b.ConvForward(c, x, w.At(135, 135), second)
	l.run(cmd, err, second)
	var want []float64
	for a, b := wide(l.get(first)), wide(l.get(second)); len(a) > 0; a, b = a[3:], b[3:] {
		want = slices.Concat(want, a[:3], b[:3])
	}
	l.near("two convolutions as one", l.get(y), want, 1e-5, 1e-5)

	one := c
	one.Batch = 1
	part := l.out(72 * 3)
	cmd, err = l.b.ConvForward(one, x.At(180, 180), w.At(0, 135), part.At(108, 108))
	l.run(cmd, err, part)
	l.near("second image alone", l.get(part)[108:], wide(l.get(first)[108:]), 1e-5, 1e-5)
	for _, v := range l.get(part)[:108] {
		if v == v {
			l.Fatal("a convolution over the second image wrote to the first")
		}
	}
}

func absolute(v []float64) []float64 {
	a := make([]float64, len(v))
	for i := range v {
		a[i] = math.Abs(v[i])
	}
	return a
}
