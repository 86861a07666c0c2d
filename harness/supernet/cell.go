package supernet

import (
	"gmnas/harness/engine"
	"gmnas/harness/engine/kernel"
)

// gates of one operation on one edge, shared by all cells.
type gates [][]*kernel.Gate // [edge][operation]

// anyGate is open while one of its members is.
type anyGate struct {
	gate    *kernel.Gate
	members []*kernel.Gate
}

// cell adds a cell on x [N,H,W,C] and returns its output node.
func (b *builder) cell(index int, x *engine.Node) *engine.Node {
	s := b.p.Config.Space
	nodes := []*engine.Node{x}
	convs := map[[2]int]*engine.Node{} // by edge and operation
	pools := map[int]*engine.Node{}    // by source node
	for j := 1; j < 4; j++ {
		b.leave(index, j-1, nodes[j-1], convs, pools)
		var branches []engine.Branch
		for e := range s.Edges() {
			from, to := s.Edge(e)
			if to != j {
				continue
			}
			for o, name := range s.Operations {
				if !b.mask.Allows(e, o) || name == "none" {
					continue
				}
				br := engine.Branch{Theta: b.theta, At: e*len(s.Operations) + o, Gate: b.gates[e][o],
					Slot: b.slots.At((index*s.Edges()+e)*len(s.Operations)+o, 1)}
				switch name {
				case "skip_connect":
					br.Src = nodes[from]
				case "avg_pool_3x3":
					br.Src = pools[from]
				default:
					br.Src = convs[[2]int{e, o}]
					br.Norm = b.cellNorm(convName(index, e, o) + ".bn")
				}
				branches = append(branches, br)
			}
		}
		if len(branches) == 0 {
			nodes = append(nodes, b.zeros(x))
		} else {
			nodes = append(nodes, b.g.Sum(x.Shape(), branches))
		}
	}
	return nodes[3]
}

// leave adds what the edges that leave a node need of it: its rectification and its pooling, which they share, and
// their convolutions. Convolutions that read one node could run as one, but on CPUs that is slower: their outputs
// would lie interleaved in memory.
func (b *builder) leave(index, node int, x *engine.Node, convs map[[2]int]*engine.Node, pools map[int]*engine.Node) {
	s, shape := b.p.Config.Space, x.Shape()
	var relu *engine.Node
	for o, name := range s.Operations {
		var edges []int
		for e := range s.Edges() {
			if from, _ := s.Edge(e); from == node && b.mask.Allows(e, o) {
				edges = append(edges, e)
			}
		}
		if len(edges) == 0 {
			continue
		}
		if name == "avg_pool_3x3" {
			pools[node] = b.g.AvgPool(kernel.Pool{Batch: shape[0], Height: shape[1], Width: shape[2], Channels: shape[3],
				Kernel: 3, Stride: 1, Pad: 1}, x, b.any(edges, o))
			continue
		}
		k := kernelOf(name)
		if k == 0 {
			continue
		}
		if relu == nil {
			relu = b.g.ReLU(x)
		}
		for _, e := range edges {
			convs[[2]int{e, o}] = b.g.Conv(kernel.Conv{Batch: shape[0], Height: shape[1], Width: shape[2], In: shape[3], Out: shape[3],
				Kernel: k, Stride: 1, Pad: k / 2, Dilation: 1, Groups: 1}, relu, b.named(convName(index, e, o)+".conv.weight"), b.gates[e][o])
		}
	}
}

// any returns a gate that is open while operation o is on one of the edges.
func (b *builder) any(edges []int, o int) *kernel.Gate {
	a := anyGate{gate: &kernel.Gate{}}
	for _, e := range edges {
		a.members = append(a.members, b.gates[e][o])
	}
	b.anyGates = append(b.anyGates, a)
	return a.gate
}
