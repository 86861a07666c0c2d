package experiments

import (
	"gmnas/harness/spec"
	"gmnas/nasbench/space"
	"gmnas/results/published"
)

var _ = Declare(func() spec.Experiment { return Restart })

// Restart is the paper's comparison of leaves that start afresh with leaves that go on (section 5.1, page 9).
var Restart = spec.Experiment{
	Label: "restart",
	Title: "Restart: leaves started afresh or not, GM + DARTS, NAS-Bench-201 with four operations, accuracy in percent",
	Claim: "Leaves that keep the weights of the splitting phase do worse than leaves that start afresh, at the same number of " +
		"supernet epochs (91.04 against 93.95).",
	Space:    space.NB201NoNone.Name,
	Columns:  ablationColumns,
	Seeds:    fourSeeds,
	Embedded: embedded(scales),
	Claims:   []spec.Claim{better("restart beats none, by 2.91", "final", "none")},
	Rows: withNulls(
		restart("none", "no restart", spec.RestartNone),
		restart("final", "restart after the last split", spec.RestartFinal),
	),
	Notes: []spec.Note{
		{Row: "none", Text: "As in the release, the architecture parameters train from the first epoch on here, and after the restart only in the other row. " +
			"Both train as many supernet epochs, but this row takes more gradient evaluations."},
	},
}

func restart(id, name, when string) spec.Row {
	return searched(id, name, gm(spec.DARTS).fourOperations().restarted(when), published.Ablation("restart", id))
}
