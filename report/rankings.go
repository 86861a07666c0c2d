package report

import (
	"fmt"
	"math"

	"gmnas/harness/spec"
	"gmnas/report/rank"
	"gmnas/report/stat"
	"gmnas/report/table"
)

// Rival is predictions from elsewhere, to stand beside recorded rankings.
type Rival struct {
	ID, Name      string
	Kind          string // spec.RowImported, or empty
	Architectures []rank.Architecture
}

// Rankings builds the table of an experiment whose leaves rank their architectures, with rivals below. An experiment
// without rows gives the rivals alone; its columns choose the figures.
func Rankings(in Input, rivals ...Rival) table.Table {
	b := newBuilder(in)
	t := table.Table{
		Label: in.Experiment.Label, Title: in.Experiment.Title, Claim: in.Experiment.Claim, Profile: in.Profile, Embedded: b.embedded,
		Seeds: in.Experiment.Seeds, Measure: &rankMeasure, Notes: b.notes(),
	}
	var list []*ranked
	for _, row := range in.Experiment.Rows {
		if row.Kind == spec.RowRun {
			list = append(list, b.ranked(row))
			t.Costs = append(t.Costs, b.cost(row))
		}
	}
	for _, i := range b.ofKind(spec.EvidencePredictions) {
		t.Notes = append(t.Notes, i.note())
	}
	for _, r := range append(b.rivals(), rivals...) {
		one := &ranked{row: spec.Row{ID: r.ID, Name: r.Name, Kind: r.Kind}, rival: true, asked: 1}
		one.add(0, r.Architectures)
		list = append(list, one)
	}
	for _, c := range in.Experiment.Columns {
		f := rankFigures[c.Figure]
		t.Columns = append(t.Columns, table.Column{ID: c.ID(), Dataset: f.subset(), Split: f.name()})
	}
	for _, r := range list {
		r.bootstrap()
		line := table.Row{ID: r.row.ID, Name: r.row.Name, Kind: r.row.Kind}
		for _, c := range in.Experiment.Columns {
			line.Cells = append(line.Cells, b.rankCell(r, c))
		}
		line.Noted = noted(t.Notes, r.row.ID)
		t.Rows = append(t.Rows, line)
	}
	if b.embedded { // no table covers it, so there is nothing to correlate with
		t.Scatters = []table.Scatter{{Title: "no true accuracies"}}
	} else if len(list) > 0 {
		t.Sections = []table.Section{within(list), everySeed(list)}
		t.Claims = b.rankClaims(list)
		t.Scatters = rankPanels(list)
	}
	t.Facts = b.rankFacts(t, list)
	return t
}

var rankMeasure = table.Measure{
	Title: "Rank correlation of supernet and true accuracy",
	Intro: "Mean ± std over seeds; the paper's printed value in brackets. top p %: within the architectures of the highest true accuracy, the best p % " +
		"of the space. Ties share their average rank. †: see the notes.",
	Claims: "A difference of mean correlations. holds: every seed of the one is above every seed of the other, and the 95 % interval of the difference, by " +
		"resampling architectures and seeds together, is above 0; contradicted: the same the other way round. p: exact Mann-Whitney of the seeds. " +
		"effect: Cliff's delta of the seeds, 1 where all are above. p paired: exact, by the signs of the differences on common seeds. " +
		"p Holm: p corrected for all comparisons of this page. Bold: p Holm is 0.05 or less.",
	Verdicts: "Beside the printed values. reproduced: the mean is within the declared tolerance, and so few architectures don't scatter beyond it by chance " +
		"alone. differs: the 95 % interval, by resampling architectures and seeds together, lies outside the tolerance, in the paper's own protocol.",
	Decimals: 3,
}

// rankFigure is one column of a ranking: top is an index of rank.Percents, -1 is the whole space.
type rankFigure struct {
	top     int
	kendall bool
}

var rankFigures = map[string]rankFigure{
	spec.FigureSpearmanTop02: {top: 0}, spec.FigureSpearmanTop05: {top: 1}, spec.FigureSpearmanTop1: {top: 2},
	spec.FigureSpearman: {top: -1}, spec.FigureKendall: {top: -1, kendall: true},
}

func (f rankFigure) subset() string {
	if f.top < 0 {
		return "all"
	}
	return fmt.Sprintf("top %g %%", rank.Percents[f.top])
}

func (f rankFigure) name() string {
	if f.kendall {
		return "Kendall tau-b"
	}
	return "Spearman rho"
}

// ranked is a row's rankings, one a seed.
type ranked struct {
	row       spec.Row
	rival     bool
	asked     int
	diverged  int
	failed    int
	seeds     []int64
	lists     [][]rank.Architecture // sorted
	rankings  []rank.Ranking
	intervals map[int]*stat.RankIntervals // by rankFigure.top; nil where there is none
	why       string                      // a seed was left out
}

// ranked takes the row's complete seeds.
func (b *builder) ranked(row spec.Row) *ranked {
	r := &ranked{row: row, asked: len(b.Experiment.Seeds)}
	for _, s := range b.searches[row.ID] {
		switch s.state() {
		case spec.Diverged:
			r.diverged++
		case spec.Failed:
			r.failed++
		case spec.Done:
			var all []rank.Architecture
			for _, l := range s.Leaves {
				for _, a := range l.Rank.Rank.Architectures {
					all = append(all, rank.Architecture{Row: a.Row, Predicted: a.Accuracy, Truth: a.Truth})
				}
			}
			if !b.embedded {
				r.add(s.Seed, all)
			}
		}
	}
	return r
}

// rankSeed decides random orders and resamples, so that a report is the same every time.
const rankSeed = 1

