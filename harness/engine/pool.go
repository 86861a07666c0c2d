package engine

import (
	"gorgonia.org/tensor"

	"gmnas/harness/engine/kernel"
)

// AvgPool adds average pooling of x, counting valid pixels only.
func (g *Graph) AvgPool(p kernel.Pool, x *Node, gate *kernel.Gate) *Node {
	h, w := p.OutSize()
	o := &op{name: "avg-pool", in: []*Node{x}, shape: tensor.Shape{p.Batch, h, w, p.Channels}, gate: gate}
	o.record = func(r *recorder, in []kernel.Mem, out kernel.Mem) error {
		return r.add(r.backend.AvgPoolForward(p, in[0], out))
	}
	o.diff = func(_, dy *Node) []*Node {
		b := &op{name: "avg-pool-grad", in: []*Node{dy}, shape: x.Shape(), gate: gate}
		b.record = func(r *recorder, in []kernel.Mem, out kernel.Mem) error {
			return r.add(r.backend.AvgPoolBackward(p, in[0], out))
		}
		return []*Node{g.add(b)}
	}
	return g.add(o)
}

// MaxPool adds max pooling of x over valid pixels; the gradient goes to a window's first maximum in row-major order.
func (g *Graph) MaxPool(p kernel.Pool, x *Node, gate *kernel.Gate) *Node {
	h, w := p.OutSize()
	o := &op{name: "max-pool", in: []*Node{x}, shape: tensor.Shape{p.Batch, h, w, p.Channels}, gate: gate}
	o.record = func(r *recorder, in []kernel.Mem, out kernel.Mem) error {
		return r.add(r.backend.MaxPoolForward(p, in[0], out))
	}
	o.diff = func(_, dy *Node) []*Node {
		b := &op{name: "max-pool-grad", in: []*Node{x, dy}, shape: x.Shape(), gate: gate}
		b.record = func(r *recorder, in []kernel.Mem, out kernel.Mem) error {
			return r.add(r.backend.MaxPoolBackward(p, in[0], in[1], out))
		}
		return []*Node{g.add(b)}
	}
	return g.add(o)
}

// GlobalAvgPool adds the mean of x [N,H,W,C] over its pixels, [N,C].
func (g *Graph) GlobalAvgPool(x *Node) *Node {
	if g.err != nil {
		return nil
	}
	n, c := x.Shape()[0], channels(x)
	pixels := rows(x) / n
	o := &op{name: "global-avg-pool", in: []*Node{x}, shape: tensor.Shape{n, c}}
	o.record = func(r *recorder, in []kernel.Mem, out kernel.Mem) error {
		return r.add(r.backend.GlobalAvgPoolForward(n, pixels, c, in[0], out))
	}
	o.diff = func(_, dy *Node) []*Node {
		b := &op{name: "global-avg-pool-grad", in: []*Node{dy}, shape: x.Shape()}
		b.record = func(r *recorder, in []kernel.Mem, out kernel.Mem) error {
			return r.add(r.backend.GlobalAvgPoolBackward(n, pixels, c, in[0], out))
		}
		return []*Node{g.add(b)}
	}
	return g.add(o)
}
