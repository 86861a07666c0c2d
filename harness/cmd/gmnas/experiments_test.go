package main

import (
	"os"

	"gmnas/experiments"
	"gmnas/harness/spec"
)

// A story that sets GMNAS_TEST_DECLARE has declarations of a user's own that can't work, as files in experiments/ would be.
func init() {
	if os.Getenv("GMNAS_TEST_DECLARE") == "" {
		return
	}
	table3, err := experiments.ByLabel("table3")
	if err != nil {
		panic(err)
	}
	for _, change := range []func(*spec.Experiment){
		func(e *spec.Experiment) { e.Label, e.Seeds = "twice", []int64{0, 1, 1, 2} },
		func(e *spec.Experiment) { e.Label = "../x" },
		func(e *spec.Experiment) { e.Label, e.Space = "nowhere", "nasbench999" },
		func(e *spec.Experiment) { e.Label, e.Title = "table2", "Another Table 2" },
		func(e *spec.Experiment) { *e = spec.Experiment{Label: "empty"} },
	} {
		e := table3
		change(&e)
		experiments.Declare(func() spec.Experiment { return e })
	}
}
