package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gmnas/harness/spec"
	"gmnas/nasbench/space"
	"gmnas/report/stat"
	"gmnas/report/table"
)

// eachDone calls for every complete search of a row that retrains, in the order of rows and seeds.
func (b *builder) eachDone(do func(row spec.Row, s Search)) {
	for _, row := range b.Experiment.Rows {
		for _, s := range b.searches[row.ID] {
			if s.state() == spec.Done {
				do(row, s)
			}
		}
	}
}

// everyRetrained has a line for each search: what was selected, and what the paper's way to report makes of it.
func (b *builder) everyRetrained() table.Section {
	s := table.Section{Title: "Every seed", Left: 3, Head: []string{"method", "seed", "leaf", "held-out\naccuracy", "error\nlast epoch", "error\nbest epoch", "weights M", "in the paper's\nnetwork, M", "multiply-adds\nthere, M"},
		Intro: "The selected architecture. error best epoch: the lowest of all epochs on the test images, which is how the paper reports. The paper's network has C = 36 and 20 cells."}
	b.eachDone(func(row spec.Row, search Search) {
		k, ok := search.selects("")
		if !ok {
			return
		}
		c := search.finalists()[k]
		last, ended := c.end(search.Run.Select.Rungs)
		if !ended {
			return
		}
		line := []string{row.Name, fmt.Sprint(search.Seed), fmt.Sprintf("%d of %d", k+1, len(search.Leaves)), fmt.Sprintf("%.2f", last.ValidAcc), fmt.Sprintf("%.2f", 100-last.TestAcc),
			fmt.Sprintf("%.2f", 100-c.bestEpoch()), fmt.Sprintf("%.3f", float64(c.rungs[0].Retrain.Params)/1e6), "-", "-"}
		if g, err := space.ParseGenotype(c.architecture); err == nil {
			line[7] = fmt.Sprintf("%.3f", float64(g.Params(space.CIFARRetraining))/1e6)
			line[8] = fmt.Sprintf("%.1f", float64(g.MACs(space.CIFARRetraining))/1e6)
		}
		s.Rows = append(s.Rows, line)
	})
	return s
}

// found lists the selected architectures.
func (b *builder) found() table.Section {
	s := table.Section{Title: "Architectures found", Left: 4, Head: []string{"method", "seed", "normal cell", "reduction cell"},
		Intro: "Two edges into each of four nodes: operation:source. s3, s5: separable convolution; d3, d5: dilated; mp, ap: max and average pool; sk: skip. gmnas query draws a genotype, gmnas explain prints it."}
	b.eachDone(func(row spec.Row, search Search) {
		k, ok := search.selects("")
		if !ok {
			return
		}
		g, err := space.ParseGenotype(search.finalists()[k].architecture)
		if err != nil {
			return
		}
		s.Rows = append(s.Rows, []string{row.Name, fmt.Sprint(search.Seed), shortCell(g.Normal), shortCell(g.Reduction)})
	})
	return s
}

// shortNames are those of spec.md section 5.6.
var shortNames = map[string]string{"max_pool_3x3": "mp", "avg_pool_3x3": "ap", "skip_connect": "sk", "sep_conv_3x3": "s3", "sep_conv_5x5": "s5", "dil_conv_3x3": "d3", "dil_conv_5x5": "d5"}

func shortCell(cell space.GenotypeCell) string {
	var nodes []string
	for _, node := range cell {
		for _, gene := range node {
			nodes = append(nodes, fmt.Sprintf("%s:%d", shortNames[space.DARTS.Operations[gene.Operation]], gene.From))
		}
	}
	return strings.Join(nodes, " ")
}

// releasedLogs are the authors' three retraining logs, as evidence beside the printed numbers.
func (b *builder) releasedLogs() table.Section {
	s := table.Section{Title: "The authors' released retraining logs", Left: 3, Head: []string{"method", "printed\nbest", "log of", "weights M", "error\nbest epoch", "at epoch", "error\nlast epoch", "error, mean of\nlast 10", "error\nepoch 30", "error\nepoch 100"},
		Intro: "Third-party evidence, not runs of this program: what the three logs of the release say, each of the best of four seeds. Their \"valid\" accuracy is of the test images, the printed number the best epoch on them, and nothing is held out. gmnas data get darts-curves brings the curves."}
	if b.embedded {
		return s
	}
	for _, row := range b.Experiment.Rows {
		l := row.Log
		if l == nil {
			continue
		}
		printed := row.Paper[spec.Column{Dataset: "cifar10", Figure: spec.FigureBestError}.ID()]
		s.Rows = append(s.Rows, []string{row.Name, fmt.Sprintf("%.2f", printed.Mean), fmt.Sprintf("seed %d, sub-supernet %d", l.Seed, l.Leaf), fmt.Sprintf("%.6f", l.Params),
			fmt.Sprintf("%.2f", 100-l.Best), fmt.Sprint(l.BestEpoch), fmt.Sprintf("%.2f", 100-l.Last), fmt.Sprintf("%.3f", 100-l.LastTen), fmt.Sprintf("%.2f", 100-l.At30), fmt.Sprintf("%.2f", 100-l.At100)})
	}
	return s
}

