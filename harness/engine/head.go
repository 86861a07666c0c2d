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
	o.diff = func(_, _ *Node) []*Node {
		// The last value is the loss again, which the kernel computes with the gradient.
		n := logits.Shape().TotalSize()
		d := &op{name: "cross-entropy-grad", in: []*Node{logits, labels}, shape: tensor.Shape{n + 1}}
		d.record = func(r *recorder, in []kernel.Mem, out kernel.Mem) error {
			k.Logits, k.Labels, k.Loss, k.DLogits = in[0], in[1], out.At(n, 1), out.At(0, n)
			return r.add(r.backend.CrossEntropy(k))
		}
		return []*Node{g.view(g.add(d), 0, logits.Shape()), nil}
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
