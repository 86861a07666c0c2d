package experiments

import (
	"gmnas/harness/spec"
	"gmnas/nasbench/space"
	"gmnas/results/published"
)

var _ = Declare(func() spec.Experiment { return Section51 })

// Section51 is the paper's comparison of ways to choose the edge (section 5.1, page 9).
var Section51 = spec.Experiment{
	Label: "section51",
	Title: "Section 5.1: choice of the edge to split, GM + DARTS, NAS-Bench-201 with four operations, accuracy in percent",
	Claim: "Splitting the edge of the lowest cut cost finds better architectures than splitting a random edge, and varies less " +
		"(93.95 ± 0.08 against 93.58 ± 0.39).",
	Space:    space.NB201NoNone.Name,
	Columns:  ablationColumns,
	Seeds:    fourSeeds,
	Embedded: embedded(scales),
	Claims: []spec.Claim{
		better("cut cost beats a random edge", "cut-cost", "random-edge"),
		{Text: "a random edge varies more", Check: spec.CheckWider, Row: "random-edge", Than: []string{"cut-cost"}, Column: "cifar10/test"},
	},
	Rows: withNulls(
		section51("random-edge", "random edge", gm(spec.DARTS).edge(spec.EdgeRandom)),
		section51("cut-cost", "edge of the lowest cut cost", gm(spec.DARTS)),
	),
	Notes: []spec.Note{
		{Row: "random-edge", Text: "The groups on the random edge are those of gradient matching, so its supernets are warmed up likewise."},
	},
}

func section51(id, name string, r recipe) spec.Row {
	return searched(id, name, r.fourOperations(), published.Ablation("section51", id))
}
