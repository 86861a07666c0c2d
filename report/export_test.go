package report_test

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gmnas/experiments"
	"gmnas/harness/spec"
	"gmnas/report"
	"gmnas/report/render"
	"gmnas/report/table"
)

// recordsOf are an export's records that a test picks.
func recordsOf(x table.Export, pick func(table.Record) bool) []table.Record {
	return slices.DeleteFunc(slices.Clone(x.Records), func(r table.Record) bool { return !pick(r) })
}

// TestGoldenExport: what is done, diverged, failed or never asked for, as CSV and as benchmarks.
func TestGoldenExport(t *testing.T) {
	x := report.Export(gaps(t, only(experiments.Table3, "fewshot+darts", "gm+darts", "null-1", "optimal")), []string{"gm+darts", "null-1", "optimal"}, false)
	var b bytes.Buffer
	if err := render.RecordsCSV(&b, x); err != nil {
		t.Fatal(err)
	}
	golden(t, "export.csv", b.Bytes())
	b.Reset()
	if err := render.RecordsBenchmark(&b, x); err != nil {
		t.Fatal(err)
	}
	golden(t, "export.txt", b.Bytes())
}

// TestExportIsWhatTheReportAverages: the values of scope seed by a column's own rule have the mean and the number of the table's cell.
func TestExportIsWhatTheReportAverages(t *testing.T) {
	cells, err := experiments.ByLabel("figure17")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []spec.Experiment{small(), fewSeeds(experiments.Table4, 2), fewSeeds(experiments.Table8, 2), cells} {
		w := newWorld()
		in, err := report.Collect(e, spec.Laptop, w.run(t, e, spec.Laptop, false), w.lookup)
		if err != nil {
			t.Fatal(err)
		}
		checkMeans(t, in)
	}
	checkMeans(t, gaps(t, small()))
	checkMeans(t, rankedInput(t, spec.Laptop, map[string]float64{"fewshot+rsps": 5, "gm+rsps": 1}, 0, 2))
	checkMeans(t, pairedInput(t, 0.12, 50))
}

func checkMeans(t *testing.T, in report.Input) {
	t.Helper()
	tb, x := report.Build(in), report.Export(in, nil, false)
	compared := 0
	for _, r := range tb.Rows {
		for _, c := range r.Cells {
			if r.Kind != spec.RowRun || c.N == 0 || strings.HasSuffix(c.Column, spec.FigureBestError) {
				continue
			}
			list := recordsOf(x, func(v table.Record) bool {
				return v.Row == r.ID && v.Column == c.Column && v.Value != nil && (v.Scope == table.ScopeSeed || v.Scope == table.ScopePair) &&
					v.Rule != spec.RuleTableTest && !(v.Rule == spec.RuleSupernet && !strings.Contains(c.Column, ":"))
			})
			sum := 0.
			for _, v := range list {
				sum += *v.Value
			}
			if compared++; len(list) != c.N || math.Abs(sum/float64(len(list))-*c.Mean) > 1e-9 {
				t.Errorf("%s, %s %s: %d values with sum %v, the table has n = %d and mean %v", tb.Label, r.ID, c.Column, len(list), sum, c.N, *c.Mean)
			}
		}
	}
	if compared == 0 {
		t.Errorf("%s: nothing to compare", tb.Label)
	}
}

// TestExportOfEveryKind: what each kind of experiment has besides the seeds.
func TestExportOfEveryKind(t *testing.T) {
	ranked := rankedInput(t, spec.Laptop, map[string]float64{}, 0)
	for _, c := range []struct {
		all  bool
		want int
	}{{false, 2 * 16}, {true, 2 * (16 + 2*4096)}} {
		x := report.Export(ranked, nil, c.all)
		got := recordsOf(x, func(r table.Record) bool { return r.Scope == table.ScopeLeaf && r.State == string(spec.Done) })
		if len(got) != c.want {
			t.Errorf("table7: %d records of leaves with all %v, want %d", len(got), c.all, c.want)
		}
	}

	pairs := report.Export(pairedInput(t, 0.12, 3), nil, false).Records
	for _, want := range []struct {
		row, place, state string
		value             bool
	}{{"similar", "pair 0", "done", true}, {"dissimilar", "pair 0", "done", false}, {"dissimilar", "pair 1", "done", true}, {"similar", "pair 3", table.Missing, false}} {
		if !slices.ContainsFunc(pairs, func(r table.Record) bool {
			return r.Row == want.row && r.Place == want.place && r.Column == "valid-loss" && r.State == want.state && (r.Value != nil) == want.value
		}) {
			t.Errorf("no %+v", want)
		}
	}

	w := newWorld()
	in, err := report.Collect(experiments.Halving, spec.Laptop, w.run(t, experiments.Halving, spec.Laptop, false), w.lookup)
	if err != nil {
		t.Fatal(err)
	}
	tb, first := report.Build(in), experiments.Halving.Rows[0].ID
	cell := cellOf(t, tb, first, "cifar10/recall")
	for item, want := range map[string]float64{"mean": *cell.Mean, "low": *cell.Low, "high": *cell.High} {
		got := recordsOf(report.Export(in, nil, false), func(r table.Record) bool {
			return r.Row == first && r.Column == "cifar10/recall" && r.Rule == "last epoch" && r.Item == item
		})
		if len(got) != 1 || *got[0].Value != want {
			t.Errorf("halving: %s is %+v, want %v", item, got, want)
		}
	}

	audit, err := experiments.ByLabel("splitaudit")
	if err != nil {
		t.Fatal(err)
	}
	splits := report.Splits(w.every(t, "section51"), w.lookup)
	x := report.Export(report.Input{Experiment: audit, Profile: spec.Laptop, Splits: splits}, nil, false)
	for column, want := range map[string]bool{"chosen": true, "cut-cost": true, "distance": true, "group": true, "cifar10/test": false} {
		if got := recordsOf(x, func(r table.Record) bool { return r.Column == column && r.Scope == table.ScopeSplit }); (len(got) > 0) != want {
			t.Errorf("splitaudit: %d records of %s", len(got), column)
		}
	}
	if got := recordsOf(x, func(r table.Record) bool { return r.Column == "chosen" && *r.Value == 1 }); len(got) != len(splits) {
		t.Errorf("splitaudit: %d edges chosen in %d splits", len(got), len(splits))
	}
}

