package engine

import "gmnas/harness/engine/kernel"

// Concat adds the nodes side by side along their last dimension, the channels; the others must agree. A shut gate closes it.
func (g *Graph) Concat(parts []*Node, gate *kernel.Gate) *Node {
	if g.err != nil {
		return nil
	}
	o := &op{name: "concat", in: parts, gate: gate}
	var from []int
	width := 0
	for i, p := range parts {
		if p == nil {
			return g.fail("adding concat: input %d is missing", i)
		}
		if i > 0 && (rows(p) != rows(parts[0]) || p.Dims() != parts[0].Dims()) {
			return g.fail("adding concat: input %d has shape %v, the first %v: all but the last dimension must agree", i, p.Shape(), parts[0].Shape())
		}
		from = append(from, width)
		width += channels(p)
	}
	if len(parts) == 0 {
		return g.fail("adding concat: no inputs")
	}
	o.shape = parts[0].Shape().Clone()
	o.shape[len(o.shape)-1] = width
	o.record = func(r *recorder, in []kernel.Mem, out kernel.Mem) error {
		for i, p := range parts {
			c := kernel.Combine{Rows: rows(p), Channels: channels(p), Dst: kernel.View{Mem: out, Offset: from[i], Stride: width},
				Terms: []kernel.Term{{Src: kernel.View{Mem: in[i], Stride: channels(p)}}}}
			if err := r.add(r.backend.Combine(c)); err != nil {
				return err
			}
		}
		return nil
	}
	o.diff = func(_, grad *Node) []*Node {
		grads := make([]*Node, len(parts))
		for i, p := range parts {
			if g.needs[p] {
				grads[i] = g.combine("concat-grad", p.Shape(), []term{{src: grad, from: from[i], gate: gate}}, gateOf(p))
			}
		}
		return grads
	}
	return g.add(o)
}

// Subsample adds every second row and column of x [N,H,W,C], from row and column `shift` on, 0 or 1: [N,H/2,W/2,C]. Both sides of
// the image must be even, as what a factorized reduce sees of an odd one isn't defined (spec.md row 43).
func (g *Graph) Subsample(x *Node, shift int, gate *kernel.Gate) *Node {
	if g.err != nil || x == nil {
		return g.fail("adding a factorized reduce: its input is missing")
	}
	s := x.Shape()
	if s[1]%2 != 0 || s[2]%2 != 0 {
		return g.fail("adding a factorized reduce: the image has %dx%d pixels, both sides must be even: choose an image size that halves evenly", s[1], s[2])
	}
	return g.AvgPool(kernel.Pool{Batch: s[0], Height: s[1], Width: s[2], Channels: s[3], Kernel: 1, Stride: 2, Shift: shift}, x, gate)
}

// FactorizedReduce adds the convolutions of a factorized reduce (spec.md section 5.1): w1 [Out/2,1,1,In] over the even pixels and
// w2 over the odd ones, as Subsample gives them for shifts 0 and 1, side by side: [N,H/2,W/2,Out].
func (g *Graph) FactorizedReduce(even, odd, w1, w2 *Node, gate *kernel.Gate) *Node {
	if g.err != nil {
		return nil
	}
	var parts []*Node
	for i, x := range []*Node{even, odd} {
		w := []*Node{w1, w2}[i]
		if x == nil || w == nil {
			return g.fail("adding a factorized reduce: pixels or weights %d are missing", i+1)
		}
		s := x.Shape()
		parts = append(parts, g.Conv(kernel.Conv{Batch: s[0], Height: s[1], Width: s[2], In: s[3], Out: w.Shape()[0], Kernel: 1, Stride: 1,
			Dilation: 1, Groups: 1}, x, w, gate))
	}
	return g.Concat(parts, gate)
}