// retrainCosts are the means over seeds of what the retraining took.
func (b *builder) retrainCosts() table.Section {
	s := table.Section{Title: "Cost of the retraining", Left: 1, Head: []string{"method", "n", "architectures", "epochs", "of one\ntraining", "TFLOP", "seconds"},
		Intro: "Mean a seed, of all its stages on one worker; what rows share counts in each."}
	for _, row := range b.Experiment.Rows {
		var epochs, flops, seconds []float64
		leaves, one := 0, 0
		for _, search := range b.searches[row.ID] {
			if search.state() != spec.Done {
				continue
			}
			leaves, one = len(search.Leaves), search.Run.Retrain.Epochs
			var e, f, t float64
			for _, c := range search.finalists() {
				e += float64(len(c.points))
				for _, o := range c.rungs {
					if o != nil {
						f += o.Cost.FLOPs / 1e12
						t += o.Cost.Seconds
					}
				}
			}
			epochs, flops, seconds = append(epochs, e), append(flops, f), append(seconds, t)
		}
		if len(epochs) > 0 {
			mean := *mean(epochs)
			s.Rows = append(s.Rows, []string{row.Name, fmt.Sprint(len(epochs)), fmt.Sprint(leaves), fmt.Sprintf("%.0f", mean), fmt.Sprintf("%.2f", mean/float64(one)),
				figureText(average(flops), "%.4g"), figureText(average(seconds), "%.1f")})
		}
	}
	return s
}

// recalls says how often each rule selects the leaf that training all and comparing on held-out records does, or on the test
// images the test's.
func (b *builder) recalls() table.Section {
	s := table.Section{Title: "How often a rule finds the best leaf", Left: 2, Head: []string{"method", "rule", "searches", "found", "95 % interval", "by chance", "mean error", "regret", "epochs"},
		Intro: "found: the rule selects the architecture that has the highest held-out accuracy after the last epoch (max), of the last rule the highest test accuracy. regret: its mean error on the test " +
			"images less that of max; below 0 it does better there. epochs: of retraining that the rule takes, until one architecture is trained to the end."}
	rules := []struct {
		name   string
		pick   func(Search) (int, bool)
		truth  string
		epochs func(Search) int
	}{
		{"supernet accuracy", func(s Search) (int, bool) { return s.selects(spec.RuleSupernet) }, spec.RuleHeldOut, oneTraining},
		{"supernet loss", func(s Search) (int, bool) { return s.selects(spec.RuleSupernetLoss) }, spec.RuleHeldOut, oneTraining},
		{"halving", func(s Search) (int, bool) { return s.selects(spec.SelectHalving) }, spec.RuleHeldOut, func(s Search) int { return s.halved(heldOut).Epochs(s.Run.Select.Rungs) }},
		{"the oracle: highest test accuracy", func(s Search) (int, bool) { return s.selects(spec.RuleTest) }, spec.RuleHeldOut, allTrainings},
		{"the paper's: halving on the test images", Search.selectsOnTest, spec.RuleTest, func(s Search) int { return s.halved(tested).Epochs(s.Run.Select.Rungs) }},
	}
	for _, row := range append([]spec.Row{{Name: "all searches"}}, b.Experiment.Rows...) {
		name := row.Name
		for _, rule := range rules {
			r := recall{}
			b.eachDone(func(of spec.Row, search Search) {
				if of.ID == row.ID || row.ID == "" && search.Run.Searches() {
					r.add(search, rule.pick, rule.truth, rule.epochs)
				}
			})
			if r.n > 0 {
				s.Rows = append(s.Rows, append([]string{name, rule.name}, r.line()...))
				name = ""
			}
		}
	}
	return s
}

func oneTraining(s Search) int  { return s.Run.Retrain.Epochs }
func allTrainings(s Search) int { return len(s.Leaves) * s.Run.Retrain.Epochs }

// recall counts how often a rule finds what it should.
type recall struct {
	n, found              int
	chance                float64
	error, regret, epochs float64 // sums
}

func (r *recall) add(s Search, pick func(Search) (int, bool), truth string, epochs func(Search) int) {
	k, ok := pick(s)
	best, known := s.selects(truth)
	top, complete := s.selects(spec.RuleHeldOut)
	if !ok || !known || !complete {
		return
	}
	list := s.finalists()
	got, ended := list[k].end(s.Run.Select.Rungs)
	want, endedToo := list[top].end(s.Run.Select.Rungs)
	if !ended || !endedToo {
		return
	}
	r.n++
	if list[k].architecture == list[best].architecture {
		r.found++
	}
	r.chance += 1 / float64(len(list))
	r.error += 100 - got.TestAcc
	r.regret += want.TestAcc - got.TestAcc
	r.epochs += float64(epochs(s))
}

