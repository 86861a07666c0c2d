package main

import (
	"testing"

	"gmnas/experiments"
	"gmnas/harness/spec"
)

// TestExperimentsWithoutRunsAreSelected: make appendixb1 renders, whatever seeds and rows the flags choose.
func TestExperimentsWithoutRunsAreSelected(t *testing.T) {
	for _, seeds := range [][]int64{nil, {0}} {
		list, err := selected([]string{"appendixb1", "table1"}, []string{"method=gradient+darts"}, &seedList{seeds}, spec.Float32)
		if err != nil || len(list) != 2 || len(list[1].Seeds) == 0 {
			t.Errorf("seeds %v: %d experiments, %v", seeds, len(list), err)
		}
	}
	if _, err := selected([]string{"splitaudit"}, nil, &seedList{}, spec.Float32); err != nil {
		t.Error(err)
	}
}

// TestEverythingBindsWithoutData: make tables also works where no data is, experiments without runs included.
func TestEverythingBindsWithoutData(t *testing.T) {
	all := experiments.All()
	b, err := bind(all, spec.Smoke, t.TempDir())
	if err != nil || b.embedded == "" || len(b.experiments) != len(all) {
		t.Fatalf("%d of %d experiments bound, embedded %q: %v", len(b.experiments), len(all), b.embedded, err)
	}
	for _, e := range b.experiments {
		if e.Over != "" && (bound{experiments: []spec.Experiment{e}, profile: spec.Smoke}).goals() != nil {
			t.Errorf("%s has something to run", e.Label)
		}
	}
}
