package spec

// Claim is one statement of the paper about an experiment, with the check that decides on it. The report gives each
// check n, difference, interval, exact p and a verdict; claims of one experiment are corrected for their number together.
type Claim struct {
	Text   string // what the paper says
	Check  string // one of the checks below
	Row    string // the row that it is about
	Than   []string
	Column string
	Within float64  // CheckLevel, CheckNearOptimum: accuracy points
	Of     []string // CheckTogether, CheckAlways: two operations by name; CheckAgree: a partition algorithm
}

// Checks of a claim. The first seven are about rows of searches in one column, the others about recorded splits.
const (
	CheckAbove       = "above"        // Row's mean is above that of each row in Than, a comparison each
	CheckBelow       = "below"        // Row's mean is below that of each row in Than: of errors
	CheckFinds       = "finds"        // Column's rule selects the best leaf in more than half of all searches
	CheckMisses      = "misses"       // it doesn't in more than half
	CheckWider       = "wider"        // Row's values spread wider than those of each row in Than, all of Than together
	CheckLevel       = "level"        // the mean of each row in Than is Within points of Row's
	CheckNearOptimum = "near-optimum" // Row's mean is Within points of the best of the table
	CheckTogether    = "together"     // two operations end in one group more often than in a random balanced partition
	CheckAlways      = "always"       // two operations end in one group in every split by cosine
	CheckAgree       = "agree"        // another algorithm gives the balanced minimum cut in more than half of the cases
)

// Axes of a figure: the setting of a row's run that is its place on the horizontal axis.
const (
	AxisWarmup = "warm-up" // epochs before each split
	AxisSplits = "splits"  // T, levels of splitting
)

// What an experiment without runs of its own shows of all splits that are recorded in its profile.
const (
	OverPairs      = "pairs"      // which operations end in one group
	OverAlgorithms = "algorithms" // what other partition algorithms make of the same matrices
	OverAudit      = "audit"      // every split, with all that led to it
)

// Position returns a run's place on an axis.
func (r Run) Position(axis string) int {
	switch axis {
	case AxisWarmup:
		if len(r.Levels) > 0 {
			return r.Levels[0].WarmupEpochs
		}
	case AxisSplits:
		return len(r.Levels)
	}
	return 0
}
