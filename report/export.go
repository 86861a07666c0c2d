package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gmnas/harness/plan"
	"gmnas/harness/spec"
	"gmnas/report/table"
)

// Export returns the recorded values behind the table that Build makes of the same input, row by row and seed by seed, in the
// table's order: of the given declared rows, or of all where there are none given. What the table leaves out is left out here too.
// With all it has every ranked architecture and every quantile of the nulls besides. Printed numbers aren't recorded, so rows that
// have nothing else are absent.
func Export(in Input, rows []string, all bool) table.Export {
	x := exporter{builder: newBuilder(in), table: Build(in), all: all}
	if in.Experiment.Over != "" {
		x.takeSplits()
	}
	x.out = table.Export{Label: x.table.Label, Title: x.table.Title, Profile: in.Profile, Precision: x.precision(), Embedded: x.embedded, Notes: []string{}}
	for _, f := range x.left() {
		x.out.Notes = append(x.out.Notes, f.Name+": "+f.Text)
	}
	for _, r := range x.table.Rows {
		if rows != nil && !slices.Contains(rows, cmp.Or(r.Of, r.ID)) {
			continue
		}
		switch r.Kind {
		case spec.RowRun:
			x.run(r)
		case spec.RowImported:
			x.imported(r)
		case spec.RowNull:
			x.nulls(r)
		case spec.RowOptimal:
			x.best(r)
		}
	}
	for _, s := range x.Splits {
		x.split(s)
	}
	return x.out
}

type exporter struct {
	*builder
	table table.Table
	all   bool
	out   table.Export
}

func (x *exporter) add(r table.Record) { x.out.Records = append(x.out.Records, r) }

// precision is that of the declared searches, or of the splits.
func (x *exporter) precision() string {
	p := spec.Float32
	for _, row := range x.Experiment.Rows {
		p = cmp.Or(p, row.Runs[x.Profile].Precision)
	}
	for _, s := range x.Splits {
		p = cmp.Or(p, s.Stage.Precision)
	}
	return p.String()
}

// run exports a row's searches, one for each seed that is asked for.
func (x *exporter) run(r table.Row) {
	id := cmp.Or(r.Of, r.ID)
	declared, _ := x.Experiment.Row(id)
	for _, seed := range x.Experiment.Seeds {
		s := Search{Row: id, Seed: seed, Run: declared.Runs[x.Profile]}
		if i := slices.IndexFunc(x.searches[id], func(s Search) bool { return s.Seed == seed }); i >= 0 {
			s = x.searches[id][i]
		}
		switch {
		case r.Of != "":
			x.pairs(r, s)
		case s.Run.Replays():
			x.replay(r, s)
		default:
			x.picks(r, s, rules(s.Run)...)
			x.leaves(r, s)
		}
	}
}

// imported exports what others found or claim, a search a seed.
func (x *exporter) imported(r table.Row) {
	if i, ok := x.elsewhere(r.ID); ok {
		for _, s := range i.Searches {
			x.picks(r, s, spec.RuleTableValid, spec.RuleTableTest)
			x.leaves(r, s)
		}
		return
	}
	seeds := map[int64]bool{}
	for _, c := range r.Cells {
		for _, v := range c.Seeds {
			seeds[v.Seed] = true
		}
	}
	for _, seed := range slices.Sorted(maps.Keys(seeds)) {
		x.picks(r, Search{Row: r.ID, Seed: seed, Complete: true}, "")
	}
}

// rules are by which one of the run's architectures is picked in columns that don't name one; the first is the main one.
func rules(r spec.Run) []string {
	switch {
	case r.Retrains():
		return []string{ownRule(r)}
	case r.Rank != spec.Rank{}:
		return []string{""}
	}
	return []string{spec.RuleTableValid, spec.RuleTableTest, spec.RuleSupernet}
}

// picks has a search's value in each column, by each rule.
func (x *exporter) picks(r table.Row, s Search, rules ...string) {
	for k, rule := range rules {
		var by picked
		if k > 0 && s.state() == spec.Done {
			by = s.pick(rule)
		}
		for _, cell := range r.Cells {
			column := spec.ParseColumn(cell.Column)
			if cell.Asked == 0 || column.Figure == spec.FigureBestError {
				continue // nothing can be there; the best of the seeds is one of them
			}
			rec := x.search(r, s)
			rec.Column, rec.Rule, rec.Unit = cell.Column, cmp.Or(column.Rule, rule), unitOf(cell.Column)
			if k > 0 {
				if v, ok := by.accuracy[cell.Column]; ok {
					rec.Value, rec.Stage, rec.StageKind = number(v), string(by.evaluate.Key), by.evaluate.Kind
					rec.Place, rec.Architecture = place(s, by.leaf), s.Leaves[by.leaf].Derive.Derive.Architecture
				}
				x.add(rec)
				continue
			}
			for _, v := range cell.Seeds {
				if v.Seed != s.Seed {
					continue
				}
				rec.Value, rec.Architecture, rec.Stage = number(v.Accuracy), v.Architecture, v.Stage
				if v.Stage != "" {
					rec.Place, rec.StageKind = place(s, v.Leaf), spec.KindEvaluate
					if s.Run.Retrains() {
						rec.StageKind = spec.KindRetrain
					}
				}
			}
			x.add(rec)
		}
	}
}

