package stat

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// RankIntervals are bootstrap intervals of both rank correlations.
type RankIntervals struct{ Spearman, Kendall Interval }

// BootstrapRanks returns percentile intervals of the mean correlation over a, less that over b where b isn't empty. All
// are rankings of the same things in the same order, one a seed: a resample draws things and, of either side, seeds. With
// few seeds, or below about twenty things, the intervals are too narrow. A resample repeats things, which are tied with
// themselves; those in which a side is constant have no correlation and are left out, ErrConstant where they are more than half.
func BootstrapRanks(a, b []Pairs, level float64, resamples int, seed uint64) (RankIntervals, error) {
	if err := checkLevel(level); err != nil {
		return RankIntervals{}, err
	}
	if resamples < 1 {
		return RankIntervals{}, fmt.Errorf("bootstrap of rank correlations: %d resamples, want 1 or more", resamples)
	}
	if len(a) == 0 {
		return RankIntervals{}, fmt.Errorf("bootstrap of rank correlations: %w", ErrEmpty)
	}
	for _, p := range slices.Concat(a, b) {
		if p.N() != a[0].N() {
			return RankIntervals{}, fmt.Errorf("bootstrap of rank correlations: %d and %d pairs, want as many in each", p.N(), a[0].N())
		}
	}
	s := resampler{random: rand.New(rand.NewPCG(seed, 0)), things: make([]int64, a[0].N()), times: make([]int64, a[0].N())}
	sideA, sideB := s.side(a), s.side(b)
	var rhos, taus []float64
	for range resamples {
		clear(s.things)
		for range s.things {
			s.things[s.random.IntN(len(s.things))]++
		}
		rho, tau, ok := s.mean(sideA)
		if ok && len(b) > 0 {
			rhoB, tauB, okB := s.mean(sideB)
			rho, tau, ok = rho-rhoB, tau-tauB, okB
		}
		if ok {
			rhos, taus = append(rhos, rho), append(taus, tau)
		}
	}
	if 2*len(rhos) < resamples {
		return RankIntervals{}, fmt.Errorf("bootstrap of rank correlations, %d pairs: %w in most resamples", a[0].N(), ErrConstant)
	}
	return RankIntervals{Spearman: percentile(rhos, level), Kendall: percentile(taus, level)}, nil
}

// resampler draws resamples without allocating.
type resampler struct {
	random *rand.Rand
	things []int64 // how often each thing was drawn
	times  []int64 // likewise in a ranking's own order
}

func (s *resampler) side(list []Pairs) []*correlator {
	side := make([]*correlator, len(list))
	for i, p := range list {
		side[i] = newCorrelator(p)
	}
	return side
}

// mean draws seeds of a side and returns their mean correlations on the things drawn; false where one is constant.
func (s *resampler) mean(side []*correlator) (rho, tau float64, ok bool) {
	drawn := make([]int, len(side))
	for range side {
		drawn[s.random.IntN(len(side))]++
	}
	for i, c := range side {
		if drawn[i] == 0 {
			continue
		}
		for k, thing := range c.p.order {
			s.times[k] = s.things[thing]
		}
		r, defined := c.spearman(s.times)
		if !defined {
			return 0, 0, false
		}
		t, _ := c.kendall(s.times) // defined where rho is
		share := float64(drawn[i]) / float64(len(side))
		rho, tau = rho+share*r, tau+share*t
	}
	return rho, tau, true
}

// percentile is the interval that leaves out as much of the values at both ends.
func percentile(values []float64, level float64) Interval {
	slices.Sort(values)
	return Interval{Quantile(values, (1-level)/2), Quantile(values, (1+level)/2)}
}
