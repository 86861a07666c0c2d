package report_test

import (
	"bytes"
	"encoding/json"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gmnas/experiments"
	"gmnas/harness/spec"
	"gmnas/report"
	"gmnas/report/plots"
	"gmnas/report/table"
)

// every returns what a world that has run all these experiments records, by label.
func (w *world) every(t testing.TB, labels ...string) map[string][]report.Binding {
	t.Helper()
	recorded := map[string][]report.Binding{}
	for _, label := range labels {
		e, err := experiments.ByLabel(label)
		if err != nil {
			t.Fatal(err)
		}
		recorded[label] = w.run(t, e, spec.Laptop, false)
	}
	return recorded
}

// over builds the table of an experiment without runs.
func over(t testing.TB, w *world, label string, recorded map[string][]report.Binding) table.Table {
	t.Helper()
	e, err := experiments.ByLabel(label)
	if err != nil {
		t.Fatal(err)
	}
	return report.Build(report.Input{Experiment: e, Profile: spec.Laptop, Splits: report.Splits(recorded, w.lookup)})
}

// TestAblationPages: the pages of the ablations, golden as Markdown; set LOOK to a folder to get all files.
func TestAblationPages(t *testing.T) {
	for _, label := range []string{"table1", "table6", "section51", "restart", "figure2", "figure17", "equalbudget"} {
		e, err := experiments.ByLabel(label)
		if err != nil {
			t.Fatal(err)
		}
		tb := build(t, newWorld(), e, spec.Laptop, false)
		golden(t, label+".md", renderAll(t, tb)["md"])
		look(t, tb)
		if len(tb.Claims) != len(e.Claims) {
			t.Errorf("%s: %d claims, %d declared", label, len(tb.Claims), len(e.Claims))
		}
		for _, row := range tb.Rows {
			if (tb.Axis != "" && row.Kind == spec.RowRun) != (row.At != nil) {
				t.Errorf("%s %s: place on the axis %v", label, row.ID, row.At)
			}
		}
	}
}

// TestSplitPages: reports on the splits that Table 1 and Table 3 recorded.
func TestSplitPages(t *testing.T) {
	w := newWorld()
	recorded := w.every(t, "section51", "table3")
	for _, label := range []string{"appendixb1", "appendixb3", "splitaudit"} {
		tb := over(t, w, label, recorded)
		look(t, tb)
		if len(tb.Heats) == 0 || len(tb.Sections) == 0 || !hasFact(tb, "recorded") {
			t.Errorf("%s: %d heat maps, %d sections", label, len(tb.Heats), len(tb.Sections))
		}
		if label != "splitaudit" {
			golden(t, label+".md", renderAll(t, tb)["md"])
		}
	}
}

// TestAuditListsEverySplit: 4 seeds, of two rows with 3 splits each; the row by cut cost shares none with the random one.
func TestAuditListsEverySplit(t *testing.T) {
	w := newWorld()
	tb := over(t, w, "splitaudit", w.every(t, "section51"))
	if n := len(tb.Sections[0].Rows); n != 2*4*3 {
		t.Errorf("%d splits, want 24", n)
	}
	for _, line := range tb.Sections[0].Rows {
		if rank := line[8]; line[3] == spec.EdgeRandom && !strings.HasSuffix(rank, "of 18") && !strings.HasSuffix(rank, "of 15") {
			t.Errorf("%v: rank %q", line, rank)
		}
		if line[9] == "-" {
			t.Errorf("%v has no placement p", line)
		}
	}
	again := over(t, w, "splitaudit", w.every(t, "section51", "table1"))
	if n := len(again.Sections[0].Rows); n != 24+4*3 {
		t.Errorf("%d splits with Table 1, want its DARTS splits shared and those of RSPS new: 36", n)
	}
}

// TestPairsClaim: the made-up splits always put the convolutions together, and skip with average pool on four
// operations as well.
func TestPairsClaim(t *testing.T) {
	w := newWorld()
	tb := over(t, w, "appendixb1", w.every(t, "section51"))
	for _, c := range tb.Claims {
		v := c.Comparisons[0]
		if c.Verdict != table.Holds || v.Figure == nil || *v.Figure != 1 || v.High == nil || *v.High != 1 || *v.Low < 0.85 {
			t.Errorf("%s: %+v", c.Text, v)
		}
	}
	nothing := over(t, w, "appendixb1", nil)
	for _, c := range nothing.Claims {
		if c.Verdict != table.NotRun {
			t.Errorf("nothing recorded: %s %s", c.Text, c.Verdict)
		}
	}
	look(t, nothing)
}

// TestOtherExperimentsChangeNothing: a page is the same bytes whatever else is declared and recorded.
func TestOtherExperimentsChangeNothing(t *testing.T) {
	e, err := experiments.ByLabel("restart")
	if err != nil {
		t.Fatal(err)
	}
	alone := build(t, newWorld(), e, spec.Laptop, false)
	w := newWorld()
	w.every(t, "table1", "section51", "figure17")
	beside := build(t, w, e, spec.Laptop, false)
	a, _ := json.Marshal(alone)
	b, _ := json.Marshal(beside)
	if !bytes.Equal(a, b) {
		t.Errorf("alone:\n%s\nbeside others:\n%s", a, b)
	}
}

// TestDamagedMatrices: a recorded matrix that isn't one is left out, without a panic.
func TestDamagedMatrices(t *testing.T) {
	w := newWorld()
	w.spoil = func(_ string, seed int64, o *spec.Outcome) {
		if o.Split == nil || len(o.Split.Candidates) == 0 {
			return
		}
		switch c := &o.Split.Candidates[0]; seed {
		case 0:
			c.Distance = c.Distance[:1]
		case 1:
			c.Distance = nil
		case 2:
			c.Operations = []int{7}
		case 3:
			o.Split.Candidates = o.Split.Candidates[:1]
			c.Groups = [][]int{{}, {}}
		}
	}
	recorded := w.every(t, "section51")
	for _, label := range []string{"appendixb1", "appendixb3", "splitaudit"} {
		tb := over(t, w, label, recorded)
		renderAll(t, tb)
		if err := plots.PNG(&bytes.Buffer{}, tb); err != nil {
			t.Errorf("%s: %v", label, err)
		}
	}
}

// look checks the figure, and writes all files of a page where LOOK names a folder.
func look(t *testing.T, tb table.Table) {
	t.Helper()
	page, err := report.Figured(tb)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := png.Decode(bytes.NewReader(page.Figure.PNG)); err != nil {
		t.Errorf("%s: %v", tb.Label, err)
	}
	if dir := os.Getenv("LOOK"); dir != "" {
		if _, err := report.Write(filepath.Join(dir, t.Name()), page); err != nil {
			t.Fatal(err)
		}
	}
}
