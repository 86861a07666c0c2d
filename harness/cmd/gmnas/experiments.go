package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gmnas/experiments"
	"gmnas/harness/plan"
	"gmnas/harness/spec"
)

// find returns the experiments of those labels, each once.
func findExperiments(labels []string) ([]spec.Experiment, error) {
	if len(labels) == 0 {
		return nil, fmt.Errorf("no experiment named; name one or more of %s", strings.Join(experimentLabels(), ", "))
	}
	var list []spec.Experiment
	for i, label := range labels {
		if slices.Contains(labels[:i], label) {
			return nil, fmt.Errorf("experiment %q is named twice; name it once", short(label))
		}
		e, err := findExperiment(label)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// findExperiment returns the experiment of that label, validated. Only declared labels become names of anything.
func findExperiment(label string) (spec.Experiment, error) {
	if !slices.Contains(experimentLabels(), label) {
		return spec.Experiment{}, fmt.Errorf("finding experiment %q: there is no such label; %s (`gmnas list` says what they are)",
			short(label), instead(label, experimentLabels()))
	}
	e, err := experiments.ByLabel(label)
	if err != nil {
		return spec.Experiment{}, err
	}
	if err := plan.Validate(e); err != nil {
		return spec.Experiment{}, fmt.Errorf("experiment %q: its declaration: %w", short(label), err)
	}
	return e, nil
}

// usable are the experiments that can run; the error says of each other one why it can't, so that a draft stops nothing else.
func usable() ([]spec.Experiment, error) {
	var list []spec.Experiment
	var refused []error
	for _, label := range slices.Compact(experimentLabels()) { // All keeps equal labels together
		if e, err := findExperiment(label); err != nil {
			refused = append(refused, err)
		} else {
			list = append(list, e)
		}
	}
	return list, errors.Join(refused...)
}

func experimentLabels() []string {
	var labels []string
	for _, e := range experiments.All() {
		labels = append(labels, e.Label)
	}
	return labels
}

// selected are the experiments that the arguments name, with the rows and seeds that the flags choose.
func selected(labels []string, only []string, seeds *seedList, p spec.Precision) ([]spec.Experiment, error) {
	list, err := findExperiments(labels)
	if err != nil {
		return nil, err
	}
	ids, err := parseOnly(only)
	if err != nil {
		return nil, err
	}
	for i, e := range list {
		if e.Over != "" {
			continue // nothing to choose among
		}
		if list[i], err = choose(inPrecision(e, p), ids); err != nil {
			return nil, err
		}
		if seeds.seeds != nil {
			list[i].Seeds = seeds.seeds
		}
		if len(list[i].Seeds) == 0 {
			return nil, errors.New("no seeds; give some, as in --seeds 0-3")
		}
	}
	return list, nil
}
