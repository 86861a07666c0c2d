package enginetest

import (
	"fmt"
	"math"
	"slices"

	"gmnas/harness/engine/kernel"
)

// roundHalf rounds to bfloat16 by the definition: of the two neighbours, which differ in the last of 8 significant bits,
// the nearer one, or the one with an even last bit.
func roundHalf(v float32) float32 {
	if v != v || math.IsInf(float64(v), 0) {
		return v
	}
	below := math.Float32frombits(math.Float32bits(v) &^ 0xffff) // towards zero
	next := math.Float32frombits(math.Float32bits(below) + 0x10000)
	// Beyond the largest bfloat16 the next value would be 2^128.
	step := math.Abs(float64(below)) - math.Abs(float64(math.Float32frombits(math.Float32bits(below)-0x10000)))
	if math.Float32bits(below)&0x7fffffff < 0x10000 || !math.IsInf(float64(next), 0) {
		step = math.Abs(float64(next)) - math.Abs(float64(below))
	}
	over := math.Abs(float64(v)) - math.Abs(float64(below))
	even := math.Float32bits(below)&0x10000 == 0
	if over < step/2 || over == step/2 && even {
		return below
	}
	return next
}

func roundedHalf(v []float32) []float32 {
	r := make([]float32, len(v))
	for i, x := range v {
		r[i] = roundHalf(x)
	}
	return r
}

// packed returns half memory's values for v, which are bfloat16 already.
func packed(v []float32) []float32 {
	p := make([]float32, kernel.HalfLen(len(v)))
	for i, x := range v {
		shift := 16 * (i % 2)
		p[i/2] = math.Float32frombits(math.Float32bits(p[i/2]) | math.Float32bits(x)>>16<<shift)
	}
	return p
}

// unpacked returns n values of half memory.
func unpacked(p []float32, n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = math.Float32frombits(math.Float32bits(p[i/2]) >> (16 * (i % 2)) << 16)
	}
	return v
}

// sameHalf requires half memory to hold exactly want, NaN being any NaN.
func (l *lab) sameHalf(what string, m kernel.Mem, want []float32) {
	l.Helper()
	for i, got := range unpacked(l.get(m), len(want)) {
		if w := want[i]; math.Float32bits(got) != math.Float32bits(w) && !(got != got && w != w) {
			l.Fatalf("%s[%d] = %v (%#x), want %v (%#x)", what, i, got, math.Float32bits(got), w, math.Float32bits(w))
		}
	}
}

func checkNarrow(l *lab) {
	inf := float32(math.Inf(1))
	kinds := []float32{0, float32(math.Copysign(0, -1)), 1, -1, inf, -inf, float32(math.NaN()), math.MaxFloat32, -math.MaxFloat32,
		math.Float32frombits(0x7f800001), math.Float32frombits(0xff80ffff), math.SmallestNonzeroFloat32,
		math.Float32frombits(0x3f808000), math.Float32frombits(0x3f818000), math.Float32frombits(0x3f808001), math.Float32frombits(0x3f807fff)}
	r := newRandom(3)
	for _, n := range []int{1, 2, 15, 16, 17, 33, 1000, 4097} {
		v := r.normal(n)
		for i := range v {
			switch i % 3 {
			case 1:
				v[i] = kinds[r.IntN(len(kinds))]
			case 2:
				v[i] = math.Float32frombits(r.Uint32())
			}
		}
		src, dst := l.in(v), l.out(kernel.HalfLen(n))
		cmd, err := l.b.Narrow(src, dst)
		l.run(cmd, err, dst)
		l.sameHalf(fmt.Sprintf("narrow of %d", n), dst, roundedHalf(v))
		l.free()
	}
	for i, a := range l.oneShort(l.in(make([]float32, 9)), l.in(make([]float32, 5))) {
		if i == 0 {
			continue // a shorter source with as much room is the same length
		}
		if _, err := l.b.Narrow(a[0], a[1]); err == nil {
			l.Errorf("narrow with memory %d wrong: no error", i)
		}
	}
}

