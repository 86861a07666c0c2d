package main

import (
	"time"

	"gmnas/harness/run"
	"gmnas/harness/spec"
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
			null.Evaluate = spec.Evaluate{By: spec.ByTable, Table: b.table}
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
