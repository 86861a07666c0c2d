package split

import (
	"fmt"

	"gmnas/harness/spec"
)

// Similarities returns the criterion's similarity of every two operations of a recorded edge.
func Similarities(c Criterion, distance [][]float64) [][]float64 {
	s := make([][]float64, len(distance))
	for i, row := range distance {
		s[i] = make([]float64, len(row))
		for j, d := range row {
			s[i][j] = c.Similarity(d)
		}
	}
	return s
}

// Rank counts the balanced cuts of all recorded candidates, and those whose mean similarity over the cut pairs is at
// most that of the groups on the edge. For a split by cut cost that is one cut by construction, or the tied ones.
func Rank(c Criterion, candidates []spec.EdgeCut, edge int, groups [][]int) (within, all int, err error) {
	var chosen float64
	found := false
	for _, e := range candidates {
		if err := (EdgeDistances{Edge: e.Edge, Operations: e.Operations, Distance: e.Distance}).check(); err != nil {
			return 0, 0, fmt.Errorf("ranking a cut: edge %d: %w", e.Edge, err)
		}
		if e.Edge == edge {
			chosen, found = crossSum(labelsOf(e.Operations, groups), e.Distance, c.Similarity)/float64(crossPairs(groups)), true
		}
	}
	if !found {
		return 0, 0, fmt.Errorf("ranking a cut: edge %d has no recorded distances", edge)
	}
	for _, e := range candidates {
		if len(e.ZeroNorm) == len(e.Operations) {
			continue
		}
		if err := CheckCut(len(e.Operations), len(groups)); err != nil {
			return 0, 0, fmt.Errorf("ranking a cut: %w", err)
		}
		for labels := range balanced(len(e.Operations), len(groups)) {
			all++
			if crossSum(labels, e.Distance, c.Similarity)/float64(labelPairs(labels)) <= chosen+1e-12 {
				within++
			}
		}
	}
	return within, all, nil
}

// MaxPlaced bounds the operations of Placement: the pairs of five have 80,640 placements to look at, up to symmetry.
const MaxPlaced = 5

// Placement is the exact probability that the same similarities, placed on the pairs of operations at random, have a
// balanced minimum cut at least as cheap: small where the similarities form groups of that size.
func Placement(similarity [][]float64, groups int) (float64, error) {
	n := len(similarity)
	if n > MaxPlaced {
		return 0, fmt.Errorf("placing the similarities of %d operations: at most %d", n, MaxPlaced)
	}
	if err := CheckCut(n, groups); err != nil {
		return 0, fmt.Errorf("placing similarities: %w", err)
	}
	var values []float64
	for i := range n {
		if len(similarity[i]) != n {
			return 0, fmt.Errorf("placing similarities: row %d has %d entries, want %d", i, len(similarity[i]), n)
		}
		for j := range i {
			values = append(values, similarity[i][j])
		}
	}
	var cuts [][]int // the pairs that each balanced partition parts
	for labels := range balanced(n, groups) {
		var cut []int
		pair := 0
		for i := range n {
			for j := range i {
				if labels[i] != labels[j] {
					cut = append(cut, pair)
				}
				pair++
			}
		}
		cuts = append(cuts, cut)
	}
	cheapest := 0.
	for k, cut := range cuts {
		if cost := costOf(cut, values); k == 0 || cost < cheapest {
			cheapest = cost
		}
	}
	// By renaming operations any pair can be turned into any other, so the first value stays where it is; and the second
	// one then stands on a pair that shares an operation with it, or on one that doesn't, whichever of them.
	placed, within := 0, 0
	place := func(weight, second int) {
		permute(values, second, func() {
			placed += weight
			for _, cut := range cuts {
				if costOf(cut, values) <= cheapest+1e-12 {
					within += weight
					return
				}
			}
		})
	}
	if n < 4 {
		place(1, 1)
		return float64(within) / float64(placed), nil
	}
	place(2*(n-2), 2) // pair 1 is of operations 2 and 0, pair 0 of 1 and 0
	swap(cuts, 1, 5)  // pair 5 is of operations 3 and 2
	place((n-2)*(n-3)/2, 2)
	return float64(within) / float64(placed), nil
}

// swap renames two pairs.
func swap(cuts [][]int, a, b int) {
	for _, cut := range cuts {
		for i, pair := range cut {
			switch pair {
			case a:
				cut[i] = b
			case b:
				cut[i] = a
			}
		}
	}
}

func costOf(cut []int, values []float64) float64 {
	sum := 0.
	for _, pair := range cut {
		sum += values[pair]
	}
	return sum
}

// permute calls visit for every order of values from position k on.
func permute(values []float64, k int, visit func()) {
	if k >= len(values)-1 {
		visit()
		return
	}
	for i := k; i < len(values); i++ {
		values[k], values[i] = values[i], values[k]
		permute(values, k+1, visit)
		values[k], values[i] = values[i], values[k]
	}
}

// labelsOf gives each operation the number of its group.
func labelsOf(operations []int, groups [][]int) []int {
	labels := make([]int, len(operations))
	for i, o := range operations {
		for g, group := range groups {
			for _, member := range group {
				if member == o {
					labels[i] = g
				}
			}
		}
	}
	return labels
}

func labelPairs(labels []int) int {
	pairs := 0
	for i := range labels {
		for j := range i {
			if labels[i] != labels[j] {
				pairs++
			}
		}
	}
	return pairs
}
