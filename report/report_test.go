package report_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gmnas/experiments"
	"gmnas/harness/spec"
	"gmnas/report"
	"gmnas/report/render"
	"gmnas/report/table"
)

var update = flag.Bool("update", false, "write the golden files")

// build records an experiment in the world, collects it and builds its table.
func build(t *testing.T, w *world, e spec.Experiment, profile string, embedded bool) table.Table {
	t.Helper()
	in, err := report.Collect(e, profile, w.run(t, e, profile, embedded), w.lookup)
	if err != nil {
		t.Fatal(err)
	}
	return report.Build(in)
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from what is rendered now; look at it, then run the test with -update:\n%s", path, got)
	}
}

func renderAll(t *testing.T, tb table.Table) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for name, write := range map[string]func(*bytes.Buffer) error{
		"txt":  func(b *bytes.Buffer) error { return render.Text(b, tb) },
		"md":   func(b *bytes.Buffer) error { return render.Markdown(b, tb, tb.Label+".png") },
		"tex":  func(b *bytes.Buffer) error { return render.TeX(b, tb, tb.Label+".png") },
		"html": func(b *bytes.Buffer) error { return render.HTML(b, render.Page{Table: tb}) },
		"csv":  func(b *bytes.Buffer) error { return render.CSV(b, tb) },
		"json": func(b *bytes.Buffer) error { return render.JSON(b, tb) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		all[name] = b.Bytes()
	}
	return all
}

func TestGoldenComplete(t *testing.T) {
	for kind, got := range renderAll(t, build(t, newWorld(), small(), spec.Laptop, false)) {
		golden(t, "complete."+kind, got)
	}
}

