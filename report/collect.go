package report

import (
	"bytes"
	"fmt"
	"slices"

	"gmnas/harness/plan"
	"gmnas/harness/spec"
)

// Binding is a search that was asked for: a row with one seed, its run bound to the data and table at hand.
type Binding struct {
	Row  string
	Seed int64
	Run  spec.Run
}

// Collect follows the plan of every binding of a declared seed through the recorded outcomes. Bindings come in the order of
// their time: of several for one row and seed the last counts. A null row's binding tells the table, where no search does. One
// with other settings than the experiment declares in the profile is left out and counted, so that a changed declaration never
// mixes with what was recorded before.
func Collect(experiment spec.Experiment, profile string, bindings []Binding, lookup plan.Lookup) (Input, error) {
	in, splits := Input{Experiment: experiment, Profile: profile}, splitList{}
	trees := map[string][]plan.Tree{}
	tables := map[string]string{} // hash of the row's last real search; "" is of the experiment's, or of a null row
	for _, b := range bindings {
		if row, ok := experiment.Row(b.Row); ok && row.Kind == spec.RowNull {
			tables[""] = b.Run.Evaluate.Table
			continue
		}
		if !slices.Contains(experiment.Seeds, b.Seed) {
			continue
		}
		declared, err := declares(experiment, profile, b)
		if err != nil {
			return Input{}, err
		}
		if !declared {
			in.OtherSettings++
			continue
		}
		i := slices.IndexFunc(in.Searches, func(s Search) bool {
			return s.Row == b.Row && s.Seed == b.Seed && s.embedded() == b.Run.Embedded()
		})
		if i < 0 {
			i = len(in.Searches)
			in.Searches = append(in.Searches, Search{})
		}
		in.Searches[i] = Search{Row: b.Row, Seed: b.Seed, Run: b.Run}
	}
	for i := range in.Searches {
		s := &in.Searches[i]
		tree, err := plan.Expand(s.Run, s.Seed, lookup)
		if err != nil {
			return Input{}, fmt.Errorf("reading search %s, seed %d: %w", s.Row, s.Seed, err)
		}
		s.follow(tree)
		splits.add(s.Row, s.Run, tree)
		if !s.embedded() {
			trees[s.Row] = append(trees[s.Row], tree)
			tables[s.Row], tables[""] = s.Run.Evaluate.Table, s.Run.Evaluate.Table
		}
	}
	for _, row := range experiment.Rows {
		if row.Kind != spec.RowNull {
			continue
		}
		if row.Null.From == "" {
			if err := in.take(row, tables[""], plan.Tree{}, lookup); err != nil {
				return Input{}, err
			}
		}
		for _, tree := range trees[row.Null.From] {
			if err := in.take(row, tables[row.Null.From], tree, lookup); err != nil {
				return Input{}, err
			}
		}
	}
	in.OwnSplits = splits.sorted()
	return in, nil
}

// take adds what is recorded of a null row: of the one tree where the row draws from leaves.
func (in *Input) take(row spec.Row, table string, tree plan.Tree, lookup plan.Lookup) error {
	stages, err := plan.Null(in.Experiment.Space, row.Null, table, []plan.Tree{tree})
	if err != nil {
		return fmt.Errorf("reading null %s: %w", row.ID, err)
	}
	for _, stage := range stages {
		if outcome, ok := lookup(stage.Key()); ok {
			in.Nulls = append(in.Nulls, Null{Row: row.ID, From: row.Null.From, Seed: tree.Seed, Table: table, Outcome: outcome})
		}
	}
	return nil
}

// declares tells whether the binding's settings are those of the experiment, whatever its data and table hashes.
func declares(experiment spec.Experiment, profile string, b Binding) (bool, error) {
	row, ok := experiment.Row(b.Row)
	run, has := row.Runs[profile]
	if !ok || !has {
		return false, nil
	}
	if b.Run.Embedded() {
		run = run.OnEmbedded(experiment.Embedded[profile])
	}
	want, err := spec.Canonical(run.Unbound())
	if err != nil {
		return false, fmt.Errorf("reading declaration of %s: %w", b.Row, err)
	}
	got, err := spec.Canonical(b.Run.Unbound())
	if err != nil {
		return false, fmt.Errorf("reading search %s, seed %d: %w", b.Row, b.Seed, err)
	}
	return bytes.Equal(want, got), nil
}

// follow takes what the tree has recorded.
func (s *Search) follow(tree plan.Tree) {
	for step := range tree.Steps() {
		if step.Outcome != nil {
			s.Stages = append(s.Stages, *step.Outcome)
		}
	}
	for _, l := range tree.Leaves {
		leaf := Leaf{Path: l.Path, Mask: l.Mask, Derive: l.Derive.Outcome, Evaluate: l.Evaluate.Outcome, Rank: l.Rank.Outcome}
		for _, step := range l.Retrain {
			leaf.Architecture = step.Stage.Retrain.Architecture
			leaf.Retrain = append(leaf.Retrain, step.Outcome)
		}
		s.Leaves = append(s.Leaves, leaf)
	}
	s.Replay = tree.Replay.Outcome
	for _, p := range tree.Pairs {
		s.Pairs = append(s.Pairs, p.Outcome)
	}
	s.Complete, s.Blocked = tree.Complete, tree.Blocked
}
