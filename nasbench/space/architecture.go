package space

import (
	"fmt"
	"sort"
	"strings"
)

// Architecture is the operation index of each edge of a NAS-Bench-201 cell, in the order of its space's Operations.
// The same digits mean different architectures in different spaces: use Space.Convert to change spaces.
type Architecture [architectureEdges]uint8

const architectureEdges = 6

// checkArchitectures returns an error for a space whose architectures are genotypes.
func (s Space) checkArchitectures() error {
	if s.Genotypes() {
		return fmt.Errorf("an architecture of %s is a genotype, not an operation for each edge", s.Name)
	}
	return nil
}

// Check returns an error that names the first edge whose operation the space doesn't have.
func (s Space) Check(a Architecture) error {
	if err := s.checkArchitectures(); err != nil {
		return err
	}
	for e, o := range a {
		if int(o) >= len(s.Operations) {
			return fmt.Errorf("%s: operation index %d is not in %s (0 to %d)", s.EdgeName(e), o, s.Name, len(s.Operations)-1)
		}
	}
	return nil
}

// Index returns the architecture's number: digits in base |O|, edge 0 the most significant (spec.md section 1.4).
// It is not the NAS-Bench-201 API index, which the table carries. It is -1 when Check would fail.
func (s Space) Index(a Architecture) int {
	index := 0
	for _, o := range a {
		if int(o) >= len(s.Operations) {
			return -1
		}
		index = index*len(s.Operations) + int(o)
	}
	return index
}

// At returns the architecture of that number, the inverse of Index.
func (s Space) At(index int) (Architecture, error) {
	if err := s.checkArchitectures(); err != nil {
		return Architecture{}, err
	}
	if index < 0 || index >= s.Size() {
		return Architecture{}, fmt.Errorf("architecture index %d is not in %s (0 to %d)", index, s.Name, s.Size()-1)
	}
	var a Architecture
	for e := len(a) - 1; e >= 0; e-- {
		a[e] = uint8(index % len(s.Operations))
		index /= len(s.Operations)
	}
	return a, nil
}

// Convert returns the architecture that has the same operations in another space, or an error that names the
// edge whose operation the other space lacks.
func (s Space) Convert(a Architecture, to Space) (Architecture, error) {
	if err := s.Check(a); err != nil {
		return a, err
	}
	if s.Name == to.Name {
		return a, nil
	}
	if err := to.checkArchitectures(); err != nil {
		return a, err
	}
	for e, o := range a {
		other, err := to.Operation(s.Operations[o])
		if err != nil {
			return a, fmt.Errorf("%s: %w", s.EdgeName(e), err)
		}
		a[e] = uint8(other)
	}
	return a, nil
}

// Connected tells whether the cell's input reaches its output through edges that aren't none (spec.md section
// 1.4): 15,284 of the 15,625, and all 4,096 without none.
func (s Space) Connected(a Architecture) bool {
	open := func(e int) bool { return !s.isNone(a[e]) }
	return open(3) || open(1) && open(5) || open(0) && open(4) || open(0) && open(2) && open(5)
}

// Canonical returns a string that architectures share when they compute the same function by the two rules of
// NAS-Bench-201: skip passes its source through, none and what reads only none are nothing. 6,466 classes; the
// strings are those of NAS-Bench's unique_str with zero considered. A node is the sorted join of its edges.
func (s Space) Canonical(a Architecture) string {
	if s.Check(a) != nil {
		return ""
	}
	nodes := [4]string{"0"}
	for to, e := 1, 0; to < len(nodes); to++ {
		terms := make([]string, to)
		for from := range to {
			source, name := nodes[from], s.Operations[a[e]]
			switch {
			case name == none || source == "#":
				terms[from] = "#"
			case name == skip:
				terms[from] = source
			default:
				terms[from] = "(" + source + ")@" + name
			}
			e++
		}
		sort.Strings(terms)
		nodes[to] = strings.Join(terms, "+")
	}
	return nodes[3]
}
