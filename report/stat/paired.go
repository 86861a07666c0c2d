package stat

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// pairsLimit bounds the pairs of an exact paired test, which enumerates 2^n signs.
const pairsLimit = 20

// PairedTest is the outcome of a paired test of x against y.
type PairedTest struct {
	Pairs     int
	Unmatched int     // seeds that only one side has, or whose difference isn't finite; they are left out
	Mean      float64 // of the differences x - y
	P         float64 // two-sided, exact
}

// Paired tests x against y on their common seeds. P is the exact probability, over all signs of the differences, of a
// sum at least as far from 0 as the observed one; the smallest it can be is 2/2^n. Where all differences are 0 it is 1.
// ErrEmpty without a common seed, ErrSingle with one, ErrLarge above 20.
func Paired(x, y map[int64]float64) (PairedTest, error) {
	var differences []float64
	common := 0
	for _, seed := range slices.Sorted(maps.Keys(x)) {
		if _, ok := y[seed]; !ok {
			continue
		}
		common++
		if d := x[seed] - y[seed]; !math.IsNaN(d) && !math.IsInf(d, 0) {
			differences = append(differences, d)
		}
	}
	n := len(differences)
	test := PairedTest{Pairs: n, Unmatched: len(x) + len(y) - 2*common + common - n}
	switch {
	case n == 0:
		return test, fmt.Errorf("paired test: %w on common seeds", ErrEmpty)
	case n == 1:
		return test, fmt.Errorf("paired test: %w", ErrSingle)
	case n > pairsLimit:
		return test, fmt.Errorf("paired test of %d pairs: %w (%d)", n, ErrLarge, pairsLimit)
	}
	var sum, size float64
	for _, d := range differences {
		sum += d
		size += math.Abs(d)
	}
	far := 0
	for signs := range 1 << n {
		var s float64
		for i, d := range differences {
			if signs>>i&1 == 1 {
				d = -d
			}
			s += d
		}
		if math.Abs(s) >= math.Abs(sum)-1e-12*size { // the same sum in another order may round otherwise
			far++
		}
	}
	test.Mean = sum / float64(n)
	test.P = float64(far) / float64(int(1)<<n)
	return test, nil
}

// Holm returns the p values adjusted for their number by Holm's step-down method, in the order given. A p value that
// is not between 0 and 1 is an error.
func Holm(p []float64) ([]float64, error) {
	order := make([]int, len(p))
	for i, v := range p {
		if !(v >= 0 && v <= 1) {
			return nil, fmt.Errorf("adjusting p values: value %d is %v, want 0 to 1", i, v)
		}
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case p[a] < p[b]:
			return -1
		case p[a] > p[b]:
			return 1
		}
		return 0
	})
	adjusted := make([]float64, len(p))
	largest := 0.0
	for k, i := range order {
		largest = max(largest, min(1, p[i]*float64(len(p)-k)))
		adjusted[i] = largest
	}
	return adjusted, nil
}
