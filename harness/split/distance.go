package split

import (
	"fmt"
	"math"
	"slices"
)

// EdgeDistances is what a decision knows of one candidate edge.
type EdgeDistances struct {
	Edge       int
	Operations []int       // indices in the space, ascending
	Distance   [][]float64 // symmetric, rows and columns as Operations; nil without gradients
	ZeroNorm   []int       // operations whose gradient was zero in every mini-batch
}

// Average averages an edge's distances over mini-batches: the released code's order (spec.md section 3.2). For
// gradients first (paper Algorithm 2), average the gradients and add them once.
type Average struct {
	criterion Criterion
	distances EdgeDistances
	nonzero   []bool
	batches   int
}

// NewAverage starts the average of one edge, whose operations are given by their indices in the space.
func NewAverage(c Criterion, edge int, operations []int) *Average {
	a := &Average{criterion: c, nonzero: make([]bool, len(operations))}
	a.distances = EdgeDistances{Edge: edge, Operations: slices.Clone(operations), Distance: square(len(operations))}
	return a
}

// Add takes in the gradients of the next mini-batch. A gradient or distance that is NaN or infinite is an error that
// names the edge, the operations and the mini-batch (counted from 0); the average is of no use afterwards.
func (a *Average) Add(g Gradients) error {
	n := len(a.distances.Operations)
	if g.Len() != n {
		return fmt.Errorf("averaging distances of edge %d, mini-batch %d: gradients of %d operations, want %d",
			a.distances.Edge, a.batches, g.Len(), n)
	}
	seen := newMemo(g)
	for i, o := range a.distances.Operations {
		norm := seen.Inner(i, i)
		if !finite(norm) {
			return fmt.Errorf("gradient of operation %d on edge %d, mini-batch %d: squared norm is %v; "+
				"the supernet has diverged: lower the learning rate", o, a.distances.Edge, a.batches, norm)
		}
		a.nonzero[i] = a.nonzero[i] || norm != 0
	}
	for i, o := range a.distances.Operations {
		for j := i; j < n; j++ {
			d := a.criterion.Distance(seen, i, j)
			if !finite(d) {
				return fmt.Errorf("%s distance of operations %d and %d on edge %d, mini-batch %d: %v; "+
					"the gradients overflow or don't have the same tensors",
					a.criterion.Name, o, a.distances.Operations[j], a.distances.Edge, a.batches, d)
			}
			a.distances.Distance[i][j] += d
		}
	}
	a.batches++
	return nil
}

// Result is the mean over the mini-batches so far. It is an error when there was none.
func (a *Average) Result() (EdgeDistances, error) {
	if a.batches == 0 {
		return EdgeDistances{}, fmt.Errorf("averaging distances of edge %d: no mini-batch was added", a.distances.Edge)
	}
	r := EdgeDistances{Edge: a.distances.Edge, Operations: a.distances.Operations, Distance: square(len(a.nonzero))}
	for i, o := range r.Operations {
		for j := i; j < len(a.nonzero); j++ {
			r.Distance[i][j] = a.distances.Distance[i][j] / float64(a.batches)
			r.Distance[j][i] = r.Distance[i][j]
		}
		if !a.nonzero[i] {
			r.ZeroNorm = append(r.ZeroNorm, o)
		}
	}
	return r, nil
}

// memo asks for each inner product once: on a device each costs a pass over all shared weights.
type memo struct {
	Gradients
	inner [][]float64
	known [][]bool
}

func newMemo(g Gradients) memo {
	m := memo{Gradients: g, inner: square(g.Len()), known: make([][]bool, g.Len())}
	for i := range m.known {
		m.known[i] = make([]bool, g.Len())
	}
	return m
}

func (m memo) Inner(i, j int) float64 {
	i, j = min(i, j), max(i, j)
	if !m.known[i][j] {
		m.inner[i][j], m.known[i][j] = m.Gradients.Inner(i, j), true
	}
	return m.inner[i][j]
}

func square(n int) [][]float64 {
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = make([]float64, n)
	}
	return rows
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