func (r *ranked) add(seed int64, list []rank.Architecture) {
	ranking, err := rank.Rank(list, rankSeed)
	if err != nil {
		r.why = fmt.Sprintf("seed %d: %v", seed, err)
		return
	}
	r.seeds = append(r.seeds, seed)
	r.lists = append(r.lists, rank.Sorted(list))
	r.rankings = append(r.rankings, ranking)
}

// members are a seed's architectures of the subset, the same for every seed.
func (r *ranked) members(seed, top int) []rank.Architecture {
	if top < 0 {
		return r.lists[seed]
	}
	return r.rankings[seed].Tops[top].Members
}

// pairs are every seed's architectures of the subset, made ready for correlation.
func (r *ranked) pairs(top int) ([]stat.Pairs, error) {
	var list []stat.Pairs
	for seed := range r.seeds {
		p, err := rank.Pairs(r.members(seed, top))
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

// resamples of a bootstrap: fewer of the whole space, where they take longer and vary less.
func resamples(top int) int {
	if top < 0 {
		return 100
	}
	return 1000
}

func (r *ranked) bootstrap() {
	r.intervals = map[int]*stat.RankIntervals{}
	if len(r.seeds) == 0 {
		return
	}
	for top := -1; top < len(rank.Percents); top++ {
		if p, err := r.pairs(top); err == nil {
			if i, err := stat.BootstrapRanks(p, nil, 0.95, resamples(top), rankSeed); err == nil {
				r.intervals[top] = &i
			}
		}
	}
}

// correlation is a seed's in the subset.
func (r *ranked) correlation(seed, top int) rank.Correlation {
	if top < 0 {
		return r.rankings[seed].All
	}
	return r.rankings[seed].Tops[top].Correlation
}

// value is a seed's figure; nil where it isn't defined.
func (r *ranked) value(seed int, f rankFigure) *float64 {
	if f.kendall {
		return r.correlation(seed, f.top).Kendall
	}
	return r.correlation(seed, f.top).Spearman
}

// values are the seeds' figures.
func (r *ranked) values(f rankFigure) (bySeed map[int64]float64, list []float64) {
	bySeed = map[int64]float64{}
	for i, seed := range r.seeds {
		if v := r.value(i, f); v != nil {
			bySeed[seed] = *v
			list = append(list, *v)
		}
	}
	return bySeed, list
}

// interval is the bootstrap's, of the mean over seeds.
func (r *ranked) interval(f rankFigure) *stat.Interval {
	i := r.intervals[f.top]
	switch {
	case i == nil:
		return nil
	case f.kendall:
		return &i.Kendall
	}
	return &i.Spearman
}

func (b *builder) rankCell(r *ranked, c spec.Column) table.Cell {
	f := rankFigures[c.Figure]
	cell := table.Cell{Column: c.ID(), Asked: r.asked, Diverged: r.diverged, Failed: r.failed, Why: r.why}
	bySeed, values := r.values(f)
	for _, seed := range r.seeds {
		if v, ok := bySeed[seed]; ok {
			cell.Seeds = append(cell.Seeds, table.Seed{Seed: seed, Accuracy: v})
		}
	}
	sample := stat.NewSample(values)
	describe(&cell, sample, 0)
	cell.Low, cell.High, cell.IntervalBy, cell.BootLow, cell.BootHigh = nil, nil, "", nil, nil // of seeds alone
	if i := r.interval(f); i != nil {
		cell.Low, cell.High, cell.Why, cell.IntervalBy = &i.Low, &i.High, r.why, "bootstrap of architectures and seeds"
	}
	if r.rival {
		return cell
	}
	if b.embedded {
		cell.Verdict, cell.Reason = table.CannotTell, "no table covers the embedded set"
		return cell
	}
	paper, printed := r.row.Paper[c.ID()]
	if !printed {
		return cell
	}
	cell.Paper = &paper.Mean
	if cell.Mean != nil {
		d := *cell.Mean - paper.Mean
		cell.Difference = &d
	}
	cell.Verdict, cell.Reason = b.judgeRanking(r, f, cell)
	return cell
}

// judgeRanking compares a mean correlation with the printed one; the first rule that applies decides (rankMeasure.Verdicts).
func (b *builder) judgeRanking(r *ranked, f rankFigure, c table.Cell) (table.Verdict, string) {
	switch {
	case c.N == 0:
		return table.NotRun, "no seed has a value"
	case c.N < c.Asked:
		return table.CannotTell, fmt.Sprintf("%d of %d seeds", c.N, c.Asked)
	case c.Low == nil:
		return table.CannotTell, "no interval"
	}
	n, tolerance := len(r.members(0, f.top)), r.row.Tolerance
	interval := fmt.Sprintf("95 %% interval %+.3f to %+.3f", *c.Low, *c.High)
	if *c.Low > *c.Paper+tolerance || *c.High < *c.Paper-tolerance {
		if b.Profile != spec.Paper {
			return table.CannotTell, fmt.Sprintf("not the paper's protocol; %s, outside ±%g of the printed value", interval, tolerance)
		}
		return table.Differs, fmt.Sprintf("%s, outside ±%g of the printed value", interval, tolerance)
	}
	if chance, _ := rank.Chance(max(2, n)); chance > tolerance {
		return table.CannotTell, fmt.Sprintf("%d unrelated architectures scatter by ±%.2f, beyond ±%g; %s", n, chance, tolerance, interval)
	}
	if math.Abs(*c.Difference) <= tolerance {
		return table.Reproduced, fmt.Sprintf("within ±%g; %s", tolerance, interval)
	}
	return table.CannotTell, fmt.Sprintf("%s reaches into ±%g of the printed value", interval, tolerance)
}
