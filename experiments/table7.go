package experiments

import (
	"gmnas/harness/spec"
	"gmnas/nasbench/space"
	"gmnas/results/published"
)

var _ = Declare(func() spec.Experiment { return Table7 })

// Table7 is the paper's comparison of how well split supernets rank the space (page 9): 16 leaves each, trained with
// RSPS, every architecture measured by the one leaf that has it.
var Table7 = spec.Experiment{
	Label: "table7",
	Title: "Table 7: rank correlation of supernet and true accuracy, NAS-Bench-201 with four operations",
	Claim: "Split by gradient matching, 16 sub-supernets rank the best architectures much better than 16 of Few-Shot NAS.",
	Space: space.NB201NoNone.Name,
	Columns: []spec.Column{
		{Dataset: "cifar10", Figure: spec.FigureSpearmanTop02}, {Dataset: "cifar10", Figure: spec.FigureSpearmanTop05},
		{Dataset: "cifar10", Figure: spec.FigureSpearmanTop1}, {Dataset: "cifar10", Figure: spec.FigureSpearman},
		{Dataset: "cifar10", Figure: spec.FigureKendall},
	},
	Seeds:    fourSeeds,
	Embedded: embedded(scales),
	Claims: []spec.Claim{
		ranksBetter("GM ranks the top 0.2 % better than Few-Shot", spec.FigureSpearmanTop02),
		ranksBetter("GM ranks the top 0.5 % better than Few-Shot", spec.FigureSpearmanTop05),
		ranksBetter("GM ranks the top 1 % better than Few-Shot", spec.FigureSpearmanTop1),
		ranksBetter("ours: GM ranks the whole space better than Few-Shot", spec.FigureSpearman),
	},
	Rows: []spec.Row{
		table7("fewshot+rsps", "Few-Shot, 2 edges", fewShot(spec.RSPS).fourOperations().splits(2)),
		table7("gm+rsps", "GM, 4 edges", gm(spec.RSPS).fourOperations().splits(4)),
	},
	Notes: []spec.Note{
		{Text: "Every architecture is measured with its leaf's weights and batch statistics in all norms, as in the release, on the first " +
			"test images without augmentation (the release's mode \"rank\"): no architecture was trained on them and all see the same pixels, " +
			"so that what differs is the architecture. The setting Images=a-set takes the held-out half of the training images with augmentation."},
		{Row: "fewshot+rsps", Text: "Each supernet of the second level splits a random edge of its own."},
		{Row: "gm+rsps", Text: "The paper does not print the warm-up of four splits: each has that of Table 3's (paper profile 20 epochs), our choice."},
		{Text: "The paper prints neither seeds nor deviations, and the release has no code for the correlation; ties share their average rank."},
	},
}

func ranksBetter(text, figure string) spec.Claim {
	return spec.Claim{Text: text, Check: spec.CheckAbove, Row: "gm+rsps", Than: []string{"fewshot+rsps"}, Column: spec.Column{Dataset: "cifar10", Figure: figure}.ID()}
}

// ranked is what a leaf's training and ranking take, by profile. The laptop's 128 images make one accuracy 0.8 points,
// and 32,768 accuracies a third of its quarter of an hour.
var ranked = map[string]struct {
	epochs int // of each leaf
	rank   spec.Rank
}{
	spec.Paper:  {50, spec.Rank{Images: spec.RankOnTest, Records: 10_000, Batch: 64}},
	spec.Laptop: {12, spec.Rank{Images: spec.RankOnTest, Records: 128, Batch: 64}},
	spec.Smoke:  {1, spec.Rank{Images: spec.RankOnTest, Records: 16, Batch: 16}},
}

// correlationTolerance is how near to a printed correlation counts as reproduced.
const correlationTolerance = 0.2

func table7(id, name string, r recipe) spec.Row {
	row := searched(id, name, r, published.Figures("table7", id))
	row.Tolerance = correlationTolerance
	for profile, run := range row.Runs {
		run.SearchEpochs, run.Derive, run.Rank = ranked[profile].epochs, spec.Derive{}, ranked[profile].rank
		row.Runs[profile] = run
	}
	return row
}