// place names a leaf as explain does.
func place(s Search, leaf int) string {
	switch {
	case leaf >= len(s.Leaves):
		return ""
	case s.Run.Space == "": // found elsewhere
		return fmt.Sprintf("architecture %d", leaf+1)
	case s.Leaves[leaf].Path == "":
		return "root"
	}
	return "leaf " + s.Leaves[leaf].Path
}

// blank is a record of a row and profile.
func (x *exporter) blank(row, kind string) table.Record {
	return table.Record{Experiment: x.out.Label, Profile: x.out.Profile, Precision: x.out.Precision, Row: row, Kind: kind, State: table.Missing}
}

// search is a record about a whole search: its state, its cost without evaluation and retraining, and what computed it.
func (x *exporter) search(r table.Row, s Search) table.Record {
	rec := x.blank(r.ID, r.Kind)
	rec.Scope, rec.Seed, rec.Data, rec.Table = table.ScopeSeed, &s.Seed, dataOf(s.Run), s.Run.Evaluate.Table
	if state := s.state(); state != "" {
		rec.State, rec.Reason = string(state), s.failure()
	}
	if i := slices.IndexFunc(s.Blocked, func(b plan.Block) bool { return b.State == s.state() }); i >= 0 {
		rec.Stage, rec.StageKind = string(s.Blocked[i].Key), s.Blocked[i].Kind
	}
	var list []spec.Provenance
	for _, o := range s.Stages {
		if !o.LooksUp() {
			list = append(list, o.Provenance)
		}
	}
	from(&rec, list)
	if s.state() == spec.Done && len(s.Stages) > 0 && s.Run.Searches() {
		costs(&rec, s.cost())
	}
	return rec
}

// stage is a record about one stage of a search, whose outcome is nil where it isn't recorded: then what blocks its place tells why.
func (x *exporter) stage(r table.Row, s Search, path, kind string, o *spec.Outcome) table.Record {
	rec := x.blank(r.ID, r.Kind)
	rec.Seed, rec.StageKind, rec.Data, rec.Table = &s.Seed, kind, dataOf(s.Run), s.Run.Evaluate.Table
	if o == nil {
		for _, b := range s.Blocked {
			if b.Path == path {
				rec.State, rec.Reason, rec.Stage, rec.StageKind = string(b.State), b.Reason, string(b.Key), cmp.Or(b.Kind, kind)
			}
		}
		return rec
	}
	outcome(&rec, *o)
	return rec
}

// outcome takes in what every outcome has.
func outcome(rec *table.Record, o spec.Outcome) {
	rec.State, rec.Reason, rec.Stage, rec.StageKind = string(o.State), o.Error, string(o.Key), o.Kind
	costs(rec, o.Cost)
	from(rec, []spec.Provenance{o.Provenance})
}

func costs(rec *table.Record, c spec.Cost) {
	rec.Seconds, rec.FLOPs, rec.GradientEvaluations = number(c.Seconds), number(c.FLOPs), &c.GradientEvaluations
}

// from takes in the programs and machines that computed, and when the first of them began.
func from(rec *table.Record, list []spec.Provenance) {
	rec.Commit = each(list, func(p spec.Provenance) string { return p.Build.Commit })
	rec.Program = each(list, func(p spec.Provenance) string { return p.Build.Identity() })
	rec.Machine = each(list, func(p spec.Provenance) string { return p.Machine.Host })
	rec.Backend = each(list, func(p spec.Provenance) string { return p.Machine.Arithmetic() })
	var first time.Time
	for _, p := range list {
		at := p.Started.UTC()
		if written := at.Year() > 0 && at.Year() < 10000; written && !at.IsZero() && (first.IsZero() || at.Before(first)) { // as RFC 3339 can
			first = at
		}
	}
	if !first.IsZero() {
		rec.Started = &first
	}
}

// each are the different texts that there are, in order.
func each(list []spec.Provenance, text func(spec.Provenance) string) string {
	seen := map[string]bool{}
	for _, p := range list {
		if t := text(p); t != "" {
			seen[t] = true
		}
	}
	return join(seen)
}

// dataOf are the hashes of the images or curves that a run is bound to.
func dataOf(r spec.Run) string {
	var list []string
	for _, h := range []string{r.Data.Hash, r.Evaluate.Data.Hash, r.Rank.Hash, r.Retrain.Data.Hash, r.Replay.Hash} {
		if h != "" && !slices.Contains(list, h) {
			list = append(list, h)
		}
	}
	return strings.Join(list, "; ")
}

// number is a figure; nil where it is none.
func number(v float64) *float64 {
	if !finite(v) {
		return nil
	}
	return &v
}
