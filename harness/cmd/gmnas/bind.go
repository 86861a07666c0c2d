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
	embedded    string   // why they run on the embedded set; empty where they run on the real data
	table       string   // hash of the table that no-search rows draw from; empty where there is none
	left        []string // why experiments have nothing to run: what they replay isn't there
}

// bind binds the experiments to the data folder: all to the real data, or, where images or table are absent, all to
// the embedded set. Data that is there and can't serve is an error.
func bind(experiments []spec.Experiment, profile, folder string) (bound, error) {
	h := newHand(folder)
	experiments, left, err := h.bindReplays(experiments, profile)
	if err != nil {
		return bound{}, err
	}
	for i := range experiments {
		if slices.ContainsFunc(experiments[i].Rows, func(r spec.Row) bool { run := r.Runs[profile]; return run.Replays() && run.Replay.Hash == "" }) {
			experiments[i].Rows = nil
		}
	}
	b, err := bindReal(h, experiments, profile)
	b.left = left
	var reason absent
	if !errors.As(err, &reason) {
		return b, err
	}
	b = bound{profile: profile, embedded: string(reason), left: left}
	for _, e := range experiments {
		embedded, ok := e.Embedded[profile]
		if !ok && len(e.Rows) > 0 && !replays(e, profile) {
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

// replays tells whether what the experiment runs in the profile are replays. An experiment has one kind of run.
func replays(e spec.Experiment, profile string) bool {
	return slices.ContainsFunc(e.Rows, func(r spec.Row) bool { return r.Runs[profile].Replays() })
}

// retrains tells whether the experiment's searches end in retraining.
func retrains(e spec.Experiment, profile string) bool {
	return slices.ContainsFunc(e.Rows, func(r spec.Row) bool { return r.Runs[profile].Retrains() })
}

// bindReplays binds experiments that replay recorded curves, which no embedded set replaces. Where the curves aren't there,
// such an experiment stays unbound, and left says why.
func (h *hand) bindReplays(experiments []spec.Experiment, profile string) (list []spec.Experiment, left []string, err error) {
	for _, e := range experiments {
		if replays(e, profile) {
			got, err := withRuns(e, profile, func(run spec.Run) (spec.Run, error) {
				hash, err := h.curvesHash(run.Replay.Curves)
				run.Replay.Hash = hash
				return run, err
			})
			var reason absent
			switch {
			case errors.As(err, &reason):
				left = append(left, fmt.Sprintf("%s: %s", e.Label, reason))
				got = e
			case err != nil:
				return nil, nil, err
			}
			e = got
		}
		list = append(list, e)
	}
	return list, left, nil
}

// bind names the images and the table that the run is on.
func (h *hand) bind(run spec.Run, table string) (spec.Run, error) {
	if run.Replays() {
		return run, nil // bindReplays has
	}
	if run.Searches() {
		data, err := h.imagesHash(run.Data)
		if err != nil {
			return run, err
		}
		run = run.Bind(data, table)
	}
	var err error
	if run.Retrains() {
		if run.Retrain.Data.Hash, err = h.imagesHash(run.Retrain.Data); err != nil {
			return run, err
		}
	}
	if run.Rank.Images == spec.RankOnTest {
		run.Rank.Hash, err = h.testHash(run.Data, run.Rank.Records)
	}
	return run, err
}

func bindReal(h *hand, experiments []spec.Experiment, profile string) (bound, error) {
	b := bound{profile: profile}
	for _, e := range experiments {
		if slices.ContainsFunc(e.Rows, func(r spec.Row) bool { return r.Kind == spec.RowNull }) {
			var err error
			if b.table, err = h.tableHash(); err != nil {
				return bound{}, err
			}
		}
		e, err := withRuns(e, profile, func(run spec.Run) (spec.Run, error) {
			table := ""
			if run.Evaluate.By == spec.ByTable {
				var err error
				if table, err = h.tableHash(); err != nil {
					return run, err
				}
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