// gaps is of an experiment where seed 2 of GM + DARTS diverged, seed 3 failed, seed 1 came from other code, Few-Shot has two seeds.
func gaps(t *testing.T, e spec.Experiment) report.Input {
	t.Helper()
	w := newWorld()
	w.spoil = func(row string, seed int64, o *spec.Outcome) {
		switch {
		case row == "gm+darts" && seed == 2 && o.Kind == spec.KindTrain:
			*o = spec.Outcome{Key: o.Key, Kind: o.Kind, State: spec.Diverged, Error: "loss is NaN at epoch 3"}
		case row == "gm+darts" && seed == 3 && o.Kind == spec.KindSplit:
			*o = spec.Outcome{Key: o.Key, Kind: o.Kind, State: spec.Failed, Error: "worker was killed"}
		case row == "gm+darts" && seed == 1:
			o.Provenance.Build.Commit = "fedcba9876543210+dirty"
		}
	}
	var bindings []report.Binding
	for _, b := range w.run(t, e, spec.Laptop, false) {
		if b.Row != "fewshot+darts" || b.Seed < 2 {
			bindings = append(bindings, b)
		}
	}
	in, err := report.Collect(e, spec.Laptop, bindings, w.lookup)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestGoldenGaps(t *testing.T) {
	tb := report.Build(gaps(t, small()))
	golden(t, "gaps.md", renderAll(t, tb)["md"])

	cell := cellOf(t, tb, "gm+darts", "cifar10/test")
	if cell.N != 2 || cell.Asked != 4 || cell.Diverged != 1 || cell.Failed != 1 || cell.Verdict != table.CannotTell {
		t.Errorf("GM + DARTS: %+v, want n = 2 of 4, 1 diverged, 1 failed, cannot tell", cell)
	}
	if mean := (cell.Seeds[0].Accuracy + cell.Seeds[1].Accuracy) / 2; *cell.Mean != mean {
		t.Errorf("mean %v isn't that of the finite seeds, %v", *cell.Mean, mean)
	}
}

func TestGoldenEmbedded(t *testing.T) {
	tb := build(t, newWorld(), small(), spec.Smoke, true)
	golden(t, "embedded.md", renderAll(t, tb)["md"])
	for _, r := range tb.Rows {
		for _, c := range r.Cells {
			if c.Paper != nil || c.Verdict != table.NotComparable || !strings.HasPrefix(c.Column, "synthetic/") {
				t.Errorf("%s %s: %+v, want a synthetic column without printed value, not comparable", r.ID, c.Column, c)
			}
		}
	}
}

func TestNothingRecorded(t *testing.T) {
	in, err := report.Collect(small(), spec.Laptop, nil, newWorld().lookup)
	if err != nil {
		t.Fatal(err)
	}
	tb := report.Build(in)
	cell := cellOf(t, tb, "gm+darts", "cifar10/test")
	if cell.Verdict != table.NotRun || cell.Mean != nil || cell.Paper == nil || *cell.Paper != 93.72 {
		t.Errorf("GM + DARTS: %+v, want not run beside 93.72", cell)
	}
	md := string(renderAll(t, tb)["md"])
	if want := "`gmnas run table3 --profile laptop --only method=gm+darts --seeds 0,1,2,3`"; !strings.Contains(md, want) {
		t.Errorf("the page doesn't name %s:\n%s", want, md)
	}
}

// TestEmbeddedAndRealNeverMix also holds for bindings in any order.
func TestEmbeddedAndRealNeverMix(t *testing.T) {
	w, e := newWorld(), small()
	real, embedded := w.run(t, e, spec.Smoke, false), w.run(t, e, spec.Smoke, true)
	for _, bindings := range [][]report.Binding{append(real[:len(real):len(real)], embedded...), append(embedded[:len(embedded):len(embedded)], real...)} {
		in, err := report.Collect(e, spec.Smoke, bindings, w.lookup)
		if err != nil {
			t.Fatal(err)
		}
		tb := report.Build(in)
		if tb.Embedded || len(tb.Columns) != 6 || cellOf(t, tb, "darts", "cifar10/test").N != 4 {
			t.Errorf("table of both: embedded %v, %d columns, want the real searches", tb.Embedded, len(tb.Columns))
		}
		if !hasFact(tb, "left out") {
			t.Error("the header doesn't say that embedded searches were left out")
		}
	}
}

func TestOtherSettingsAreLeftOut(t *testing.T) {
	w, e := newWorld(), small()
	bindings := w.run(t, e, spec.Smoke, false)
	for i := range bindings {
		if bindings[i].Row == "darts" && bindings[i].Seed == 0 {
			bindings[i].Run.SearchEpochs++
		}
	}
	in, err := report.Collect(e, spec.Smoke, bindings, w.lookup)
	if err != nil {
		t.Fatal(err)
	}
	tb := report.Build(in)
	if cell := cellOf(t, tb, "darts", "cifar10/test"); cell.N != 3 || !hasFact(tb, "left out") {
		t.Errorf("a search with another number of epochs was taken: %+v", cell)
	}
}

// A seed that isn't declared changes no byte, also not by its own leaves' null.
func TestUndeclaredSeedsChangeNothing(t *testing.T) {
	w, e := newWorld(), small()
	bindings := w.run(t, e, spec.Smoke, false)
	rendered := func(bindings []report.Binding) string {
		in, err := report.Collect(e, spec.Smoke, bindings, w.lookup)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := render.JSON(&out, report.Build(in)); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	want := rendered(bindings)
	more := e
	more.Seeds = []int64{90, 91}
	if got := rendered(append(w.run(t, more, spec.Smoke, false), bindings...)); got != want {
		t.Error("the table changed")
	}
}

// TestNullsAlone: nulls are shown before any search is recorded; their bindings tell the table.
func TestNullsAlone(t *testing.T) {
	w, e := newWorld(), only(small(), "null-1", "null-5", "optimal")
	w.run(t, e, spec.Laptop, false)
	null := spec.Run{Setup: spec.Setup{Space: e.Space}, Evaluate: spec.Evaluate{By: spec.ByTable, Table: strings.Repeat("7ab1", 16)}}
	in, err := report.Collect(small(), spec.Laptop, []report.Binding{{Row: "null-1", Run: null}, {Row: "null-5", Run: null}}, w.lookup)
	if err != nil {
		t.Fatal(err)
	}
	tb := report.Build(in)
	if hasFact(tb, "left out") || tb.Embedded {
		t.Error("a null row's binding was taken for a search")
	}
	for _, row := range []string{"null-1", "null-5", "optimal"} {
		if cellOf(t, tb, row, "cifar10/test").Mean == nil {
			t.Errorf("%s has no value", row)
		}
	}
}

// TestOtherRowsChangeNothing: a row's cells are the same bytes whatever rows and experiments stand beside it.
func TestOtherRowsChangeNothing(t *testing.T) {
	w := newWorld()
	all := build(t, w, small(), spec.Laptop, false)
	allLines := strings.Split(string(renderAll(t, all)["md"]), "\n")
	for _, r := range all.Rows {
		keep := []string{r.ID}
		switch { // a null needs a search for the table's hash, or for its leaves; a null records the optimum
		case r.Kind == spec.RowOptimal:
			keep = []string{"darts", "null-1", r.ID}
		case r.ID == "null-gm+darts":
			keep = []string{"gm+darts", r.ID}
		case r.Kind == spec.RowNull:
			keep = []string{"darts", r.ID}
		}
		one := build(t, w, only(small(), keep...), spec.Laptop, false)
		got, _ := one.Row(r.ID)
		a, _ := json.Marshal(r)
		b, _ := json.Marshal(got)
		if !bytes.Equal(a, b) {
			t.Errorf("%s alone:\n%s\nbeside others:\n%s", r.ID, b, a)
		}
		line := ""
		for _, l := range strings.Split(string(renderAll(t, one)["md"]), "\n") {
			if strings.HasPrefix(l, "| "+r.Name) && strings.Count(l, "|") == 8 {
				line = l
				break
			}
		}
		if line == "" || !contains(allLines, line) {
			t.Errorf("%s alone renders %q, which isn't a line of the whole table", r.ID, line)
		}
	}
}

func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	tb := build(t, newWorld(), small(), spec.Smoke, false)
	page, err := report.Figured(tb)
	if err != nil {
		t.Fatal(err)
	}
	names, err := report.Write(dir, page)
	if err != nil {
		t.Fatal(err)
	}
	files, _ := os.ReadDir(dir)
	if len(names) != 6 || len(files) != 6 {
		t.Errorf("wrote %v, and the folder holds %v; want the six files alone", names, files)
	}
	var back table.Table
	body, _ := os.ReadFile(filepath.Join(dir, "table3.json"))
	if err := json.Unmarshal(body, &back); err != nil || len(back.Rows) != len(tb.Rows) {
		t.Errorf("table3.json: %v, %d rows", err, len(back.Rows))
	}
	for _, bad := range []string{"", "../x", "a/b", "=cmd()", "<script>", "a|b", strings.Repeat("x", 300)} {
		page.Table.Label = bad
		if _, err := report.Write(dir, page); err == nil {
			t.Errorf("label %.20q became a file", bad)
		}
	}
}

func cellOf(t *testing.T, tb table.Table, row, column string) table.Cell {
	t.Helper()
	r, ok := tb.Row(row)
	c, ok2 := r.Cell(column)
	if !ok || !ok2 {
		t.Fatalf("no cell %s %s", row, column)
	}
	return c
}

func hasFact(tb table.Table, name string) bool {
	for _, f := range tb.Facts {
		if f.Name == name {
			return true
		}
	}
	return false
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// BenchmarkReport is what gmnas report does after reading the database: all of Table 3, six files.
func BenchmarkReport(b *testing.B) {
	bindings, w := full(b)
	dir := b.TempDir()
	for b.Loop() {
		in, err := report.Collect(experiments.Table3, spec.Laptop, bindings, w.lookup)
		if err != nil {
			b.Fatal(err)
		}
		page, err := report.PageOf(in)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := report.Write(dir, page); err != nil {
			b.Fatal(err)
		}
	}
}
