package native

import "gmnas/harness/engine/kernel"

// Inner returns the sum of products of x and y, in float64.
func (b *Backend) Inner(x, y kernel.Mem) float64 {
	sameLength("inner product", x.Len, y.Len)
	xs, ys := values(x), values(y)
	ys = ys[:len(xs)]
	var s [4]float64
	for len(xs) >= 4 && len(ys) >= 4 {
		s[0] += float64(xs[0]) * float64(ys[0])
		s[1] += float64(xs[1]) * float64(ys[1])
		s[2] += float64(xs[2]) * float64(ys[2])
		s[3] += float64(xs[3]) * float64(ys[3])
		xs, ys = xs[4:], ys[4:]
	}
	for i, v := range xs {
		s[i] += float64(v) * float64(ys[i])
	}
	return s[0] + s[1] + (s[2] + s[3])
}

// Axpy adds a*x to y.
func (b *Backend) Axpy(a float32, x, y kernel.Mem) {
	sameLength("adding a multiple", x.Len, y.Len)
	addScaled(values(y), values(x), a)
}

// SGDStep moves w and m by one step. m is not read when s.First.
func (b *Backend) SGDStep(s kernel.SGD, w, g, m kernel.Mem) {
	sameLength("gradient step", w.Len, g.Len)
	sameLength("gradient step", w.Len, m.Len)
	ws, gs, ms := values(w), values(g), values(m)
	gs, ms = gs[:len(ws)], ms[:len(ws)]
	for i, v := range ws {
		d := s.Scale*gs[i] + s.WeightDecay*v
		if s.First {
			ms[i] = d
		} else {
			ms[i] = s.Momentum*ms[i] + d
		}
		if s.Nesterov {
			d += s.Momentum * ms[i]
		} else {
			d = ms[i]
		}
		ws[i] = v - s.LR*d
	}
}
