package supernet

import (
	"fmt"

	"gmnas/harness/engine"
	"gmnas/harness/engine/kernel"
	"gmnas/nasbench/space"
)

// Batch-norm constants (spec.md section 1.3).
const (
	normEps      = 1e-5
	normMomentum = 0.1
)

// builder adds the supernet to a graph.
type builder struct {
	p        *Parameters
	g        *engine.Graph
	mask     space.Mask
	batch    int
	running  bool // norms that have running statistics use them
	theta    *engine.Node
	slots    kernel.Mem
	gates    gates
	anyGates []anyGate
	allocate func(n int) kernel.Mem
}

// network adds everything from images [N,H,W,3] to logits [N,classes].
func (b *builder) network(images *engine.Node) *engine.Node {
	k := b.p.Config.Skeleton
	x := b.convNorm("stem.conv", "stem.bn", images, 3, 1, k.Channels)
	for stage := range 3 {
		if stage > 0 {
			x = b.residual(fmt.Sprintf("res%d", stage), x)
		}
		for n := range k.Cells {
			if x == nil {
				return nil
			}
			x = b.cell(stage*k.Cells+n, x)
		}
	}
	if x == nil {
		return nil
	}
	x = b.g.ReLU(b.normed("head.bn", x))
	x = b.g.GlobalAvgPool(x)
	return b.g.Linear(x, b.named("classifier.weight"), b.named("classifier.bias"))
}

// residual adds the block that halves the image and doubles the channels.
func (b *builder) residual(name string, x *engine.Node) *engine.Node {
	s := x.Shape()
	out := 2 * s[3]
	main := b.convNorm(name+".conv_a.conv", name+".conv_a.bn", b.g.ReLU(x), 3, 2, out)
	main = b.conv(name+".conv_b.conv", b.g.ReLU(main), 3, 1, out)
	short := b.g.AvgPool(kernel.Pool{Batch: s[0], Height: s[1], Width: s[2], Channels: s[3], Kernel: 2, Stride: 2}, x, nil)
	short = b.conv(name+".shortcut.conv", short, 1, 1, out)
	if main == nil || short == nil {
		return nil
	}
	return b.g.Sum(main.Shape(), []engine.Branch{{Src: main, Norm: b.affine(name + ".conv_b.bn")}, {Src: short}})
}

func (b *builder) conv(name string, x *engine.Node, k, stride, out int) *engine.Node {
	if x == nil {
		return nil
	}
	s := x.Shape()
	return b.g.Conv(kernel.Conv{Batch: s[0], Height: s[1], Width: s[2], In: s[3], Out: out, Kernel: k, Stride: stride, Pad: k / 2,
		Dilation: 1, Groups: 1}, x, b.named(name+".weight"), nil)
}

func (b *builder) convNorm(conv, bn string, x *engine.Node, k, stride, out int) *engine.Node {
	return b.normed(bn, b.conv(conv, x, k, stride, out))
}

func (b *builder) normed(bn string, x *engine.Node) *engine.Node {
	if x == nil {
		return nil
	}
	return b.g.Sum(x.Shape(), []engine.Branch{{Src: x, Norm: b.affine(bn)}})
}

// affine is the norm of stem, residual blocks and head: always affine, with running statistics.
func (b *builder) affine(bn string) *engine.Norm {
	n := b.tracked(bn)
	n.Gamma, n.Beta = b.named(bn+".weight"), b.named(bn+".bias")
	return n
}

// cellNorm is the norm inside a cell, never affine.
func (b *builder) cellNorm(bn string) *engine.Norm {
	if !b.p.Config.Tracked {
		return &engine.Norm{Eps: normEps, Momentum: normMomentum}
	}
	return b.tracked(bn)
}

func (b *builder) tracked(bn string) *engine.Norm {
	return &engine.Norm{Eps: normEps, Momentum: normMomentum, UseRunning: b.running,
		RunningMean: b.p.Layout.Stat(bn + ".running_mean").Of(b.p.Stats),
		RunningVar:  b.p.Layout.Stat(bn + ".running_var").Of(b.p.Stats)}
}

func (b *builder) named(name string) *engine.Node {
	t := b.p.Layout.Param(name)
	return b.g.Param(name, t.Of(b.p.Weights), t.Of(b.p.Gradients), t.Shape...)
}

// zeros adds a node like x that is always zero: what arrives where a mask allows nothing but none.
func (b *builder) zeros(x *engine.Node) *engine.Node {
	return b.g.Input("zeros", b.allocate(x.Shape().TotalSize()), x.Shape()...)
}
