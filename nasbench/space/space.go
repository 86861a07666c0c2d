// Package space describes cell search spaces and architectures as plain values.
//
// An architecture is one operation for each edge of a cell; a mask is the set of operations that each edge of a
// sub-supernet may still take; a skeleton is the network that repeats the cell. Nothing here trains or looks
// anything up: the package imports the standard library only.
package space

import (
	"fmt"
	"strings"
)

// Edges is the number of edges of a NAS-Bench-201 cell: 4 nodes, every node reads all earlier ones.
const Edges = 6

// ends lists (from, to) for each edge, in the order of spec.md section 1.2.
var ends = [Edges][2]int{{0, 1}, {0, 2}, {1, 2}, {0, 3}, {1, 3}, {2, 3}}

// none is the name of the operation that cuts an edge.
const none = "none"

// Space is a cell search space in which every edge has the same list of operations.
type Space struct {
	Name       string   // as ByName takes it
	Operations []string // order defines the operation index; not to be changed by a user
}

// NB201 is NAS-Bench-201 (Dong and Yang 2020): 5 operations, 15,625 architectures.
var NB201 = Space{
	Name:       "nasbench201",
	Operations: []string{none, "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"},
}

// NB201NoNone is NAS-Bench-201 without `none`: 4 operations, 4,096 architectures, all connected. The paper's
// Tables 1, 6 and 7 use it (spec.md section 1.3). An operation's index is its NB201 index minus one.
var NB201NoNone = Space{
	Name:       "nasbench201-4op",
	Operations: []string{"skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"},
}

// ByName returns the space of that name, or an error that lists the names there are.
func ByName(name string) (Space, error) {
	for _, s := range []Space{NB201, NB201NoNone} {
		if s.Name == name {
			return s, nil
		}
	}
	return Space{}, fmt.Errorf("unknown search space %q: use %s or %s", name, NB201.Name, NB201NoNone.Name)
}

// Edges returns the number of edges of a cell, 6.
func (s Space) Edges() int { return Edges }

// Edge returns the nodes that edge e joins: e0 1<-0, e1 2<-0, e2 2<-1, e3 3<-0, e4 3<-1, e5 3<-2.
// It panics, as a slice would, when e is not in 0..5.
func (s Space) Edge(e int) (from, to int) { return ends[e][0], ends[e][1] }

// Size returns the number of architectures, 15,625 or 4,096.
func (s Space) Size() int {
	size := 1
	for range Edges {
		size *= len(s.Operations)
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
	return 0, fmt.Errorf("operation %q is not in %s (%s)", name, s.Name, strings.Join(s.Operations, ", "))
}

// isNone tells whether operation o cuts its edge.
func (s Space) isNone(o uint8) bool { return int(o) < len(s.Operations) && s.Operations[o] == none }

// edgeName is how messages name an edge, e.g. "edge 2 (2<-1)".
func edgeName(e int) string { return fmt.Sprintf("edge %d (%d<-%d)", e, ends[e][1], ends[e][0]) }
