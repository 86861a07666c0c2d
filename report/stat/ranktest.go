package stat

import (
	"fmt"
	"math"
	"slices"
)

// exactLimit bounds the values of both samples of a rank test together.
const exactLimit = 100

// RankTest is the outcome of a Mann-Whitney test of x against y.
type RankTest struct {
	U float64 // pairs with x > y, plus half of those with x = y
	P float64 // two-sided, exact
	// Delta is Cliff's effect size, 2U/(nm) - 1: 1 where every x is above every y, -1 where below, 0 between.
	Delta float64
}

// MannWhitney tests whether x and y come from one distribution. P is the exact probability, over all ways to deal the
// pooled mid-ranks to the two samples, of a U at least as far from its mean nm/2 as the observed one. Ties are part of
// that enumeration, so they need no correction. One value a side is allowed (the smallest p is then 2/(n+1)); the
// values of both sides may be equal (p = 1). ErrEmpty where a side has none, ErrLarge above 100 values.
func MannWhitney(x, y Sample) (RankTest, error) {
	n, m := x.N(), y.N()
	if n == 0 || m == 0 {
		return RankTest{}, fmt.Errorf("Mann-Whitney test: %w on one side", ErrEmpty)
	}
	if n+m > exactLimit {
		return RankTest{}, fmt.Errorf("Mann-Whitney test of %d values: %w (%d)", n+m, ErrLarge, exactLimit)
	}
	ranks, observed := doubledRanks(x, y)
	ways := rankSumWays(ranks, n)
	mean := n * (n + m + 1) // of the doubled rank sum
	var all, far float64
	for sum, w := range ways {
		all += w
		if abs(sum-mean) >= abs(observed-mean) {
			far += w
		}
	}
	u := float64(observed)/2 - float64(n*(n+1))/2
	return RankTest{U: u, P: min(1, far/all), Delta: 2*u/float64(n*m) - 1}, nil
}

// SmallestP returns the smallest two-sided p that MannWhitney can give for n and m values without ties: 2 of all the
// ways to deal the ranks. For 4 and 4 it is 2/70 = 0.029.
func SmallestP(n, m int) float64 {
	ways := 1.0
	for i := 1; i <= n; i++ {
		ways *= float64(m+i) / float64(i)
	}
	return min(1, 2/math.Round(ways))
}

// doubledRanks returns twice the mid-rank of every pooled value, which is an integer, and the sum of those of x.
func doubledRanks(x, y Sample) (ranks []int, sumOfX int) {
	pooled := slices.Sorted(slices.Values(slices.Concat(x.values, y.values)))
	for i := 0; i < len(pooled); {
		j := i
		for j < len(pooled) && pooled[j] == pooled[i] {
			j++
		}
		inX := 0
		for _, v := range x.values {
			if v == pooled[i] {
				inX++
			}
		}
		rank := i + j + 1 // ranks i+1..j, twice their mean
		for range j - i {
			ranks = append(ranks, rank)
		}
		sumOfX += inX * rank
		i = j
	}
	return ranks, sumOfX
}

// rankSumWays counts, by sum, the ways to choose n of the ranks.
func rankSumWays(ranks []int, n int) []float64 {
	total := 0
	for _, r := range ranks {
		total += r
	}
	ways := make([][]float64, n+1) // [chosen][sum]
	for k := range ways {
		ways[k] = make([]float64, total+1)
	}
	ways[0][0] = 1
	for _, r := range ranks {
		for k := n; k >= 1; k-- {
			for sum := total; sum >= r; sum-- {
				ways[k][sum] += ways[k-1][sum-r]
			}
		}
	}
	return ways[n]
}

func abs(i int) int {
	if i < 0 {
		return -i
	}
	return i
}
