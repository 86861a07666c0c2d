package report_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gmnas/harness/spec"
	"gmnas/report"
	"gmnas/report/table"
)

// collected builds the table of what the world recorded.
func collected(t *testing.T, w *world, e spec.Experiment, bindings []report.Binding) table.Table {
	t.Helper()
	in, err := report.Collect(e, spec.Laptop, bindings, w.lookup)
	if err != nil {
		t.Fatal(err)
	}
	return report.Build(in)
}

// Case B4: a record without a time is kept, and the cost is empty, not 0 and not the mean of the other seeds.
func TestCostThatWasNotRecordedIsEmpty(t *testing.T) {
	w := newWorld()
	w.spoil = func(row string, seed int64, o *spec.Outcome) {
		if row == "gm+darts" && seed == 2 && o.Kind == spec.KindTrain {
			o.Cost.Seconds = 0
		}
	}
	tb := build(t, w, small(), spec.Laptop, false)
	if c := cellOf(t, tb, "gm+darts", "cifar10/test"); c.N != 4 {
		t.Errorf("n = %d, want the seed without a time kept", c.N)
	}
	for _, c := range tb.Costs {
		if (c.Seconds == nil) != (c.Row == "gm+darts") || c.GradientEvaluations == nil || c.TeraFLOP == nil {
			t.Errorf("cost %+v", c)
		}
	}
	for _, line := range strings.Split(string(renderAll(t, tb)["md"]), "\n") {
		if strings.HasPrefix(line, "| GM + DARTS | 4 | ") && strings.Count(line, "|") == 6 && !strings.HasSuffix(line, " | - |") {
			t.Errorf("the page has %q", line)
		}
	}
}

// Case B6: the best of single trainings isn't compared with a printed mean of several.
func TestBestOfSingleTrainingsIsNotComparable(t *testing.T) {
	w := newWorld()
	w.spoil = func(_ string, _ int64, o *spec.Outcome) {
		if o.Null != nil {
			o.Null.Optimum["cifar10/test"] = 94.56
			o.Null.SingleOptimum = []string{"cifar10/test"}
		}
	}
	tb := build(t, w, small(), spec.Laptop, false)
	c := cellOf(t, tb, "optimal", "cifar10/test")
	if c.Verdict != table.NotComparable || !strings.HasPrefix(c.Reason, "aggregation differs") || *c.Mean != 94.56 {
		t.Errorf("%+v, want not comparable: aggregation differs", c)
	}
	if c := cellOf(t, tb, "optimal", "cifar10/valid"); c.Verdict != table.Reproduced {
		t.Errorf("validation %+v, want reproduced", c)
	}
}

// Case B11: searches judged by two versions of the table are marked, in header and row, so that --strict fails.
func TestTwoTableVersionsAreMarked(t *testing.T) {
	w, e := newWorld(), small()
	if m := build(t, w, e, spec.Laptop, false).Mixtures(); len(m) != 0 {
		t.Errorf("one version: %v", m)
	}
	bindings := w.run(t, e, spec.Laptop, false)
	for i := range bindings {
		if b := &bindings[i]; b.Row == "gm+darts" && b.Seed == 3 || b.Row == "darts" {
			b.Run.Evaluate.Table = strings.Repeat("01d0", 16)
			w.search(t, b.Row, b.Run, b.Seed)
		}
	}
	tb := collected(t, w, e, bindings)
	m := strings.Join(tb.Mixtures(), "\n")
	for _, want := range []string{"table: MIXED: SHA-256 01d001d001d0; SHA-256 7ab17ab17ab1", "row gm+darts: mixed tables"} {
		if !strings.Contains(m, want) {
			t.Errorf("mixtures %q lack %q", m, want)
		}
	}
	if strings.Contains(m, "row darts:") {
		t.Errorf("the row of one version is marked: %q", m)
	}
}

