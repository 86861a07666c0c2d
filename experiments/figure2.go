package experiments

import (
	"fmt"

	"gmnas/harness/spec"
	"gmnas/nasbench/space"
	"gmnas/results/published"
)

var _ = Declare(func() spec.Experiment { return Figure2 })

// Figure2 is the paper's sweep of the warm-up before each split (page 9). Its epochs are not printed: 0, 5, 10, 15, 20
// in the paper profile (spec.md section 7), and as even steps in the others.
var Figure2 = spec.Experiment{
	Label: "figure2",
	Title: "Figure 2: warm-up before each split, GM + DARTS, NAS-Bench-201 with four operations, accuracy in percent",
	Claim: "GM does alike with a wide range of warm-up epochs; without warm-up the variance is larger, as gradients at " +
		"initialisation are noisy.",
	Space:    space.NB201NoNone.Name,
	Columns:  ablationColumns,
	Seeds:    fourSeeds,
	Embedded: embedded(scales),
	Axis:     spec.AxisWarmup,
	Claims: []spec.Claim{
		{Text: "the mean is stable across warm-ups", Check: spec.CheckLevel, Row: "warmup-3",
			Than: []string{"warmup-0", "warmup-1", "warmup-2", "warmup-4"}, Column: "cifar10/test", Within: tolerance},
		{Text: "the variance is larger without warm-up", Check: spec.CheckWider, Row: "warmup-0",
			Than: []string{"warmup-1", "warmup-2", "warmup-3", "warmup-4"}, Column: "cifar10/test"},
	},
	Rows: withNulls(figure2(0), figure2(1), figure2(2), figure2(3), figure2(4)),
	Notes: []spec.Note{
		{Row: "warmup-3", Text: "The paper's other experiments warm up 15 epochs, three quarters of the longest here; the mark is its value of Table 6."},
	},
}

func figure2(step int) spec.Row {
	id := fmt.Sprintf("warmup-%d", step)
	names := [...]string{"no warm-up", "1/4 of the longest", "2/4 of the longest", "3/4 of the longest", "the longest warm-up"}
	return searched(id, names[step], gm(spec.DARTS).fourOperations().warmup(step), published.Ablation("figure2", id))
}
