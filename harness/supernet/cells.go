package supernet

import (
	"fmt"

	"gmnas/harness/engine"
	"gmnas/nasbench/space"
)

// Frame is a cell's place in a network of the DARTS space (spec.md section 5.1).
type Frame struct {
	Index            int
	Reduction        bool
	Reduced          bool // the cell before it is a reduction cell, so that its first input is twice as large
	Channels         int  // of its nodes
	Before, Previous int  // channels of its inputs, the outputs of the cell before the previous one and of the previous one
}

// Frames lists a network's cells behind a stem of so many channels.
func Frames(k space.Skeleton, stem int) []Frame {
	fs := make([]Frame, k.Cells)
	f := Frame{Channels: k.Channels, Before: stem, Previous: stem}
	for i := range fs {
		f.Index, f.Reduced, f.Reduction = i, f.Reduction, k.Reduction(i)
		if f.Reduction {
			f.Channels *= 2
		}
		fs[i] = f
		f.Before, f.Previous = f.Previous, f.Out()
	}
	return fs
}

// Out returns the channels of the cell's output.
func (f Frame) Out() int { return (space.DARTS.Nodes() - space.DARTS.Inputs()) * f.Channels }

// Stride returns the stride of the operations that read a node.
func (f Frame) Stride(from int) int {
	if f.Reduction && from < space.DARTS.Inputs() {
		return 2
	}
	return 1
}

// inputs are the names of what brings the cell's inputs to size.
func (f Frame) inputs() [2]string {
	return [2]string{fmt.Sprintf("cell%d.preprocess0", f.Index), fmt.Sprintf("cell%d.preprocess1", f.Index)}
}

// Inputs adds the tensors of what brings the cell's inputs to its channels and to the previous cell's size: rectification,
// 1x1 convolution and norm or, where the cell before reduced, a factorized reduce.
func (p Part) Inputs(f Frame) {
	names := f.inputs()
	if f.Reduced {
		p.Reduce(names[0], f.Before, f.Channels)
	} else {
		p.ConvNorm(names[0], 1, f.Before, f.Channels)
	}
	p.ConvNorm(names[1], 1, f.Previous, f.Channels)
}

// Inputs adds the cell's first two nodes, with the tensors that Part.Inputs laid out.
func (b *Builder) Inputs(f Frame, before, previous *Output) []*Source {
	names := f.inputs()
	var first *engine.Node
	if f.Reduced {
		first = b.Normed(names[0]+".bn", before.rectified().Reduce(names[0], nil))
	} else {
		first = b.ConvNorm(names[0], before.ReLU(), 1, 1, f.Channels)
	}
	return []*Source{b.Source(first), b.Source(b.ConvNorm(names[1], previous.ReLU(), 1, 1, f.Channels))}
}

// Output is what a cell leaves: its nodes side by side.
type Output struct {
	b     *Builder
	nodes []*Source
	relu  *Source
}

// Output makes nodes a cell's output, or one node the stem's.
func (b *Builder) Output(nodes ...*Source) *Output { return &Output{b: b, nodes: nodes} }

// rectified is the output's rectification, which is all that later cells read of it, put together from the nodes' own.
func (o *Output) rectified() *Source {
	if o.relu == nil {
		o.relu = o.b.Source(nil)
		o.relu.relu = o.b.join(o.nodes, (*Source).ReLU)
	}
	return o.relu
}

// ReLU is the output's rectification.
func (o *Output) ReLU() *engine.Node { return o.rectified().ReLU() }

// Pooled is the mean over the output's pixels, [N,C].
func (o *Output) Pooled() *engine.Node {
	return o.b.join(o.nodes, func(s *Source) *engine.Node { return o.b.Graph.GlobalAvgPool(s.X) })
}

// join adds what part makes of each node, side by side.
func (b *Builder) join(nodes []*Source, part func(*Source) *engine.Node) *engine.Node {
	parts := make([]*engine.Node, len(nodes))
	for i, n := range nodes {
		parts[i] = part(n)
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return b.Graph.Concat(parts, nil)
}
