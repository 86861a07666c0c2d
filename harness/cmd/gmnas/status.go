package main

import (
	"context"
	"fmt"
	"slices"

	"gmnas/harness/run"
	"gmnas/harness/spec"
	"gmnas/report"
	"gmnas/results"
)

func statusCommand() command {
	f := newFlags("status")
	db := databaseFlag(f)
	return command{
		name: "status", short: "say what runs, what is done, what failed and the time left", flags: f,
		long: "It reads only, and may be given from another terminal while a run goes on. It prints the command that stops a run cleanly:\n" +
			"each worker ends at its next step, what is recorded is kept, and the same `gmnas run` goes on.",
		example: "gmnas status\nwatch gmnas status --db results/gmnas.db",
		do: func(_ context.Context, c call) error {
			if err := c.noArguments(); err != nil {
				return err
			}
			store, err := openRecorded(*db)
			if err != nil {
				return err
			}
			if store == nil {
				fmt.Fprintf(c.out, "running   nothing, and nothing is recorded in %s yet\n", *db)
				return nil
			}
			defer store.Close()
			p, running, err := run.Watch(*db, workFolder(*db))
			if err != nil {
				return err
			}
			fmt.Fprint(c.out, hintsAsCalled(p.Text(running)))
			return recordedStates(c, store, running)
		},
	}
}

// recordedStates tells what is recorded of each experiment, which stages failed or diverged, and where no run says it, how to
// learn the time left.
func recordedStates(c call, store *results.Store, running bool) error {
	all, refused := usable()
	for _, e := range all {
		for _, profile := range profiles {
			for _, p := range []spec.Precision{spec.Float32, spec.BFloat16} {
				if e.Over != "" {
					continue // the splits of the others
				}
				in, err := collectAll(store, e, profile, p)
				if err != nil {
					return err
				}
				if len(in.Searches) == 0 {
					continue
				}
				which := e.Label + " --profile " + profile + precisionArgument(p)
				fmt.Fprintf(c.out, "recorded  %s: %s\n", which, state(in))
				problems(c, in)
				if !running && slices.ContainsFunc(in.Searches, func(s report.Search) bool { return !s.Complete }) {
					fmt.Fprintf(c.out, "          what is left and how long it takes: %s --db %s\n", asCalled("gmnas plan "+which), word(store.Path()))
				}
			}
		}
	}
	if refused != nil {
		fmt.Fprintf(c.err, "Left out: %v\n", refused)
	}
	return nil
}

func problems(c call, in report.Input) {
	for _, s := range in.Searches {
		for _, b := range s.Blocked {
			fmt.Fprintf(c.out, "          %s seed %d, %s: %s %s: %s\n", s.Row, s.Seed, place("node", b.Path), b.Kind, b.State, b.Reason)
		}
	}
}
