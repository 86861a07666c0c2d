package stat

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Why the number of values that a decision needs can't be estimated, beside ErrEmpty, ErrSingle and ErrEqual.
var (
	ErrNoDifference = errors.New("no difference was seen")
	ErrOutOfReach   = errors.New("more than 100,000: the difference seen is nothing beside the spread")
)

// neededLimit bounds an estimate that still means something.
const neededLimit = 100_000

// Needed estimates of how many values x must be, with y growing alike, for MannWhitney to find the difference and the
// spreads seen here at a level such as 0.05 with a power such as 0.8. It is the normal approximation for spreads that
// may differ, divided by the test's efficiency 3/π against Student's (Lehmann, Nonparametrics, 1975), with z²/4 more for
// the few (Guenther, American Statistician 35, 1981), and never fewer than NeededAtLeast. The figures it rests on are
// themselves of few values: it is about how many, not exactly.
//
// ErrEmpty or ErrSingle on one side, ErrEqual where neither side spreads, ErrNoDifference for equal means, ErrOutOfReach
// above 100,000.
func Needed(x, y Sample, level, power float64) (int, error) {
	za, zb, err := quantiles(level, power)
	if err != nil {
		return 0, err
	}
	stdX, err := x.Std()
	if err != nil {
		return 0, fmt.Errorf("values needed: %w", err)
	}
	stdY, err := y.Std()
	if err != nil {
		return 0, fmt.Errorf("values needed: %w", err)
	}
	ratio := float64(y.N()) / float64(x.N())
	d, variance := x.mean()-y.mean(), stdX*stdX+stdY*stdY/ratio
	switch {
	case d == 0:
		return 0, fmt.Errorf("values needed: %w", ErrNoDifference)
	case variance == 0:
		return 0, fmt.Errorf("values needed: %w", ErrEqual)
	}
	n, err := whole((za+zb)*(za+zb)*variance/(d*d)*math.Pi/3 + za*za/4)
	return max(n, NeededAtLeast(ratio, level)), err
}

// NeededAtLeast returns the fewest values of x, with ratio times as many of y, with which MannWhitney can be significant
// at the level at all. For as many on both sides: 4 at 0.05, 5 at 0.01.
func NeededAtLeast(ratio, level float64) int {
	for n := 1; n < neededLimit; n++ {
		if m := int(math.Round(ratio * float64(n))); m > 0 && SmallestP(n, m) <= level {
			return n
		}
	}
	return neededLimit
}

// PairsNeeded is Needed for Paired, of the differences on common seeds.
func PairsNeeded(differences Sample, level, power float64) (int, error) {
	za, zb, err := quantiles(level, power)
	if err != nil {
		return 0, err
	}
	std, err := differences.Std()
	if err != nil {
		return 0, fmt.Errorf("pairs needed: %w", err)
	}
	d := differences.mean()
	switch {
	case d == 0:
		return 0, fmt.Errorf("pairs needed: %w", ErrNoDifference)
	case std == 0:
		return 0, fmt.Errorf("pairs needed: %w", ErrEqual)
	}
	n, err := whole((za+zb)*(za+zb)*std*std/(d*d) + za*za/2)
	return max(n, PairsNeededAtLeast(level)), err
}

// PairsNeededAtLeast returns the fewest pairs with which Paired can be significant at the level: 2/2^n <= level.
func PairsNeededAtLeast(level float64) int {
	n := 1
	for math.Ldexp(2, -n) > level {
		n++
	}
	return n
}

// HitsNeeded estimates of how many trials a share of hits must be for HitsTest to tell it from chance. ErrNoDifference
// where they are equal.
func HitsNeeded(share, chance, level, power float64) (int, error) {
	za, zb, err := quantiles(level, power)
	if err != nil {
		return 0, err
	}
	if !(share >= 0 && share <= 1 && chance > 0 && chance < 1) {
		return 0, fmt.Errorf("trials needed: share %v against chance %v, want 0 to 1, and chance within", share, chance)
	}
	if share == chance {
		return 0, fmt.Errorf("trials needed: %w", ErrNoDifference)
	}
	root := za*math.Sqrt(chance*(1-chance)) + zb*math.Sqrt(share*(1-share))
	n, err := whole(root * root / ((share - chance) * (share - chance)))
	return max(n, HitsNeededAtLeast(chance, level)), err
}

// HitsNeededAtLeast returns the fewest trials with which HitsTest can be significant at the level: all of them hits.
func HitsNeededAtLeast(chance, level float64) int {
	if !(chance > 0 && chance < 1) {
		return neededLimit
	}
	return max(1, min(neededLimit, int(math.Ceil(math.Log(level/2)/math.Log(chance)-1e-9))))
}

// quantiles are those of the normal distribution for a two-sided level and a power.
func quantiles(level, power float64) (za, zb float64, err error) {
	if !(level > 0 && level < 1 && power > 0 && power < 1) {
		return 0, 0, fmt.Errorf("values needed at level %v with power %v, want numbers between 0 and 1, such as 0.05 and 0.8", level, power)
	}
	return distuv.UnitNormal.Quantile(1 - level/2), distuv.UnitNormal.Quantile(power), nil
}

func whole(n float64) (int, error) {
	if !(n <= neededLimit) {
		return 0, fmt.Errorf("values needed: %w", ErrOutOfReach)
	}
	return int(math.Ceil(n)), nil
}
