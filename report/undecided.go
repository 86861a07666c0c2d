package report

import (
	"errors"
	"fmt"

	"gmnas/report/stat"
	"gmnas/report/table"
)

// significant is the corrected probability at which a comparison of groups is decided.
const significant = 0.05

// power is how likely as many values as are called needed are to find the difference.
const power = 0.8

// reach says what more values could do for a test, at a level that a correction for other tests has divided.
type reach struct {
	n        int     // values now, of one side
	few      string  // the same in words: "n = 4"
	unit     string  // what they are: "seeds a row"
	smallest float64 // p that so many can give at best
	could    func(level float64) int
	needed   func(level float64) (int, error)
}

// ofSamples is what more seeds could do for a Mann-Whitney test, with as many more on both sides.
func ofSamples(x, y stat.Sample) reach {
	ratio := float64(y.N()) / float64(max(1, x.N()))
	return reach{
		n: x.N(), few: few(x.N(), y.N()), unit: "seeds a row", smallest: stat.SmallestP(x.N(), y.N()),
		could:  func(level float64) int { return stat.NeededAtLeast(ratio, level) },
		needed: func(level float64) (int, error) { return stat.Needed(x, y, level, power) },
	}
}

// ofPairs is what more pairs could do for a paired test.
func ofPairs(differences stat.Sample) reach {
	n := differences.N()
	return reach{
		n: n, few: fmt.Sprintf("n = %d", n), unit: "pairs", smallest: min(1, 2/float64(int64(1)<<min(n, 62))),
		could:  stat.PairsNeededAtLeast,
		needed: func(level float64) (int, error) { return stat.PairsNeeded(differences, level, power) },
	}
}

// ofHits is what more splits could do for a test of hits.
func ofHits(c count) reach {
	n := len(c.chances)
	r := reach{
		n: n, few: fmt.Sprintf("n = %d", n), unit: "splits", smallest: 1,
		could:  func(level float64) int { return stat.HitsNeededAtLeast(c.chance(), level) },
		needed: func(level float64) (int, error) { return stat.HitsNeeded(*c.share(), c.chance(), level, power) },
	}
	if p, err := stat.HitsTest(n, c.chances); err == nil {
		r.smallest = p
	}
	return r
}

// fill tells in a comparison that isn't decided, and in words, how many values could decide it and about how many would.
func (r reach) fill(c *table.Comparison, among int) string {
	level := significant / float64(max(1, among))
	c.Could = r.could(level)
	text := ""
	if c.Could > r.n {
		text = fmt.Sprintf("n = %d could; ", c.Could)
	}
	needed, err := r.needed(level)
	switch {
	case errors.Is(err, stat.ErrOutOfReach):
		return text + "no number that can be run would"
	case err != nil:
		return text + "how many would cannot be estimated: " + because(err)
	}
	c.Needed = max(needed, r.n+1)
	return text + fmt.Sprintf("about %d %s would (%d more)", c.Needed, r.unit, c.Needed-r.n)
}

// because is the reason alone of a wrapped error.
func because(err error) string {
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(err) {
		err = next
	}
	return err.Error()
}
