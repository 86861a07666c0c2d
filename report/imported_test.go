package report_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"gmnas/harness/spec"
	"gmnas/report"
	"gmnas/report/table"
)

// theirs is evidence of two seeds, two architectures each, with the look-ups that judge it.
func theirs(t *testing.T, w *world, tableHash string) spec.Evidence {
	t.Helper()
	e := spec.Evidence{Experiment: "table3", Row: "mine", Name: "My search", Kind: spec.EvidenceArchitectures, File: "found.txt", SHA256: strings.Repeat("ab", 32),
		Bytes: 99, Encoding: "naslib", Imported: time.Unix(1700000000, 0), Space: "nasbench201", Table: tableHash}
	for seed := range int64(2) {
		f := spec.Found{Seed: 10 + seed}
		for k := range 4 {
			f.Architectures = append(f.Architectures, pickOne(t, "nasbench201", "01234/01234/01234/01234/01234/01234", chance(string(rune('a'+2*int(seed)+k)))))
		}
		e.Found = append(e.Found, f)
	}
	for _, leaves := range e.Stages() {
		for _, s := range leaves {
			w.record(t, "mine", s)
		}
	}
	return e
}

// TestImportedRow: found architectures are picked and judged as those that are searched here, compared with the null that has
// as many picks, marked, and change nothing else of the table.
func TestImportedRow(t *testing.T) {
	w := newWorld()
	e := small()
	e.Rows = append(e.Rows, func() spec.Row {
		r, _ := only(small(), "null-5").Row("null-5")
		r.ID, r.Null.Shots = "null-4", 4
		return r
	}())
	bindings := w.run(t, e, spec.Laptop, false)
	in, err := report.Collect(e, spec.Laptop, bindings, w.lookup)
	if err != nil {
		t.Fatal(err)
	}
	before := report.Build(in)
	in.Import([]spec.Evidence{theirs(t, w, strings.Repeat("7ab1", 16))}, w.lookup)
	tb := report.Build(in)

	cell := cellOf(t, tb, "mine", "cifar10/test")
	if cell.N != 2 || cell.Asked != 2 || cell.Seeds[0].Seed != 10 || cell.Verdict != "" || cell.Paper != nil {
		t.Errorf("%+v", cell)
	}
	row, _ := tb.Row("mine")
	last := tb.Notes[len(tb.Notes)-1]
	if row.Kind != spec.RowImported || !row.Noted || last.Row != "mine" || !strings.Contains(last.Text, "found.txt (SHA-256 "+strings.Repeat("ab", 32)) || !strings.Contains(last.Text, "Encoding: naslib") {
		t.Errorf("row %+v, note %+v", row, last)
	}
	compared := false
	for _, a := range tb.Against {
		compared = compared || a.Row == "mine" && a.Null == "null-4" && a.Reaches != nil
	}
	if !compared {
		t.Error("it isn't compared with the best of four random architectures")
	}
	without := func(t table.Table) string {
		t.Rows, t.Notes = t.Rows[:len(before.Rows)], t.Notes[:len(before.Notes)]
		t.Against = t.Against[:len(before.Against)]
		b, _ := json.Marshal(t)
		return string(b)
	}
	if without(tb) != without(before) {
		t.Error("the rest of the table changed")
	}
	if len(tb.Mixtures()) != 0 {
		t.Errorf("mixed: %v", tb.Mixtures())
	}
}

// TestTablesOfTwoVersions: case B11. Rows of two versions of the table are marked, and strict reports fail.
func TestTablesOfTwoVersions(t *testing.T) {
	w := newWorld()
	in, err := report.Collect(small(), spec.Laptop, w.run(t, small(), spec.Laptop, false), w.lookup)
	if err != nil {
		t.Fatal(err)
	}
	in.Import([]spec.Evidence{theirs(t, w, strings.Repeat("0ld0", 16))}, w.lookup)
	if mixed := strings.Join(report.Build(in).Mixtures(), "\n"); mixed != "table: MIXED: SHA-256 0ld00ld00ld0; SHA-256 7ab17ab17ab1" {
		t.Errorf("mixed: %q", mixed)
	}
}
