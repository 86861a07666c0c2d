package enginetest

import (
	"fmt"
	"math"

	"gmnas/harness/engine/kernel"
)

// term is a kernel.Term with its values at hand.
type term struct {
	kernel.Term
	src, coef, bias, mask, keep []float64 // all but src are nil where the term has none
}

// newTerm draws a term; shape picks what it has: bits 0-1 the coefficients, 2 a bias, 3 a mask, 4 a gate, 5 images to keep.
func (l *lab) newTerm(r random, images, rows, channels, shape int) term {
	var t term
	pad := r.IntN(4)
	t.Src, t.src = l.columns(r, rows, channels, r.IntN(pad+1), channels+pad)
	switch shape & 3 {
	case 1:
		v := r.normal(1)
		t.Coef, t.coef = l.in(v), wide(v)
	case 2, 3:
		v := r.normal(channels)
		t.Coef, t.coef = l.in(v), wide(v)
	}
	if shape&4 != 0 {
		v := r.normal(channels)
		t.Bias, t.bias = l.in(v), wide(v)
	}
	if shape&8 != 0 {
		t.Mask, t.mask = l.columns(r, rows, channels, 1, channels+2)
	}
	if shape&16 != 0 {
		t.Gate = &kernel.Gate{}
	}
	if shape&32 != 0 {
		t.Keep, t.keep = l.keep(r, images)
	}
	return t
}

// keep draws which of so many images stay.
func (l *lab) keep(r random, images int) (kernel.Mem, []float64) {
	v := make([]float32, images)
	for i := range v {
		v[i] = float32(r.IntN(2)) * -0.5 // any value but 0 keeps
	}
	return l.in(v), wide(v)
}

// kept reports whether row r of rows counts.
func kept(keep []float64, r, rows int) bool { return keep == nil || keep[r*len(keep)/rows] != 0 }

func refCombine(rows, channels int, terms []term) []float64 {
	y := make([]float64, rows*channels)
	for i := range y {
		c := i % channels
		for _, t := range terms {
			if t.Gate.Shut() || !kept(t.keep, i/channels, rows) {
				continue
			}
			v := t.src[i]
			if len(t.coef) > 0 {
				v *= t.coef[c%len(t.coef)]
			}
			if t.mask != nil && !(t.mask[i] > 0) {
				v = 0
			}
			if t.bias != nil {
				v += t.bias[c]
			}
			y[i] += v
		}
	}
	return y
}

// spread puts values into the view's place in a matrix of not-a-numbers.
func spread(v []float64, channels, offset, stride, size int) []float64 {
	m := make([]float64, size)
	for i := range m {
		m[i] = math.NaN()
	}
	for i, x := range v {
		m[i/channels*stride+offset+i%channels] = x
	}
	return m
}

func relu(v []float64) []float64 {
	y := make([]float64, len(v))
	for i, x := range v {
		y[i] = max(0, x)
	}
	return y
}

func checkCombine(l *lab) {
	r := newRandom(20)
	for shape := range 64 { // every kind of term alone
		l.combine(fmt.Sprintf("term %06b", shape), r, 3, 6, 1+r.IntN(20), []int{shape}, shape%3)
	}
	l.combine("no terms", r, 1, 4, 3, nil, 2)
	for i := range 40 {
		shapes := make([]int, 1+r.IntN(6))
		for k := range shapes {
			shapes[k] = r.IntN(64)
		}
		channels := []int{1, 3, 4, 5, 12, 16, 17, 32, 48}[r.IntN(9)]
		images := 1 + r.IntN(7)
		l.combine(fmt.Sprintf("mix %d", i), r, images, images*(1+r.IntN(300/images)), channels, shapes, i%3)
	}
	l.combineInPlace()
	l.combineReadsNoShutTerm()
}

