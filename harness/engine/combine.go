package engine

import (
	"gorgonia.org/tensor"

	"gmnas/harness/engine/kernel"
)

// combination is an elementwise sum of terms. relu is set for the one nonlinear form, the rectification of a single node.
type combination struct {
	terms []term
	relu  *Node
}

// term is one addend; the kernel's Term over nodes.
type term struct {
	src  *Node
	from int // the first of src's channels, where it has more than the sum
	coef ref
	bias ref
	mask *Node
	keep *Node
	gate *kernel.Gate
	norm *norm      // the coefficients normalise src; see norm.go
	slot kernel.Mem // where the gradient of the mixture weight goes
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
// Norm is given.
type Branch struct {
	Src   *Node
	Theta *Node      // all mixture weights
	At    int        // which of them
	Slot  kernel.Mem // one value: receives the gradient of the mixture weight
	Norm  *Norm
	Keep  *Node // one value an image: those where it is 0 don't get the branch; optional. Its norm is over all of them.
	Gate  *kernel.Gate
}

// Sum adds a node of the given shape: the sum of the branches, the mixture of a supernet's node.
// Without an open branch it is zero.
func (g *Graph) Sum(shape []int, branches []Branch) *Node {
	if g.err != nil {
		return nil
	}
	return g.sum("sum", tensor.Shape(shape), branches, nil)
}

// Normed adds x, normalised. It is closed where x is.
func (g *Graph) Normed(x *Node, n *Norm) *Node {
	if g.err != nil {
		return nil
	}
	return g.sum("normed", x.Shape(), []Branch{{Src: x, Norm: n, Gate: gateOf(x)}}, gateOf(x))
}

func (g *Graph) sum(name string, s tensor.Shape, branches []Branch, gate *kernel.Gate) *Node {
	c := s[len(s)-1]
	var terms []term
	for _, b := range branches {
		t := term{src: b.Src, keep: b.Keep, gate: b.Gate, slot: b.Slot}
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
		terms = append(terms, t)
	}
	return g.combine(name, s, terms, gate)
}

// ReLU adds max(0, x). It is closed where x is.
func (g *Graph) ReLU(x *Node) *Node {
	if g.err != nil {
		return nil
	}
	o := g.combineOp("relu", x.Shape(), []term{{src: x, mask: x}})
	o.gate = gateOf(x)
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
		return []*Node{g.combine("relu-grad", x.Shape(), terms, gateOf(x))}
	}
	return g.add(o)
}

// plainTerms returns a copy of the terms of a combination without masks, nil for other nodes.
func plainTerms(n *Node) []term {
	o := opOf(n)
	if o == nil || o.combine == nil {
		return nil
	}
	for _, t := range o.combine.terms {
		if t.mask != nil {
			return nil
		}
	}
	return append([]term{}, o.combine.terms...)
}

func (g *Graph) combine(name string, s tensor.Shape, terms []term, gate *kernel.Gate) *Node {
	if g.err != nil {
		return nil
	}
	o := g.combineOp(name, s, terms)
	o.gate = gate
	return g.add(o)
}

func (g *Graph) combineOp(name string, s tensor.Shape, terms []term) *op {
	o := &op{name: name, shape: s, combine: &combination{terms: terms}}
	seen := map[*Node]bool{}
	for _, t := range terms {
		for _, n := range []*Node{t.src, t.coef.node, t.bias.node, t.mask, t.keep} {
			if n != nil && !seen[n] {
				seen[n] = true
				o.in = append(o.in, n)
			}
		}
	}
	if len(o.in) == 0 { // Gorgonia has no operation without inputs
		g.fail("adding %s: no terms", name)
	}
	o.record = func(r *recorder, in []kernel.Mem, out kernel.Mem) error { return recordCombine(r, o, in, out) }
	o.diff = func(_, grad *Node) []*Node { return g.combineGrads(o, grad) }
	return o
}

// recordCombine makes the command. A rectification that follows directly is written in the same pass, and so are rounded
// copies of both.
func recordCombine(r *recorder, o *op, in []kernel.Mem, out kernel.Mem) error {
	if o.combine.relu != nil && r.fused[o] {
		return nil
	}
	mems := byNode(o.in, in)
	width := o.shape[len(o.shape)-1]
	view := func(m kernel.Mem) kernel.View { return kernel.View{Mem: m, Stride: width} }
	c := kernel.Combine{Rows: o.shape.TotalSize() / width, Channels: width}
	if !r.dropped[o] {
		c.Dst = view(out)
	}
	c.DstHalf = r.place[r.halves[o]]
	if relu := r.relus[o]; relu != nil {
		if !r.dropped[relu] {
			c.Relu = view(r.place[relu])
		}
		c.ReluHalf = r.place[r.halves[relu]]
	}
	for _, t := range o.combine.terms {
		k := kernel.Term{Src: kernel.View{Mem: mems[t.src], Offset: t.from, Stride: channels(t.src)}, Coef: t.coef.of(mems), Bias: t.bias.of(mems), Gate: t.gate}
		if t.mask != nil {
			k.Mask = view(mems[t.mask])
		}
		if t.keep != nil {
			k.Keep = mems[t.keep]
		}
		c.Terms = append(c.Terms, k)
	}
	return r.add(r.backend.Combine(c))
}

// combineGrads differentiates a sum. The channel sums that batch norms and mixture weights need are taken in one pass
// over the gradient; terms that leave images out have a pass of their own, over the images that they keep.
func (g *Graph) combineGrads(o *op, grad *Node) []*Node {
	c := channels(grad)
	var normed, weighted, dotted []term
	for _, t := range o.combine.terms {
		switch {
		case t.norm != nil && t.norm.running:
			return []*Node{g.fail("differentiating a norm with running statistics is not supported")}
		case t.norm != nil:
			normed = append(normed, t)
		case g.want.Theta && t.coef.node != nil:
			weighted = append(weighted, t)
		}
	}
	for _, t := range append(append([]term{}, normed...), weighted...) {
		if t.keep == nil {
			dotted = append(dotted, t)
		}
	}
	var together *Node
	if len(dotted) > 0 {
		together = g.dots(grad, nil, dotted, o.gate)
	}
	taken := 0
	sums := func(t term) (dots *Node, k int) {
		if t.keep != nil {
			return g.dots(grad, t.keep, []term{t}, o.gate), 0
		}
		taken++
		return together, taken - 1
	}
	contributions := map[*Node][]term{}
	for _, t := range normed {
		dots, k := sums(t)
		ng := g.normGrad(t, dots, k, c)
		if g.needs[t.src] {
			contributions[t.src] = append(contributions[t.src],
				term{src: grad, coef: ref{ng, 0, c}, keep: t.keep, gate: t.gate},
				term{src: t.src, coef: ref{ng, c, c}, bias: ref{ng, 2 * c, c}, gate: t.gate})
		}
	}
	for _, t := range weighted {
		dots, k := sums(t)
		g.target(g.reduce(dots, (1+k)*c, c, t.slot, t.gate))
	}
	for _, t := range o.combine.terms {
		if t.norm == nil && g.needs[t.src] {
			contributions[t.src] = append(contributions[t.src], term{src: grad, coef: t.coef, keep: t.keep, gate: t.gate})
		}
	}
	grads := make([]*Node, len(o.in))
	for i, n := range o.in {
		if terms := contributions[n]; terms != nil {
			grads[i] = g.combine("sum-grad", n.Shape(), terms, gateOf(n))
		}
	}
	return grads
}
