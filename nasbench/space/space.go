// Package space describes cell search spaces and architectures as plain values.
//
// A space is the edges of its cells and the operations that each may take; a mask is the set of operations that each
// edge of a sub-supernet may still take; a skeleton is the network that repeats the cells. Two families stand side by
// side: in NAS-Bench-201's an [Architecture] is one operation for each edge, in DARTS's a [Genotype] is two edges for
// each node. What serves both takes and gives architectures as text: [Space.Discretize], [Space.Member],
// [Space.Draw]. Nothing here trains or looks anything up: the package imports the standard library only.
package space

import (
	"fmt"
	"strings"
)

// Operations that the package knows by name.
const (
	none = "none" // cuts its edge
	skip = "skip_connect"
)

// Space is a cell search space in which every edge has the same list of operations. The nodes of a cell are numbered
// from its inputs on; every node that isn't an input may read all earlier ones.
type Space struct {
	Name       string   // as ByName takes it
	Operations []string // order defines the operation index; not to be changed by a user
	inputs     int      // nodes that a cell reads from outside
	nodes      int      // of a cell, inputs included
	cells      int      // cells that differ: 2 where reduction cells have an own architecture
}

// NB201 is NAS-Bench-201 (Dong and Yang 2020): 5 operations, 15,625 architectures.
var NB201 = Space{
	Name:       "nasbench201",
	Operations: []string{none, skip, "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"},
	inputs:     1, nodes: 4, cells: 1,
}

// NB201NoNone is NAS-Bench-201 without `none`: 4 operations, 4,096 architectures, all connected. The paper's
// Tables 1, 6 and 7 use it (spec.md section 1.3). An operation's index is its NB201 index minus one.
var NB201NoNone = Space{
	Name:       "nasbench201-4op",
	Operations: NB201.Operations[1:],
	inputs:     1, nodes: 4, cells: 1,
}

// DARTS is the space of Liu et al. 2019 (spec.md section 5): two inputs, four nodes that each read two of the earlier
// ones, a normal and a reduction cell.
var DARTS = Space{
	Name:       "darts",
	Operations: []string{"max_pool_3x3", "avg_pool_3x3", skip, "sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5"},
	inputs:     2, nodes: 2 + genotypeNodes, cells: 2,
}

var all = []Space{NB201, NB201NoNone, DARTS}

// ByName returns the space of that name, or an error that lists the names there are.
func ByName(name string) (Space, error) {
	for _, s := range all {
		if s.Name == name {
			return s, nil
		}
	}
	return Space{}, fmt.Errorf("unknown search space %.40q: use %s", name, strings.Join(Names(), ", "))
}

// Names returns the names that ByName takes.
func Names() []string {
	names := make([]string, len(all))
	for k, s := range all {
		names[k] = s.Name
	}
	return names
}

// Genotypes reports whether an architecture is a Genotype, which a network is retrained from (DARTS), and not an
// Architecture, which the table knows (NAS-Bench-201).
func (s Space) Genotypes() bool { return s.Name == DARTS.Name }

// Inputs returns the number of nodes that a cell reads from outside: 1, or 2 (the outputs of the two cells before).
func (s Space) Inputs() int { return s.inputs }

// Nodes returns the number of nodes of a cell, inputs included: 4, or 6.
func (s Space) Nodes() int { return s.nodes }

// CellEdges returns the number of edges of one cell: 6, or 14.
func (s Space) CellEdges() int { return choose2(s.nodes) - choose2(s.inputs) }

func choose2(n int) int { return n * (n - 1) / 2 }

// Edges returns the number of edges that have operations of their own, those of all cells that differ: 6, or 28, the
// normal cell's before the reduction cell's.
func (s Space) Edges() int { return s.cells * s.CellEdges() }

// Reduction reports whether edge e is the reduction cell's. It is false for NAS-Bench-201.
func (s Space) Reduction(e int) bool { return e >= s.CellEdges() }

// Edge returns the nodes that edge e joins, node after node: of NAS-Bench-201 e0 1<-0, e1 2<-0, e2 2<-1, e3 3<-0,
// e4 3<-1, e5 3<-2; of DARTS e0 2<-0, e1 2<-1, e2 3<-0 ... e13 5<-4, and the same from e14 on in the reduction cell.
// It panics, as a slice would, when e is not an edge.
func (s Space) Edge(e int) (from, to int) {
	if e < 0 || e >= s.Edges() {
		panic(fmt.Sprintf("edge %d is not in %s (0 to %d)", e, s.Name, s.Edges()-1))
	}
	from = e % s.CellEdges()
	for to = s.inputs; from >= to; to++ {
		from -= to
	}
	return from, to
}

// edgeOf is the inverse of Edge.
func (s Space) edgeOf(reduction bool, from, to int) int {
	e := choose2(to) - choose2(s.inputs) + from
	if reduction {
		e += s.CellEdges()
	}
	return e
}

// EdgeName is how messages name an edge, e.g. "edge 2 (2<-1)" or "edge 16 (reduction 3<-0)". It takes any number.
func (s Space) EdgeName(e int) string {
	if e < 0 || e >= s.Edges() {
		return fmt.Sprintf("edge %d", e)
	}
	from, to := s.Edge(e)
	cell := ""
	if s.Reduction(e) {
		cell = "reduction "
	}
	return fmt.Sprintf("edge %d (%s%d<-%d)", e, cell, to, from)
}

// Size returns the number of architectures: 15,625, 4,096 or 1,076,746,950,455,072,400.
func (s Space) Size() int { return s.SizeOf(Full(s)) }

// SizeOf returns the number of architectures that the mask allows, disconnected ones included. Genotypes count once,
// in whatever order a node lists its edges.
func (s Space) SizeOf(m Mask) int {
	size := 1
	if !s.Genotypes() {
		for e := range s.Edges() {
			size *= m.Count(e)
		}
		return size
	}
	for e := 0; e < s.Edges(); {
		_, to := s.Edge(e)
		pairs := 0
		for a := e; a < e+to; a++ {
			for b := a + 1; b < e+to; b++ {
				pairs += m.Count(a) * m.Count(b)
			}
		}
		size *= pairs
		e += to
	}
	return size
}

// Operation returns the index of the operation of that name, or an error that lists the names there are.
func (s Space) Operation(name string) (int, error) {
	for o, have := range s.Operations {
		if have == name {
			return o, nil
		}
	}
	return 0, fmt.Errorf("operation %.40q is not in %s (%s)", name, s.Name, strings.Join(s.Operations, ", "))
}

// operationName is an operation's name, or its index and a question mark where the space doesn't have it.
func (s Space) operationName(o int) string {
	if o < 0 || o >= len(s.Operations) {
		return fmt.Sprintf("%d?", o)
	}
	return s.Operations[o]
}

// isNone tells whether operation o cuts its edge.
func (s Space) isNone(o uint8) bool { return int(o) < len(s.Operations) && s.Operations[o] == none }
