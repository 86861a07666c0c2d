package experiments

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gmnas/harness/plan"
	"gmnas/harness/spec"
)

var update = flag.Bool("update", false, "write the golden files")

func nothing(spec.Key) (spec.Outcome, bool) { return spec.Outcome{}, false }

// root is the key of the warm-up of a row's root supernet.
func root(t *testing.T, label, row, profile string) spec.Key {
	t.Helper()
	e, err := ByLabel(label)
	if err != nil {
		t.Fatal(err)
	}
	r, ok := e.Row(row)
	if !ok {
		t.Fatalf("%s has no row %s", label, row)
	}
	tree, err := plan.Expand(r.Runs[profile], 0, nothing)
	if err != nil {
		t.Fatal(err)
	}
	return tree.Nodes[0].Train.Key
}

// TestAblationsShareTheirWarmUp: GM + DARTS on four operations warms up once for all of them.
func TestAblationsShareTheirWarmUp(t *testing.T) {
	for profile, warmup := range map[string]string{spec.Smoke: "warmup-1", spec.Laptop: "warmup-2", spec.Paper: "warmup-3"} {
		want := root(t, "table1", "gradient+darts", profile)
		for _, at := range [][2]string{
			{"table6", "l2"}, {"table6", "per-filter-cosine"}, {"table6", "cosine"}, {"section51", "random-edge"}, {"section51", "cut-cost"},
			{"restart", "final"}, {"figure2", warmup}, {"figure17", "splits-2"},
		} {
			if got := root(t, at[0], at[1], profile); got != want {
				t.Errorf("%s: %v warms up another supernet than table1's gradient+darts", profile, at)
			}
		}
		for _, at := range [][2]string{{"restart", "none"}, {"figure2", "warmup-0"}, {"table1", "gradient+rsps"}, {"table1", "random+darts"}} {
			if got := root(t, at[0], at[1], profile); got == want {
				t.Errorf("%s: %v can't have the warm-up of table1's gradient+darts", profile, at)
			}
		}
		if shared := root(t, "equalbudget", "gm+snas", profile) == root(t, "table3", "gm+snas", profile); shared != (profile != spec.Laptop) {
			t.Errorf("%s: GM + SNAS of the equal budget is Table 3's: %v", profile, shared)
		}
	}
}

// TestPlanTogether: experiments that are named together are planned with what they share counted once.
func TestPlanTogether(t *testing.T) {
	var list []spec.Experiment
	for _, label := range []string{"table1", "table6", "section51", "restart", "figure2", "figure17"} {
		e, err := ByLabel(label)
		if err != nil {
			t.Fatal(err)
		}
		e.Rows = slices.DeleteFunc(slices.Clone(e.Rows), func(r spec.Row) bool { return strings.Contains(r.ID, "sign") }) // of the example
		list = append(list, e)
	}
	got, err := plan.Together(list, spec.Laptop, nothing, 0)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "together-laptop.txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs from the plan now; look at it, then run the test with -update:\n%s", path, got)
	}
}

// TestEqualBudget: within one epoch of all its leaves a method of the equal budget takes what GM takes, by the planner's
// own count.
func TestEqualBudget(t *testing.T) {
	for _, profile := range []string{spec.Smoke, spec.Laptop, spec.Paper} {
		for _, method := range []string{spec.DARTS, spec.SNAS, spec.RSPS} {
			row, _ := EqualBudget.Row("gm+" + method)
			want := evaluations(t, row.Runs[profile])
			for _, id := range []string{method, "fewshot+" + method} {
				row, _ := EqualBudget.Row(id)
				run := row.Runs[profile]
				got := evaluations(t, run)
				run.SearchEpochs++
				epoch := evaluations(t, run) - got
				if 2*max(got-want, want-got) > epoch {
					t.Errorf("%s %s: %d gradient evaluations, GM takes %d: another number of epochs (%d each) is nearer", profile, id, got, want, epoch)
				}
				gm, _ := EqualBudget.Row("gm+" + method)
				if run.Batch != gm.Runs[profile].Batch || run.Weights != gm.Runs[profile].Weights {
					t.Errorf("%s %s: batch %d or optimizer differ from GM's", profile, id, run.Batch)
				}
			}
		}
	}
}

