// Package plan says what a run still needs: a pure function from settings, seed and the outcomes so far to the
// stages that can run now. It runs nothing and reads no file.
//
//  1. [Validate] and [ValidateRun] refuse, before anything runs, what can't work.
//  2. [Expand] grows a run's partition tree as far as the outcomes allow (paper Algorithm 1; spec.md section 3.5), and in the
//     DARTS space the selection among its leaves (Algorithm 3; section 4).
//  3. [Null] gives the stages of a table's no-search rows.
//  4. [Work] estimates a stage, [Text] prints a whole experiment's plan.
package plan

import (
	"iter"
	"strconv"

	"gmnas/harness/spec"
)

// Lookup returns the recorded outcome of a stage. To try failed stages again, leave their outcomes out.
type Lookup func(spec.Key) (spec.Outcome, bool)

// Tree is the partition tree of one run and seed, as far as it is known.
type Tree struct {
	Seed   int64
	Nodes  []Node // supernets that are split, each before its children
	Leaves []Leaf // by path, the root's split most significant; a leaf appears when the splits above it are recorded
	Pairs  []Step // of the pair experiment, which has neither nodes nor leaves
	// Ready holds the stages that aren't recorded and whose inputs are all done, each once. When it is empty, nothing
	// more can run: the tree is complete or blocked.
	Ready   []spec.Stage
	Blocked []Block // each blocks its own subtree only
	// Complete reports that every leaf's architecture is evaluated or ranked or, where they are retrained, one of them
	// selected; or every pair trained, or the replay done; and that no outcome on the way there is missing.
	Complete bool
	Replay   Step // of a replay, which has nothing else
}

// Node is a supernet that is split.
type Node struct {
	Path  string // "" is the root, "01" the second child of the first child
	Mask  string
	Train Step // not planned where nothing reads the trained weights
	Split Step
}

// Leaf is a sub-supernet that an architecture is derived from, or a random architecture alone, which has no Train and Derive.
type Leaf struct {
	Path     string
	Mask     string
	Train    Step
	Derive   Step
	Evaluate Step   // planned when the architecture is known
	Rank     Step   // in place of both, where the run ranks
	Retrain  []Step // in place of Evaluate where the run retrains: a step for each rung that the architecture is trained up to
}

// Done reports whether the leaf has its end.
func (l Leaf) Done() bool { return l.Evaluate.Done() || l.Rank.Done() }

// Placed is a planned step and where it is: "node 01", "leaf 11", "root", "pair 3" or "curves".
type Placed struct {
	Place string
	Step
}

// Steps yields the tree's planned steps, each after its inputs.
func (t Tree) Steps() iter.Seq[Placed] {
	return func(yield func(Placed) bool) {
		for _, n := range t.Nodes {
			if !placed("node ", n.Path, yield, n.Train, n.Split) {
				return
			}
		}
		for _, l := range t.Leaves {
			if !placed("leaf ", l.Path, yield, append([]Step{l.Train, l.Derive, l.Evaluate, l.Rank}, l.Retrain...)...) {
				return
			}
		}
		if !placed("curves", "", yield, t.Replay) {
			return
		}
		for k, p := range t.Pairs {
			if !placed("pair ", strconv.Itoa(k), yield, p) {
				return
			}
		}
	}
}

func placed(kind, path string, yield func(Placed) bool, steps ...Step) bool {
	place := kind + path
	if path == "" && kind != "curves" {
		place = "root"
	}
	for _, s := range steps {
		if s.Planned() && !yield(Placed{place, s}) {
			return false
		}
	}
	return true
}

// Step is a stage and what is recorded of it. The zero Step is not planned.
type Step struct {
	Key     spec.Key
	Stage   spec.Stage
	Outcome *spec.Outcome // nil when nothing is recorded
}

// Planned reports whether the step has a stage.
func (s Step) Planned() bool { return s.Key != "" }

// Done reports whether the step's outcome is recorded and good.
func (s Step) Done() bool { return s.Outcome != nil && s.Outcome.State == spec.Done }

// Block says why a subtree can't go on.
type Block struct {
	Path   string
	Key    spec.Key // the stage that failed or diverged; empty where the tree itself can't go on
	Kind   string
	State  spec.State
	Reason string
}

// Masks returns the leaves' masks; false while a split is missing.
func (t Tree) Masks() ([]string, bool) {
	for _, n := range t.Nodes {
		if !n.Split.Done() {
			return nil, false
		}
	}
	masks := make([]string, len(t.Leaves))
	for k, l := range t.Leaves {
		masks[k] = l.Mask
	}
	return masks, len(masks) > 0
}
