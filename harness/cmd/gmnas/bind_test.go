package main

import (
	"testing"

	"gmnas/experiments"
	"gmnas/harness/spec"
)

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
