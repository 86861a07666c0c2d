package engine

import (
	"gorgonia.org/tensor"

	"gmnas/harness/engine/kernel"
)

// Weigh adds the sum of x times `by`, value by value: a loss whose gradient with respect to x is `by`. Its value in float64
// is left in sum.
func (g *Graph) Weigh(x *Node, by kernel.Mem, sum *float64) *Node {
	if g.err != nil {
		return nil
	}
	o := &op{name: "weigh", in: []*Node{x}, shape: tensor.Shape{1}}
	o.record = func(r *recorder, in []kernel.Mem, out kernel.Mem) error {
		return r.add(weigh{r.backend, in[0], by, sum}, nil)
	}
	o.diff = func(_, _ *Node) []*Node {
		d := &op{name: "weigh-grad", in: []*Node{x}, shape: x.Shape(), extern: by}
		d.record = func(*recorder, []kernel.Mem, kernel.Mem) error { return nil }
		return []*Node{g.add(d)}
	}
	return g.add(o)
}

// Leaf adds a copy of a parameter that any operation may read; the gradient still goes to the parameter's.
func (g *Graph) Leaf(x *Node) *Node {
	if g.err != nil {
		return nil
	}
	copied := func(r *recorder, in []kernel.Mem, out kernel.Mem) error {
		view := func(m kernel.Mem) kernel.View { return kernel.View{Mem: m, Stride: channels(x)} }
		return r.add(r.backend.Combine(kernel.Combine{Rows: rows(x), Channels: channels(x), Dst: view(out), Terms: []kernel.Term{{Src: view(in[0])}}}))
	}
	o := &op{name: "leaf", in: []*Node{x}, shape: x.Shape(), record: copied}
	o.diff = func(_, grad *Node) []*Node {
		return []*Node{g.add(&op{name: "leaf-grad", in: []*Node{grad}, shape: x.Shape(), extern: g.grads[x], record: copied})}
	}
	return g.add(o)
}

type weigh struct {
	backend kernel.Backend
	x, by   kernel.Mem
	sum     *float64
}

func (w weigh) Run() error {
	*w.sum = w.backend.Inner(w.x, w.by)
	return nil
}
