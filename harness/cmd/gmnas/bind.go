package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"gmnas/harness/spec"
)

// bound is experiments whose runs in one profile name the data and table that they run on.
type bound struct {
	experiments []spec.Experiment
	profile     string
	embedded    string // why they run on the embedded set; empty where they run on the real data
}

// bind binds the experiments to the data folder: all to the real data, or, where images or table are absent, all to
// the embedded set. Data that is there and can't serve is an error.
func bind(experiments []spec.Experiment, profile, folder string) (bound, error) {
	h := &hand{folder: folder, images: map[spec.Data]string{}, test: map[spec.Data]string{}}
	b, err := bindReal(h, experiments, profile)
	var reason absent
	if !errors.As(err, &reason) {
		return b, err
	}
	b = bound{profile: profile, embedded: string(reason)}
	for _, e := range experiments {
		embedded, ok := e.Embedded[profile]
		if !ok && e.Over == "" {
			return bound{}, fmt.Errorf("%s has no embedded set: %w; get the data with `make data`", e.Label, reason)
		}
		e, err = withRuns(e, profile, func(run spec.Run) (spec.Run, error) {
			run = run.OnEmbedded(embedded)
			return h.bind(run, "")
		})
		if err != nil {
			return bound{}, err
		}
		// The no-search rows and printed values are about the table.
		e.Rows = slices.DeleteFunc(e.Rows, func(r spec.Row) bool { return r.Kind == spec.RowNull })
		b.experiments = append(b.experiments, e)
	}
	return b, nil
}

// bind names the images and the table that the run is on.
func (h *hand) bind(run spec.Run, table string) (spec.Run, error) {
	data, err := h.imagesHash(run.Data)
	if err != nil {
		return run, err
	}
	run = run.Bind(data, table)
	if run.Rank.Images == spec.RankOnTest {
		run.Rank.Hash, err = h.testHash(run.Data, run.Rank.Records)
	}
	return run, err
}

func bindReal(h *hand, experiments []spec.Experiment, profile string) (bound, error) {
	b := bound{profile: profile}
	for _, e := range experiments {
		e, err := withRuns(e, profile, func(run spec.Run) (spec.Run, error) {
			table, err := h.tableHash()
			if err != nil {
				return run, err
			}
			return h.bind(run, table)
		})
		if err != nil {
			return bound{}, err
		}
		b.experiments = append(b.experiments, e)
	}
	return b, nil
}

// withRuns returns the experiment with the profile's runs changed; the declaration stays as it is.
func withRuns(e spec.Experiment, profile string, change func(spec.Run) (spec.Run, error)) (spec.Experiment, error) {
	e.Rows = slices.Clone(e.Rows)
	for i, row := range e.Rows {
		run, ok := row.Runs[profile]
		if !ok {
			continue
		}
		run, err := change(run)
		if err != nil {
			return e, err
		}
		e.Rows[i].Runs = maps.Clone(row.Runs)
		e.Rows[i].Runs[profile] = run
	}
	return e, nil
}

// table is the hash of the table that an experiment's runs are bound to.
func (b bound) table(e spec.Experiment) string {
	for _, row := range e.Rows {
		if run, ok := row.Runs[b.profile]; ok {
			return run.Evaluate.Table
		}
	}
	return ""
}
