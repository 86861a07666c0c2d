package supernet

import (
	"gmnas/harness/engine"
	"gmnas/nasbench/space"
)

// darts is the DARTS space's network (spec.md section 5.1): a stem, normal cells and two reduction cells, each of which reads
// the two before it.
type darts struct{}

func (darts) cells(k space.Skeleton) int { return k.Cells }

// stemFactor is how many times C channels the stem has.
const stemFactor = 3

// edge is an edge of a frame's cell: its number in the space, in the cell and in names, its nodes and its stride.
type edge struct{ e, inCell, from, to, stride int }

// edges lists the frame's, in the order of the space.
func (darts) edges(s space.Space, f Frame) []edge {
	var list []edge
	for e := range s.Edges() {
		if s.Reduction(e) == f.Reduction {
			from, to := s.Edge(e)
			list = append(list, edge{e, e % s.CellEdges(), from, to, f.Stride(from)})
		}
	}
	return list
}

// layout places the stem and what brings the cells' inputs to size, then the operations of all cells, then the head.
func (d darts) layout(l *Layout, c Config) {
	k := c.Skeleton
	outside := Part{Layout: l, Affine: true, Tracked: true}
	outside.ConvNorm("stem", 3, k.ImageChannels, stemFactor*k.Channels)
	cells := Frames(k, stemFactor*k.Channels)
	for _, f := range cells {
		Part{Layout: l, Tracked: c.Tracked}.Inputs(f)
	}
	for _, f := range cells {
		for _, e := range d.edges(c.Space, f) {
			for o, operation := range c.Space.Operations {
				on := Part{Layout: l, On: &Place{f.Index, e.e, o}, Shared: true, Tracked: c.Tracked}
				on.Operation(operationName(f.Index, e.inCell, o), operation, f.Channels, e.stride, true)
			}
		}
	}
	outside.Linear("classifier", cells[len(cells)-1].Out(), k.Classes)
}

func (d darts) build(m *mixture, images *engine.Node) *engine.Node {
	width := stemFactor * m.skeleton.Channels
	stem := m.Output(m.Source(m.ConvNorm("stem", images, 3, 1, width)))
	before, previous := stem, stem
	for _, f := range Frames(m.skeleton, width) {
		before, previous = previous, d.cell(m, f, m.Inputs(f, before, previous))
	}
	return m.Linear("classifier", previous.Pooled())
}

// cell adds the cell over its two inputs.
func (d darts) cell(m *mixture, f Frame, nodes []*Source) *Output {
	shape := append([]int{}, dims(nodes[1].X)...)
	if f.Reduction {
		shape[1], shape[2] = shape[1]/2, shape[2]/2
	}
	edges := d.edges(m.space, f)
	branches := map[int][]engine.Branch{} // by the node they go to
	for j := range m.space.Nodes() {
		if j >= m.space.Inputs() {
			nodes = append(nodes, m.Source(m.Graph.Sum(shape, branches[j])))
		}
		for _, e := range edges {
			if e.from != j {
				continue
			}
			for _, o := range m.mask.Operations(e.e) {
				br := nodes[j].Operation(operationName(f.Index, e.inCell, o), m.space.Operations[o], e.stride, m.gates[e.e][o])
				branches[e.to] = append(branches[e.to], m.weighed(br, f.Index, e.e, o))
			}
		}
	}
	return m.Output(nodes[m.space.Inputs():]...)
}
