package stat

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// ErrConstant tells that one side of a paired sample has one value only, so that there is no rank correlation.
var ErrConstant = errors.New("one side has a single distinct value: rank correlation is not defined")

// Pairs is a paired sample made ready for rank correlation: only the order of each side matters.
type Pairs struct {
	x, y   []int32 // dense ranks from 0, in the order of x and then y
	nx, ny int     // distinct values
	order  []int   // which of the pairs as given stands there
}

// NewPairs takes equally long lists of finite values, x[i] beside y[i]. ErrEmpty without a pair, ErrSingle with one.
func NewPairs(x, y []float64) (Pairs, error) {
	switch {
	case len(x) != len(y):
		return Pairs{}, fmt.Errorf("pairing: %d and %d values, want as many on both sides", len(x), len(y))
	case len(x) == 0:
		return Pairs{}, fmt.Errorf("pairing: %w", ErrEmpty)
	case len(x) == 1:
		return Pairs{}, fmt.Errorf("pairing: %w", ErrSingle)
	}
	for i := range x {
		if math.IsNaN(x[i]-x[i]) || math.IsNaN(y[i]-y[i]) {
			return Pairs{}, fmt.Errorf("pairing: pair %d is %v and %v: must be finite", i, x[i], y[i])
		}
	}
	p := Pairs{}
	var dx, dy []int32
	dx, p.nx = dense(x)
	dy, p.ny = dense(y)
	order := make([]int, len(x))
	p.order = order
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		if d := dx[a] - dx[b]; d != 0 {
			return int(d)
		}
		return int(dy[a] - dy[b])
	})
	p.x, p.y = make([]int32, len(x)), make([]int32, len(x))
	for k, i := range order {
		p.x[k], p.y[k] = dx[i], dy[i]
	}
	return p, nil
}

// N returns the number of pairs.
func (p Pairs) N() int { return len(p.x) }

// dense returns each value's place among the distinct ones, from 0, and how many there are.
func dense(values []float64) (ranks []int32, distinct int) {
	sorted := slices.Compact(slices.Sorted(slices.Values(values)))
	ranks = make([]int32, len(values))
	for i, v := range values {
		at, _ := slices.BinarySearch(sorted, v)
		ranks[i] = int32(at)
	}
	return ranks, len(sorted)
}

// once counts every pair one time.
func (p Pairs) once() []int64 {
	times := make([]int64, len(p.x))
	for i := range times {
		times[i] = 1
	}
	return times
}

// correlator computes both correlations of a sample in which pair i occurs times[i] times; it is reused over many
// resamples and allocates only once.
type correlator struct {
	p              Pairs
	countX, countY []int64 // occurrences by dense rank
	rankX, rankY   []int64 // doubled average ranks by dense rank
	tree           []int64 // Fenwick tree over the dense ranks of y
}

func newCorrelator(p Pairs) *correlator {
	return &correlator{p: p, countX: make([]int64, p.nx), countY: make([]int64, p.ny),
		rankX: make([]int64, p.nx), rankY: make([]int64, p.ny), tree: make([]int64, p.ny+1)}
}

// count takes in the occurrences and returns the sample's size.
func (c *correlator) count(times []int64) int64 {
	clear(c.countX)
	clear(c.countY)
	n := int64(0)
	for i, t := range times {
		c.countX[c.p.x[i]] += t
		c.countY[c.p.y[i]] += t
		n += t
	}
	return n
}
