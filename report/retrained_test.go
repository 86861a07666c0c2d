package report_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gmnas/experiments"
	"gmnas/harness/spec"
	"gmnas/report/table"
)

// fewSeeds is an experiment with so many of its seeds.
func fewSeeds(e spec.Experiment, seeds int) spec.Experiment {
	e.Seeds = e.Seeds[:seeds]
	return e
}

// TestRetrainedPages: golden as Markdown; set LOOK to a folder to get all files.
func TestRetrainedPages(t *testing.T) {
	for _, e := range []spec.Experiment{experiments.Table4, experiments.Table8, experiments.Halving} {
		tb := build(t, newWorld(), e, spec.Laptop, false)
		golden(t, e.Label+".md", renderAll(t, tb)["md"])
		look(t, tb)
		if len(tb.Claims) != len(e.Claims) {
			t.Errorf("%s: %d claims, %d declared", e.Label, len(tb.Claims), len(e.Claims))
		}
	}
}

// TestErrorsAreOfTheSelectedLeaf: a cell is 100 - the test accuracy after the last epoch of the leaf that halving on held-out
// images leaves, whatever is best on the test images.
func TestErrorsAreOfTheSelectedLeaf(t *testing.T) {
	e := fewSeeds(only(experiments.Table4, "gm+darts-1st"), 1)
	w := newWorld()
	// Leaf k, in the order of derivation, is made to have held-out accuracy 50 + k and test accuracy 60 - k.
	numbers := map[string]int{}
	w.spoil = func(_ string, _ int64, o *spec.Outcome) {
		if o.Derive != nil {
			numbers[o.Derive.Architecture] = len(numbers)
		}
	}
	w.run(t, e, spec.Laptop, false)
	w.outcomes = map[spec.Key]spec.Outcome{}
	run := e.Rows[0].Runs[spec.Laptop]
	w.spoil = func(_ string, _ int64, o *spec.Outcome) {
		if o.Retrain == nil {
			return
		}
		k := numbers[w.architecture[o.Key]]
		for i := range o.Retrain.Curve {
			p := &o.Retrain.Curve[i]
			p.ValidAcc, p.TestAcc = 50+float64(k), 60-float64(k)
			if k == 7 && p.Epoch < run.Select.Rungs[0] {
				p.ValidAcc = 40 // the best in the end is dropped at once
			}
			if p.Epoch == 5 {
				p.TestAcc = 99 // an epoch on the way
			}
		}
	}
	tb := build(t, w, e, spec.Laptop, false)
	cell, _ := tb.Rows[0].Cell("cifar10/error")
	if len(cell.Seeds) != 1 || cell.Seeds[0].Accuracy != 100-(60-6) || numbers[cell.Seeds[0].Architecture] != 6 {
		t.Fatalf("%+v, want the error 46 of leaf 6", cell.Seeds)
	}
	if s := section(t, tb, "Every seed"); !slices.Contains(s.Rows[0], "46.00") || !slices.Contains(s.Rows[0], "1.00") || !slices.Contains(s.Rows[0], "56.00") {
		t.Errorf("%v lacks the last epoch's error, the best epoch's, or the held-out accuracy", s.Rows[0])
	}
	if cell.Verdict != table.NotComparable || !strings.Contains(cell.Reason, "scale of profile laptop") {
		t.Errorf("verdict %s, %s", cell.Verdict, cell.Reason)
	}
	cost := section(t, tb, "Cost of the retraining").Rows[0]
	if cost[3] != fmt.Sprint(8*1+4*2+2*17) {
		t.Errorf("%v epochs of retraining, want 50", cost[3])
	}
}

func section(t *testing.T, tb table.Table, title string) table.Section {
	t.Helper()
	for _, s := range tb.Sections {
		if s.Title == title {
			return s
		}
	}
	t.Fatalf("no section %q", title)
	return table.Section{}
}