// TestExportOfNulls: mean and deviation by each rule, and all 101 quantiles where all are asked for.
func TestExportOfNulls(t *testing.T) {
	w := newWorld()
	e := small()
	in, err := report.Collect(e, spec.Laptop, w.run(t, e, spec.Laptop, false), w.lookup)
	if err != nil {
		t.Fatal(err)
	}
	for _, all := range []bool{false, true} {
		list := recordsOf(report.Export(in, []string{"null-gm+darts"}, all), func(r table.Record) bool {
			return r.Column == "cifar10/test" && r.Rule == spec.RuleTableValid && r.Seed != nil && *r.Seed == 2
		})
		items := map[string]float64{}
		for _, r := range list {
			items[r.Item] = *r.Value
		}
		want := 2
		if all {
			want += 101
		}
		if len(list) != want || len(items) != want || list[0].Place != "leaves of gm+darts" || list[0].Table != strings.Repeat("7ab1", 16) {
			t.Errorf("all %v: %d records, %d items, want %d: %+v", all, len(list), len(items), want, list[0])
		}
	}
}

// TestExportOfImported: what was found elsewhere is marked, is what the table averages, and has no supernet.
func TestExportOfImported(t *testing.T) {
	w := newWorld()
	e := small()
	in, err := report.Collect(e, spec.Laptop, w.run(t, e, spec.Laptop, false), w.lookup)
	if err != nil {
		t.Fatal(err)
	}
	before := len(report.Export(in, nil, false).Records)
	in.Import([]spec.Evidence{theirs(t, w, strings.Repeat("7ab1", 16))}, w.lookup)
	x := report.Export(in, nil, false)
	mine := recordsOf(x, func(r table.Record) bool { return r.Row == "mine" })
	if len(x.Records) != before+len(mine) {
		t.Errorf("%d records of them, %d more than before", len(mine), len(x.Records)-before)
	}
	sum, places := 0., map[string]bool{}
	for _, r := range mine {
		if r.Kind != spec.RowImported || strings.HasPrefix(r.Column, "supernet/") || r.Rule == spec.RuleSupernet {
			t.Errorf("%+v", r)
		}
		places[r.Place] = true
		if r.Scope == table.ScopeSeed && r.Rule == spec.RuleTableValid && r.Column == "cifar10/test" {
			sum += *r.Value
		}
	}
	if cell := cellOf(t, report.Build(in), "mine", "cifar10/test"); math.Abs(sum/2-*cell.Mean) > 1e-9 || len(places) != 4 {
		t.Errorf("mean %v, want %v; places %v", sum/2, *cell.Mean, places)
	}
}

// TestExportLeavesOutWhatTheTableDoes: searches on the embedded set beside real ones, and those of other settings, are named and left out.
func TestExportLeavesOutWhatTheTableDoes(t *testing.T) {
	w := newWorld()
	e := only(experiments.Table3, "darts")
	bindings := append(w.run(t, e, spec.Laptop, false), w.run(t, e, spec.Laptop, true)...)
	other := bindings[0]
	other.Run.Batch++
	in, err := report.Collect(e, spec.Laptop, append(bindings, other), w.lookup)
	if err != nil {
		t.Fatal(err)
	}
	x := report.Export(in, nil, false)
	if got := fmt.Sprint(x.Notes); !strings.Contains(got, "4 searches on the embedded set") || !strings.Contains(got, "1 searches recorded under other settings") {
		t.Errorf("notes %s", got)
	}
	for _, r := range x.Records {
		if strings.HasPrefix(r.Column, spec.Synthetic) {
			t.Fatalf("%+v", r)
		}
	}
}