func (r recall) line() []string {
	n := float64(r.n)
	interval := "-"
	if i, err := stat.Proportion(r.found, r.n, 0.95); err == nil {
		interval = fmt.Sprintf("%.2f to %.2f", i.Low, i.High)
	}
	regret := r.regret / n
	if math.Abs(regret) < 0.005 {
		regret = 0 // without a sign
	}
	return []string{fmt.Sprint(r.n), fmt.Sprint(r.found), interval, fmt.Sprintf("%.2f", r.chance/n), fmt.Sprintf("%.2f", r.error/n), fmt.Sprintf("%.2f", regret), fmt.Sprintf("%.0f", r.epochs/n)}
}

// finds makes a test of how often a column's rule finds the best leaf, over all searches.
func (b *builder) finds(c spec.Claim) *test {
	t := &test{Comparison: table.Comparison{Measure: "share of searches, half is 0.5"}}
	rule := ""
	for _, column := range b.Experiment.Columns {
		if column.ID() == c.Column {
			rule = column.Rule
		}
	}
	t.What = ruleNames[rule] + " against max"
	var r recall
	b.eachDone(func(_ spec.Row, search Search) {
		if search.Run.Searches() {
			r.add(search, func(s Search) (int, bool) { return s.selects(rule) }, spec.RuleHeldOut, oneTraining)
		}
	})
	hits := r.found
	if c.Check == spec.CheckMisses {
		hits = r.n - r.found
		t.Measure = "share of searches missed, half is 0.5"
	}
	t.N = fmt.Sprintf("%d searches", r.n)
	if b.unready(t, r.n) {
		return t
	}
	chances := make([]float64, r.n)
	for i := range chances {
		chances[i] = 0.5
	}
	return t.hits(count{hits: hits, chances: chances})
}

// errorPanels show every seed's error, a panel for each column of means.
func (b *builder) errorPanels() []table.Scatter {
	var panels []table.Scatter
	for _, c := range b.Experiment.Columns {
		if c.Figure != spec.FigureError {
			continue
		}
		p := table.Scatter{Title: "test error", X: "%, with the 95 % interval of the mean"}
		if c.Rule != "" {
			p.Title = "by " + ruleNames[c.Rule]
		}
		seeds, means, papers := table.Series{Name: "one seed", Mark: table.MarkSeed}, table.Series{Name: "mean", Mark: table.MarkStrong}, table.Series{Name: "paper", Mark: table.MarkPaper}
		for _, row := range b.Experiment.Rows {
			if row.Kind != spec.RowRun && b.Profile != spec.Paper {
				continue // another scale
			}
			cell := b.errorCell(row, c)
			if cell.Asked == 0 && cell.Paper == nil {
				continue
			}
			at := float64(len(p.Rows))
			p.Rows = append(p.Rows, row.Name)
			for _, s := range cell.Seeds {
				seeds.Points = append(seeds.Points, [2]float64{s.Accuracy, at})
			}
			if cell.Mean != nil && cell.Low != nil {
				means.Points = append(means.Points, [2]float64{*cell.Mean, at})
				means.Ranges = append(means.Ranges, [2]float64{*cell.Low, *cell.High})
			}
			if cell.Paper != nil && b.Profile == spec.Paper && !b.embedded {
				papers.Points = append(papers.Points, [2]float64{*cell.Paper, at})
			}
		}
		p.Series = []table.Series{seeds, means, papers}
		panels = append(panels, p)
	}
	span := [2]float64{math.Inf(1), math.Inf(-1)}
	for _, p := range panels {
		for _, s := range p.Series {
			for k, at := range s.Points {
				span[0], span[1] = min(span[0], at[0]), max(span[1], at[0])
				if k < len(s.Ranges) {
					span[0], span[1] = min(span[0], s.Ranges[k][0]), max(span[1], s.Ranges[k][1])
				}
			}
		}
	}
	for i := range panels {
		if span[0] <= span[1] {
			panels[i].Span = span
		}
	}
	if len(panels) == 1 {
		panels = append(panels, b.sizePanel())
	}
	return panels
}

// sizePanel sets the selected architectures' size against their error.
func (b *builder) sizePanel() table.Scatter {
	p := table.Scatter{Title: "size and test error of the selected architectures", X: "weights in the paper's network (M)", Y: "test error (%)"}
	p.Series = []table.Series{{Name: "GM", Mark: table.MarkSeed}, {Name: "Few-Shot", Mark: table.MarkSeed + 1}, {Name: "no search", Mark: table.MarkSeed + 2}}
	b.eachDone(func(row spec.Row, search Search) {
		v, k, ok := search.figure(spec.Column{Figure: spec.FigureError})
		if !ok {
			return
		}
		g, err := space.ParseGenotype(search.finalists()[k].architecture)
		if err != nil {
			return
		}
		series := &p.Series[0]
		switch {
		case search.Run.Random > 0:
			series = &p.Series[2]
		case slices.ContainsFunc(search.Run.Levels, func(l spec.Level) bool { return l.Partition == spec.PartitionExhaustive }):
			series = &p.Series[1]
		}
		series.Points = append(series.Points, [2]float64{float64(g.Params(space.CIFARRetraining)) / 1e6, v})
	})
	return p
}