// checkHalfCombine checks the rounded outputs of mixtures against their float32 ones.
func checkHalfCombine(l *lab) {
	r := newRandom(31)
	for _, rows := range []int{1, 3, 8, 29, 200} {
		for _, channels := range []int{1, 4, 5, 16, 17, 32, 48, 64} {
			k := kernel.Combine{Rows: rows, Channels: channels, Terms: []kernel.Term{l.newTerm(r, 1, rows, channels, 6).Term, l.newTerm(r, 1, rows, channels, 9).Term}}
			k.Dst = kernel.View{Mem: l.out(rows * channels), Stride: channels}
			k.Relu = kernel.View{Mem: l.out(rows * channels), Stride: channels}
			cmd, err := l.b.Combine(k)
			l.run(cmd, err, k.Dst.Mem, k.Relu.Mem)
			dst, relu := roundedHalf(l.get(k.Dst.Mem)), roundedHalf(l.get(k.Relu.Mem))
			for outputs := range 16 { // bits: dst, relu, dst half, relu half
				h := kernel.Combine{Rows: rows, Channels: channels, Terms: k.Terms}
				var outs []kernel.Mem
				if outputs&1 != 0 {
					h.Dst, outs = k.Dst, append(outs, k.Dst.Mem)
				}
				if outputs&2 != 0 {
					h.Relu, outs = k.Relu, append(outs, k.Relu.Mem)
				}
				if outputs&4 != 0 {
					h.DstHalf = l.out(kernel.HalfLen(rows * channels))
					outs = append(outs, h.DstHalf)
				}
				if outputs&8 != 0 {
					h.ReluHalf = l.out(kernel.HalfLen(rows * channels))
					outs = append(outs, h.ReluHalf)
				}
				if outputs&12 == 0 {
					continue
				}
				cmd, err := l.b.Combine(h)
				l.run(cmd, err, outs...)
				if outputs&4 != 0 {
					l.sameHalf(fmt.Sprintf("half of dst, %dx%d", rows, channels), h.DstHalf, dst)
				}
				if outputs&8 != 0 {
					l.sameHalf(fmt.Sprintf("half of relu, %dx%d", rows, channels), h.ReluHalf, relu)
				}
			}
			l.free()
		}
	}
	src := kernel.Term{Src: kernel.View{Mem: l.in(make([]float32, 12)), Stride: 3}}
	for what, k := range map[string]kernel.Combine{
		"short half of dst": {DstHalf: l.in(make([]float32, 5))}, "long half of relu": {ReluHalf: l.in(make([]float32, 12))},
	} {
		k.Rows, k.Channels, k.Terms = 4, 3, []kernel.Term{src}
		if _, err := l.b.Combine(k); err == nil {
			l.Errorf("combine with %s: no error", what)
		}
	}
}

func checkHalfConv(l *lab) {
	if err := l.b.CheckHalf(); err != nil {
		c := convs[0]
		c.Half = true
		if _, err := l.b.ConvForward(c, l.in(make([]float32, kernel.HalfLen(75))), l.in(make([]float32, 108)), l.in(make([]float32, 100))); err == nil {
			l.Error("a half convolution is made that the backend says it hasn't")
		}
		l.Skip(err)
	}
	for i, c := range convs {
		c.Half = true
		l.halfConvolve(fmt.Sprintf("%+v", c), c, uint64(i))
	}
	wide := []int{16, 32, 48}
	r := newRandom(98)
	for i := range 6 { // as in networks
		c := kernel.Conv{Batch: 1 + r.IntN(2), Height: 4 + r.IntN(4), Width: 4 + r.IntN(4), In: wide[r.IntN(3)], Out: wide[r.IntN(3)],
			Kernel: 1 + 2*r.IntN(2), Stride: 1 + r.IntN(2), Dilation: 1, Groups: 1, Half: true}
		c.Pad = c.Kernel / 2
		l.halfConvolve(fmt.Sprintf("%+v", c), c, uint64(200+i))
	}
	for i := range 3 {
		m := []kernel.Mem{l.in(make([]float32, 64)), l.in(make([]float32, 144)), l.in(make([]float32, 64))}
		m[i] = l.in(make([]float32, 63))
		c := kernel.Conv{Batch: 2, Height: 4, Width: 4, In: 4, Out: 4, Kernel: 3, Stride: 1, Pad: 1, Dilation: 1, Groups: 1, Half: true}
		full := l.in(make([]float32, 128))
		for what, err := range map[string]error{
			"forward": second(l.b.ConvForward(c, m[0], m[1], full)), "data": second(l.b.ConvBackwardData(c, m[2], m[1], full)),
			"weights": second(l.b.ConvBackwardWeights(c, m[0], m[2], m[1])),
		} {
			uses := map[string][]int{"forward": {0, 1}, "data": {1, 2}, "weights": {0, 1, 2}}[what]
			if refused := slices.Contains(uses, i); (err != nil) != refused {
				l.Errorf("half convolution %s with memory %d wrong: error %v", what, i, err)
			}
		}
	}
}

func second(_ kernel.Command, err error) error { return err }

// halfConvolve checks the three passes of one convolution: exact products of rounded values, summed in float32.
func (l *lab) halfConvolve(name string, c kernel.Conv, seed uint64) {
	l.Helper()
	defer l.free()
	r := newRandom(seed)
	xs, ws := roundedHalf(r.normal(c.Batch*c.Height*c.Width*c.In)), r.normal(c.Out*c.Kernel*c.Kernel*(c.In/c.Groups))
	dys := roundedHalf(r.normal(c.Rows() * c.Out))
	x, w, dy := l.in(packed(xs)), l.in(ws), l.in(packed(dys))
	y, dx, dw := l.out(len(dys)), l.out(len(xs)), l.out(len(ws))

	cmd, err := l.b.ConvForward(c, x, w, y)
	l.run(cmd, err, y)
	cmd, err = l.b.ConvBackwardData(c, dy, w, dx)
	l.run(cmd, err, dx)
	cmd, err = l.b.ConvBackwardWeights(c, x, dy, dw)
	l.run(cmd, err, dw)

	x64, w64, dy64 := wide(xs), wide(roundedHalf(ws)), wide(dys)
	sizes := slices.Max(refConv(c, absolute(x64), absolute(w64)))
	l.near(name+" y", l.get(y), refConv(c, x64, w64), 1e-5+2e-7*sizes, 1e-5)
	loss := func() float64 { return dot(dy64, refConv(c, x64, w64)) }
	l.slope(name+" dx", r, l.get(dx), loss, x64)
	l.slope(name+" dw", r, l.get(dw), loss, w64)
}
