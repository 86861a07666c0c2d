package report

import (
	"fmt"
	"math"
	"strings"

	"gmnas/harness/spec"
	"gmnas/report/rank"
	"gmnas/report/stat"
	"gmnas/report/table"
)

// within has a line for each row and subset, with what ties at the cut could change.
func within(list []*ranked) table.Section {
	s := table.Section{Title: "In detail", Left: 2, Head: []string{"method", "subset", "n", "Spearman rho", "95 % interval", "Kendall tau-b", "95 % interval", "by chance",
		"rho with all\nties at the cut", "range over\norders of ties"},
		Intro: fmt.Sprintf("Means over seeds. 95 %% interval: bootstrap, resampling architectures and seeds together; too narrow for few of either. by chance: standard "+
			"deviation of rho for as many unrelated architectures. Where the cut falls inside a tie of true accuracies, those of the lower rows of the table "+
			"count; rho with all ties, and the range over %d random orders of the tied ones, tell what that decides.", rank.Orders)}
	for _, r := range list {
		for top := -1; top < len(rank.Percents); top++ {
			if len(r.seeds) > 0 {
				s.Rows = append(s.Rows, r.line(top))
			}
		}
	}
	return s
}

func (r *ranked) line(top int) []string {
	f := rankFigure{top: top}
	n := len(r.members(0, top))
	chance, _ := rank.Chance(n)
	line := []string{r.row.Name, f.subset(), fmt.Sprint(n)}
	for _, f := range []rankFigure{{top, false}, {top, true}} {
		_, values := r.values(f)
		line = append(line, meanText(values), rangeText(r.interval(f)))
	}
	line = append(line, fmt.Sprintf("±%.2f", chance))
	if top < 0 || !r.rankings[0].Tops[top].InsideTie {
		return append(line, "no tie", "")
	}
	var tied []float64
	span := stat.Interval{Low: math.Inf(1), High: math.Inf(-1)}
	for i := range r.seeds {
		t := r.rankings[i].Tops[top]
		if t.AllTied.Spearman != nil {
			tied = append(tied, *t.AllTied.Spearman)
		}
		span.Low, span.High = min(span.Low, t.Spearman.Low), max(span.High, t.Spearman.High)
	}
	return append(line, fmt.Sprintf("%s (n = %d)", meanText(tied), r.rankings[0].Tops[top].AllTied.N), rangeText(&span))
}

func meanText(values []float64) string {
	m, err := stat.NewSample(values).Mean()
	if err != nil {
		return "-"
	}
	return fmt.Sprintf("%.3f", m)
}

func rangeText(i *stat.Interval) string {
	if i == nil || !finite(i.Low) || !finite(i.High) {
		return "-"
	}
	return fmt.Sprintf("%.3f to %.3f", i.Low, i.High)
}

// everySeed has a line for each ranking.
func everySeed(list []*ranked) table.Section {
	order := []rankFigure{{top: 0}, {top: 1}, {top: 2}, {top: -1}, {top: -1, kendall: true}}
	s := table.Section{Title: "Every seed", Left: 1, Head: []string{"method", "seed"}, Intro: "The correlations of single rankings."}
	for _, f := range order {
		s.Head = append(s.Head, f.name()+"\n"+f.subset())
	}
	for _, r := range list {
		for i, seed := range r.seeds {
			line := []string{r.row.Name, fmt.Sprint(seed)}
			if r.rival {
				line[1] = "-"
			}
			for _, f := range order {
				text := "-"
				if v := r.value(i, f); v != nil {
					text = fmt.Sprintf("%.3f", *v)
				}
				line = append(line, text)
			}
			s.Rows = append(s.Rows, line)
		}
	}
	return s
}

// rankClaims compares rows by the experiment's claims (rankMeasure.Claims).
func (b *builder) rankClaims(list []*ranked) []table.Claim {
	row := func(id string) *ranked {
		for _, r := range list {
			if r.row.ID == id {
				return r
			}
		}
		return &ranked{row: spec.Row{ID: id, Name: id}, asked: len(b.Experiment.Seeds)}
	}
	var claims []table.Claim
	var tests []*test
	for _, c := range b.Experiment.Claims {
		claim := table.Claim{Text: c.Text, Check: c.Check}
		for _, than := range c.Than {
			t := &test{Comparison: b.compareRankings(row(c.Row), row(than), c.Column)}
			tests, claim.Comparisons = append(tests, t), append(claim.Comparisons, table.Comparison{}) // filled in once all p are corrected
		}
		claims = append(claims, claim)
	}
	correct(tests)
	for i := range claims {
		for j := range claims[i].Comparisons {
			c := tests[0].Comparison
			c.Significant = c.Adjusted != nil && *c.Adjusted <= significant
			claims[i].Comparisons[j], tests = c, tests[1:]
		}
		claims[i].Verdict = overall(claims[i].Comparisons)
	}
	return claims
}