// Case C1: one of four seeds diverges. The others are kept, and the mean is theirs.
func TestOneSeedDiverges(t *testing.T) {
	w := newWorld()
	w.spoil = func(row string, seed int64, o *spec.Outcome) {
		if (row == "gm+darts" && seed == 2 || row == "darts") && o.Kind == spec.KindTrain {
			*o = spec.Outcome{Key: o.Key, Kind: o.Kind, State: spec.Diverged, Error: "loss is NaN at epoch 3"}
		}
	}
	tb := build(t, w, small(), spec.Laptop, false)
	c := cellOf(t, tb, "gm+darts", "cifar10/test")
	sum := 0.0
	for _, s := range c.Seeds {
		sum += s.Accuracy
	}
	if c.N != 3 || c.Diverged != 1 || slices.ContainsFunc(c.Seeds, func(s table.Seed) bool { return s.Seed == 2 }) || math.Abs(*c.Mean-sum/3) > 1e-9 {
		t.Errorf("%+v, want the mean of seeds 0, 1 and 3", c)
	}
	for format, page := range renderAll(t, tb) {
		if format == "csv" || format == "json" {
			continue
		}
		for _, want := range []string{"n=3/4 (1 diverged)", "DIVERGED n=0/4 (4 diverged)"} {
			if !strings.Contains(string(page), want) {
				t.Errorf("%s lacks %q", format, want)
			}
		}
	}
}

// Case E6: what can't be said is said so, and 0 or 100 % has an interval by its images.
func TestSpreadOfDegenerateSeeds(t *testing.T) {
	all := func(v float64) func(int64) float64 { return func(int64) float64 { return v } }
	for _, c := range []struct {
		name  string
		seeds []int64
		value func(seed int64) float64
		line  string // of the section on the spread, after the method
	}{
		{"n = 1", []int64{5}, all(93.2), "| 1 | 93.20 | - | 93.20 | 93.20 | 93.20 | none: n = 1: a single value has no spread | - |"},
		{"all equal", []int64{0, 1, 2, 3}, all(54.3), "| 4 | 54.30 | 0.00 | 54.30 | 54.30 | 54.30 | none: all values are equal: their spread was not seen, which isn't a spread of zero | - |"},
		{"all right", []int64{0, 1, 2, 3}, all(100), "| 4 | 100.00 | 0.00 | 100.00 | 100.00 | 100.00 | 99.96 to 100.00 (Wilson, 10000 images) | - |"},
		{"all wrong", []int64{0, 1}, all(0), "| 2 | 0.00 | 0.00 | 0.00 | 0.00 | 0.00 | 0.00 to 0.04 (Wilson, 10000 images) | - |"},
		{"one right", []int64{7}, all(100), "| 1 | 100.00 | - | 100.00 | 100.00 | 100.00 | 99.96 to 100.00 (Wilson, 10000 images) | - |"},
		{"no interval beyond 100 %", []int64{0, 1}, func(seed int64) float64 { return 90 + 9*float64(seed) }, "| 2 | 94.50 | 6.36 | 94.50 | 90.00 | 99.00 | 37.32 to 100.00 | 90.00 to 99.00 |"},
		{"NaN and Inf have no place", []int64{0, 1, 2}, func(seed int64) float64 { return []float64{math.NaN(), math.Inf(1), 93.2}[seed] }, "| 1 | 93.20 | - | 93.20 | 93.20 | 93.20 | none: n = 1: a single value has no spread | - |"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			var seed int64
			w.spoil = func(row string, s int64, o *spec.Outcome) {
				if o.Evaluate == nil {
					seed = s
					return
				}
				if row == "darts" {
					for column := range o.Evaluate.Accuracy {
						o.Evaluate.Accuracy[column] = c.value(seed)
					}
				}
			}
			e := only(small(), "darts")
			e.Seeds = c.seeds
			page := string(renderAll(t, build(t, w, e, spec.Laptop, false))["md"])
			if !strings.Contains(page, "\n| DARTS "+c.line+"\n") {
				t.Errorf("the page lacks %q:\n%s", c.line, page)
			}
		})
	}
}
