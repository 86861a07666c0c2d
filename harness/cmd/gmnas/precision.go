package main

import (
	"maps"
	"runtime"
	"slices"

	"github.com/spf13/pflag"

	"gmnas/harness/engine"
	"gmnas/harness/spec"
)

// precision is the flag --precision, which is a setting of the searches: it is part of what their stages are, and results
// of two precisions never share a table.
type precision struct{ oneOf }

func precisionFlag(f *pflag.FlagSet) *precision {
	p := &precision{oneOf{spec.Float32.String(), []string{spec.Float32.String(), spec.BFloat16.String()}}}
	f.Var(p, "precision", "of the searches' convolutions; bf16 is faster where the processor has it, and recorded apart")
	return p
}

func (p *precision) of() spec.Precision {
	if p.value == spec.BFloat16.String() {
		return spec.BFloat16
	}
	return spec.Float32
}

// precisionArgument repeats the flag where it isn't the default.
func precisionArgument(p spec.Precision) string {
	if p == spec.Float32 {
		return ""
	}
	return " --precision " + p.String()
}

// inPrecision returns the experiment with all its searches in that precision.
func inPrecision(e spec.Experiment, p spec.Precision) spec.Experiment {
	e.Rows = slices.Clone(e.Rows)
	for i, row := range e.Rows {
		e.Rows[i].Runs = maps.Clone(row.Runs)
		for profile, run := range row.Runs {
			if run.Searches() {
				run.Precision = p
			}
			e.Rows[i].Runs[profile] = run
		}
	}
	return e
}

// checkPrecision refuses a precision that the backend hasn't on this machine.
func checkPrecision(p spec.Precision, backend string) error {
	if p != spec.BFloat16 {
		return nil
	}
	runtime.LockOSThread() // as backends want it
	defer runtime.UnlockOSThread()
	b, err := engine.OpenBackend(backend, 1)
	if err != nil {
		return err
	}
	return b.CheckHalf()
}
