package experiments

import (
	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

// What follows has no runs of its own: it reports on all splits that the other experiments have recorded.
var (
	_ = Declare(func() spec.Experiment { return AppendixB1 })
	_ = Declare(func() spec.Experiment { return AppendixB3 })
	_ = Declare(func() spec.Experiment { return SplitAudit })
)

// The pairs of operations that the paper names.
var (
	convolutions  = []string{"nor_conv_1x1", "nor_conv_3x3"}
	parameterless = []string{"skip_connect", "avg_pool_3x3"}
)

// AppendixB1 is the paper's remark on which operations end in one group.
var AppendixB1 = spec.Experiment{
	Label: "appendixb1",
	Title: "Appendix B.1: which operations gradient matching puts into one group, NAS-Bench-201",
	Claim: "Gradient matching always puts conv 1x1 and conv 3x3 into one group, and skip and average pool into another.",
	Space: space.NB201.Name, Over: spec.OverPairs,
	Claims: []spec.Claim{
		{Text: "conv 1x1 and conv 3x3 end in one group more often than by chance", Check: spec.CheckTogether, Of: convolutions},
		{Text: "skip and average pool end in one group more often than by chance", Check: spec.CheckTogether, Of: parameterless},
		{Text: "conv 1x1 and conv 3x3 always end in one group", Check: spec.CheckAlways, Of: convolutions},
		{Text: "skip and average pool always end in one group", Check: spec.CheckAlways, Of: parameterless},
	},
}

// AppendixB3 is the paper's remark on other algorithms that cut a graph.
var AppendixB3 = spec.Experiment{
	Label: "appendixb3",
	Title: "Appendix B.3: other partition algorithms on the recorded similarities, NAS-Bench-201",
	Claim: "Advanced clustering algorithms such as Ncut mostly give the same cut as the balanced minimum cut.",
	Space: space.NB201.Name, Over: spec.OverAlgorithms,
	Claims: []spec.Claim{
		{Text: "Ncut mostly gives the balanced minimum cut", Check: spec.CheckAgree, Of: []string{"ncut"}},
		{Text: "spectral clustering mostly gives the balanced minimum cut", Check: spec.CheckAgree, Of: []string{"spectral"}},
	},
}

// SplitAudit is ours: the release records nothing of its splits.
var SplitAudit = spec.Experiment{
	Label: "splitaudit",
	Title: "Split audit: every recorded split by gradients, NAS-Bench-201",
	Claim: "Ours: gradients tell operations apart more clearly than chance would, so that the chosen cut is no accident.",
	Space: space.NB201.Name, Over: spec.OverAudit,
}
