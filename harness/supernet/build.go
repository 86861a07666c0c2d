package supernet

import (
	"gmnas/harness/engine"
	"gmnas/harness/engine/kernel"
)

// Batch-norm constants (spec.md section 1.3).
const (
	normEps      = 1e-5
	normMomentum = 0.1
)

// Builder adds parts of networks to a graph over parameters. An error is the graph's, which keeps the first one; what is
// built after it is nil.
type Builder struct {
	Params  *Parameters
	Graph   *engine.Graph
	Running bool // norms that have running statistics use them
	any     []*anyGate
}

// anyGate is open while one of its members is.
type anyGate struct {
	gate    kernel.Gate
	members []*kernel.Gate
}

// update follows the members.
func (a *anyGate) update() {
	a.gate.Closed = true
	for _, m := range a.members {
		a.gate.Closed = a.gate.Closed && m.Shut()
	}
}

// anyOf returns a gate that has no members yet.
func (b *Builder) anyOf() *anyGate {
	a := &anyGate{}
	b.any = append(b.any, a)
	return a
}

// Weights is the parameter of that name.
func (b *Builder) Weights(name string) *engine.Node {
	t := b.Params.Layout.Param(name)
	return b.Graph.Param(name, t.Of(b.Params.Weights), t.Of(b.Params.Gradients), t.Shape...)
}

// Conv adds the dense convolution of that name, padded so that stride 1 keeps the image's size. It is closed where gate is.
func (b *Builder) Conv(name string, x *engine.Node, size, stride, out int, gate *kernel.Gate) *engine.Node {
	s := dims(x)
	return b.Graph.Conv(kernel.Conv{Batch: s[0], Height: s[1], Width: s[2], In: s[3], Out: out, Kernel: size, Stride: stride, Pad: size / 2,
		Dilation: 1, Groups: 1}, x, b.Weights(name+".weight"), gate)
}

// Depthwise adds the depthwise convolution of that name, padded likewise.
func (b *Builder) Depthwise(name string, x *engine.Node, size, stride, dilation int, gate *kernel.Gate) *engine.Node {
	s := dims(x)
	return b.Graph.Conv(kernel.Conv{Batch: s[0], Height: s[1], Width: s[2], In: s[3], Out: s[3], Kernel: size, Stride: stride,
		Pad: dilation * (size / 2), Dilation: dilation, Groups: s[3]}, x, b.Weights(name+".weight"), gate)
}

// Norm is the batch norm of that name, with the weights and running statistics that the layout has of it.
func (b *Builder) Norm(name string) *engine.Norm {
	n, l := &engine.Norm{Eps: normEps, Momentum: normMomentum}, b.Params.Layout
	if l.HasParam(name + ".weight") {
		n.Gamma, n.Beta = b.Weights(name+".weight"), b.Weights(name+".bias")
	}
	if l.HasStat(name + ".running_mean") {
		n.UseRunning = b.Running
		n.RunningMean, n.RunningVar = l.Stat(name+".running_mean").Of(b.Params.Stats), l.Stat(name+".running_var").Of(b.Params.Stats)
	}
	return n
}

// Linear adds the layer of that name to x [N,In].
func (b *Builder) Linear(name string, x *engine.Node) *engine.Node {
	return b.Graph.Linear(x, b.Weights(name+".weight"), b.Weights(name+".bias"))
}

// dims is x's shape, [N,H,W,C], also where building has failed and x is nil.
func dims(x *engine.Node) []int {
	if x == nil {
		return make([]int, 4)
	}
	return x.Shape()
}
