package experiments

import (
	"gmnas/harness/spec"
	"gmnas/nasbench/space"
	"gmnas/results/published"
)

var _ = Declare(func() spec.Experiment { return Table1 })

// Table1 is the paper's comparison of ways to split (page 3), always into four leaves.
var Table1 = spec.Experiment{
	Label: "table1",
	Title: "Table 1: ways to split a supernet, NAS-Bench-201 with four operations, accuracy in percent",
	Claim: "Of three ways to split a supernet into four leaves, gradient matching finds the best architectures: exhaustive " +
		"splitting and random groups are far behind.",
	Space:    space.NB201NoNone.Name,
	Columns:  ablationColumns,
	Seeds:    fourSeeds,
	Embedded: embedded(scales),
	Claims: []spec.Claim{
		better("gradient beats exhaustive and random with DARTS", "gradient+darts", "exhaustive+darts", "random+darts"),
		better("gradient beats exhaustive and random with RSPS", "gradient+rsps", "exhaustive+rsps", "random+rsps"),
	},
	Rows: withNulls(
		table1("exhaustive+darts", "exhaustive + DARTS", fewShot(spec.DARTS)),
		table1("random+darts", "random + DARTS", gm(spec.DARTS).splitBy(random)),
		table1("gradient+darts", "gradient + DARTS", gm(spec.DARTS)),
		table1("exhaustive+rsps", "exhaustive + RSPS", fewShot(spec.RSPS)),
		table1("random+rsps", "random + RSPS", gm(spec.RSPS).splitBy(random)),
		table1("gradient+rsps", "gradient + RSPS", gm(spec.RSPS)),
	),
	Notes: []spec.Note{
		{Row: "exhaustive+darts", Text: "The printed 88.55 is also what Table 3 prints for Few-Shot + DARTS on five operations, which is suspicious."},
		{Row: "random+darts", Text: "Nothing reads the weights of a supernet that is split at random and then started afresh, so there is no warm-up."},
		{Text: "The paper prints means of four seeds, without deviations."},
	},
}

func table1(id, name string, r recipe) spec.Row {
	return searched(id, name, r.fourOperations(), published.Ablation("table1", id))
}
