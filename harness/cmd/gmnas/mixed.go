package main

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"

	"gmnas/harness/engine"
	"gmnas/harness/execute"
	"gmnas/harness/run"
	"gmnas/harness/spec"
)

// machineOf opens a backend to say what it computes with.
func machineOf(backend string, threads int) (spec.Machine, error) {
	runtime.LockOSThread() // as backends want it
	defer runtime.UnlockOSThread()
	b, err := engine.OpenBackend(backend, threads)
	if err != nil {
		return spec.Machine{}, err
	}
	return execute.Machine(b, threads), nil
}

// mixes says what of the recorded stages that a run would build on was computed by other code, or with another backend or
// instruction set; empty where nothing was. Nothing mixes where nothing is left to run.
func mixes(before run.Survey, machine spec.Machine) string {
	if !before.Left {
		return ""
	}
	others := map[string]int{}
	n := 0
	for _, o := range before.Recorded {
		if o.LooksUp() {
			continue
		}
		n++
		p := o.Provenance
		if p.Build.Identity() != build().Identity() {
			others["computed by other code: "+p.Build.String()]++
		}
		if a := p.Machine.Arithmetic(); a != "" && a != machine.Arithmetic() {
			others["computed with another backend: "+a]++
		}
	}
	var lines []string
	for _, text := range slices.Sorted(maps.Keys(others)) {
		lines = append(lines, fmt.Sprintf("  %d of %d stages, %s", others[text], n, text))
	}
	if len(lines) == 0 {
		return ""
	}
	return fmt.Sprintf("what is recorded of this was\n%s\nthis program is %s, backend %s", strings.Join(lines, "\n"), build(), machine.Arithmetic())
}
