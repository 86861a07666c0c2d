package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gmnas/harness/run"
	"gmnas/harness/spec"
	"gmnas/report"
	"gmnas/results"
)

// goals are the searches of every row and seed, then the no-search rows.
func (b bound) goals() []run.Goal {
	var goals []run.Goal
	for _, e := range b.experiments {
		searches := map[string][]results.Binding{}
		for _, row := range e.Rows {
			settings, ok := row.Runs[b.profile]
			if !ok {
				continue
			}
			for _, seed := range e.Seeds {
				binding := results.Binding{Experiment: e.Label, Profile: b.profile, Row: row.ID, Seed: seed, Run: settings}
				searches[row.ID] = append(searches[row.ID], binding)
				goals = append(goals, run.Goal{Run: binding})
			}
		}
		for _, row := range e.Rows {
			if row.Kind != spec.RowNull {
				continue
			}
			var null spec.Run
			null.Space = e.Space
			null.Evaluate = spec.Evaluate{By: spec.ByTable, Table: b.table(e)}
			goals = append(goals, run.Goal{
				Run:  results.Binding{Experiment: e.Label, Profile: b.profile, Row: row.ID, Run: null},
				Null: &row.Null, From: searches[row.Null.From],
			})
		}
	}
	return goals
}

// bindNulls records that the no-search rows were asked for; Coordinate records the searches.
func bindNulls(store *results.Store, goals []run.Goal) error {
	for _, g := range goals {
		if g.Null == nil {
			continue
		}
		g.Run.Bound = time.Now()
		if err := store.Bind(g.Run); err != nil {
			return err
		}
	}
	return nil
}

// reused is what is recorded of the goals before a run.
type reused struct {
	stages            int
	commits, backends map[string]int // of so many stages
}

func reusable(store *results.Store, goals []run.Goal, p spec.Precision) (reused, error) {
	r := reused{commits: map[string]int{}, backends: map[string]int{}}
	seen := map[spec.Key]bool{}
	for label, bindings := range byExperiment(goals) {
		e, err := findExperiment(label)
		if err != nil {
			return r, err
		}
		in, err := report.Collect(inPrecision(e, p), bindings[0].Profile, plain(bindings), store.Lookup())
		if err := errors.Join(err, store.Err()); err != nil {
			return r, err
		}
		for _, o := range stages(in) {
			if seen[o.Key] || o.State == spec.Failed {
				continue
			}
			seen[o.Key] = true
			r.stages++
			r.commits[o.Provenance.Commit]++
			if o.Provenance.Backend != "" {
				r.backends[o.Provenance.Backend]++
			}
		}
	}
	return r, nil
}

func byExperiment(goals []run.Goal) map[string][]results.Binding {
	list := map[string][]results.Binding{}
	for _, g := range goals {
		list[g.Run.Experiment] = append(list[g.Run.Experiment], g.Run)
	}
	return list
}

// mixed warns where recorded stages are of another commit or backend than this run's.
func (r reused) mixed(backend string) string {
	var parts []string
	others := func(what string, count map[string]int, mine string) {
		for _, name := range slices.Sorted(maps.Keys(count)) {
			if name != mine {
				parts = append(parts, fmt.Sprintf("%d of %s %s", count[name], what, short(name)))
			}
		}
	}
	others("commit", r.commits, programCommit())
	others("backend", r.backends, backend)
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("Mixed: of %d recorded stages that are reused, %s; this is commit %s with backend %s. The report will mark it; "+
		"name a fresh database with --db to keep them apart, or --allow-mixed to hide this line.", r.stages, strings.Join(parts, ", "), programCommit(), backend)
}
