package enginetest

import (
	"fmt"
	"math"
	"slices"

	"gmnas/harness/engine/kernel"
)

var pools = []kernel.Pool{
	{Batch: 2, Height: 6, Width: 6, Channels: 4, Kernel: 3, Stride: 1, Pad: 1},
	{Batch: 1, Height: 7, Width: 5, Channels: 3, Kernel: 3, Stride: 2, Pad: 1},
	{Batch: 3, Height: 8, Width: 8, Channels: 16, Kernel: 3, Stride: 2, Pad: 1},
	{Batch: 1, Height: 1, Width: 1, Channels: 1, Kernel: 3, Stride: 1, Pad: 1},
	{Batch: 1, Height: 2, Width: 9, Channels: 12, Kernel: 3, Stride: 1, Pad: 1},
	{Batch: 2, Height: 6, Width: 7, Channels: 5, Kernel: 2, Stride: 2, Pad: 0},
	{Batch: 1, Height: 9, Width: 9, Channels: 17, Kernel: 5, Stride: 3, Pad: 2},
	{Batch: 2, Height: 6, Width: 8, Channels: 5, Kernel: 1, Stride: 2},
	{Batch: 2, Height: 6, Width: 8, Channels: 5, Kernel: 1, Stride: 2, Shift: 1}, // the second half of a factorized reduce
	{Batch: 1, Height: 7, Width: 8, Channels: 16, Kernel: 3, Stride: 2, Pad: 1, Shift: 3},
	{Batch: 2, Height: 8, Width: 8, Channels: 20, Kernel: 5, Stride: 3}, // an auxiliary head's, CIFAR
	{Batch: 2, Height: 7, Width: 7, Channels: 16, Kernel: 5, Stride: 2}, // and ImageNet
}

func checkPool(l *lab) {
	for i, p := range pools {
		l.pool(p, uint64(i))
	}
	l.maxPoolTies()
}

func (l *lab) pool(p kernel.Pool, seed uint64) {
	defer l.free()
	r := newRandom(seed)
	oh, ow := p.OutSize()
	xs, dys := r.distinct(p.Batch*p.Height*p.Width*p.Channels), r.normal(p.Batch*oh*ow*p.Channels)
	x, dy := l.in(xs), l.in(dys)
	y, dx := l.out(len(dys)), l.out(len(xs))
	x64, dy64 := wide(xs), wide(dys)

	cmd, err := l.b.AvgPoolForward(p, x, y)
	l.run(cmd, err, y)
	cmd, err = l.b.AvgPoolBackward(p, dy, dx)
	l.run(cmd, err, dx)
	l.near(fmt.Sprintf("average %+v y", p), l.get(y), refPool(p, x64, mean), 1e-6, 1e-6)
	l.slope(fmt.Sprintf("average %+v dx", p), r, l.get(dx), func() float64 { return dot(dy64, refPool(p, x64, mean)) }, x64)

	cmd, err = l.b.MaxPoolForward(p, x, y)
	l.run(cmd, err, y)
	cmd, err = l.b.MaxPoolBackward(p, x, dy, dx)
	l.run(cmd, err, dx)
	l.near(fmt.Sprintf("maximum %+v y", p), l.get(y), refPool(p, x64, slices.Max[[]float64]), 0, 0)
	l.slope(fmt.Sprintf("maximum %+v dx", p), r, l.get(dx), func() float64 { return dot(dy64, refPool(p, x64, slices.Max[[]float64])) }, x64)
}

// maxPoolTies checks that of equal maxima the first in row-major order takes the gradient,
// and that padding never wins.
func (l *lab) maxPoolTies() {
	defer l.free()
	p := kernel.Pool{Batch: 1, Height: 2, Width: 2, Channels: 3, Kernel: 2, Stride: 2}
	x := l.in([]float32{
		1, 5, -2, 3, 5, -2,
		3, 4, -2, 2, 5, -2,
	})
	dy, dx, y := l.in([]float32{10, 20, 30}), l.out(12), l.out(3)
	cmd, err := l.b.MaxPoolBackward(p, x, dy, dx)
	l.run(cmd, err, dx)
	l.near("dx of tied maxima", l.get(dx), []float64{0, 20, 30, 10, 0, 0, 0, 0, 0, 0, 0, 0}, 0, 0)
	cmd, err = l.b.MaxPoolForward(p, x, y)
	l.run(cmd, err, y)
	l.near("tied maxima", l.get(y), []float64{3, 5, -2}, 0, 0)

	padded := kernel.Pool{Batch: 1, Height: 1, Width: 1, Channels: 2, Kernel: 3, Stride: 1, Pad: 1}
	low, out := l.in([]float32{-7, -math.MaxFloat32}), l.out(2)
	cmd, err = l.b.MaxPoolForward(padded, low, out)
	l.run(cmd, err, out)
	l.near("maximum of a padded window", l.get(out), []float64{-7, -math.MaxFloat32}, 0, 0)
}

func checkGlobalAvgPool(l *lab) {
	for i, s := range [][3]int{{1, 1, 1}, {2, 9, 4}, {3, 64, 5}, {1, 49, 17}} {
		batch, pixels, channels := s[0], s[1], s[2]
		r := newRandom(uint64(i))
		xs, dys := r.normal(batch*pixels*channels), r.normal(batch*channels)
		x, dy := l.in(xs), l.in(dys)
		y, dx := l.out(len(dys)), l.out(len(xs))
		cmd, err := l.b.GlobalAvgPoolForward(batch, pixels, channels, x, y)
		l.run(cmd, err, y)
		cmd, err = l.b.GlobalAvgPoolBackward(batch, pixels, channels, dy, dx)
		l.run(cmd, err, dx)
		x64, dy64 := wide(xs), wide(dys)
		ref := func() []float64 {
			var y []float64
			for n := range batch {
				y = append(y, refMoments(pixels, channels, x64[n*pixels*channels:(n+1)*pixels*channels])[:channels]...)
			}
			return y
		}
		l.near(fmt.Sprintf("%v y", s), l.get(y), ref(), 1e-7, 1e-6)
		l.slope(fmt.Sprintf("%v dx", s), r, l.get(dx), func() float64 { return dot(dy64, ref()) }, x64)
		l.free()
	}
}
