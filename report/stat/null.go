package stat

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// nullDraws is how many means stand for the distribution of a null's mean: a probability of 5 % is then known to
// within ±0.3 points (95 %), and none below 1/nullDraws is seen.
const nullDraws = 20_000

// MeanOfDraws is the distribution of the mean of one draw from each of several distributions.
type MeanOfDraws struct{ means []float64 } // ascending

// NewMeanOfDraws takes each distribution as its quantiles at equal steps from 0 to 1, ascending, and is linear between
// them. The same quantiles give the same result on every machine.
func NewMeanOfDraws(quantiles [][]float64) (MeanOfDraws, error) {
	if len(quantiles) == 0 {
		return MeanOfDraws{}, fmt.Errorf("mean of null draws: %w", ErrEmpty)
	}
	for i, q := range quantiles {
		if len(q) < 2 || !slices.IsSorted(q) {
			return MeanOfDraws{}, fmt.Errorf("mean of null draws: distribution %d has %d quantiles, want 2 or more, ascending", i, len(q))
		}
	}
	random := rand.New(rand.NewPCG(1, 0))
	means := make([]float64, nullDraws)
	for i := range means {
		for _, q := range quantiles {
			means[i] += Quantile(q, random.Float64())
		}
		means[i] /= float64(len(quantiles))
	}
	slices.Sort(means)
	return MeanOfDraws{means}, nil
}

// Reaches returns the probability that the mean is at least v.
func (m MeanOfDraws) Reaches(v float64) float64 {
	i, _ := slices.BinarySearch(m.means, v)
	return float64(len(m.means)-i) / float64(len(m.means))
}
