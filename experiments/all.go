package experiments

import (
	"fmt"
	"strings"

	"gmnas/harness/spec"
)

// All returns the experiments in the paper's order.
func All() []spec.Experiment {
	return []spec.Experiment{Table3}
}

// ByLabel returns the experiment of that label, or an error that lists the labels there are.
func ByLabel(label string) (spec.Experiment, error) {
	var labels []string
	for _, e := range All() {
		if e.Label == label {
			return e, nil
		}
		labels = append(labels, e.Label)
	}
	return spec.Experiment{}, fmt.Errorf("finding experiment %q: there is no such label; use one of %s", label, strings.Join(labels, ", "))
}
