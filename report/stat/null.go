package stat

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// nullDraws is how many means stand for the distribution of a null's mean: a probability of 5 % is then known to
// within ±0.3 points (95 %).
const nullDraws = 20_000

// NullReaches returns the probability that the mean of one draw from each distribution is at least v: how easily a
// null gets by chance what a method got on as many seeds. A distribution is given by its quantiles at equal steps
// from 0 to 1, ascending, and is linear between them. It is a Monte-Carlo p value, (reached+1)/(draws+1), so never 0,
// and the same on every machine.
func NullReaches(quantiles [][]float64, v float64) (float64, error) {
	if len(quantiles) == 0 {
		return 0, fmt.Errorf("drawing from null: %w", ErrEmpty)
	}
	for i, q := range quantiles {
		if len(q) < 2 || !slices.IsSorted(q) {
			return 0, fmt.Errorf("drawing from null: distribution %d has %d quantiles, want 2 or more, ascending", i, len(q))
		}
	}
	random := rand.New(rand.NewPCG(1, 0))
	reached := 0
	for range nullDraws {
		sum := 0.0
		for _, q := range quantiles {
			sum += Quantile(q, random.Float64()) - v
		}
		if sum >= 0 {
			reached++
		}
	}
	return float64(reached+1) / (nullDraws + 1), nil
}
