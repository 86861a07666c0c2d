package report

import (
	"math"

	"gmnas/harness/plan"
	"gmnas/harness/spec"
)

// Search is one row's search with one seed, as far as it is recorded.
type Search struct {
	Row      string
	Seed     int64
	Run      spec.Run
	Leaves   []Leaf          // once the splits above them are recorded, in the order of the plan
	Pairs    []*spec.Outcome // of the pair experiment; nil where not recorded
	Replay   *spec.Outcome   // of a replay, which has nothing else
	Stages   []spec.Outcome  // all recorded stages, shared ones included
	Blocked  []plan.Block    // what failed or diverged
	Complete bool
}

// Leaf is one sub-supernet's result; nil where not recorded.
type Leaf struct {
	Path     string // in the partition tree
	Mask     string
	Derive   *spec.Outcome
	Evaluate *spec.Outcome
	Rank     *spec.Outcome // in place of both

	Architecture string          // that is retrained
	Retrain      []*spec.Outcome // in place of Evaluate: rung by rung; nil where not recorded
}

// Null is a recorded null of a row. One that draws from the leaves of a search names its row and seed.
type Null struct {
	Row     string
	From    string
	Seed    int64
	Table   string // SHA-256
	Outcome spec.Outcome
}

// state is Done where every leaf is evaluated or ranked, or every pair trained, Diverged or Failed where a stage is (the seed then has no value: a pick
// among the other leaves would be another method's), and empty while stages are missing.
func (s Search) state() spec.State {
	state := spec.State("")
	for _, b := range s.Blocked {
		if b.State == spec.Diverged {
			return spec.Diverged
		}
		state = spec.Failed
	}
	if state == "" && s.Complete {
		return spec.Done
	}
	return state
}

// failure returns the message of the first stage that failed or diverged.
func (s Search) failure() string {
	for _, b := range s.Blocked {
		if b.State != s.state() {
			continue
		}
		if b.Key == "" {
			return b.Reason
		}
		return b.Kind + " stage " + b.Key.Short() + ": " + b.Reason
	}
	return ""
}

// dataset is the set that the search's architectures are picked on: the one that was searched on.
func (s Search) dataset() string { return s.Run.Data.Set }

func (s Search) embedded() bool { return s.Run.Embedded() }

func done(o *spec.Outcome) bool { return o != nil && o.State == spec.Done }

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
