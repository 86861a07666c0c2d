package retrain

import (
	"gmnas/harness/engine"
	"gmnas/harness/engine/kernel"
	"gmnas/harness/supernet"
	"gmnas/nasbench/space"
)

// auxiliaryHead begins the names of the head's tensors.
const auxiliaryHead = "auxiliary."

// layoutAuxiliary adds the tensors of the auxiliary head on a cell of so many channels (spec.md section 5.4): a 1x1 and a 2x2
// convolution, each with norm and rectification, and a classifier. For large images the second has no norm (section 5.5).
func layoutAuxiliary(p supernet.Part, r space.Retraining, channels int) {
	p.ConvNorm(auxiliaryHead+"narrow", 1, channels, space.AuxiliaryNarrow)
	p.Conv(auxiliaryHead+"wide.conv", 2, space.AuxiliaryNarrow, space.AuxiliaryWide)
	if !r.Wide {
		p.Norm(auxiliaryHead+"wide.bn", space.AuxiliaryWide)
	}
	p.Linear(auxiliaryHead+"classifier", space.AuxiliaryWide, r.Classes)
}

// auxiliary adds the head to x, a cell's rectified output of side x side pixels, and returns its logits.
func (n *network) auxiliary(x *engine.Node, side, channels int) *engine.Node {
	g := n.Graph
	x = g.AvgPool(kernel.Pool{Batch: n.batch, Height: side, Width: side, Channels: channels, Kernel: space.AuxiliaryKernel, Stride: n.shape.AuxiliaryStride()}, x, nil)
	x = g.ReLU(n.ConvNorm(auxiliaryHead+"narrow", x, 1, 1, space.AuxiliaryNarrow))
	x = g.Conv(kernel.Conv{Batch: n.batch, Height: 2, Width: 2, In: space.AuxiliaryNarrow, Out: space.AuxiliaryWide, Kernel: 2, Stride: 1, Dilation: 1, Groups: 1},
		x, n.Weights(auxiliaryHead+"wide.conv.weight"), nil)
	if !n.shape.Wide {
		x = n.Normed(auxiliaryHead+"wide.bn", x)
	}
	return n.Linear(auxiliaryHead+"classifier", g.GlobalAvgPool(g.ReLU(x))) // of one pixel: only its shape changes
}
