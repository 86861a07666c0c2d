package engine

import (
	"gorgonia.org/tensor"

	"gmnas/harness/engine/kernel"
)

// Norm is a batch norm over the rows of a branch. Gamma and Beta are optional, and so are
// the running statistics unless UseRunning.
type Norm struct {
	Gamma, Beta             *Node
	RunningMean, RunningVar kernel.Mem
	UseRunning              bool // evaluation: normalise by the running statistics and leave them
	Eps, Momentum           float32
}

// norm is a Norm in place: node holds Coef and Bias of the term that applies it.
type norm struct {
	Norm
	running bool
	node    *Node // [coef | bias]
	moments *Node // [mean | variance], nil with running statistics
	theta   ref
	slot    kernel.Mem
}

// norm adds the statistics and the coefficients of a branch's batch norm.
func (g *Graph) norm(b Branch, c int) *norm {
	n := &norm{Norm: *b.Norm, running: b.Norm.UseRunning, slot: b.Slot}
	count := rows(b.Src)
	in := []*Node{b.Src}
	if !n.running {
		n.moments = g.momentsOf(b.Src)
		in[0] = n.moments
	} else if n.RunningMean.None() || n.RunningVar.None() {
		g.fail("adding norm: it has no running statistics to use")
		return nil
	}
	if b.Theta != nil {
		n.theta = ref{b.Theta, b.At, 1}
		in = append(in, b.Theta)
	}
	for _, p := range []*Node{n.Gamma, n.Beta} {
		if p != nil {
			in = append(in, p)
		}
	}
	o := &op{name: "norm", in: in, shape: tensor.Shape{2 * c}, gate: b.Gate}
	o.record = func(r *recorder, mem []kernel.Mem, out kernel.Mem) error {
		mems := byNode(in, mem)
		k := kernel.Norm{Channels: c, Rows: count, Eps: n.Eps, Momentum: n.Momentum,
			RunningMean: n.RunningMean, RunningVar: n.RunningVar,
			Theta: n.theta.of(mems), Gamma: mems[n.Gamma], Beta: mems[n.Beta], Coef: out.At(0, c), Bias: out.At(c, c)}
		if !n.running {
			k.Moments = mems[n.moments]
		}
		return r.add(r.backend.Norm(k))
	}
	n.node = g.add(o)
	return n
}

func byNode(nodes []*Node, mem []kernel.Mem) map[*Node]kernel.Mem {
	m := make(map[*Node]kernel.Mem, len(nodes))
	for i, n := range nodes {
		m[n] = mem[i]
	}
	return m
}

// momentsOf adds x's mean and variance, once for all norms of x.
func (g *Graph) momentsOf(x *Node) *Node {
	if g.moments[x] != nil {
		return g.moments[x]
	}
	count, c := rows(x), channels(x)
	o := &op{name: "moments", in: []*Node{x}, shape: tensor.Shape{2 * c}, gate: gateOf(x)}
	o.record = func(r *recorder, in []kernel.Mem, out kernel.Mem) error {
		return r.add(r.backend.Moments(kernel.Moments{Rows: count, Channels: c, Src: kernel.View{Mem: in[0], Stride: c}, Dst: out}))
	}
	g.moments[x] = g.add(o)
	return g.moments[x]
}

// dots adds the channel sums of grad and of grad times each term's source, [1+len(terms), channels], over the images that
// keep has; nil keeps all.
func (g *Graph) dots(grad, keep *Node, terms []term, gate *kernel.Gate) *Node {
	in := []*Node{grad}
	for _, t := range terms {
		in = append(in, t.src)
	}
	if keep != nil {
		in = append(in, keep)
	}
	count, c := rows(grad), channels(grad)
	o := &op{name: "dots", in: in, shape: tensor.Shape{(1 + len(terms)) * c}, gate: gate}
	o.record = func(r *recorder, mem []kernel.Mem, out kernel.Mem) error {
		k := kernel.Dots{Rows: count, Channels: c, Grad: kernel.View{Mem: mem[0], Stride: c}, Dst: out}
		if keep != nil {
			k.Keep = mem[len(mem)-1]
		}
		for i, t := range terms {
			k.Srcs = append(k.Srcs, kernel.Source{View: kernel.View{Mem: mem[1+i], Stride: c}, Gate: t.gate})
		}
		return r.add(r.backend.Dots(k))
	}
	return g.add(o)
}

// normGrad adds the coefficients of a normalised term's gradient, [grad | src | bias], from the k-th product of dots.
// The gradients of its parameters and of its mixture weight are written on the way, as far as they are wanted.
func (g *Graph) normGrad(t term, dots *Node, k, c int) *Node {
	n := t.norm
	in := []*Node{n.moments, dots}
	for _, p := range []*Node{n.theta.node, n.Gamma, n.Beta} {
		if p != nil {
			in = append(in, p)
		}
	}
	var dGamma, dBeta, dTheta kernel.Mem
	if g.needs[n.Gamma] {
		dGamma, dBeta = g.grads[n.Gamma], g.grads[n.Beta]
	}
	if g.want.Theta && n.theta.node != nil {
		dTheta = n.slot
	}
	count := rows(t.src)
	o := &op{name: "norm-grad", in: in, shape: tensor.Shape{3 * c}, gate: t.gate}
	o.record = func(r *recorder, mem []kernel.Mem, out kernel.Mem) error {
		mems := byNode(in, mem)
		d := mems[dots]
		return r.add(r.backend.NormGrad(kernel.NormGrad{Channels: c, Rows: count, Eps: n.Eps, Moments: mems[n.moments],
			Theta: n.theta.of(mems), Gamma: mems[n.Gamma], Beta: mems[n.Beta],
			Sums: d.At(0, c), Dot: d.At((1+k)*c, c),
			GradCoef: out.At(0, c), SrcCoef: out.At(c, c), Bias: out.At(2*c, c),
			DGamma: dGamma, DBeta: dBeta, DTheta: dTheta}))
	}
	node := g.add(o)
	if !dGamma.None() || !dTheta.None() {
		g.target(node)
	}
	return node
}

// reduce adds the sum of n values of src from value at on, written to slot.
func (g *Graph) reduce(src *Node, at, n int, slot kernel.Mem, gate *kernel.Gate) *Node {
	if slot.None() {
		return g.fail("adding the gradient of a mixture weight: its branch has no slot for it")
	}
	o := &op{name: "reduce", in: []*Node{src}, shape: tensor.Shape{1}, gate: gate, extern: slot}
	o.record = func(r *recorder, in []kernel.Mem, out kernel.Mem) error {
		return r.add(r.backend.ReduceSum(in[0].At(at, n), out))
	}
	return g.add(o)
}
