package supernet

import (
	"gmnas/harness/engine"
	"gmnas/harness/engine/kernel"
	"gmnas/nasbench/space"
)

// gates of one operation on one edge, shared by all cells.
type gates [][]*kernel.Gate // [edge][operation]

// mixture builds a supernet: parts of networks, mixed on the edges of cells.
type mixture struct {
	Builder
	space    space.Space
	skeleton space.Skeleton
	mask     space.Mask
	theta    *engine.Node
	slots    kernel.Mem // gradient of the mixture weights, [cell][edge][operation]
	gates    gates
	allocate func(n int) kernel.Mem
}

// weighed is an operation's output with the mixture weight that scales it in a cell.
func (m *mixture) weighed(b engine.Branch, cell, edge, operation int) engine.Branch {
	n := len(m.space.Operations)
	b.Theta, b.At, b.Gate = m.theta, edge*n+operation, m.gates[edge][operation]
	b.Slot = m.slots.At((cell*m.space.Edges()+edge)*n+operation, 1)
	return b
}

// zeros adds a node that is always zero: what arrives where a mask allows nothing but none.
func (m *mixture) zeros(shape []int) *engine.Node {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return m.Graph.Input("zeros", m.allocate(n), shape...)
}
