package supernet

import (
	"fmt"

	"gmnas/harness/engine"
	"gmnas/harness/engine/kernel"
	"gmnas/nasbench/space"
)

// nasbench201 is NAS-Bench-201's network (spec.md section 1).
type nasbench201 struct{}

const nasbench201Stages = 3

func (nasbench201) cells(k space.Skeleton) int { return nasbench201Stages * k.Cells }

// layout places stem, cells and residual blocks in the order of use, head.
func (n nasbench201) layout(l *Layout, c Config) {
	k := c.Skeleton
	outside := Part{Layout: l, Affine: true, Tracked: true}
	outside.ConvNorm("stem", 3, k.ImageChannels, k.Channels)
	width := k.Channels
	for stage := range nasbench201Stages {
		if stage > 0 {
			r, shared := residualName(stage), outside
			shared.Shared = true
			shared.ConvNorm(r+".conv_a", 3, width, 2*width)
			shared.ConvNorm(r+".conv_b", 3, 2*width, 2*width)
			shared.Conv(r+".shortcut.conv", 1, width, 2*width)
			width *= 2
		}
		for i := range k.Cells {
			n.layoutCell(l, c, stage*k.Cells+i, width)
		}
	}
	outside.Norm("head.bn", width)
	outside.Linear("classifier", width, k.Classes)
}

// build adds the network: three stages of cells with residual blocks between them.
func (n nasbench201) build(m *mixture, images *engine.Node) *engine.Node {
	k := m.skeleton
	x := m.ConvNorm("stem", images, 3, 1, k.Channels)
	for stage := range nasbench201Stages {
		if stage > 0 {
			x = n.residual(m, residualName(stage), x)
		}
		for i := range k.Cells {
			x = n.cell(m, stage*k.Cells+i, x)
		}
	}
	x = m.Graph.ReLU(m.Normed("head.bn", x))
	return m.Linear("classifier", m.Graph.GlobalAvgPool(x))
}

func residualName(stage int) string { return fmt.Sprintf("res%d", stage) }

// residual adds the block that halves the image and doubles the channels.
func (nasbench201) residual(m *mixture, name string, x *engine.Node) *engine.Node {
	s := dims(x)
	out := 2 * s[3]
	main := m.ConvNorm(name+".conv_a", m.Graph.ReLU(x), 3, 2, out)
	main = m.Conv(name+".conv_b.conv", m.Graph.ReLU(main), 3, 1, out, nil)
	short := m.Graph.AvgPool(kernel.Pool{Batch: s[0], Height: s[1], Width: s[2], Channels: s[3], Kernel: 2, Stride: 2}, x, nil)
	short = m.Conv(name+".shortcut.conv", short, 1, 1, out, nil)
	return m.Graph.Sum(dims(main), []engine.Branch{{Src: main, Norm: m.Norm(name + ".conv_b.bn")}, {Src: short}})
}
