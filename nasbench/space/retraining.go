package space

import "fmt"

// Retraining is the network in which a genotype is trained from scratch (spec.md sections 5.4 and 5.5). Norms are affine
// and pools have none.
type Retraining struct {
	Skeleton
	// Wide is the stem for large images, three convolutions of stride 2, and the auxiliary head without its last norm
	// (ImageNet). Otherwise the stem is one 3x3 convolution to 3C channels (CIFAR).
	Wide bool
	// Auxiliary adds the head that reads the second reduction cell's output, which only training has.
	Auxiliary bool
}

// CIFARRetraining and ImageNetRetraining are the paper's networks, without the auxiliary head.
var (
	CIFARRetraining    = Retraining{Skeleton: Skeleton{Channels: 36, Cells: 20, ImageSize: 32, ImageChannels: 3, Classes: 10}}
	ImageNetRetraining = Retraining{Skeleton: Skeleton{Channels: 48, Cells: 14, ImageSize: 224, ImageChannels: 3, Classes: 1000}, Wide: true}
)

// Outputs of the auxiliary head's two convolutions, 1x1 and 2x2.
const (
	AuxiliaryNarrow = 128
	AuxiliaryWide   = 768
)

// Check returns an error that names the first size out of its bounds.
func (r Retraining) Check() error {
	if err := r.Skeleton.Check(); err != nil {
		return err
	}
	if r.Wide && r.ImageSize%32 != 0 {
		return fmt.Errorf("skeleton: image size %d: must be a multiple of 32, as the stem and two cells halve it five times", r.ImageSize)
	}
	if r.Wide && r.Channels%2 != 0 {
		return fmt.Errorf("skeleton: channels %d: must be even, as the stem begins with half of them", r.Channels)
	}
	if r.Auxiliary && r.pooled() != 2 {
		return fmt.Errorf("skeleton: image size %d: the auxiliary head reads %dx%d pixels, whose pool must leave 2x2; use 32, or 224 for the wide stem",
			r.ImageSize, r.auxiliarySide(), r.auxiliarySide())
	}
	return nil
}

// auxiliarySide is the image side that the auxiliary head reads, after two reductions.
func (r Retraining) auxiliarySide() int {
	if r.Wide {
		return r.ImageSize / 32
	}
	return r.ImageSize / 4
}

// AuxiliaryKernel is the side of the average pool, without padding, that the head begins with.
const AuxiliaryKernel = 5

// AuxiliaryStride is that pool's stride.
func (r Retraining) AuxiliaryStride() int {
	if r.Wide {
		return 2
	}
	return 3
}

// AuxiliaryCell is the cell, the first being 0, whose output the head reads: the second reduction cell.
func (r Retraining) AuxiliaryCell() int { return 2 * r.Cells / 3 }

// pooled is the side after the pool.
func (r Retraining) pooled() int { return (r.auxiliarySide()-AuxiliaryKernel)/r.AuxiliaryStride() + 1 }

// Params returns the trainable numbers of the genotype's network, norms and classifier included. The network must pass
// Check.
func (g Genotype) Params(r Retraining) int64 { return g.count(r).params }

// MACs returns the multiply-adds of one image forward through the genotype's network, convolutions and classifier only.
// The network must pass Check.
func (g Genotype) MACs(r Retraining) int64 { return g.count(r).macs }

func (g Genotype) count(r Retraining) count {
	n := count{affine: true}
	c, ic := int64(r.Channels), int64(r.ImageChannels)
	at := dartsCell{before: 3 * c, previous: 3 * c, channels: c, side: int64(r.ImageSize)}
	if r.Wide {
		side := at.side / 2
		n.conv(9*ic*c/2, c/2, side)
		n.conv(9*c/2*c, c, side/2)
		n.conv(9*c*c, c, side/4)
		at = dartsCell{before: c, previous: c, channels: c, side: side / 4}
	} else {
		n.conv(9*ic*3*c, 3*c, at.side)
	}
	var auxiliary int64
	for i := range r.Cells {
		at.enter(&n, r.Reduction(i))
		cell := g.Normal
		if at.reduction {
			cell = g.Reduction
		}
		for _, node := range cell {
			for _, gene := range node {
				at.operation(&n, DARTS.operationName(gene.Operation), gene.From)
			}
		}
		at.leave()
		if i == r.AuxiliaryCell() {
			auxiliary = at.previous
		}
	}
	n.linear(at.previous, int64(r.Classes))
	if r.Auxiliary {
		n.conv(auxiliary*AuxiliaryNarrow, AuxiliaryNarrow, int64(r.pooled()))
		last := int64(AuxiliaryWide)
		if r.Wide {
			last = 0 // no norm
		}
		n.conv(4*AuxiliaryNarrow*AuxiliaryWide, last, int64(r.pooled()-1))
		n.linear(AuxiliaryWide, int64(r.Classes))
	}
	return n
}
