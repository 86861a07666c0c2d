package stat

import (
	"fmt"
	"math"
)

// Spearman returns Spearman's rho: Pearson's correlation of the ranks, equal values sharing their average rank.
// ErrConstant where one side's values are all equal. Sums are whole numbers and exact.
func (p Pairs) Spearman() (float64, error) {
	rho, ok := newCorrelator(p).spearman(p.once())
	if !ok {
		return 0, fmt.Errorf("spearman of %d pairs: %w", p.N(), ErrConstant)
	}
	return rho, nil
}

func (c *correlator) spearman(times []int64) (rho float64, ok bool) {
	n := c.count(times)
	doubledAverage(c.rankX, c.countX)
	doubledAverage(c.rankY, c.countY)
	// About the mean rank, which is n+1 doubled; |sums| stay below n^3 / 3, in int64 up to two million pairs.
	var xx, yy, xy int64
	for i, t := range times {
		dx, dy := c.rankX[c.p.x[i]]-(n+1), c.rankY[c.p.y[i]]-(n+1)
		xx += t * dx * dx
		yy += t * dy * dy
		xy += t * dx * dy
	}
	if xx == 0 || yy == 0 {
		return 0, false
	}
	return float64(xy) / math.Sqrt(float64(xx)*float64(yy)), true
}

// doubledAverage sets twice the average rank of each distinct value; values that don't occur get any.
func doubledAverage(ranks, counts []int64) {
	before := int64(0)
	for v, n := range counts {
		ranks[v] = 2*before + n + 1
		before += n
	}
}
