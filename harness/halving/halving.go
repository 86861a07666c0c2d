// Package halving is Successive Halving (paper Algorithm 3; spec.md sections 4 and 10, rows 19 and 32): candidates train side
// by side, and at each rung of a schedule the better half goes on. It trains nothing: [Follow] says who goes how far, and
// [Replay] what schedules would have picked among recorded learning curves.
package halving

import (
	"cmp"
	"math"
	"slices"
)

// Accuracy looks up what a candidate has at a rung, both counted from 0; false where that isn't known yet. NaN is a candidate
// that diverged on its way there.
type Accuracy func(candidate, rung int) (accuracy float64, known bool)

// Course is how far a selection has come.
type Course struct {
	// Pools are the candidates that train up to each rung, in their order; a rung is missing as long as an accuracy that
	// decides on it isn't known.
	Pools [][]int
	// Pick is the candidate that is left, and -1 while that isn't known or where all have diverged.
	Pick int
	// Decided reports whether nothing more can change.
	Decided bool
}

// Follow goes through so many rungs. It asks for every accuracy of a pool, so that all that can be trained at once is known,
// and at each rung but the last drops the worse half of the pool, rounded down: 8 candidates become 4, 2 and 1, as do 7. At
// the last rung the best is picked. Of equal ones the earlier candidate is better, and those that diverged are the worst:
// they count in a pool's size and are never kept, so that a pool may shrink to none.
func Follow(candidates, rungs int, at Accuracy) Course {
	c := Course{Pick: -1}
	pool := make([]int, candidates)
	for k := range pool {
		pool[k] = k
	}
	for rung := range rungs {
		if len(pool) == 0 {
			c.Decided = true
			return c
		}
		c.Pools = append(c.Pools, pool)
		accuracies := make([]float64, len(pool))
		known := true
		for k, candidate := range pool {
			accuracy, ok := at(candidate, rung)
			accuracies[k] = accuracy
			known = known && ok
		}
		if !known {
			return c
		}
		kept := best(accuracies, (len(pool)+1)/2)
		if rung == rungs-1 {
			kept = best(accuracies, 1)
		}
		next := make([]int, len(kept))
		for k, place := range kept {
			next[k] = pool[place]
		}
		pool = next
	}
	c.Decided = true
	if len(pool) > 0 {
		c.Pick = pool[0]
	}
	return c
}

// best returns the places of the n highest accuracies, in their order; fewer where the others are NaN.
func best(accuracies []float64, n int) []int {
	var places []int
	for k, a := range accuracies {
		if !math.IsNaN(a) {
			places = append(places, k)
		}
	}
	slices.SortStableFunc(places, func(x, y int) int { return cmp.Compare(accuracies[y], accuracies[x]) })
	places = places[:min(n, len(places))]
	slices.Sort(places)
	return places
}

// Epochs are those that a selection trains in all, with rungs at these epochs: 1,520 for 8 candidates and (30, 100, 600).
func (c Course) Epochs(rungs []int) int {
	total, from := 0, 0
	for k, pool := range c.Pools {
		total += len(pool) * (rungs[k] - from)
		from = rungs[k]
	}
	return total
}
