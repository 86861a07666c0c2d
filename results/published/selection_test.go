package published

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"strings"
	"testing"

	"gmnas/harness/spec"
	"gmnas/nasbench/curves"
)

func TestTable4(t *testing.T) {
	printed := 0
	for row := range table4 {
		values := Table4(row)
		printed += len(values)
		_, best := values["cifar10/best-error"]
		_, average := values["cifar10/error"]
		if !best && !average || values["cifar10/params"].Mean < 2 {
			t.Errorf("%s: %+v", row, values)
		}
	}
	// 30 rows: 23 best and 14 average errors, 30 sizes and 29 costs.
	if len(table4) != 30 || printed != 23+14+30+29 {
		t.Errorf("%d values in %d rows", printed, len(table4))
	}
	if got, want := Table4("gm+snas")["cifar10/error"], (spec.Printed{Mean: 2.55, Std: 0.16, HasStd: true}); got != want {
		t.Errorf("GM + SNAS: %+v, want %+v", got, want)
	}
	if got, want := Table4("nasnet-a")["cifar10/days"], (spec.Printed{Mean: 2000}); got != want {
		t.Errorf("NASNet-A: %+v, want %+v", got, want)
	}
	if Table4("rsps") != nil || Table8("rsps") != nil {
		t.Error("a row that the paper hasn't")
	}
}

// TestTable8 holds the table against itself and against Table 4 (spec.md section 10, rows 30 and 31).
func TestTable8(t *testing.T) {
	var lower, apart []string
	for row := range table8 {
		values := Table8(row)
		if len(values) != 8 {
			t.Errorf("%s has %d values, want 8", row, len(values))
		}
		for _, figure := range []string{spec.FigureBestError, spec.FigureError} {
			column := func(rule string) string { return spec.Column{Dataset: "cifar10", Figure: figure, Rule: rule}.ID() }
			top := values[column(spec.RuleHeldOut)]
			for _, rule := range spec.Selections() {
				if v := values[column(rule)]; v.Mean < top.Mean {
					lower = append(lower, row+" "+column(rule))
				}
			}
			halved := values[column(spec.SelectHalving)]
			if halved != top {
				apart = append(apart, row+" "+figure)
			}
			if in4 := Table4(row)["cifar10/"+figure]; math.Abs(halved.Mean-in4.Mean) > 1e-9 {
				t.Errorf("%s: halving's %s %v, Table 4 has %v", row, figure, halved, in4)
			}
		}
	}
	if len(lower) != 1 || lower[0] != "fewshot+snas cifar10/supernet:best-error" {
		t.Errorf("below the best of all leaves: %v", lower)
	}
	if len(apart) != 1 || apart[0] != "gm+snas error" {
		t.Errorf("halving apart from max: %v", apart)
	}
}

// TestLogsAreTheReleasedCurves: what is stored of the released logs is what their curves say.
func TestLogsAreTheReleasedCurves(t *testing.T) {
	dir := os.Getenv("GMNAS_DATA")
	set, err := curves.Read(dir, curves.Released)
	if dir == "" || errors.Is(err, fs.ErrNotExist) {
		t.Skip("GMNAS_DATA has no folder darts: the released retraining curves aren't here")
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range set.Curves {
		l := Log(strings.Replace(c.Name, "gm-", "gm+", 1))
		if l == nil {
			t.Fatalf("no log of %s", c.Name)
		}
		best, lastTen := 0, 0.
		for epoch, a := range c.Accuracy {
			if a > c.Accuracy[best] {
				best = epoch
			}
			if epoch >= 590 {
				lastTen += a / 10
			}
		}
		got := spec.Log{Seed: l.Seed, Leaf: l.Leaf, Params: l.Params, BestEpoch: best}
		for to, v := range map[*float64]float64{&got.Best: c.Accuracy[best], &got.Last: c.Accuracy[599], &got.At30: c.Accuracy[29], &got.At100: c.Accuracy[99]} {
			*to = math.Round(100*v) / 100
		}
		got.LastTen = math.Round(1000*lastTen) / 1000
		if got != *l {
			t.Errorf("%s: %+v, want %+v", c.Name, *l, got)
		}
		for _, r := range released {
			if r.Row == strings.Replace(c.Name, "gm-", "gm+", 1) && r.Seed == l.Seed && (r.Leaf != l.Leaf || r.Logged != l.Params) {
				t.Errorf("%s: leaf %d with %v M, the genotype is of leaf %d with %v M", c.Name, l.Leaf, l.Params, r.Leaf, r.Logged)
			}
		}
	}
}
