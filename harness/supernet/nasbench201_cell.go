package supernet

import (
	"fmt"

	"gmnas/harness/engine"
	"gmnas/harness/engine/kernel"
	"gmnas/nasbench/space"
)

// operationName is the prefix of an operation's tensors; edge counts within the cell.
func operationName(cell, edge, operation int) string {
	return fmt.Sprintf("cell%d.edge%d.op%d", cell, edge, operation)
}

func (nasbench201) layoutCell(l *Layout, c Config, cell, width int) {
	for e := range c.Space.Edges() {
		for o, name := range c.Space.Operations {
			if k := space.Kernel(name); k > 0 {
				on := Part{Layout: l, On: &Place{cell, e, o}, Shared: true, Tracked: c.Tracked}
				on.ConvNorm(operationName(cell, e, o), k, width, width)
			}
		}
	}
}

// cell adds a cell on x [N,H,W,C] and returns its output node.
func (n nasbench201) cell(m *mixture, index int, x *engine.Node) *engine.Node {
	s := m.space
	nodes := []*engine.Node{x}
	convs := map[[2]int]*engine.Node{} // by edge and operation
	pools := map[int]*engine.Node{}    // by source node
	for j := 1; j < s.Nodes(); j++ {
		n.leave(m, index, j-1, nodes[j-1], convs, pools)
		var branches []engine.Branch
		for e := range s.Edges() {
			from, to := s.Edge(e)
			if to != j {
				continue
			}
			for o, name := range s.Operations {
				if !m.mask.Allows(e, o) || name == "none" {
					continue
				}
				var br engine.Branch
				switch name {
				case "skip_connect":
					br.Src = nodes[from]
				case "avg_pool_3x3":
					br.Src = pools[from]
				default:
					br.Src = convs[[2]int{e, o}]
					br.Norm = m.Norm(operationName(index, e, o) + ".bn")
				}
				branches = append(branches, m.weighed(br, index, e, o))
			}
		}
		if len(branches) == 0 {
			nodes = append(nodes, m.zeros(dims(x)))
		} else {
			nodes = append(nodes, m.Graph.Sum(dims(x), branches))
		}
	}
	return nodes[s.Nodes()-1]
}

// leave adds what the edges that leave a node need of it: its rectification and its pooling, which they share, and
// their convolutions. Convolutions that read one node could run as one, but on CPUs that is slower: their outputs
// would lie interleaved in memory.
func (nasbench201) leave(m *mixture, index, node int, x *engine.Node, convs map[[2]int]*engine.Node, pools map[int]*engine.Node) {
	s, shape := m.space, dims(x)
	var relu *engine.Node
	for o, name := range s.Operations {
		var edges []int
		for e := range s.Edges() {
			if from, _ := s.Edge(e); from == node && m.mask.Allows(e, o) {
				edges = append(edges, e)
			}
		}
		if len(edges) == 0 {
			continue
		}
		if name == "avg_pool_3x3" {
			any := m.anyOf()
			for _, e := range edges {
				any.members = append(any.members, m.gates[e][o])
			}
			pools[node] = m.Graph.AvgPool(kernel.Pool{Batch: shape[0], Height: shape[1], Width: shape[2], Channels: shape[3],
				Kernel: 3, Stride: 1, Pad: 1}, x, &any.gate)
			continue
		}
		k := space.Kernel(name)
		if k == 0 {
			continue
		}
		if relu == nil {
			relu = m.Graph.ReLU(x)
		}
		for _, e := range edges {
			convs[[2]int{e, o}] = m.Conv(operationName(index, e, o)+".conv", relu, k, 1, shape[3], m.gates[e][o])
		}
	}
}
