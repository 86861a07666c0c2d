package enginetest

import (
	"fmt"
	"math"

	"gmnas/harness/engine/kernel"
)

// columns returns a view of channels values in a wider random matrix, and those values.
func (l *lab) columns(r random, rows, channels, offset, stride int) (kernel.View, []float64) {
	v := r.normal(rows * stride)
	var in []float64
	for i := range rows {
		in = append(in, wide(v[i*stride+offset:i*stride+offset+channels])...)
	}
	return kernel.View{Mem: l.in(v), Offset: offset, Stride: stride}, in
}

// reductions are rows, channels, offset and stride of a view.
var reductions = [][4]int{{1, 1, 0, 1}, {1, 5, 0, 5}, {7, 3, 0, 3}, {50, 4, 2, 9}, {33, 12, 4, 16}, {300, 16, 0, 16}, {129, 17, 16, 33}}

func checkMoments(l *lab) {
	for i, s := range reductions {
		rows, channels := s[0], s[1]
		src, v := l.columns(newRandom(uint64(i)), rows, channels, s[2], s[3])
		dst := l.out(2 * channels)
		cmd, err := l.b.Moments(kernel.Moments{Rows: rows, Channels: channels, Src: src, Dst: dst})
		l.run(cmd, err, dst)
		l.near(fmt.Sprintf("moments %v", s), l.get(dst), refMoments(rows, channels, v), 1e-7, 2e-6)
		l.free()
	}

	// A mean far above the spread, and a constant channel.
	const rows, channels = 40000, 3
	r := newRandom(50)
	v := r.normal(rows * channels)
	for i := range rows {
		v[i*channels] += 3000
		v[i*channels+2] = 0.1
	}
	x, dst := l.in(v), l.out(2*channels)
	cmd, err := l.b.Moments(kernel.Moments{Rows: rows, Channels: channels, Src: kernel.View{Mem: x, Stride: channels}, Dst: dst})
	l.run(cmd, err, dst)
	want := refMoments(rows, channels, wide(v))
	got := l.get(dst)
	l.near("mean of many rows", got[:channels], want[:channels], 1e-9, 2e-7)
	l.near("variance of many rows", got[channels:], want[channels:], 1e-12, 1e-5)
}

func checkDots(l *lab) {
	for i, s := range reductions {
		for sources := range 4 {
			l.dots(fmt.Sprintf("dots %v, %d sources", s, sources), uint64(i), s, sources, 0)
		}
	}
	l.dots("dots of one image", 61, [4]int{12, 5, 1, 7}, 1, 1)
	l.dots("dots of images", 62, [4]int{12, 17, 0, 17}, 2, 4)
	l.dots("dots of large images", 63, [4]int{600, 36, 0, 36}, 1, 6)
	// Sums that cancel: the error is measured against the sum of magnitudes.
	l.dots("dots of many rows", 60, [4]int{30000, 3, 0, 3}, 1, 0)
}

// dots checks sums over all rows or, of so many images, over those that are kept.
func (l *lab) dots(name string, seed uint64, s [4]int, sources, images int) {
	defer l.free()
	rows, channels := s[0], s[1]
	r := newRandom(seed)
	g, g64 := l.columns(r, rows, channels, s[2], s[3])
	gates := make([]kernel.Gate, sources)
	values := [][]float64{}
	d := kernel.Dots{Rows: rows, Channels: channels, Grad: g, Dst: l.out((1 + sources) * channels)}
	var keep []float64
	if images > 0 {
		d.Keep, keep = l.keep(r, images)
	}
	for k := range sources {
		view, v := l.columns(r, rows, channels, k, channels+k)
		d.Srcs = append(d.Srcs, kernel.Source{View: view, Gate: &gates[k]})
		values = append(values, v)
	}
	if sources == 3 {
		d.Srcs[0].Gate = nil
	}
	cmd, err := l.b.Dots(d)
	for pattern := range 1 << sources {
		for k := range sources {
			gates[k].Closed = pattern>>k&1 == 1
		}
		l.run(cmd, err, d.Dst)
		got := l.get(d.Dst)
		for k := range 1 + sources {
			for c := range channels {
				sum, size := 0.0, 0.0
				for i := c; i < len(g64); i += channels {
					term := g64[i]
					if !kept(keep, i/channels, rows) || k > 0 && d.Srcs[k-1].Gate.Shut() {
						term = 0
					} else if k > 0 {
						term *= values[k-1][i]
					}
					sum += term
					size += math.Abs(term)
				}
				l.near(fmt.Sprintf("%s, gates %b, sum %d of channel %d", name, pattern, k, c), got[k*channels+c:][:1], []float64{sum}, 1e-7*size, 1e-7)
			}
		}
	}
}

func checkReduceSum(l *lab) {
	for _, n := range []int{1, 7, 1000, 100003} {
		v := newRandom(uint64(n)).normal(n)
		src, dst := l.in(v), l.out(1)
		cmd, err := l.b.ReduceSum(src, dst)
		l.run(cmd, err, dst)
		l.near(fmt.Sprintf("sum of %d values", n), l.get(dst), []float64{mean(wide(v)) * float64(n)}, 1e-7*float64(n), 1e-6)
		l.free()
	}
}
