package report

import (
	"fmt"
	"math"

	"gmnas/harness/spec"
	"gmnas/report/stat"
	"gmnas/report/table"
)

// comparison is what a verdict depends on.
type comparison struct {
	values     stat.Sample
	asked      int // seeds
	printed    int // seeds of the paper's mean
	paper      spec.Printed
	tolerance  float64
	profile    string
	searchedOn string // set where the column is a transfer
	embedded   bool
}

// judge compares measured values with a printed one. The first rule that applies decides:
//
//  1. not comparable  the architectures were trained here at small scale on the embedded set, while the paper's value
//     is a mean over the table's full trainings
//  2. not run         no seed has a value
//  3. not comparable  the column is a transfer: the search ran on another data set, while the paper's columns hold
//     different architectures and so are different searches
//  4. cannot tell     seeds are missing
//  5. reproduced      |mean - printed| is within the row's declared tolerance
//  6. cannot tell     one seed only
//  7. cannot tell     the 95 % interval of the difference reaches into ±tolerance: n is too small to decide
//  8. cannot tell     the interval is outside, but the profile isn't the paper's protocol
//  9. differs         the interval is outside
//
// The interval is Welch's, from both standard deviations; a printed value without one counts as exact, and where
// neither side has any spread the interval is the difference itself.
func judge(c comparison) (table.Verdict, string) {
	n := c.values.N()
	if c.embedded {
		return table.NotComparable, trainedHere
	}
	if n == 0 {
		return table.NotRun, "no seed has a value"
	}
	if c.searchedOn != "" {
		return table.NotComparable, "transfer from " + c.searchedOn
	}
	if n < c.asked {
		return table.CannotTell, fmt.Sprintf("%d of %d seeds", n, c.asked)
	}
	mean, _ := c.values.Mean()
	difference := mean - c.paper.Mean
	if n == 1 {
		if math.Abs(difference) <= c.tolerance {
			return table.Reproduced, fmt.Sprintf("within ±%.4g, n = 1", c.tolerance)
		}
		return table.CannotTell, "n = 1"
	}
	low, high := c.interval(difference)
	if math.Abs(difference) <= c.tolerance {
		return table.Reproduced, fmt.Sprintf("within ±%.4g; 95 %% interval %+.2f to %+.2f", c.tolerance, low, high)
	}
	if low <= c.tolerance && high >= -c.tolerance {
		return table.CannotTell, fmt.Sprintf("n = %d is too few: 95 %% interval %+.2f to %+.2f reaches into ±%.4g", n, low, high, c.tolerance)
	}
	outside := fmt.Sprintf("95 %% interval %+.2f to %+.2f, outside ±%.4g", low, high, c.tolerance)
	if c.profile != spec.Paper {
		return table.CannotTell, "not the paper's protocol; " + outside
	}
	return table.Differs, outside
}

// trainedHere is why an accuracy isn't comparable with a printed one, which is a mean over several full trainings.
const trainedHere = "aggregation differs: one training each on the embedded set, not looked up"

// interval returns Welch's 95 % interval around the difference.
func (c comparison) interval(difference float64) (low, high float64) {
	std, _ := c.values.Std()
	ours := std * std / float64(c.values.N())
	theirs := c.paper.Std * c.paper.Std / float64(c.printed)
	variance := ours + theirs
	if variance == 0 {
		return difference, difference
	}
	df := variance * variance / (ours*ours/float64(c.values.N()-1) + theirs*theirs/float64(max(1, c.printed-1)))
	half := stat.TQuantile(df, 0.975) * math.Sqrt(variance)
	return difference - half, difference + half
}

// aggregationDiffers is why the best of single trainings, which is above the best of means, isn't compared with one.
const aggregationDiffers = "aggregation differs: the best of single trainings against a mean of seeds"

// judgeOptimum compares the table's optimum, which has no spread, with the printed one, a mean of seeds. One of a single
// training isn't comparable.
func judgeOptimum(difference, tolerance float64, single bool) (table.Verdict, string) {
	if single {
		return table.NotComparable, aggregationDiffers
	}
	if math.Abs(difference) <= tolerance {
		return table.Reproduced, "within rounding"
	}
	return table.Differs, "another version of the table"
}
