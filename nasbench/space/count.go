package space

import "strings"

// count adds up what a DARTS network has, layer by layer.
type count struct {
	params, macs int64
	affine       bool // norms have two numbers a channel
}

// conv adds a convolution of so many weights whose output has side x side pixels and goes through a norm of so many
// channels.
func (n *count) conv(weights, norm, side int64) {
	n.params += weights
	n.macs += weights * side * side
	if n.affine {
		n.params += 2 * norm
	}
}

// linear adds a classifier.
func (n *count) linear(in, out int64) {
	n.params += in*out + out
	n.macs += in * out
}

// dartsCell is where a walk through the cells of a DARTS network is (spec.md section 5.1).
type dartsCell struct {
	before, previous int64 // channels of the two cells before
	channels         int64 // of the cell's nodes
	side             int64 // of the previous cell's output
	reduction        bool
}

// enter adds the two convolutions that bring the cell's inputs to its channels and to the previous cell's side; where
// the previous cell reduced, the first is a factorized reduce, which counts the same.
func (c *dartsCell) enter(n *count, reduction bool) {
	c.reduction = reduction
	if reduction {
		c.channels *= 2
	}
	n.conv(c.before*c.channels, c.channels, c.side)
	n.conv(c.previous*c.channels, c.channels, c.side)
}

// out is the side of the cell's nodes.
func (c *dartsCell) out() int64 {
	if c.reduction {
		return c.side / 2
	}
	return c.side
}

// leave goes on to the next cell.
func (c *dartsCell) leave() {
	c.side = c.out()
	c.before, c.previous = c.previous, genotypeNodes*c.channels
}

// operation adds an operation that reads node from; in a reduction cell those that read an input have stride 2.
// Separable and dilated convolutions are depthwise and pointwise ones, separable ones twice (spec.md section 5.4).
func (c *dartsCell) operation(n *count, name string, from int) {
	side, w := c.out(), c.channels
	if name == skip {
		if c.reduction && from < DARTS.inputs {
			n.conv(w*w, w, side) // a factorized reduce
		}
		return
	}
	kind, size, _ := strings.Cut(name, "_conv_")
	kernel := map[string]int64{"3x3": 3, "5x5": 5}[size]
	switch kind {
	case "sep":
		for range 2 {
			n.conv(kernel*kernel*w, 0, side)
			n.conv(w*w, w, side)
		}
	case "dil":
		n.conv(kernel*kernel*w, 0, side)
		n.conv(w*w, w, side)
	}
}

// dartsSupernet counts the mixture of all operations that the mask allows; its cells' norms have no numbers.
func (k Skeleton) dartsSupernet(s Space, m Mask) count {
	n := count{affine: true}
	c := int64(k.Channels)
	n.conv(9*int64(k.ImageChannels)*3*c, 3*c, int64(k.ImageSize))
	n.affine = false
	at := dartsCell{before: 3 * c, previous: 3 * c, channels: c, side: int64(k.ImageSize)}
	for i := range k.Cells {
		at.enter(&n, k.Reduction(i))
		for e := range s.Edges() {
			if s.Reduction(e) != at.reduction {
				continue
			}
			from, _ := s.Edge(e)
			for _, o := range m.Operations(e) {
				at.operation(&n, s.operationName(o), from)
			}
		}
		at.leave()
	}
	n.linear(at.previous, int64(k.Classes))
	return n
}
