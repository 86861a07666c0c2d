package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestMakefileRunsEveryExperiment: make has a target for each label, and for nothing else.
func TestMakefileRunsEveryExperiment(t *testing.T) {
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("make is not installed")
	}
	command := exec.Command("make", "--no-print-directory", "help")
	command.Dir = "../../.."
	help, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(help)) {
		if _, list, ok := strings.Cut(line, "or one: make "); ok {
			targets := slices.Sorted(slices.Values(strings.Fields(list)))
			if labels := slices.Sorted(slices.Values(experimentLabels())); !slices.Equal(targets, labels) {
				t.Errorf("the Makefile's targets are %v, the experiments are %v", targets, labels)
			}
			return
		}
	}
	t.Fatal("make help lists no experiments")
}
