package retrain

import (
	"fmt"

	"gmnas/harness/engine"
	"gmnas/harness/supernet"
	"gmnas/nasbench/space"
)

// network builds a genotype's network.
type network struct {
	supernet.Builder
	genotype space.Genotype
	shape    space.Retraining
	batch    int
	drop     *dropPath // nil drops nothing
}

// stem is what a stem leaves: two outputs, which the first cell reads, and the side of the second.
type stem struct {
	before, previous *supernet.Output
	side             int
}

// build adds everything from images [N,H,W,3] to logits [N,classes], and to those of the auxiliary head where there is one.
func (n *network) build(images *engine.Node) (logits, auxiliary *engine.Node) {
	s := n.stem(images)
	before, previous, side := s.before, s.previous, s.side
	for _, f := range frames(n.shape) {
		if f.Reduction {
			side /= 2
		}
		before, previous = previous, n.cell(f, side, n.Inputs(f, before, previous))
		if n.shape.Auxiliary && f.Index == n.shape.AuxiliaryCell() {
			auxiliary = n.auxiliary(previous.ReLU(), side, f.Out())
		}
	}
	return n.Linear("classifier", previous.Pooled()), auxiliary
}

// stem adds the 3x3 convolution to 3C channels or, for large images, three convolutions of stride 2 to C channels; the first
// two of them are what the cell before the first would be.
func (n *network) stem(images *engine.Node) stem {
	c := n.shape.Channels
	if !n.shape.Wide {
		x := n.Output(n.Source(n.ConvNorm("stem", images, 3, 1, stemFactor*c)))
		return stem{x, x, n.shape.ImageSize}
	}
	x := n.ConvNorm("stem0.first", images, 3, 2, c/2)
	before := n.Output(n.Source(n.ConvNorm("stem0.second", n.Graph.ReLU(x), 3, 2, c)))
	return stem{before, n.Output(n.Source(n.ConvNorm("stem1", before.ReLU(), 3, 2, c))), n.shape.ImageSize / 8}
}

// cell adds the cell over its two inputs; its nodes have side x side pixels.
func (n *network) cell(f supernet.Frame, side int, nodes []*supernet.Source) *supernet.Output {
	for j, genes := range cellOf(n.genotype, f) {
		var branches []engine.Branch
		for i, gene := range genes {
			operation, stride := space.DARTS.Operations[gene.Operation], f.Stride(gene.From)
			b := nodes[gene.From].Operation(geneName(f.Index, j, i), operation, stride, nil)
			if identity := operation == "skip_connect" && stride == 1; !identity && n.drop != nil {
				n.drop.add(n.Graph, &b)
			}
			branches = append(branches, b)
		}
		nodes = append(nodes, n.Source(n.Graph.Sum([]int{n.batch, side, side, f.Channels}, branches)))
	}
	return n.Output(nodes[space.DARTS.Inputs():]...)
}

// cellOf is the genotype's cell at that place.
func cellOf(g space.Genotype, f supernet.Frame) space.GenotypeCell {
	if f.Reduction {
		return g.Reduction
	}
	return g.Normal
}

// geneName names the tensors of entry i of a cell's j-th node.
func geneName(cell, j, i int) string {
	return fmt.Sprintf("cell%d.node%d.in%d", cell, space.DARTS.Inputs()+j, i)
}
