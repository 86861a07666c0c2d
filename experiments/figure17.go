package experiments

import (
	"fmt"

	"gmnas/harness/spec"
	"gmnas/nasbench/space"
	"gmnas/results/published"
)

var _ = Declare(func() spec.Experiment { return Figure17 })

// Figure17 is the paper's sweep of the number of splits (appendix). The paper doesn't say how many operations the space
// has: four here, as in its other ablations, which share the searches with two splits.
var Figure17 = spec.Experiment{
	Label: "figure17",
	Title: "Figure 17: number of splits T, GM + DARTS, NAS-Bench-201 with four operations, accuracy in percent",
	Claim: "Two splits reach a search that is near the best of the table; a third one adds little for twice the leaves.",
	Space: space.NB201NoNone.Name, Columns: ablationColumns, Seeds: fourSeeds, Embedded: embedded(scales),
	Axis: spec.AxisSplits,
	Claims: []spec.Claim{
		{Text: "two splits are near the oracle", Check: spec.CheckNearOptimum, Row: "splits-2", Column: "cifar10/test", Within: tolerance},
		better("two splits beat none", "splits-2", "splits-0"),
		better("three splits are slightly better than two", "splits-3", "splits-2"),
	},
	Rows: withNulls(figure17(0), figure17(1), figure17(2), figure17(3)),
	Notes: []spec.Note{
		{Row: "splits-0", Text: "One-Shot with the settings and epochs of one leaf, so that only T differs along the axis. Table 3's One-Shot rows train longer."},
		{Row: "splits-2", Text: "The mark is the paper's value of Table 6; the figure's own values are not printed."},
	},
}

func figure17(splits int) spec.Row {
	id := fmt.Sprintf("splits-%d", splits)
	names := [...]string{"no split: One-Shot", "one split, 2 leaves", "two splits, 4 leaves", "three splits, 8 leaves"}
	r := gm(spec.DARTS).splits(splits)
	if splits == 0 {
		r = unsplit(spec.DARTS)
	}
	return searched(id, names[splits], r.fourOperations(), published.Ablation("figure17", id))
}
