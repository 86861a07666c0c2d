package main

import (
	"strings"
	"testing"

	"gmnas/experiments"
	"gmnas/harness/spec"
)

// TestGoals: every method and seed is a goal, and the no-search rows draw from the searches that run.
func TestGoals(t *testing.T) {
	e, err := choose(experiments.Table3, []string{"gm+darts", "darts"})
	if err != nil {
		t.Fatal(err)
	}
	e.Seeds = []int64{4, 7}
	goals := bound{experiments: []spec.Experiment{e}, profile: spec.Smoke}.goals()
	var names []string
	for _, g := range goals {
		names = append(names, g.String())
		if g.Run.Row == "null-gm+darts" && (len(g.From) != 2 || g.From[1].Row != "gm+darts" || g.From[1].Seed != 7) {
			t.Errorf("null-gm+darts draws from %+v", g.From)
		}
	}
	want := "darts seed 4, darts seed 7, gm+darts seed 4, gm+darts seed 7, null-1, null-4, null-5, null-gm+darts"
	if got := strings.Join(names, ", "); got != want {
		t.Errorf("goals %s, want %s", got, want)
	}
}
