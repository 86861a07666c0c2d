package stat

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// RankIntervals are bootstrap intervals of both rank correlations.
type RankIntervals struct{ Spearman, Kendall Interval }

// Bootstrap returns percentile intervals over resamples of the pairs, drawn from seed. A resample repeats pairs, which
// are tied with themselves, and below about twenty pairs the intervals are too narrow. Resamples in which a side is
// constant have no correlation and are left out; ErrConstant where they are more than half.
func (p Pairs) Bootstrap(level float64, resamples int, seed uint64) (RankIntervals, error) {
	if err := checkLevel(level); err != nil {
		return RankIntervals{}, err
	}
	if resamples < 1 {
		return RankIntervals{}, fmt.Errorf("bootstrap of a rank correlation: %d resamples, want 1 or more", resamples)
	}
	random := rand.New(rand.NewPCG(seed, 0))
	c, times := newCorrelator(p), make([]int64, p.N())
	var rhos, taus []float64
	for range resamples {
		clear(times)
		for range times {
			times[random.IntN(len(times))]++
		}
		rho, ok := c.spearman(times)
		if !ok {
			continue
		}
		tau, _ := c.kendall(times) // defined where rho is
		rhos, taus = append(rhos, rho), append(taus, tau)
	}
	if 2*len(rhos) < resamples {
		return RankIntervals{}, fmt.Errorf("bootstrap of a rank correlation, %d pairs: %w in most resamples", p.N(), ErrConstant)
	}
	return RankIntervals{Spearman: percentile(rhos, level), Kendall: percentile(taus, level)}, nil
}

// percentile is the interval that leaves out as much of the values at both ends.
func percentile(values []float64, level float64) Interval {
	slices.Sort(values)
	return Interval{Quantile(values, (1-level)/2), Quantile(values, (1+level)/2)}
}
