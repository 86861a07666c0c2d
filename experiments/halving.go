package experiments

import (
	"fmt"
	"strings"

	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

var _ = Declare(func() spec.Experiment { return Halving })

// Halving is ours: successive halving, by which the paper selects among a search's leaves (Appendix C), replayed on real
// learning curves of others. It trains nothing, and is the same in every profile.
var Halving = spec.Experiment{
	Label: "halving",
	Title: "Successive Halving replayed on real learning curves, DARTS space, CIFAR-10",
	Claim: "Successive halving finds the best of the leaves' architectures (Table 8: as good as training all), and the schedule hardly matters (Appendix C).",
	Space: space.DARTS.Name,
	Columns: []spec.Column{
		halvingColumn(spec.FigureRecall), halvingColumn(spec.FigureRegret), halvingColumn(spec.FigureError), halvingColumn(spec.FigureEpochs),
	},
	Seeds: []int64{0},
	Claims: []spec.Claim{
		{Text: "halving by the paper's schedule recalls the best as training all does", Check: spec.CheckLevel, Row: "all", Than: []string{"30-100-600"},
			Column: halvingColumn(spec.FigureRecall).ID(), Within: 10},
		{Text: "varying the schedule has a negligible effect on the recall", Check: spec.CheckLevel, Row: "30-100-600",
			Than: []string{"10-30-600", "15-50-600", "60-200-600", "100-300-600", "200-400-600", "300-450-600"}, Column: halvingColumn(spec.FigureRecall).ID(), Within: 10},
		{Text: "ours: it costs less than a quarter of a point of accuracy", Check: spec.CheckLevel, Row: "all", Than: []string{"30-100-600"},
			Column: halvingColumn(spec.FigureError).ID(), Within: 0.25},
	},
	Rows: []spec.Row{
		schedule(30, 100, 600),
		replay("release", "(30, 100, 600), the release's averages", spec.Replay{Curves: spec.CurvesRandom, Pool: 8, Pools: halvingPools, Score: spec.ScoreRelease, Rungs: []int{30, 100, 600}}),
		schedule(10, 30, 600),
		schedule(15, 50, 600),
		schedule(60, 200, 600),
		schedule(100, 300, 600),
		schedule(200, 400, 600),
		schedule(300, 450, 600),
		replay("30-100-300-600", "(30, 100, 300, 600)", spec.Replay{Curves: spec.CurvesRandom, Pool: 8, Pools: halvingPools, Score: spec.ScorePlain, Rungs: []int{30, 100, 300, 600}}),
		replay("all", "(600): all are trained", spec.Replay{Curves: spec.CurvesRandom, Pool: 8, Pools: halvingPools, Score: spec.ScorePlain, Rungs: []int{600}}),
		replay("pool-7", "(30, 100, 600), pools of 7", spec.Replay{Curves: spec.CurvesRandom, Pool: 7, Pools: halvingPools, Score: spec.ScorePlain, Rungs: []int{30, 100, 600}}),
		replay("pool-16", "(30, 100, 600), pools of 16", spec.Replay{Curves: spec.CurvesRandom, Pool: 16, Pools: halvingPools, Score: spec.ScorePlain, Rungs: []int{30, 100, 600}}),
		replay("released", "(30, 100, 600), the three released runs", spec.Replay{Curves: spec.CurvesReleased, Pool: 3, Pools: 1, Score: spec.ScorePlain, Rungs: []int{30, 100, 600}}),
	},
	Notes: []spec.Note{
		{Text: "Both sets of curves are of the test images, which here select and judge at once. So halving looks better than it is on held-out images: its last " +
			"choice can't be wrong. The paper's own numbers have the same flaw (spec.md section 10, row 19)."},
		{Row: "release", Text: "The released code averages recursively within [0, 30) and [31, 100), which divides by the number of the epoch, and takes the best epoch of the last two."},
		{Row: "pool-7", Text: "Few-Shot's seven leaves. The release pads them with a dummy of accuracy -1, which is the same: 7, 4, 2, 1."},
		{Row: "pool-16", Text: "16, 8, 4, and of those the best."},
		{Row: "released", Text: "One pool of the winners of GM + DARTS (1st), GM + DARTS (2nd) and GM + SNAS: no mean and no interval."},
	},
}

// halvingPools is how many pools each schedule is replayed on: the random error of a recall is then 0.1 points.
const halvingPools = 200_000

func halvingColumn(figure string) spec.Column { return spec.Column{Dataset: "cifar10", Figure: figure} }

// schedule is three rungs on pools of eight, as in the paper.
func schedule(rungs ...int) spec.Row {
	text := strings.Trim(fmt.Sprint(rungs), "[]")
	return replay(strings.ReplaceAll(text, " ", "-"), "("+strings.ReplaceAll(text, " ", ", ")+")",
		spec.Replay{Curves: spec.CurvesRandom, Pool: 8, Pools: halvingPools, Score: spec.ScorePlain, Rungs: rungs})
}

func replay(id, name string, r spec.Replay) spec.Row {
	run := spec.Run{Setup: spec.Setup{Space: space.DARTS.Name}, Replay: r}
	row := spec.Row{ID: id, Name: name, Kind: spec.RowRun, Runs: map[string]spec.Run{spec.Smoke: run, spec.Laptop: run, spec.Paper: run}}
	if id == "30-100-600" {
		row.Paper = map[string]spec.Printed{halvingColumn(spec.FigureEpochs).ID(): {Mean: 1520}}
	}
	return row
}
