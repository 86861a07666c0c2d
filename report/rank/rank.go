// Package rank tells how well predictions order architectures by their true accuracy: rank correlation over all of them
// and within the best ones. Values in, values out.
//
// Within the best ones a correlation is noisy: with n unrelated pairs Spearman's rho has the standard deviation
// 1/sqrt(n-1), which is 0.38 for the 8 architectures of the top 0.2 % of 4,096 (Chance).
package rank

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gmnas/report/stat"
)

// Architecture is a prediction beside the truth. Row, the place in the table, decides the order of equal truths.
type Architecture struct {
	Row              int
	Predicted, Truth float64
}

// Percents are the shares of the best architectures that the paper's Table 7 looks at.
var Percents = []float64{0.2, 0.5, 1}

// Orders is how many random orders of the architectures that tie at a cut are tried.
const Orders = 200

// Correlation is both rank correlations of n pairs; nil where they are not defined, and Why says why.
type Correlation struct {
	N                 int
	Spearman, Kendall *float64
	Why               string
}

// Range is the lowest and highest of some values.
type Range struct{ Low, High float64 }

// Top is the best Percent of the architectures by truth. Where the cut falls inside a tie, which of the equals belong to
// them is arbitrary: Members takes those of the lower rows, and two more views tell how much that matters.
type Top struct {
	Percent   float64
	Members   []Architecture // the best first
	InsideTie bool
	Correlation
	AllTied           Correlation // with all architectures that tie with the last member
	Spearman, Kendall Range       // over Orders random choices among them; NaN where a choice has no correlation
}

// Ranking is what can be said of one list of predictions.
type Ranking struct {
	All  Correlation
	Tops []Top // by Percents
}

// Rank computes the ranking; seed decides the random orders. Predictions and truths must be finite and rows distinct. It
// is an error with fewer than two architectures.
func Rank(list []Architecture, seed uint64) (Ranking, error) {
	if err := check(list); err != nil {
		return Ranking{}, fmt.Errorf("ranking: %w", err)
	}
	sorted := Sorted(list)
	r := Ranking{All: correlate(sorted)}
	for _, percent := range Percents {
		r.Tops = append(r.Tops, top(sorted, percent, seed))
	}
	return r, nil
}

func check(list []Architecture) error {
	rows := map[int]bool{}
	for _, a := range list {
		if rows[a.Row] {
			return fmt.Errorf("row %d occurs twice", a.Row)
		}
		rows[a.Row] = true
		for _, v := range []float64{a.Predicted, a.Truth} {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("row %d has the value %v: must be finite", a.Row, v)
			}
		}
	}
	if len(list) < 2 {
		return fmt.Errorf("%d architectures, want 2 or more", len(list))
	}
	return nil
}

// Sorted returns the architectures by falling truth, equal ones by row.
func Sorted(list []Architecture) []Architecture {
	return slices.SortedFunc(slices.Values(list), func(a, b Architecture) int {
		return cmp.Or(cmp.Compare(b.Truth, a.Truth), cmp.Compare(a.Row, b.Row))
	})
}

// Size returns how many of n architectures are the best percent: n percent / 100, rounded half up, and 1 at least.
func Size(n int, percent float64) int {
	return min(n, max(1, int(math.Floor(float64(n)*percent/100+0.5))))
}

func top(sorted []Architecture, percent float64, seed uint64) Top {
	k := Size(len(sorted), percent)
	last := sorted[k-1].Truth
	from, to := k-1, k // of the ties with the last member
	for from > 0 && sorted[from-1].Truth == last {
		from--
	}
	for to < len(sorted) && sorted[to].Truth == last {
		to++
	}
	t := Top{Percent: percent, Members: sorted[:k], InsideTie: to > k, Correlation: correlate(sorted[:k]), AllTied: correlate(sorted[:to])}
	t.Spearman, t.Kendall = orders(sorted[:to], from, k, seed)
	return t
}

// orders correlates k architectures, those from position from on chosen at random.
func orders(list []Architecture, from, k int, seed uint64) (spearman, kendall Range) {
	random := rand.New(rand.NewPCG(seed, uint64(k)))
	shuffled := slices.Clone(list)
	tied := shuffled[from:]
	spearman, kendall = Range{math.Inf(1), math.Inf(-1)}, Range{math.Inf(1), math.Inf(-1)}
	for range Orders {
		random.Shuffle(len(tied), func(i, j int) { tied[i], tied[j] = tied[j], tied[i] })
		c := correlate(shuffled[:k])
		if c.Spearman == nil {
			return Range{math.NaN(), math.NaN()}, Range{math.NaN(), math.NaN()}
		}
		spearman = Range{min(spearman.Low, *c.Spearman), max(spearman.High, *c.Spearman)}
		kendall = Range{min(kendall.Low, *c.Kendall), max(kendall.High, *c.Kendall)}
	}
	return spearman, kendall
}

// Pairs prepares architectures for correlation, in their order.
func Pairs(list []Architecture) (stat.Pairs, error) {
	x, y := make([]float64, len(list)), make([]float64, len(list))
	for i, a := range list {
		x[i], y[i] = a.Predicted, a.Truth
	}
	return stat.NewPairs(x, y)
}

func correlate(list []Architecture) Correlation {
	c := Correlation{N: len(list)}
	p, err := Pairs(list)
	if err != nil {
		c.Why = err.Error()
		return c
	}
	rho, err := p.Spearman()
	if err != nil {
		c.Why = err.Error()
		return c
	}
	tau, err := p.KendallB()
	if err != nil {
		c.Why = err.Error()
		return c
	}
	c.Spearman, c.Kendall = &rho, &tau
	return c
}

// Chance returns the standard deviations of Spearman's rho and Kendall's tau of n unrelated pairs without ties; both have
// mean 0. n must be 2 or more.
func Chance(n int) (spearman, kendall float64) {
	m := float64(n)
	return 1 / math.Sqrt(m-1), math.Sqrt(2 * (2*m + 5) / (9 * m * (m - 1)))
}
