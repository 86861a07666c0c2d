package engine

import (
	"gorgonia.org/tensor"

	"gmnas/harness/engine/kernel"
)

// combination is an elementwise sum: pieces of the channels, each a sum of terms.
// relu is set for the one nonlinear form, the rectification of a single node.
type combination struct {
	pieces []piece
	relu   *Node
}

// piece fills channels [offset, offset+channels) of the output; all of a node's pieces are disjoint.
type piece struct {
	offset, channels int
	terms            []term
}

// term is one addend; the kernel's Term over nodes.
type term struct {
	src    *Node
	offset int // first channel in src
	coef   ref
	bias   ref
	mask   *Node // as wide as the output
	gate   *kernel.Gate
	norm   *norm      // the coefficients normalise src; see norm.go
	slot   kernel.Mem // where the gradient of the mixture weight goes
}

// ref is n values of a node from value at on; no node means none.
type ref struct {
	node  *Node
	at, n int
}

func (r ref) of(mems map[*Node]kernel.Mem) kernel.Mem {
	if r.node == nil {
		return kernel.Mem{}
	}
	return mems[r.node].At(r.at, r.n)
}

// Branch is one addend of Sum: Src scaled by one value of Theta (optional), normalised first when
// Norm is given. Offset is the first channel in Src.
type Branch struct {
	Src    *Node
	Offset int
	Theta  *Node      // all mixture weights
	At     int        // which of them
	Slot   kernel.Mem // one value: receives the gradient of the mixture weight
	Norm   *Norm
	Gate   *kernel.Gate
}

// Sum adds a node of the given shape: the sum of the branches, the mixture of a supernet's node.
// Without an open branch it is zero.
func (g *Graph) Sum(shape []int, branches []Branch) *Node {
	if g.err != nil {
		return nil
	}
	s := tensor.Shape(shape)
	c := s[len(s)-1]
	p := piece{channels: c}
	for _, b := range branches {
		t := term{src: b.Src, offset: b.Offset, gate: b.Gate, slot: b.Slot}
		if b.Theta != nil {
			t.coef = ref{b.Theta, b.At, 1}
		}
		if b.Norm != nil {
			t.norm = g.norm(b, c)
			if g.err != nil {
				return nil
			}
			t.coef, t.bias = ref{t.norm.node, 0, c}, ref{t.norm.node, c, c}
		}
		p.terms = append(p.terms, t)
	}
	return g.combine("sum", s, []piece{p}, nil)
}

// ReLU adds max(0, x).
func (g *Graph) ReLU(x *Node) *Node {
	if g.err != nil {
		return nil
	}
	o := g.combineOp("relu", x.Shape(), []piece{{channels: channels(x), terms: []term{{src: x, mask: x}}}})
	o.combine.relu = x
	o.diff = func(out, grad *Node) []*Node {
		// The output serves as the mask, so that x itself need not be kept. Where the gradient is a
		// plain sum, its terms are masked one by one and the sum itself is never stored.
		terms := []term{{src: grad, mask: out}}
		if inner := plainTerms(grad); inner != nil {
			terms = inner
			for i := range terms {
				terms[i].mask = out
			}
		}
		return []*Node{g.combine("relu-grad", x.Shape(), []piece{{channels: channels(x), terms: terms}}, nil)}
	}
	return g.add(o)
}

// plainTerms returns a copy of the terms of a one-piece combination without masks, nil for other nodes.
func plainTerms(n *Node) []term {
	o := opOf(n)
	if o == nil || o.combine == nil || o.gate != nil || len(o.combine.pieces) != 1 {
		return nil
	}
	terms := o.combine.pieces[0].terms
	for _, t := range terms {
		if t.mask != nil {
			return nil
		}
	}
	return append([]term{}, terms...)
}

func (g *Graph) combine(name string, s tensor.Shape, pieces []piece, gate *kernel.Gate) *Node {
	if g.err != nil {
		return nil
	}
	o := g.combineOp(name, s, pieces)
	o.gate = gate
	return g.add(o)
}

func (g *Graph) combineOp(name string, s tensor.Shape, pieces []piece) *op {
	o := &op{name: name, shape: s, combine: &combination{pieces: pieces}}
	seen := map[*Node]bool{}
	use := func(n *Node) {
		if n != nil && !seen[n] {
			seen[n] = true
			o.in = append(o.in, n)
		}
	}
	for _, p := range pieces {
		for _, t := range p.terms {
			use(t.src)
			use(t.coef.node)
			use(t.bias.node)
			use(t.mask)
		}
	}
	if len(o.in) == 0 { // Gorgonia has no operation without inputs; a sum of nothing never arises from a supernet
		g.fail("adding %s: no terms", name)
	}
	o.record = func(r *recorder, in []kernel.Mem, out kernel.Mem) error { return recordCombine(r, o, in, out) }
	o.diff = func(_, grad *Node) []*Node { return g.combineGrads(o, grad) }
	return o
}