func (b *builder) compareRankings(x, y *ranked, column string) table.Comparison {
	var f rankFigure
	for _, c := range b.Experiment.Columns {
		if c.ID() == column {
			f = rankFigures[c.Figure]
		}
	}
	seedsX, valuesX := x.values(f)
	seedsY, valuesY := y.values(f)
	c := table.Comparison{What: x.row.Name + " - " + y.row.Name, Measure: "difference of mean " + f.name() + ", " + f.subset(), N: sizes(len(valuesX), len(valuesY))}
	px, okX := x.row.Paper[column]
	py, okY := y.row.Paper[column]
	if okX && okY {
		d := px.Mean - py.Mean
		c.Paper = &d
	}
	a, d := stat.NewSample(valuesX), stat.NewSample(valuesY)
	meanX, errX := a.Mean()
	meanY, errY := d.Mean()
	if errX != nil || errY != nil {
		c.Verdict, c.Reason = table.NotRun, "a side has no seed with a value"
		return c
	}
	figure := meanX - meanY
	c.Figure = &figure
	pairsX, errX := x.pairs(f.top)
	pairsY, errY := y.pairs(f.top)
	if errX == nil && errY == nil {
		if i, err := stat.BootstrapRanks(pairsX, pairsY, 0.95, resamples(f.top), rankSeed); err == nil {
			interval := i.Spearman
			if f.kendall {
				interval = i.Kendall
			}
			c.Low, c.High = &interval.Low, &interval.High
		}
	}
	apart := 0.0
	if u, err := stat.MannWhitney(a, d); err == nil {
		c.P, c.Effect, apart = &u.P, &u.Delta, u.Delta
	}
	if p, err := stat.Paired(seedsX, seedsY); err == nil {
		c.Paired = &p.P
	}
	switch {
	case len(valuesX) < x.asked || len(valuesY) < y.asked:
		c.Verdict, c.Reason = table.CannotTell, fmt.Sprintf("%d and %d of %d seeds", len(valuesX), len(valuesY), x.asked)
	case c.Low == nil:
		c.Verdict, c.Reason = table.CannotTell, "no interval"
	case apart == 1 && *c.Low > 0:
		c.Verdict, c.Reason = table.Holds, "all seeds above, interval above 0"
	case apart == -1 && *c.High < 0:
		c.Verdict, c.Reason = table.Contradicted, "all seeds below, interval below 0"
	case *c.Low <= 0 && *c.High >= 0:
		c.Verdict, c.Reason = table.CannotTell, fmt.Sprintf("interval around 0; %d architectures", len(x.members(0, f.top)))
	default:
		c.Verdict, c.Reason = table.CannotTell, "the seeds' values overlap"
	}
	return c
}

// rankPanels are two panels a row: all architectures, and the best ones by seed.
func rankPanels(list []*ranked) []table.Scatter {
	var panels []table.Scatter
	for _, r := range list {
		const x = "true test accuracy (%)"
		y, seeds := "accuracy with the leaf's weights (%)", ", every seed"
		if r.rival {
			y, seeds = "prediction", ""
		}
		best := len(rank.Percents) - 1
		name := rankFigure{top: best}.subset()
		all := table.Scatter{Title: r.row.Name + ": all architectures" + seeds, X: x + ", logarithmic in the error", Y: y, Error: true,
			Series: []table.Series{{Name: "all", Mark: table.MarkFaint}, {Name: name, Mark: table.MarkStrong}}}
		zoom := table.Scatter{Title: r.row.Name + ": " + name, X: x, Y: y}
		for i, seed := range r.seeds {
			one := table.Series{Name: fmt.Sprintf("seed %d", seed), Mark: table.MarkSeed + table.Mark(i)}
			if v := r.value(i, rankFigure{top: best}); v != nil {
				one.Name += fmt.Sprintf(", rho %.2f", *v)
			}
			if r.rival {
				one.Name = strings.TrimPrefix(one.Name, "seed 0, ")
			}
			members := r.members(i, best)
			for k, a := range r.lists[i] {
				at := [2]float64{a.Truth, a.Predicted}
				if k < len(members) { // sorted alike
					all.Series[1].Points = append(all.Series[1].Points, at)
					one.Points = append(one.Points, at)
				} else {
					all.Series[0].Points = append(all.Series[0].Points, at)
				}
			}
			zoom.Series = append(zoom.Series, one)
		}
		panels = append(panels, all, zoom)
	}
	return panels
}

func (b *builder) rankFacts(t table.Table, list []*ranked) []table.Fact {
	var facts []table.Fact
	if len(b.Experiment.Rows) > 0 {
		facts = append(facts, b.profile())
		for _, row := range b.Experiment.Rows {
			if r := row.Runs[b.Profile].Rank; r != (spec.Rank{}) {
				facts = append(facts, table.Fact{Name: "ranked on", Text: fmt.Sprintf("the first %d images of %s, in batches of %d", r.Records, r.Images, r.Batch)})
				break
			}
		}
	}
	if b.embedded {
		facts = append(facts, table.Fact{Name: "embedded set", Warn: true, Text: "ranked on the embedded synthetic images, which no table covers: there is no true accuracy to " +
			"correlate with. make data gets CIFAR-10 (170 MB) and the table (8 MB)"})
	}
	facts = append(facts, b.left()...)
	if len(b.Experiment.Rows) > 0 {
		facts = append(facts, b.recorded(t))
		if tally, ok := b.tally(t); ok {
			facts = append(facts, tally)
		}
	}
	facts = append(facts, table.Fact{Name: "truth", Text: "test accuracy after 200 epochs on the data set of the search, from the NAS-Bench-201 table"})
	for _, r := range list {
		if len(r.lists) > 0 {
			facts = append(facts, table.Fact{Name: "statistics", Text: statistics(len(r.lists[0]))})
			break
		}
	}
	return append(facts, sourceFacts(b.sources(""))...)
}

func statistics(n int) string {
	k := rank.Size(n, rank.Percents[0])
	chance, _ := rank.Chance(max(2, k))
	return fmt.Sprintf("the top %g %% of %d architectures are %d, whose true accuracies differ by little: rho of as many unrelated ones has a standard deviation of %.2f, and "+
		"seeds share these %d, so more of them don't help", rank.Percents[0], n, k, chance, k)
}
