package report_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gmnas/experiments"
	"gmnas/harness/spec"
	"gmnas/report"
	"gmnas/report/table"
)

// TestCellsPage: Figure 5 with its search recorded: golden as Markdown, and the architecture that halving selects drawn.
func TestCellsPage(t *testing.T) {
	e, err := experiments.ByLabel("figure5")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld()
	best := ""
	w.spoil = func(_ string, _ int64, o *spec.Outcome) {
		if o.Derive != nil && best == "" { // whichever comes first
			best = o.Derive.Architecture
		}
		if o.Retrain != nil && w.architecture[o.Key] == best {
			for i := range o.Retrain.Curve {
				o.Retrain.Curve[i].ValidAcc = 99.5
			}
		}
	}
	tb := build(t, w, e, spec.Laptop, false)
	golden(t, "figure5.md", renderAll(t, tb)["md"])
	look(t, tb)
	if len(tb.Drawings) != 4 {
		t.Fatalf("%d drawings", len(tb.Drawings))
	}
	cell, _ := tb.Rows[1].Cell("cifar10/network-params")
	if cell.N != 1 || cell.Seeds[0].Architecture != best || cell.Verdict != "" {
		t.Errorf("%+v, want %s", cell, best)
	}
	if !strings.Contains(best, tb.Drawings[1].Cell.String()) || !strings.Contains(best, tb.Drawings[3].Cell.String()) {
		t.Errorf("drawn %s and %s, want %s", tb.Drawings[1].Cell, tb.Drawings[3].Cell, best)
	}
	for _, c := range tb.Rows[0].Cells {
		if c.Verdict != table.Reproduced || c.Paper == nil {
			t.Errorf("%s: %+v", c.Column, c)
		}
	}
}

// TestCellsWithoutSearch: every figure draws the paper's cells before anything is run, and names the command that adds ours.
func TestCellsWithoutSearch(t *testing.T) {
	dir := t.TempDir()
	drawn := 0
	for _, e := range experiments.All() {
		if !e.Draws() {
			continue
		}
		drawn++
		in, err := report.Collect(e, spec.Laptop, nil, newWorld().lookup)
		if err != nil {
			t.Fatal(err)
		}
		tb := report.Build(in)
		if len(tb.Drawings) != 2 || len(tb.Notes) == 0 || !strings.HasPrefix(tb.Notes[len(tb.Notes)-1].Command, "gmnas run "+e.Label+" ") {
			t.Errorf("%s: %d drawings, notes %+v", e.Label, len(tb.Drawings), tb.Notes)
		}
		for _, c := range tb.Rows[0].Cells {
			if c.Verdict != table.Reproduced {
				t.Errorf("%s, %s: %s", e.Label, c.Column, c.Verdict)
			}
		}
		if e.Label == "figure14" {
			page, err := report.Figured(tb)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := report.Write(dir, page); err != nil {
				t.Fatal(err)
			}
		}
	}
	if drawn != 12 {
		t.Errorf("%d figures draw cells, want 12", drawn)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "figure14.svg")); err != nil || !strings.Contains(string(b), "dil_conv_5x5") {
		t.Errorf("SVG: %v", err)
	}
}
