package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gmnas/harness/spec"
	"gmnas/nasbench/space"
	"gmnas/report/table"
)

// nulls has what is recorded of a no-search row: mean and deviation of a pick by each rule, and with all the quantiles.
func (x *exporter) nulls(r table.Row) {
	found := false
	for _, n := range x.Nulls {
		if n.Row != r.ID {
			continue
		}
		found = true
		rec := x.blank(r.ID, r.Kind)
		outcome(&rec, n.Outcome)
		rec.Scope, rec.Table = table.ScopeNull, n.Table
		if n.From != "" {
			rec.Seed, rec.Place = &n.Seed, "leaves of "+n.From
		}
		if !done(&n.Outcome) || n.Outcome.Null == nil {
			x.eachColumn(rec)
			continue
		}
		for _, rule := range slices.Sorted(maps.Keys(n.Outcome.Null.Picks)) {
			columns := n.Outcome.Null.Picks[rule]
			for _, id := range slices.Sorted(maps.Keys(columns)) {
				c := columns[id]
				rec.Rule, rec.Column, rec.Unit = rule, id, unitOf(id)
				rec.Item, rec.Value = "mean", number(c.Mean)
				x.add(rec)
				rec.Item, rec.Value = "std", number(c.Std)
				x.add(rec)
				for k, q := range c.Quantiles {
					if x.all {
						rec.Item, rec.Value = fmt.Sprintf("quantile %d", k), number(q)
						x.add(rec)
					}
				}
			}
		}
	}
	if !found {
		rec := x.blank(r.ID, r.Kind)
		rec.Scope, rec.StageKind = table.ScopeNull, spec.KindNull
		x.eachColumn(rec)
	}
}

// eachColumn adds a record that has no value for each of the table's columns.
func (x *exporter) eachColumn(rec table.Record) {
	for _, id := range columnIDs(x.table) {
		rec.Column, rec.Unit = id, unitOf(id)
		x.add(rec)
	}
}

// best has the highest accuracies of the table that architectures are looked up in.
func (x *exporter) best(r table.Row) {
	for _, c := range r.Cells {
		rec := x.blank(r.ID, r.Kind)
		rec.Scope, rec.Column, rec.Unit, rec.Value = table.ScopeOptimum, c.Column, unitOf(c.Column), c.Mean
		if c.Mean != nil {
			rec.State = string(spec.Done)
		}
		x.add(rec)
	}
}

// split has, for every candidate edge, its cut cost and score, whether it was chosen, each operation's group and each pair's distance.
func (x *exporter) split(s Split) {
	rec := x.blank(strings.Join(s.Rows, "; "), spec.RowRun)
	outcome(&rec, spec.Outcome{Key: s.Key, Kind: spec.KindSplit, State: spec.Done, Cost: s.Cost, Provenance: s.Provenance})
	rec.Seed, rec.Scope, rec.Place, rec.Rule, rec.Data = &s.Seed, table.ScopeSplit, "root", s.Stage.Criterion, s.Stage.Data.Hash
	if s.Stage.Node != "" {
		rec.Place = "node " + s.Stage.Node
	}
	add := func(item, column string, v float64) {
		rec.Item, rec.Column, rec.Unit, rec.Value = item, column, unitOf(column), number(v)
		x.add(rec)
	}
	nas, err := space.ByName(s.Stage.Space)
	name := func(operation int) string {
		if err != nil || operation < 0 || operation >= len(nas.Operations) {
			return fmt.Sprintf("operation %d", operation)
		}
		return nas.Operations[operation]
	}
	for _, c := range s.Outcome.Candidates {
		edge, chosen := fmt.Sprintf("edge %d", c.Edge), 0.
		if c.Edge == s.Outcome.Edge {
			chosen = 1
		}
		add(edge, "chosen", chosen)
		if len(c.Groups) > 0 {
			add(edge, "cut-cost", c.CutCost)
			add(edge, "score", c.Score)
		}
		for g, group := range c.Groups {
			for _, o := range group {
				add(edge+": "+name(o), "group", float64(g+1))
			}
		}
		for i := range min(len(c.Operations), len(c.Distance)) {
			for j := i + 1; j < min(len(c.Operations), len(c.Distance[i])); j++ {
				add(edge+": "+name(c.Operations[i])+", "+name(c.Operations[j]), "distance", c.Distance[i][j])
			}
		}
	}
}
