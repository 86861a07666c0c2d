package retrain

import (
	"gmnas/harness/supernet"
	"gmnas/nasbench/space"
)

// stemFactor is how many times C channels the stem for small images has.
const stemFactor = 3

// frames lists the network's cells. Behind the stem for large images the first one's first input is twice as large as its second.
func frames(r space.Retraining) []supernet.Frame {
	if !r.Wide {
		return supernet.Frames(r.Skeleton, stemFactor*r.Channels)
	}
	fs := supernet.Frames(r.Skeleton, r.Channels)
	fs[0].Reduced = true
	return fs
}

// newLayout places the tensors in the order of use, the auxiliary head's last.
func newLayout(g space.Genotype, r space.Retraining) *supernet.Layout {
	l := &supernet.Layout{}
	p := supernet.Part{Layout: l, Affine: true, Tracked: true}
	c := r.Channels
	if r.Wide {
		p.ConvNorm("stem0.first", 3, r.ImageChannels, c/2)
		p.ConvNorm("stem0.second", 3, c/2, c)
		p.ConvNorm("stem1", 3, c, c)
	} else {
		p.ConvNorm("stem", 3, r.ImageChannels, stemFactor*c)
	}
	var out, read int
	for _, f := range frames(r) {
		p.Inputs(f)
		for j, genes := range cellOf(g, f) {
			for i, gene := range genes {
				p.Operation(geneName(f.Index, j, i), space.DARTS.Operations[gene.Operation], f.Channels, f.Stride(gene.From), false)
			}
		}
		out = f.Out()
		if f.Index == r.AuxiliaryCell() {
			read = out
		}
	}
	p.Linear("classifier", out, r.Classes)
	if r.Auxiliary {
		layoutAuxiliary(p, r, read)
	}
	return l
}
