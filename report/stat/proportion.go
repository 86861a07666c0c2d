package stat

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Proportion returns the exact (Clopper-Pearson) interval of a probability of which k of n trials were hits.
func Proportion(k, n int, level float64) (Interval, error) {
	if err := checkLevel(level); err != nil {
		return Interval{}, err
	}
	if n < 1 {
		return Interval{}, fmt.Errorf("interval of a proportion: %w", ErrEmpty)
	}
	if k < 0 || k > n {
		return Interval{}, fmt.Errorf("interval of a proportion: %d of %d, want 0 to %d", k, n, n)
	}
	i := Interval{0, 1}
	tail := (1 - level) / 2
	if k > 0 {
		i.Low = distuv.Beta{Alpha: float64(k), Beta: float64(n - k + 1)}.Quantile(tail)
	}
	if k < n {
		i.High = distuv.Beta{Alpha: float64(k + 1), Beta: float64(n - k)}.Quantile(1 - tail)
	}
	return i, nil
}

// Wilson returns Wilson's interval of a probability by its share of hits in n trials; its width is never 0, not even for
// a share of 0 or 1. The share need not be a whole number of hits, as a mean accuracy isn't one.
func Wilson(share float64, n int, level float64) (Interval, error) {
	if err := checkLevel(level); err != nil {
		return Interval{}, err
	}
	if n < 1 {
		return Interval{}, fmt.Errorf("interval of a share: %w", ErrEmpty)
	}
	if !(share >= 0 && share <= 1) {
		return Interval{}, fmt.Errorf("interval of a share: %v, want 0 to 1", share)
	}
	z, trials := distuv.UnitNormal.Quantile((1+level)/2), float64(n)
	shrink := 1 + z*z/trials
	centre := (share + z*z/(2*trials)) / shrink
	half := z / shrink * math.Sqrt(share*(1-share)/trials+z*z/(4*trials*trials))
	return Interval{min(share, max(0, centre-half)), max(share, min(1, centre+half))}, nil // around the share, rounding aside
}

// HitsTest returns the exact two-sided p, twice the smaller tail, of k hits in independent trials whose probabilities
// of a hit may differ (Poisson binomial).
func HitsTest(k int, chances []float64) (float64, error) {
	if len(chances) == 0 {
		return 0, fmt.Errorf("test of hits: %w", ErrEmpty)
	}
	if k < 0 || k > len(chances) {
		return 0, fmt.Errorf("test of hits: %d of %d, want 0 to %d", k, len(chances), len(chances))
	}
	ways := make([]float64, len(chances)+1) // probability of so many hits
	ways[0] = 1
	for i, chance := range chances {
		if !(chance >= 0 && chance <= 1) {
			return 0, fmt.Errorf("test of hits: chance %d is %v, want 0 to 1", i, chance)
		}
		for hits := i + 1; hits >= 1; hits-- {
			ways[hits] = ways[hits]*(1-chance) + ways[hits-1]*chance
		}
		ways[0] *= 1 - chance
	}
	var below, above float64 // k included in both
	for hits, w := range ways {
		if hits <= k {
			below += w
		}
		if hits >= k {
			above += w
		}
	}
	return min(1, 2*min(below, above)), nil
}

// WelchInterval returns the interval of the difference of two means, x - y, for spreads that may differ. It supposes
// that both sides are about normal. ErrEmpty, ErrSingle or ErrEqual where that can't be had.
func WelchInterval(x, y Sample, level float64) (Interval, error) {
	if err := checkLevel(level); err != nil {
		return Interval{}, err
	}
	stdX, err := x.Std()
	if err != nil {
		return Interval{}, err
	}
	stdY, err := y.Std()
	if err != nil {
		return Interval{}, err
	}
	n, m := float64(x.N()), float64(y.N())
	a, b := stdX*stdX/n, stdY*stdY/m
	if a+b == 0 {
		return Interval{}, fmt.Errorf("difference of means: %w", ErrEqual)
	}
	df := (a + b) * (a + b) / (a*a/(n-1) + b*b/(m-1))
	half := TQuantile(df, (1+level)/2) * math.Sqrt(a+b)
	d := x.mean() - y.mean()
	return Interval{d - half, d + half}, nil
}

// Deviations returns how far each value is from the median: what spreads are compared by.
func (s Sample) Deviations() []float64 {
	median, err := s.Median()
	if err != nil {
		return nil
	}
	list := make([]float64, len(s.values))
	for i, v := range s.values {
		list[i] = math.Abs(v - median)
	}
	return list
}

// RatioInterval returns the interval of a ratio of standard deviations with n and m degrees of freedom, for normal
// values (F distribution).
func RatioInterval(ratio, n, m, level float64) (low, high float64) {
	f := distuv.F{D1: n, D2: m}
	tail := (1 - level) / 2
	return ratio / math.Sqrt(f.Quantile(1-tail)), ratio / math.Sqrt(f.Quantile(tail))
}
