package stat

import (
	"fmt"
	"math"
)

// KendallB returns Kendall's tau-b: concordant less discordant pairs of pairs, over the geometric mean of those that x
// doesn't tie and those that y doesn't. ErrConstant where one side's values are all equal. It takes n log n steps, and
// counts are whole numbers and exact.
func (p Pairs) KendallB() (float64, error) {
	tau, ok := newCorrelator(p).kendall(p.once())
	if !ok {
		return 0, fmt.Errorf("kendall of %d pairs: %w", p.N(), ErrConstant)
	}
	return tau, nil
}

func (c *correlator) kendall(times []int64) (tau float64, ok bool) {
	n := c.count(times)
	clear(c.tree)
	// In ascending x, each pair meets those before it with smaller x: concordant with smaller y, discordant with larger.
	var balance, seen int64
	for from := 0; from < len(times); {
		to := from
		for ; to < len(times) && c.p.x[to] == c.p.x[from]; to++ {
			if t := times[to]; t > 0 {
				y := int(c.p.y[to])
				below, through := c.sum(y), c.sum(y+1)
				balance += t * (below - (seen - through))
			}
		}
		for i := from; i < to; i++ {
			if times[i] > 0 {
				c.add(int(c.p.y[i]), times[i])
				seen += times[i]
			}
		}
		from = to
	}
	all := n * (n - 1) / 2
	x, y := all-tied(c.countX), all-tied(c.countY)
	if x == 0 || y == 0 {
		return 0, false
	}
	return float64(balance) / math.Sqrt(float64(x)*float64(y)), true
}

// tied counts the pairs of equal values.
func tied(counts []int64) int64 {
	sum := int64(0)
	for _, n := range counts {
		sum += n * (n - 1) / 2
	}
	return sum
}

// sum returns how many of the values taken in have a rank below v.
func (c *correlator) sum(v int) int64 {
	s := int64(0)
	for ; v > 0; v &= v - 1 {
		s += c.tree[v]
	}
	return s
}

func (c *correlator) add(v int, n int64) {
	for v++; v < len(c.tree); v += v & -v {
		c.tree[v] += n
	}
}
