package main

import (
	"errors"
	"slices"

	"gmnas/experiments"
	"gmnas/harness/spec"
	"gmnas/report"
	"gmnas/results"
)

// openRecorded opens the database for reading; nil where there is none yet.
func openRecorded(path string) (*results.Store, error) {
	store, err := results.OpenReadOnly(path)
	if errors.Is(err, results.ErrMissing) {
		return nil, nil
	}
	return store, err
}

// collect returns what the store holds of an experiment's seeds in a profile and precision. Where something is missing, it
// makes sure that it really isn't there.
func collect(store *results.Store, e spec.Experiment, profile string, p spec.Precision) (report.Input, error) {
	if e.Over != "" {
		if err := store.CheckPages(); err != nil {
			return report.Input{}, err
		}
		return collectSplits(store, e, profile, p)
	}
	bindings, err := store.Bindings(e.Label, profile)
	if err != nil {
		return report.Input{}, err
	}
	in, err := follow(store, e, profile, p, bindings)
	if err == nil && !whole(in) {
		err = store.CheckPages()
	}
	return in, err
}

// whole reports whether every declared search is complete and every null there.
func whole(in report.Input) bool {
	type cell struct {
		row  string
		seed int64
	}
	complete := map[cell]bool{}
	for _, s := range in.Searches {
		if s.Complete {
			complete[cell{s.Row, s.Seed}] = true
		}
	}
	nulls := map[string]bool{}
	for _, n := range in.Nulls {
		nulls[n.Row] = true
	}
	for _, row := range in.Experiment.Rows {
		if _, runs := row.Runs[in.Profile]; runs {
			for _, seed := range in.Experiment.Seeds {
				if !complete[cell{row.ID, seed}] {
					return false
				}
			}
		}
		if row.Kind == spec.RowNull && !nulls[row.ID] {
			return false
		}
	}
	return true
}

// collectAll is collect for every seed that was ever asked for, declared or not.
func collectAll(store *results.Store, e spec.Experiment, profile string, p spec.Precision) (report.Input, error) {
	if e.Over != "" {
		return collectSplits(store, e, profile, p)
	}
	bindings, err := store.Bindings(e.Label, profile)
	if err != nil {
		return report.Input{}, err
	}
	e.Seeds = nil
	for _, b := range bindings {
		if !slices.Contains(e.Seeds, b.Seed) {
			e.Seeds = append(e.Seeds, b.Seed)
		}
	}
	return follow(store, e, profile, p, bindings)
}

func follow(store *results.Store, e spec.Experiment, profile string, p spec.Precision, bindings []results.Binding) (report.Input, error) {
	declared, err := experiments.ByLabel(e.Label)
	if err != nil {
		return report.Input{}, err
	}
	in, err := report.Collect(inPrecision(e, p), profile, plain(bindings), store.Lookup())
	if err != nil {
		return in, err
	}
	in.Declared = declared.Seeds
	evidence, err := store.Evidence(e.Label)
	in.Import(evidence, store.Lookup())
	return in, errors.Join(err, store.Err())
}

// collectSplits returns what the store holds of all experiments' splits in a profile and precision.
func collectSplits(store *results.Store, e spec.Experiment, profile string, p spec.Precision) (report.Input, error) {
	recorded := map[string][]report.Binding{}
	for _, label := range experimentLabels() {
		bindings, err := store.Bindings(label, profile)
		if err != nil {
			return report.Input{}, err
		}
		bindings = slices.DeleteFunc(bindings, func(b results.Binding) bool { return b.Run.Precision != p })
		recorded[label] = plain(bindings)
	}
	splits := report.Splits(recorded, store.Lookup())
	return report.Input{Experiment: e, Profile: profile, Splits: splits}, store.Err()
}

// plain leaves out of bindings what the report doesn't look at.
func plain(bindings []results.Binding) []report.Binding {
	list := make([]report.Binding, len(bindings))
	for i, b := range bindings {
		list[i] = report.Binding{Row: b.Row, Seed: b.Seed, Run: b.Run}
	}
	return list
}

// stages returns the outcomes of all searches, shared ones once.
func stages(in report.Input) []spec.Outcome {
	seen := map[spec.Key]bool{}
	var list []spec.Outcome
	for _, s := range in.Searches {
		for _, o := range s.Stages {
			if !seen[o.Key] {
				seen[o.Key] = true
				list = append(list, o)
			}
		}
	}
	return list
}

// profiles in the order of their size.
var profiles = []string{spec.Smoke, spec.Laptop, spec.Paper}