// combine checks a mixture under all-open, random and all-shut gates. outputs is 0 for
// the sum alone, 1 for its ReLU alone, 2 for both.
func (l *lab) combine(name string, r random, images, rows, channels int, shapes []int, outputs int) {
	defer l.free()
	k := kernel.Combine{Rows: rows, Channels: channels}
	var terms []term
	for _, s := range shapes {
		t := l.newTerm(r, images, rows, channels, s)
		terms, k.Terms = append(terms, t), append(k.Terms, t.Term)
	}
	offset, stride := r.IntN(3), channels+2
	var outs []kernel.Mem
	if outputs != 1 {
		k.Dst = kernel.View{Mem: l.out(rows * stride), Offset: offset, Stride: stride}
		outs = append(outs, k.Dst.Mem)
	}
	if outputs != 0 {
		k.Relu = kernel.View{Mem: l.out(rows * channels), Stride: channels}
		outs = append(outs, k.Relu.Mem)
	}
	cmd, err := l.b.Combine(k)
	for _, shut := range []float64{0, 0.5, 1} {
		for _, t := range terms {
			if t.Gate != nil {
				t.Gate.Closed = r.Float64() < shut
			}
		}
		l.run(cmd, err, outs...)
		want := refCombine(rows, channels, terms)
		if outputs != 1 {
			full := spread(want, channels, offset, stride, rows*stride)
			got := l.get(k.Dst.Mem)
			for i, w := range full {
				if w != w && got[i] == got[i] {
					l.Fatalf("%s: Dst wrote value %d, outside its view", name, i)
				} else if w != w {
					full[i], got[i] = 0, 0
				}
			}
			l.near(name+" sum", got, full, 5e-6, 2e-6)
		}
		if outputs != 0 {
			l.near(name+" relu", l.get(k.Relu.Mem), relu(want), 5e-6, 2e-6)
		}
	}
}

// combineInPlace checks that an output may replace a source, as a view of a wider matrix too.
func (l *lab) combineInPlace() {
	for i, place := range []string{"sum replaces first", "sum replaces last", "relu replaces first", "relu replaces mask's term"} {
		r := newRandom(uint64(30 + i))
		const rows, channels = 70, 12
		terms := []term{l.newTerm(r, 7, rows, channels, 2), l.newTerm(r, 7, rows, channels, 46), l.newTerm(r, 7, rows, channels, 9)}
		want := refCombine(rows, channels, terms)
		k := kernel.Combine{Rows: rows, Channels: channels}
		for _, t := range terms {
			k.Terms = append(k.Terms, t.Term)
		}
		view := terms[[]int{0, 2, 0, 1}[i]].Src
		if i < 2 {
			k.Dst = view
		} else {
			k.Relu, want = view, relu(want)
		}
		cmd, err := l.b.Combine(k)
		l.run(cmd, err, view.Mem)
		m := l.get(view.Mem)
		var got []float32
		for row := range rows {
			got = append(got, m[row*view.Stride+view.Offset:][:channels]...)
		}
		l.near(place, got, want, 5e-6, 2e-6)
		l.free()
	}

	// Activation and gradient mask at once: dx = (x > 0) * g over x itself.
	r := newRandom(40)
	x, g := r.normal(60), r.normal(60)
	want := make([]float64, 60)
	for i := range want {
		if x[i] > 0 {
			want[i] = float64(g[i])
		}
	}
	xm, gm := l.in(x), l.in(g)
	cmd, err := l.b.Combine(kernel.Combine{Rows: 12, Channels: 5, Dst: kernel.View{Mem: gm, Stride: 5},
		Terms: []kernel.Term{{Src: kernel.View{Mem: gm, Stride: 5}, Mask: kernel.View{Mem: xm, Stride: 5}}}})
	l.run(cmd, err, gm)
	l.near("masked gradient in place", l.get(gm), want, 0, 0)
	l.free()
}

// combineReadsNoShutTerm checks that not-a-numbers behind a shut gate and in images that aren't kept stay there,
// and that a mask is open only above zero.
func (l *lab) combineReadsNoShutTerm() {
	defer l.free()
	nan := l.out(6)
	x := l.in([]float32{1, -2, 3, -4, 5, -6})
	mask := l.in([]float32{1, 0, -1, float32(math.Copysign(0, -1)), 1e-30, float32(math.NaN())})
	view := func(m kernel.Mem) kernel.View { return kernel.View{Mem: m, Stride: 3} }
	dst, pos := l.out(6), l.out(6)
	cmd, err := l.b.Combine(kernel.Combine{Rows: 2, Channels: 3, Dst: view(dst), Relu: view(pos), Terms: []kernel.Term{
		{Src: view(nan), Coef: nan.At(0, 3), Bias: nan.At(3, 3), Gate: &kernel.Gate{Closed: true}},
		{Src: view(nan), Bias: nan.At(3, 3), Keep: l.in([]float32{0, 0})},
		{Src: view(x), Mask: view(mask)},
		{Src: view(x), Mask: view(mask), Coef: l.in([]float32{2})},
		{Src: view(x), Mask: view(mask), Coef: l.in([]float32{3, 4, 5})},
	}})
	l.run(cmd, err, dst, pos)
	l.near("sum with a shut term", l.get(dst), []float64{6, 0, 0, 0, 35, 0}, 0, 0)
	l.near("relu with a shut term", l.get(pos), []float64{6, 0, 0, 0, 35, 0}, 0, 0)
}
