package experiments

import (
	"regexp"
	"testing"

	"gmnas/harness/plan"
	"gmnas/harness/spec"
)

// TestAllAreValid takes the planner's own check, on real and on embedded data.
func TestAllAreValid(t *testing.T) {
	for _, e := range All() {
		if err := plan.Validate(e); err != nil {
			t.Errorf("%s: %v", e.Label, err)
		}
		for _, row := range e.Rows {
			for profile, run := range row.Runs {
				if err := plan.ValidateRun(run.OnEmbedded(e.Embedded[profile])); err != nil {
					t.Errorf("%s %s %s on embedded data: %v", e.Label, row.ID, profile, err)
				}
			}
		}
	}
}

func TestLabelsAndRowsAreNames(t *testing.T) {
	name := regexp.MustCompile(`^[a-z0-9][a-z0-9+-]*$`)
	labels := map[string]bool{}
	for _, e := range All() {
		if !name.MatchString(e.Label) || labels[e.Label] {
			t.Errorf("label %q is no name or used twice", e.Label)
		}
		labels[e.Label] = true
		columns := map[string]bool{"": true}
		for _, c := range e.Columns {
			columns[c.ID()] = true
		}
		rows := map[string]bool{}
		for _, r := range e.Rows {
			if !name.MatchString(r.ID) || rows[r.ID] {
				t.Errorf("%s: row %q is no name or used twice", e.Label, r.ID)
			}
			rows[r.ID] = true
			for column := range r.Paper {
				if !columns[column] {
					t.Errorf("%s %s: printed value in column %q, which the table has not", e.Label, r.ID, column)
				}
			}
			if from := r.Null.From; from != "" && !rows[from] {
				t.Errorf("%s %s: draws from row %q, which isn't above it", e.Label, r.ID, from)
			}
		}
		for _, n := range e.Notes {
			if n.Row != "" && !rows[n.Row] || !columns[n.Column] {
				t.Errorf("%s: note on %q %q, which the table has not", e.Label, n.Row, n.Column)
			}
		}
	}
	if _, err := ByLabel("table99"); err == nil {
		t.Error("table99 was found")
	}
	if e, err := ByLabel("table3"); err != nil || e.Label != "table3" {
		t.Errorf("table3: %q, %v", e.Label, err)
	}
}

func TestTable3HasEveryPrintedValue(t *testing.T) {
	printed := 0
	kinds := map[string]int{}
	for _, r := range Table3.Rows {
		printed += len(r.Paper)
		kinds[r.Kind]++
	}
	if printed != 18*6 || kinds[spec.RowLiterature] != 8 || kinds[spec.RowRun] != 9 || kinds[spec.RowOptimal] != 1 {
		t.Errorf("%d printed values in %v rows, want 108 in 8 literature rows, 9 searched ones and the optimum", printed, kinds)
	}
	row, _ := Table3.Row("gm+darts")
	if got, want := row.Paper["cifar10/test"], (spec.Printed{Mean: 93.72, Std: 0.12, HasStd: true}); got != want {
		t.Errorf("GM + DARTS on CIFAR-10 test: %v, want %v", got, want)
	}
	row, _ = Table3.Row("resnet")
	if got, want := row.Paper["imagenet16-120/test"], (spec.Printed{Mean: 43.63}); got != want {
		t.Errorf("ResNet on ImageNet16-120 test: %v, want %v", got, want)
	}
}