// TestRulesOfTable8: each rule looks at its own figure; the supernets' are made to point at two other leaves.
func TestRulesOfTable8(t *testing.T) {
	e := fewSeeds(only(experiments.Table8, "fewshot+snas"), 1)
	w := newWorld()
	derived := 0
	w.spoil = func(_ string, _ int64, o *spec.Outcome) {
		if o.Derive != nil {
			o.Derive.Accuracy, o.Derive.Loss = 10, 2
			switch derived {
			case 1:
				o.Derive.Accuracy = 90
			case 2:
				o.Derive.Loss = 0.1
			}
			derived++
		}
		if o.Retrain != nil {
			k := 0
			for _, c := range w.architecture[o.Key] {
				k = (k*31 + int(c)) % 97
			}
			for i := range o.Retrain.Curve {
				p := &o.Retrain.Curve[i]
				p.ValidAcc, p.TestAcc = float64(k)/2, float64(k)/2+1
			}
		}
	}
	tb := build(t, w, e, spec.Laptop, false)
	value := func(rule string) table.Seed {
		c, ok := tb.Rows[0].Cell(spec.Column{Dataset: "cifar10", Figure: spec.FigureError, Rule: rule}.ID())
		if !ok || len(c.Seeds) != 1 {
			t.Fatalf("%s: %+v", rule, c)
		}
		return c.Seeds[0]
	}
	if value(spec.RuleSupernet).Leaf != 1 || value(spec.RuleSupernetLoss).Leaf != 2 {
		t.Errorf("the supernets' leaves: %d and %d, want 1 and 2", value(spec.RuleSupernet).Leaf, value(spec.RuleSupernetLoss).Leaf)
	}
	for _, rule := range spec.Selections() {
		if value(rule).Accuracy < value(spec.RuleHeldOut).Accuracy {
			t.Errorf("%s has a lower error than max on curves that are alike on both sets", rule)
		}
	}
	if value(spec.SelectHalving) != value(spec.RuleHeldOut) { // curves don't cross
		t.Errorf("halving takes leaf %d, max %d", value(spec.SelectHalving).Leaf, value(spec.RuleHeldOut).Leaf)
	}
	lines := section(t, tb, "How often a rule finds the best leaf").Rows
	if lines[2][1] != "halving" || lines[2][3] != "1" || lines[2][7] != "0.00" {
		t.Errorf("recall of halving: %v", lines[2])
	}
}

// TestDivergedRetrainings: the one leaf that diverged is never selected; where all have, the seed is diverged.
func TestDivergedRetrainings(t *testing.T) {
	for _, e := range []spec.Experiment{experiments.Table4, experiments.Table8} {
		e := fewSeeds(only(e, "random-8"), 2)
		w := newWorld()
		first := ""
		w.spoil = func(_ string, seed int64, o *spec.Outcome) {
			if o.Retrain == nil {
				return
			}
			if first == "" {
				first = w.architecture[o.Key]
			}
			if seed == 1 || w.architecture[o.Key] == first {
				o.State, o.Error, o.Retrain = spec.Diverged, "loss is NaN", nil
			}
		}
		tb := build(t, w, e, spec.Laptop, false)
		for _, c := range tb.Rows[0].Cells {
			if c.Asked == 0 {
				continue // there is no supernet
			}
			if c.N != 1 || c.Diverged != 1 || len(c.Seeds) != 1 || c.Seeds[0].Architecture == first {
				t.Errorf("%s %s: %+v", e.Label, c.Column, c)
			}
		}
	}
}

// TestPaperScaleIsJudged: in the paper's profile errors are held against the printed ones; on the embedded set nothing is.
func TestPaperScaleIsJudged(t *testing.T) {
	e := only(experiments.Table4, "drnas", "gm+darts-1st")
	tb := build(t, newWorld(), e, spec.Paper, false)
	row, _ := tb.Row("gm+darts-1st")
	for _, id := range []string{"cifar10/best-error", "cifar10/error"} {
		c, _ := row.Cell(id)
		if c.Verdict == table.NotComparable || c.Verdict == table.NotRun || c.Paper == nil || c.Difference == nil || math.Abs(*c.Mean-*c.Paper-*c.Difference) > 1e-9 {
			t.Errorf("%s: %+v", id, c)
		}
	}
	tb = build(t, newWorld(), e, spec.Smoke, true)
	if _, ok := tb.Row("drnas"); ok || !tb.Embedded {
		t.Error("printed numbers stand beside the embedded set's")
	}
	row, _ = tb.Row("gm+darts-1st")
	for _, c := range row.Cells {
		if c.Paper != nil || c.Verdict != "" {
			t.Errorf("embedded %s: printed %v, verdict %s", c.Column, c.Paper, c.Verdict)
		}
	}
}

// TestRetrainedRowsStandAlone: a cell depends on its own searches alone.
func TestRetrainedRowsStandAlone(t *testing.T) {
	w := newWorld()
	whole := build(t, w, fewSeeds(experiments.Table4, 2), spec.Laptop, false)
	alone := build(t, w, fewSeeds(only(experiments.Table4, "fewshot+darts-2nd"), 2), spec.Laptop, false)
	a, _ := whole.Row("fewshot+darts-2nd")
	b, _ := alone.Row("fewshot+darts-2nd")
	for i := range a.Cells {
		if fmt.Sprint(a.Cells[i].Seeds) != fmt.Sprint(b.Cells[i].Seeds) || *a.Cells[i].Mean != *b.Cells[i].Mean {
			t.Errorf("%s changes with other rows", a.Cells[i].Column)
		}
	}
}
