package engine

import (
	"gorgonia.org/tensor"

	"gmnas/harness/engine/kernel"
)

// HalveConvolutions makes the convolutions added from now on read their activations and the gradients of their outputs as
// bfloat16. Weights, sums, norms and the loss stay float32, and so do depthwise convolutions, which multiply little and for which
// libraries have no fast code. It is an error where the backend hasn't such convolutions.
func (g *Graph) HalveConvolutions() error {
	if err := g.backend.CheckHalf(); err != nil {
		return err
	}
	g.half = true
	return nil
}

// halved is the copy of x that a convolution reads, rounded to bfloat16. Convolutions that read the same activation share it.
func (g *Graph) halved(x *Node) *Node {
	if g.halves[x] == nil {
		g.halves[x] = g.narrow(x, gateOf(x))
	}
	return g.halves[x]
}

// narrow adds x rounded to bfloat16. Where x is a combination the same pass over memory writes it (see layout).
func (g *Graph) narrow(x *Node, gate *kernel.Gate) *Node {
	if g.err != nil {
		return nil
	}
	o := &op{name: "narrow", in: []*Node{x}, shape: tensor.Shape{kernel.HalfLen(x.Shape().TotalSize())}, gate: gate, isNarrow: true}
	o.record = func(r *recorder, in []kernel.Mem, out kernel.Mem) error {
		if r.fused[o] {
			return nil
		}
		return r.add(r.backend.Narrow(in[0], out))
	}
	return g.add(o)
}

// whole returns what a rounded copy is of, other nodes themselves.
func whole(n *Node) *Node {
	if o := opOf(n); o != nil && o.isNarrow {
		return o.in[0]
	}
	return n
}