// TestPaperProfile compares with the budgets of spec.md section 2.4: epochs of all supernets together.
func TestPaperProfile(t *testing.T) {
	for _, c := range []struct {
		row           string
		leaves, total int
		batch         int
		decay         float64
	}{
		{"gm+darts", 4, 165, 48, 5e-4},
		{"gm+snas", 4, 165, 48, 5e-4},
		{"gm+rsps", 4, 260, 48, 1e-4},
		{"fewshot+darts", 5, 150, 48, 5e-4},
		{"fewshot+rsps", 5, 250, 48, 1e-4},
		{"darts", 1, 50, 64, 5e-4},
		{"snas", 1, 165, 48, 5e-4},
		{"rsps", 1, 250, 64, 5e-4},
	} {
		row, _ := Table3.Row(c.row)
		run := row.Runs[spec.Paper]
		supernets, total := 1, 0
		for _, level := range run.Levels {
			total += supernets * level.WarmupEpochs
			supernets *= level.Groups
		}
		total += supernets * run.SearchEpochs
		if supernets != c.leaves || total != c.total {
			t.Errorf("%s: %d leaves, %d epochs, want %d, %d", c.row, supernets, total, c.leaves, c.total)
		}
		if run.Batch != c.batch || run.Weights.WeightDecay != c.decay || run.Data.Records != 50_000 || run.Net != (spec.Net{Channels: 16, Cells: 5}) {
			t.Errorf("%s: batch %d, weight decay %v, %d records, net %v", c.row, run.Batch, run.Weights.WeightDecay, run.Data.Records, run.Net)
		}
	}
}

// TestRunsAreComplete holds because a zero is a setting, not a default.
func TestRunsAreComplete(t *testing.T) {
	for _, e := range All() {
		for _, row := range e.Rows {
			if row.Kind != spec.RowRun {
				continue
			}
			for _, profile := range []string{spec.Smoke, spec.Laptop, spec.Paper} {
				run, ok := row.Runs[profile]
				if !ok {
					t.Errorf("%s %s has no %s run", e.Label, row.ID, profile)
					continue
				}
				if !run.Searches() {
					continue
				}
				if run.Space != e.Space || run.Data.Records < 2*run.Batch || (run.SearchEpochs < 1) != (run.Pairs > 0) || run.Weights.LR <= run.Weights.LRMin {
					t.Errorf("%s %s %s: %+v", e.Label, row.ID, profile, run)
				}
				if has := run.Derive.Samples > 0; has != (run.Method.Name == spec.RSPS && run.Rank == spec.Rank{} && run.Pairs == 0) {
					t.Errorf("%s %s %s: %d samples", e.Label, row.ID, profile, run.Derive.Samples)
				}
				if has := run.Alpha != (spec.Alpha{}); has == (run.Method.Name == spec.RSPS) {
					t.Errorf("%s %s %s: alpha %+v", e.Label, row.ID, profile, run.Alpha)
				}
				if has := run.Method.Order > 0; has != (run.Method.Name == spec.DARTS) {
					t.Errorf("%s %s %s: order %d", e.Label, row.ID, profile, run.Method.Order)
				}
				for _, level := range run.Levels {
					if need := level.NeedsGradients(); need != (level.Batches > 0) || need != (level.Criterion != "") || !need && level.WarmupEpochs > 0 {
						t.Errorf("%s %s %s: level %+v", e.Label, row.ID, profile, level)
					}
				}
				if embedded := e.Embedded[profile]; run.Retrains() {
					if r := embedded.Retrain; embedded.Data.Set != spec.Synthetic || r.Data.Set != spec.Synthetic || r.Epochs != run.Retrain.Epochs {
						t.Errorf("%s: embedded set of %s: %+v", e.Label, profile, embedded)
					}
				} else if embedded.Data.Records != embedded.Evaluate.Data.Records || embedded.Evaluate.By != spec.ByTraining {
					t.Errorf("%s: embedded set of %s: %+v", e.Label, profile, embedded)
				}
			}
		}
	}
}

// TestColumnsAreReadFromTheirIDs: exported records and units have nothing but the ID.
func TestColumnsAreReadFromTheirIDs(t *testing.T) {
	for _, e := range All() {
		for _, c := range e.Columns {
			if got := spec.ParseColumn(c.ID()); got != c {
				t.Errorf("%s: %q is read as %+v, not %+v", e.Label, c.ID(), got, c)
			}
		}
	}
}
