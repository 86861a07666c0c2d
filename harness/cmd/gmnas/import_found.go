package main

import (
	"bytes"
	"context"
	"fmt"

	"gmnas/harness/execute"
	"gmnas/harness/run"
	"gmnas/harness/spec"
	"gmnas/nasbench"
	"gmnas/nasbench/found"
	"gmnas/nasbench/space"
	"gmnas/results"
)

// tableOfImport opens the table that judges what is imported.
func tableOfImport(data string) (*nasbench.Table, error) {
	table, err := nasbench.Find(data)
	if err != nil {
		return nil, fmt.Errorf("%w; what is imported is judged by the table, which `make data` gets", err)
	}
	return table, nil
}

// takePredictions joins predictions with the true accuracies.
func takePredictions(e *spec.Evidence, into spec.Experiment, content []byte, data string) error {
	set := ranksOn(into)
	if set == "" {
		return fmt.Errorf("%s ranks no architectures, so predictions say nothing there; use table7", into.Label)
	}
	if e.Encoding != "" {
		return fmt.Errorf("--encoding %q: predictions name operations and edges themselves; leave it out", short(e.Encoding))
	}
	s, err := space.ByName(into.Space)
	if err != nil {
		return err
	}
	table, err := tableOfImport(data)
	if err != nil {
		return err
	}
	e.Table = table.Hash()
	e.Predictions, err = predicted(bytes.NewReader(content), s, table, nasbench.Dataset(set))
	return err
}

// takeArchitectures reads found architectures, which lookUp then judges.
func takeArchitectures(e *spec.Evidence, into spec.Experiment, content []byte, data string) error {
	if !looksUp(into) {
		return fmt.Errorf("%s looks no architectures up; use one that does, such as table3", into.Label)
	}
	s, err := space.ByName(into.Space)
	if err != nil {
		return err
	}
	seeds, err := found.Read(bytes.NewReader(content), e.Encoding)
	if err != nil {
		return err
	}
	for _, seed := range seeds {
		f := spec.Found{Seed: seed.Seed}
		for _, a := range seed.Architectures {
			a, err := space.NB201.Convert(a, s)
			if err != nil {
				return fmt.Errorf("seed %d: %w; %s is about that space", seed.Seed, err, into.Label)
			}
			f.Architectures = append(f.Architectures, s.String(a))
		}
		e.Found = append(e.Found, f)
	}
	table, err := tableOfImport(data)
	if err != nil {
		return err
	}
	e.Table = table.Hash()
	return nil
}

// looksUp tells whether the experiment's architectures are looked up and picked among.
func looksUp(e spec.Experiment) bool {
	for _, row := range e.Rows {
		if r, ok := row.Runs[spec.Paper]; ok {
			return r.Evaluate.By == spec.ByTable && r.Rank == (spec.Rank{}) && r.Pairs == 0
		}
	}
	return false
}

// lookUp records the evaluations of found architectures that aren't recorded yet, as a search's are.
func lookUp(ctx context.Context, store *results.Store, e spec.Evidence, data string) error {
	x := execute.New(execute.Env{Data: data, Threads: 1, Build: build()})
	for _, leaves := range e.Stages() {
		for _, stage := range leaves {
			if o, ok, err := store.Outcome(stage.Key()); err != nil {
				return err
			} else if ok && o.State == spec.Done {
				continue
			}
			o, err := run.Perform(ctx, run.Job{Stage: stage, Threads: 1}, x.Execute, func(run.Progress) {})
			if err != nil {
				return err
			}
			if err := store.Record(stage, o); err != nil {
				return err
			}
		}
	}
	return nil
}
