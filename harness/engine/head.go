package engine

import (
	"gorgonia.org/tensor"

	"gmnas/harness/engine/kernel"
)

// Linear adds x*w' + b for x [N,In], w [Out,In], b [Out].
func (g *Graph) Linear(x, w, b *Node) *Node {
	if g.err != nil {
		return nil
	}
	l := kernel.Linear{Batch: x.Shape()[0], In: channels(x), Out: w.Shape()[0]}
	macs := int64(l.Batch) * int64(l.In) * int64(l.Out)
	o := &op{name: "linear", in: []*Node{x, w, b}, shape: tensor.Shape{l.Batch, l.Out}, macs: macs}
	o.record = func(r *recorder, in []kernel.Mem, out kernel.Mem) error {
		return r.add(r.backend.LinearForward(l, in[0], in[1], in[2], out))
	}
	o.diff = func(_, dy *Node) []*Node {
		grads := make([]*Node, 3)
		if g.needs[x] {
			d := &op{name: "linear-data", in: []*Node{dy, w}, shape: x.Shape(), macs: macs}
			d.record = func(r *recorder, in []kernel.Mem, out kernel.Mem) error {
				return r.add(r.backend.LinearBackwardData(l, in[0], in[1], out))
			}
			grads[0] = g.add(d)
		}
		if g.needs[w] {
			// The bias gradient is written on the way to that of the weights.
			db := g.grads[b]
			d := &op{name: "linear-weights", in: []*Node{x, dy}, shape: w.Shape(), extern: g.grads[w], macs: macs}
			d.record = func(r *recorder, in []kernel.Mem, out kernel.Mem) error {
				return r.add(r.backend.LinearBackwardWeights(l, in[0], in[1], out, db))
			}
			grads[1] = g.add(d)
		}
		return grads
	}
	return g.add(o)
}

// CrossEntropy adds the mean softmax cross-entropy of logits [N,classes], one value. Labels are N class indices.
func (g *Graph) CrossEntropy(logits, labels *Node, smoothing float32) *Node {
	if g.err != nil {
		return nil
	}
	k := kernel.CrossEntropy{Batch: logits.Shape()[0], Classes: channels(logits), Smoothing: smoothing}
	o := &op{name: "cross-entropy", in: []*Node{logits, labels}, shape: tensor.Shape{1}}
	o.record = func(r *recorder, in []kernel.Mem, out kernel.Mem) error {
		k.Logits, k.Labels, k.Loss, k.DLogits = in[0], in[1], out, kernel.Mem{}
		return r.add(r.backend.CrossEntropy(k))
	}
	o.diff = func(_, weight *Node) []*Node {
		// The last value is the loss again, which the kernel computes with the gradient.
		n := logits.Shape().TotalSize()
		d := &op{name: "cross-entropy-grad", in: []*Node{logits, labels}, shape: tensor.Shape{n + 1}}
		d.record = func(r *recorder, in []kernel.Mem, out kernel.Mem) error {
			k.Logits, k.Labels, k.Loss, k.DLogits = in[0], in[1], out.At(n, 1), out.At(0, n)
			return r.add(r.backend.CrossEntropy(k))
		}
		grad := g.view(g.add(d), 0, logits.Shape())
		if weight != nil {
			grad = g.combine("weighted-grad", logits.Shape(), []term{{src: grad, coef: ref{weight, 0, 1}}}, nil)
		}
		return []*Node{grad, nil}
	}
	return g.add(o)
}

// WeighLosses adds the sum of losses, of one value each, each times its value of weights.
func (g *Graph) WeighLosses(weights *Node, losses ...*Node) *Node {
	if g.err != nil {
		return nil
	}
	if weights == nil || weights.Shape().TotalSize() != len(losses) {
		return g.fail("adding a weighted sum of %d losses: want as many weights", len(losses))
	}
	o := &op{name: "losses", in: append([]*Node{weights}, losses...), shape: tensor.Shape{1}}
	o.record = func(r *recorder, in []kernel.Mem, out kernel.Mem) error {
		one := func(m kernel.Mem) kernel.View { return kernel.View{Mem: m, Stride: 1} }
		k := kernel.Combine{Rows: 1, Channels: 1, Dst: one(out)}
		for i := range losses {
			k.Terms = append(k.Terms, kernel.Term{Src: one(in[1+i]), Coef: in[0].At(i, 1)})
		}
		return r.add(r.backend.Combine(k))
	}
	o.diff = func(_, _ *Node) []*Node {
		grads := make([]*Node, 1+len(losses))
		for i := range losses {
			grads[1+i] = g.view(weights, i, tensor.Shape{1})
		}
		return grads
	}
	return g.add(o)
}

// view adds another shape for part of a node's memory.
func (g *Graph) view(x *Node, at int, s tensor.Shape) *Node {
	o := &op{name: "view", in: []*Node{x}, shape: s}
	o.viewAt = at
	o.isView = true
	o.record = func(*recorder, []kernel.Mem, kernel.Mem) error { return nil }
	return g.add(o)
}
