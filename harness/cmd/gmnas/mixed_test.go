package main

import (
	"strings"
	"testing"

	"gmnas/harness/run"
	"gmnas/harness/spec"
)

// TestMixes: what other code and backends computed is named with its number, one's own isn't, and a look-up's backend is nobody's.
func TestMixes(t *testing.T) {
	native := spec.Machine{Backend: "native", BackendVersion: "1", InstructionSet: "go"}
	recorded := func(b spec.Build, m spec.Machine) spec.Outcome {
		return spec.Outcome{State: spec.Done, Provenance: spec.Provenance{Build: b, Machine: m}}
	}
	docs := build()
	docs.Commit = "of another day" // code and executable are what counts
	mine := []spec.Outcome{recorded(build(), native), recorded(build(), spec.Machine{Host: "elsewhere"}), recorded(docs, native)}
	if text := mixes(run.Survey{Recorded: mine, Left: true}, native); text != "" {
		t.Errorf("nothing is mixed, but: %s", text)
	}
	avx := native
	avx.InstructionSet = "avx512"
	all := append(mine, recorded(spec.Build{Commit: "abc+dirty", Code: "def"}, native), recorded(spec.Build{Commit: "old"}, avx))
	text := mixes(run.Survey{Recorded: all, Left: true}, native)
	for _, want := range []string{"1 of 5 stages, computed by other code: commit abc+dirty, code def", "1 of 5 stages, computed by other code: commit old\n",
		"1 of 5 stages, computed with another backend: native 1 avx512", "this program is " + build().String() + ", backend native 1 go"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q lacks %q", text, want)
		}
	}
	if text := mixes(run.Survey{Recorded: all}, native); text != "" {
		t.Errorf("nothing is left to run, but: %s", text)
	}
}