// recordCombine makes a command for each piece. A rectification that follows directly is written in the same pass.
func recordCombine(r *recorder, o *op, in []kernel.Mem, out kernel.Mem) error {
	if o.combine.relu != nil && r.fused[o] {
		return nil
	}
	mems := make(map[*Node]kernel.Mem, len(in))
	for i, n := range o.in {
		mems[n] = in[i]
	}
	width := o.shape[len(o.shape)-1]
	count := o.shape.TotalSize() / width
	relu, keep := r.rectified(o)
	for _, p := range o.combine.pieces {
		c := kernel.Combine{Rows: count, Channels: p.channels}
		if keep {
			c.Dst = kernel.View{Mem: out, Offset: p.offset, Stride: width}
		}
		if !relu.None() {
			c.Relu = kernel.View{Mem: relu, Offset: p.offset, Stride: width}
		}
		for _, t := range p.terms {
			k := kernel.Term{Src: kernel.View{Mem: mems[t.src], Offset: t.offset, Stride: channels(t.src)},
				Coef: t.coef.of(mems), Bias: t.bias.of(mems), Gate: t.gate}
			if t.mask != nil {
				k.Mask = kernel.View{Mem: mems[t.mask], Offset: p.offset, Stride: width}
			}
			c.Terms = append(c.Terms, k)
		}
		if err := r.add(r.backend.Combine(c)); err != nil {
			return err
		}
	}
	return nil
}

// combineGrads differentiates a forward sum (one piece over all channels). The channel sums that batch norms and
// mixture weights need are taken in one pass over the gradient.
func (g *Graph) combineGrads(o *op, grad *Node) []*Node {
	p := o.combine.pieces[0]
	var normed, weighted []int // terms
	for i, t := range p.terms {
		switch {
		case t.norm != nil && t.norm.running:
			return []*Node{g.fail("differentiating a norm with running statistics is not supported")}
		case t.norm != nil:
			normed = append(normed, i)
		case g.want.Theta && t.coef.node != nil:
			weighted = append(weighted, i)
		}
	}
	var dotted []dotted
	for _, i := range append(append([]int{}, normed...), weighted...) {
		dotted = append(dotted, dottedOf(p.terms[i]))
	}
	var dots *Node
	if len(dotted) > 0 {
		dots = g.dots(grad, dotted, p.channels)
	}
	contributions := map[*Node][]piece{}
	for k, i := range normed {
		t := p.terms[i]
		ng := g.normGrad(t, dots, k, p.channels)
		if !g.needs[t.src] {
			continue
		}
		contributions[t.src] = append(contributions[t.src], piece{t.offset, p.channels, []term{
			{src: grad, coef: ref{ng, 0, p.channels}, gate: t.gate},
			{src: t.src, offset: t.offset, coef: ref{ng, p.channels, p.channels}, bias: ref{ng, 2 * p.channels, p.channels}, gate: t.gate},
		}})
	}
	for k, i := range weighted {
		t := p.terms[i]
		g.target(g.reduce(dots, (1+len(normed)+k)*p.channels, p.channels, t.slot, t.gate))
	}
	for _, t := range p.terms {
		if t.norm == nil && g.needs[t.src] {
			contributions[t.src] = append(contributions[t.src], piece{t.offset, p.channels, []term{{src: grad, coef: t.coef, gate: t.gate}}})
		}
	}
	grads := make([]*Node, len(o.in))
	for i, n := range o.in {
		if ps := contributions[n]; ps != nil {
			grads[i] = g.combine("sum-grad", n.Shape(), mergePieces(ps), nil)
		}
	}
	return grads
}

// mergePieces joins the terms of pieces over the same channels.
func mergePieces(ps []piece) []piece {
	var out []piece
next:
	for _, p := range ps {
		for i := range out {
			if out[i].offset == p.offset && out[i].channels == p.channels {
				out[i].terms = append(out[i].terms, p.terms...)
				continue next
			}
		}
		p.terms = append([]term{}, p.terms...)
		out = append(out, p)
	}
	return out
}
