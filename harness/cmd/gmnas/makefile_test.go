package main

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestMakefileRunsEveryExperiment: make has a target for each label, and for nothing else.
func TestMakefileRunsEveryExperiment(t *testing.T) {
	b, err := os.ReadFile("../../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if list, ok := strings.CutPrefix(line, "EXPERIMENTS := "); ok {
			targets := slices.Sorted(slices.Values(strings.Fields(list)))
			if labels := slices.Sorted(slices.Values(experimentLabels())); !slices.Equal(targets, labels) {
				t.Errorf("the Makefile's EXPERIMENTS are %v, the experiments are %v", targets, labels)
			}
			return
		}
	}
	t.Fatal("the Makefile has no line EXPERIMENTS := ...")
}
