package engine

import (
	"gorgonia.org/tensor"

	"gmnas/harness/engine/kernel"
)

// Conv adds a convolution of x [N,H,W,In] with weights w (OHWI) to [N,H',W',Out]. c's input
// shape must be x's. A shut gate closes it, forward and backward.
func (g *Graph) Conv(c kernel.Conv, x, w *Node, gate *kernel.Gate) *Node {
	if g.err != nil {
		return nil
	}
	if want := (tensor.Shape{c.Batch, c.Height, c.Width, c.In}); !x.Shape().Eq(want) {
		return g.fail("adding conv: input shape %v, want %v", x.Shape(), want)
	}
	h, wd := c.OutSize()
	read := x
	if c.Half = g.half && c.Groups == 1; c.Half {
		read = g.halved(x)
	}
	o := &op{name: "conv", in: []*Node{read, w}, shape: tensor.Shape{c.Batch, h, wd, c.Out}, gate: gate, macs: c.MACs()}
	o.record = func(r *recorder, in []kernel.Mem, out kernel.Mem) error {
		return r.add(r.backend.ConvForward(c, in[0], in[1], out))
	}
	o.diff = func(_, dy *Node) []*Node {
		grads := make([]*Node, 2)
		if c.Half {
			dy = g.narrow(dy, gate)
		}
		if g.needs[x] {
			grads[0] = g.convBackwardData(c, dy, w, gate)
		}
		if g.needs[w] {
			grads[1] = g.convBackwardWeights(c, read, dy, w, gate)
		}
		return grads
	}
	return g.add(o)
}

func (g *Graph) convBackwardData(c kernel.Conv, dy, w *Node, gate *kernel.Gate) *Node {
	o := &op{name: "conv-data", in: []*Node{dy, w}, shape: tensor.Shape{c.Batch, c.Height, c.Width, c.In}, gate: gate, macs: c.MACs()}
	o.record = func(r *recorder, in []kernel.Mem, out kernel.Mem) error {
		return r.add(r.backend.ConvBackwardData(c, in[0], in[1], out))
	}
	return g.add(o)
}

func (g *Graph) convBackwardWeights(c kernel.Conv, x, dy, w *Node, gate *kernel.Gate) *Node {
	o := &op{name: "conv-weights", in: []*Node{x, dy}, shape: w.Shape(), gate: gate, extern: g.grads[w], macs: c.MACs()}
	o.record = func(r *recorder, in []kernel.Mem, out kernel.Mem) error {
		return r.add(r.backend.ConvBackwardWeights(c, in[0], in[1], out))
	}
	return g.add(o)
}
