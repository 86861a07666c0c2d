package experiments

import (
	"fmt"
	"slices"
	"strings"

	"gmnas/harness/spec"
)

// order is the paper's; experiments that it doesn't name come last, by label.
var order = []string{
	"table1", "table2", "table3", "table6", "section51", "figure2", "restart", "table4", "table7", "table8", "halving",
	"figure3", "figure4", "figure5", "figure6", "figure7", "figure8", "figure9", "figure10", "figure11", "figure12", "figure13", "figure14", "appendixb1", "appendixb3", "figure17",
	"equalbudget", "splitaudit",
}

var declared []func() spec.Experiment

// Declare enters an experiment in the list, so that a file of its own is all that a new one takes. The function is
// called when the list is asked for.
func Declare(experiment func() spec.Experiment) (entered bool) {
	declared = append(declared, experiment)
	return true
}

// All returns the experiments in the paper's order.
func All() []spec.Experiment {
	list := make([]spec.Experiment, len(declared))
	for i, experiment := range declared {
		list[i] = experiment()
	}
	place := func(label string) int {
		if i := slices.Index(order, label); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(list, func(a, b spec.Experiment) int {
		if d := place(a.Label) - place(b.Label); d != 0 {
			return d
		}
		return strings.Compare(a.Label, b.Label)
	})
	return list
}

// ByLabel returns the experiment of that label, or an error that lists the labels there are. Two files with one label are an
// error: which one is meant nobody knows.
func ByLabel(label string) (spec.Experiment, error) {
	var labels []string
	var found []spec.Experiment
	for _, e := range All() {
		if e.Label == label {
			found = append(found, e)
		}
		labels = append(labels, e.Label)
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return spec.Experiment{}, fmt.Errorf("finding experiment %q: there is no such label; use one of %s", label, strings.Join(labels, ", "))
	}
	return spec.Experiment{}, fmt.Errorf("experiment %q: is declared %d times (%q, %q); give each file of experiments/ a Label of its own",
		label, len(found), found[0].Title, found[1].Title)
}
