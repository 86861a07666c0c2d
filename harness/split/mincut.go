package split

import (
	"fmt"
	"iter"
	"math/big"
	"slices"

	"gmnas/harness/spec"
)

// MaxPartitions bounds the enumeration: CheckCut refuses what has more balanced partitions.
const MaxPartitions = 100_000

// CheckCut returns an error where n operations can't be cut into that many groups by enumeration.
func CheckCut(n, groups int) error {
	if groups < 2 || groups > n {
		return fmt.Errorf("%d groups for %d operations: use 2 to %d", groups, n, n)
	}
	if count := Partitions(n, groups); count.Cmp(big.NewInt(MaxPartitions)) > 0 {
		return fmt.Errorf("%d groups for %d operations: %v balanced partitions, at most %d are enumerated; use another number of groups",
			groups, n, count, MaxPartitions)
	}
	return nil
}

// Partitions counts the partitions of n things into groups of floor(n/groups) and ceil(n/groups), for 1 <= groups <= n.
func Partitions(n, groups int) *big.Int {
	floor, large := n/groups, n%groups
	factorial := func(k int) *big.Int { return new(big.Int).MulRange(1, int64(k)) }
	count := factorial(n)
	for k := range groups {
		size := floor
		if k < large {
			size++
		}
		count.Div(count, factorial(size))
	}
	return count.Div(count, new(big.Int).Mul(factorial(large), factorial(groups-large)))
}

// Cut finds the balanced partition of the edge's operations whose groups are least similar to each other: paper
// Eq. 3, by enumeration in lexicographic order of label strings, of which the first minimum wins (spec.md section
// 3.3). Two groups come smaller first; otherwise groups come in the order of their smallest operation.
//
// An edge none of whose operations had a gradient is returned without groups. A matrix of the wrong size or with a
// NaN or infinite entry is an error that names edge and operations.
func Cut(c Criterion, e EdgeDistances, groups int) (spec.EdgeCut, error) {
	n := len(e.Operations)
	if err := CheckCut(n, groups); err != nil {
		return spec.EdgeCut{}, fmt.Errorf("cutting edge %d: %w", e.Edge, err)
	}
	if err := e.check(); err != nil {
		return spec.EdgeCut{}, fmt.Errorf("cutting edge %d: %w", e.Edge, err)
	}
	cut := spec.EdgeCut{Edge: e.Edge, Operations: e.Operations, Distance: e.Distance, ZeroNorm: e.ZeroNorm}
	if len(e.ZeroNorm) == n {
		return cut, nil
	}
	var best []int
	for labels := range balanced(n, groups) {
		if cost := crossSum(labels, e.Distance, c.Similarity); best == nil || cost < cut.CutCost {
			best, cut.CutCost = slices.Clone(labels), cost
		}
	}
	cut.Score = crossSum(best, e.Distance, func(d float64) float64 { return d })
	cut.Groups = make([][]int, groups)
	for k, label := range best {
		cut.Groups[label] = append(cut.Groups[label], e.Operations[k])
	}
	if groups == 2 && len(cut.Groups[0]) > len(cut.Groups[1]) {
		slices.Reverse(cut.Groups)
	}
	return cut, nil
}

// check returns an error unless the matrix is square, symmetric and finite.
func (e EdgeDistances) check() error {
	n := len(e.Operations)
	if len(e.Distance) != n {
		return fmt.Errorf("distance matrix has %d rows, want one for each of %d operations", len(e.Distance), n)
	}
	for i, row := range e.Distance {
		if len(row) != n {
			return fmt.Errorf("distance matrix: row of operation %d has %d entries, want %d", e.Operations[i], len(row), n)
		}
	}
	for i, row := range e.Distance {
		for j, d := range row {
			if !finite(d) || d != e.Distance[j][i] {
				return fmt.Errorf("distance of operations %d and %d is %v: want a finite, symmetric matrix", e.Operations[i], e.Operations[j], d)
			}
		}
	}
	return nil
}

// crossSum adds value(distance) over the pairs with different labels.
func crossSum(labels []int, distance [][]float64, value func(float64) float64) float64 {
	sum := 0.
	for i := range labels {
		for j := range i {
			if labels[i] != labels[j] {
				sum += value(distance[i][j])
			}
		}
	}
	return sum
}

// balanced yields the label strings of all partitions of n things into groups of floor(n/groups) and ceil(n/groups),
// in lexicographic order. A label is at most one more than all before it (restricted growth), so that each partition
// comes once. The string is reused: clone what you keep.
func balanced(n, groups int) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		p := partitioning{labels: make([]int, n), sizes: make([]int, groups), floor: n / groups, large: n % groups}
		p.place(0, 0, yield)
	}
}

type partitioning struct {
	labels, sizes []int
	floor, large  int // large groups may have floor+1
}

// place labels things k and later, where `used` labels are taken already. It is false when the caller has enough.
func (p *partitioning) place(k, used int, yield func([]int) bool) bool {
	if k == len(p.labels) {
		return yield(p.labels)
	}
	for label := range min(used+1, len(p.sizes)) {
		// The sizes add up to n only if as many groups as allowed become large, so a full string is balanced.
		if p.sizes[label] > p.floor || p.sizes[label] == p.floor && p.large == 0 {
			continue
		}
		grows := p.sizes[label] == p.floor
		p.labels[k] = label
		p.sizes[label]++
		if grows {
			p.large--
		}
		more := p.place(k+1, max(used, label+1), yield)
		p.sizes[label]--
		if grows {
			p.large++
		}
		if !more {
			return false
		}
	}
	return true
}