// evaluations counts a whole search; the splits that aren't recorded are stood in for.
func evaluations(t *testing.T, run spec.Run) int64 {
	t.Helper()
	n, err := plan.GradientEvaluations(run)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestBudgetsOfAblations compares epochs of all supernets and leaves with spec.md sections 2.4 and 7.
func TestBudgetsOfAblations(t *testing.T) {
	for _, c := range []struct {
		label, row    string
		leaves, total int
	}{
		{"table1", "exhaustive+darts", 4, 4 * 30},
		{"table1", "random+darts", 4, 4 * 30},
		{"table1", "gradient+darts", 4, 165},
		{"table1", "gradient+rsps", 4, 260},
		{"table6", "l2", 4, 165},
		{"section51", "random-edge", 4, 165},
		{"restart", "none", 4, 165},
		{"restart", "final", 4, 165},
		{"figure2", "warmup-0", 4, 120},
		{"figure2", "warmup-3", 4, 165},
		{"figure2", "warmup-4", 4, 20 + 40 + 120},
		{"figure17", "splits-0", 1, 30},
		{"figure17", "splits-1", 2, 15 + 60},
		{"figure17", "splits-2", 4, 165},
		{"figure17", "splits-3", 8, 15 + 30 + 60 + 240},
	} {
		e, err := ByLabel(c.label)
		if err != nil {
			t.Fatal(err)
		}
		row, _ := e.Row(c.row)
		run := row.Runs[spec.Paper]
		supernets, total := 1, 0
		for _, level := range run.Levels {
			total += supernets * level.WarmupEpochs
			supernets *= level.Groups
		}
		total += supernets * run.SearchEpochs
		if run.Leaves() != c.leaves || supernets != c.leaves || total != c.total {
			t.Errorf("%s %s: %d leaves, %d epochs, want %d, %d", c.label, c.row, run.Leaves(), total, c.leaves, c.total)
		}
		if run.Batch != 48 || run.Space != "nasbench201-4op" {
			t.Errorf("%s %s: batch %d on %s", c.label, c.row, run.Batch, run.Space)
		}
	}
}

// TestPrintedValuesOfAblations: the paper's own consistency (spec.md section 10) holds of what is stored.
func TestPrintedValuesOfAblations(t *testing.T) {
	printed := func(label, row string) float64 {
		e, err := ByLabel(label)
		if err != nil {
			t.Fatal(err)
		}
		r, _ := e.Row(row)
		p, ok := r.Paper["cifar10/test"]
		if !ok {
			t.Fatalf("%s %s has no printed value", label, row)
		}
		return p.Mean
	}
	near := func(what string, got, want float64) {
		if d := got - want; d > 1e-9 || d < -1e-9 {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	near("gain of GM over DARTS, which the text prints as 39.24 (row 28)", printed("table3", "gm+darts")-printed("table3", "darts"), 39.42)
	near("gain of GM over Few-Shot + DARTS", printed("table3", "gm+darts")-printed("table3", "fewshot+darts"), 5.17)
	near("exhaustive DARTS of Table 1 equals Few-Shot DARTS of Table 3 (row 29)", printed("table1", "exhaustive+darts"), printed("table3", "fewshot+darts"))
	near("loss without restart", printed("restart", "final")-printed("restart", "none"), 2.91)
	for _, at := range [][2]string{{"table6", "cosine"}, {"section51", "cut-cost"}, {"restart", "final"}, {"figure2", "warmup-3"}, {"figure17", "splits-2"}} {
		near("GM + DARTS of "+at[0], printed(at[0], at[1]), printed("table1", "gradient+darts"))
	}
}

// TestEveryPickHasItsNull: whatever picks among leaves stands beside nulls that pick among as many.
func TestEveryPickHasItsNull(t *testing.T) {
	for _, e := range All() {
		if e.Draws() {
			continue // it shows a pick of Table 4's and claims nothing about it
		}
		for _, row := range e.Rows {
			leaves := row.Runs[spec.Paper].Leaves()
			if row.Kind != spec.RowRun || leaves == 1 || !row.Runs[spec.Paper].Searches() || row.Runs[spec.Paper].Rank != (spec.Rank{}) {
				continue
			}
			found := false
			for _, null := range e.Rows {
				found = found || null.Runs[spec.Paper].Random == leaves || null.Kind == spec.RowNull && (null.Null.From == row.ID || null.Null.Shots == leaves)
			}
			if !found {
				t.Errorf("%s %s picks among %d leaves and has no null", e.Label, row.ID, leaves)
			}
		}
	}
}
