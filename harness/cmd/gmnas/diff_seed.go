package main

import (
	"errors"
	"fmt"
	"strings"

	"gmnas/harness/plan"
	"gmnas/harness/spec"
	"gmnas/results"
)

// whySeed compares a row's search with one seed in both databases.
func (d *differ) whySeed(r rowSeed, sides [2]side) ([]string, error) {
	var runs [2]spec.Run
	var trees [2]plan.Tree
	for i, s := range sides {
		run, ok := s.runs[r]
		if !ok {
			return []string{"missing in " + d.names[i]}, nil
		}
		tree, err := plan.Expand(run, r.seed, d.stores[i].Lookup())
		if err := errors.Join(err, d.stores[i].Err()); err != nil {
			return nil, err
		}
		runs[i], trees[i] = run, tree
	}
	reasons, err := inputs(runs[0], runs[1])
	if err != nil {
		return nil, err
	}
	for i, tree := range trees {
		if tree.Complete {
			continue
		}
		text := "not complete in " + d.names[i]
		for _, b := range tree.Blocked {
			text += fmt.Sprintf("; %s %s: %s", b.Kind, b.State, b.Reason)
		}
		reasons = append(reasons, text)
	}
	if len(reasons) > 0 {
		return reasons, nil
	}
	return firstDifference(trees)
}

// inputs says in which settings, data and tables two runs differ.
func inputs(a, b spec.Run) ([]string, error) {
	list, err := results.DifferValues(a, b)
	var reasons []string
	for _, f := range list {
		kind := "settings"
		switch {
		case strings.HasSuffix(f.Field, ".Hash"):
			kind = "data"
		case f.Field == "Evaluate.Table":
			kind = "table"
		}
		reasons = append(reasons, fmt.Sprintf("%s: %s", kind, f))
	}
	return reasons, err
}

// firstDifference names the first stage, each after its inputs, that two searches of the same settings and data don't agree on.
func firstDifference(trees [2]plan.Tree) ([]string, error) {
	second := map[spec.Key]plan.Step{}
	for s := range trees[1].Steps() {
		second[s.Key] = s.Step
	}
	for s := range trees[0].Steps() {
		other, ok := second[s.Key]
		if !ok || s.Outcome == nil || other.Outcome == nil {
			continue
		}
		list, err := results.Differ(*s.Outcome, *other.Outcome, nil)
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			text := fmt.Sprintf("%s: %s %s gave another result: %s", s.Place, s.Stage.Kind, s.Key.Short(), list[0])
			return append([]string{text}, origin(*s.Outcome, *other.Outcome)...), nil
		}
	}
	return nil, nil
}
