package run

import (
	"fmt"

	"gmnas/harness/plan"
	"gmnas/harness/spec"
	"gmnas/results"
)

// Goal is what Coordinate works for: a run, or a null row.
type Goal struct {
	// Run is the run that was asked for, its hashes bound; Coordinate sets the time. For a null row it gives
	// experiment, profile, row, and of the settings the space and the table's hash.
	Run results.Binding
	// Null is set for a null row.
	Null *spec.NullOf
	// From are the runs whose leaves a null row draws from; they need not be goals.
	From []results.Binding
}

// need is what a goal comes to with the outcomes so far.
type need struct {
	ready    []named
	stages   []named // all that are known, recorded or not
	blocked  []plan.Block
	complete bool
}

// named is a stage as people find it: "gm+darts seed 2, leaf 01: train".
type named struct {
	key   spec.Key
	stage spec.Stage
	label string
}

// expand returns what the goal needs next.
func (g Goal) expand(lookup plan.Lookup) (need, error) {
	if g.Null != nil {
		return g.expandNull(lookup)
	}
	tree, err := plan.Expand(g.Run.Run, g.Run.Seed, lookup)
	if err != nil {
		return need{}, fmt.Errorf("%s: %w", g, err)
	}
	ready := map[spec.Key]bool{}
	for _, s := range tree.Ready {
		ready[s.Key()] = true
	}
	n := need{blocked: tree.Blocked, complete: tree.Complete}
	for s := range tree.Steps() {
		stage := named{s.Key, s.Stage, fmt.Sprintf("%s, %s: %s", g, s.Place, s.Stage.Kind)}
		n.stages = append(n.stages, stage)
		if ready[s.Key] {
			n.ready = append(n.ready, stage)
			delete(ready, s.Key) // two leaves may have found the same architecture
		}
	}
	return n, nil
}

func (g Goal) expandNull(lookup plan.Lookup) (need, error) {
	n := need{complete: true}
	var trees []plan.Tree
	for _, from := range g.From {
		tree, err := plan.Expand(from.Run, from.Seed, lookup)
		if err != nil {
			return need{}, fmt.Errorf("%s: %w", g, err)
		}
		if _, known := tree.Masks(); !known {
			n.complete = false
			n.blocked = append(n.blocked, tree.Blocked...)
		}
		trees = append(trees, tree)
	}
	stages, err := plan.Null(g.Run.Run.Space, *g.Null, g.Run.Run.Evaluate.Table, trees)
	if err != nil {
		return need{}, fmt.Errorf("%s: %w", g, err)
	}
	for _, s := range stages {
		key := s.Key()
		n.stages = append(n.stages, named{key, s, g.String()})
		switch o, found := lookup(key); {
		case !found:
			n.ready = append(n.ready, n.stages[len(n.stages)-1])
			n.complete = false
		case o.State != spec.Done:
			n.blocked = append(n.blocked, plan.Block{Key: key, Kind: s.Kind, State: o.State, Reason: o.Error})
			n.complete = false
		}
	}
	return n, nil
}

// String is the goal as people find it: "gm+darts seed 2".
func (g Goal) String() string {
	if g.Null != nil {
		return g.Run.Row
	}
	return fmt.Sprintf("%s seed %d", g.Run.Row, g.Run.Seed)
}
