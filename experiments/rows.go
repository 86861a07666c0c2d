package experiments

import (
	"fmt"
	"slices"

	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

// fourSeeds are the paper's.
var fourSeeds = []int64{0, 1, 2, 3}

// tolerance of a searched row, in accuracy points: about what the table's own training seeds make.
const tolerance = 0.5

// nullDraws is how often a null row picks; the standard error of its mean is then below 0.02 points on CIFAR-10.
const nullDraws = 10_000

// ablationColumns are those of the experiments for which the paper prints CIFAR-10 test accuracies alone.
var ablationColumns = []spec.Column{{Dataset: "cifar10", Split: "test"}, {Dataset: "cifar10", Split: "valid"}}

func searched(id, name string, r recipe, printed map[string]spec.Printed) spec.Row {
	return spec.Row{ID: id, Name: name, Kind: spec.RowRun, Runs: r.runs(), Paper: printed, Tolerance: tolerance}
}

func nullOfSpace(shots int) spec.Row {
	name := "null: 1 random"
	if shots > 1 {
		name = fmt.Sprintf("null: best of %d random", shots)
	}
	return spec.Row{ID: fmt.Sprintf("null-%d", shots), Name: name, Kind: spec.RowNull, Null: spec.NullOf{Shots: shots, Draws: nullDraws}}
}

func nullOfLeaves(id, name string) spec.Row {
	return spec.Row{ID: "null-" + id, Name: "null: in leaves of " + name, Kind: spec.RowNull, Null: spec.NullOf{From: id, Draws: nullDraws}}
}

func optimal(printed map[string]spec.Printed) spec.Row {
	const rounding = 0.0051 // of the printed number
	return spec.Row{ID: "optimal", Name: "optimal", Kind: spec.RowOptimal, Paper: printed, Tolerance: rounding}
}

// withNulls adds to searched rows what they are judged beside: for each number of leaves as many random architectures,
// for each partition a random one of each leaf, and the table's best.
func withNulls(rows ...spec.Row) []spec.Row {
	all := slices.Clone(rows)
	seen := map[int]bool{}
	for _, row := range rows {
		if shots := row.Runs[spec.Paper].Leaves(); !seen[shots] {
			seen[shots] = true
			all = append(all, nullOfSpace(shots))
		}
	}
	for _, row := range rows {
		if row.Runs[spec.Paper].Leaves() > 1 {
			all = append(all, nullOfLeaves(row.ID, row.Name))
		}
	}
	return append(all, optimal(nil))
}

// better claims that a row's mean CIFAR-10 test accuracy is above that of the others.
func better(text, row string, than ...string) spec.Claim {
	return spec.Claim{Text: text, Check: spec.CheckAbove, Row: row, Than: than, Column: "cifar10/test"}
}

// randomOf is the no-search null of the DARTS space: so many random architectures, retrained and selected like a search's.
func randomOf(architectures int, rule string) spec.Row {
	row := spec.Row{ID: fmt.Sprintf("random-%d", architectures), Name: fmt.Sprintf("no search: %d random", architectures), Kind: spec.RowRun, Runs: map[string]spec.Run{}}
	for profile, s := range dartsScales {
		row.Runs[profile] = spec.Run{Setup: spec.Setup{Space: space.DARTS.Name}, Random: architectures, Retrain: s.retrain, Select: spec.Select{Rule: rule, Rungs: s.rungs}}
	}
	return row
}
