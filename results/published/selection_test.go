package published

import (
	"math"
	"testing"

	"gmnas/harness/spec"
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
