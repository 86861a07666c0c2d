package report

import (
	"fmt"
	"math"
	"slices"

	"gmnas/harness/spec"
	"gmnas/report/table"
)

// replays builds the table of an experiment that replays successive halving on recorded curves.
func replays(in Input) table.Table {
	b := newBuilder(in)
	t := table.Table{
		Label: in.Experiment.Label, Title: in.Experiment.Title, Claim: in.Experiment.Claim, Profile: in.Profile,
		Seeds: in.Experiment.Seeds, Measure: &replayMeasure, Notes: b.notes(),
	}
	for _, c := range in.Experiment.Columns {
		column := table.Column{ID: c.ID(), Dataset: replayHeads[c.Figure][0], Split: replayHeads[c.Figure][1]}
		if c.Figure == spec.FigureEpochs {
			column.Decimals = new(int)
		}
		t.Columns = append(t.Columns, column)
	}
	for _, row := range in.Experiment.Rows {
		line := table.Row{ID: row.ID, Name: row.Name, Kind: row.Kind, Noted: noted(t.Notes, row.ID)}
		for _, c := range in.Experiment.Columns {
			line.Cells = append(line.Cells, b.replayCell(row, c))
		}
		t.Rows = append(t.Rows, line)
	}
	t.Claims = b.replayClaims()
	t.Sections = []table.Section{b.replayLines()}
	t.Scatters = b.replayPanels()
	t.Facts = append(b.left(), b.recorded(t))
	if first := in.Experiment.Rows[0].ID; len(b.searches[first]) > 0 {
		if r, ok := b.replayed(first); ok {
			t.Facts = append(t.Facts, table.Fact{Name: "curves", Text: fmt.Sprintf("%d, of random architectures that others trained, SHA-256 %s; the error of one is %.2f "+
				"(95 %% interval of the mean %.2f to %.2f), which is what no search gives", r.Curves, spec.Key(b.searches[first][0].Run.Replay.Hash).Short(),
				r.Last.Chance.Mean, r.Last.Chance.Low, r.Last.Chance.High)})
		}
	}
	t.Facts = append(t.Facts, table.Fact{Name: "selection", Warn: true, Text: "by the accuracy on the test images, which is also what is shown: better than an honest selection can be"})
	t.Facts = append(t.Facts, sourceFacts(b.sources(""))...)
	return t
}

var replayMeasure = table.Measure{
	Title: "What successive halving picks",
	Intro: "Means over pools of curves drawn at random. recall: pools whose best curve is picked. regret: what the pick is behind the best. error: 100 - accuracy of the pick. " +
		"Accuracies are those after the last epoch. epochs: trained for a pool; one training takes 600. †: see the notes.",
	Claims: "value: difference of the two means. 95 % interval: from both jackknife intervals as if they were independent, which is too wide, as the pools are the same. " +
		"holds: the interval lies within the declared points; contradicted: outside.",
	Verdicts: "Beside the printed values.",
	Decimals: 2,
}

// replayHeads are the columns' heads by figure.
var replayHeads = map[string][2]string{
	spec.FigureRecall: {"recall", "% of pools"}, spec.FigureRegret: {"regret", "points"},
	spec.FigureError: {"error of the pick", "%"}, spec.FigureEpochs: {"epochs", "a pool"},
}

// replayed is the row's recorded replay.
func (b *builder) replayed(row string) (spec.Replayed, bool) {
	for _, s := range b.searches[row] {
		if s.state() == spec.Done && done(s.Replay) {
			return *s.Replay.Replay, true
		}
	}
	return spec.Replayed{}, false
}

// estimate is a replay's figure by a curve's last epoch.
func estimate(r spec.Replayed, figure string) spec.Estimate {
	switch figure {
	case spec.FigureRecall:
		return r.Last.Recall
	case spec.FigureRegret:
		return r.Last.Regret
	case spec.FigureError:
		return r.Last.Error
	}
	epochs := float64(r.Epochs)
	return spec.Estimate{Mean: epochs, Low: epochs, High: epochs}
}

func (b *builder) replayCell(row spec.Row, c spec.Column) table.Cell {
	cell := table.Cell{Column: c.ID(), Asked: 1}
	paper, printed := row.Paper[c.ID()]
	if printed {
		cell.Paper = &paper.Mean
	}
	r, ok := b.replayed(row.ID)
	if !ok {
		return cell
	}
	e := estimate(r, c.Figure)
	cell.N, cell.Mean, cell.Low, cell.High = 1, &e.Mean, &e.Low, &e.High
	if printed {
		d := e.Mean - paper.Mean
		cell.Difference = &d
		cell.Verdict, cell.Reason = table.Differs, "another number of epochs"
		if d == 0 {
			cell.Verdict, cell.Reason = table.Reproduced, "exactly"
		}
	}
	return cell
}

// replayLines has both kinds of truth with their intervals.
func (b *builder) replayLines() table.Section {
	s := table.Section{Title: "In detail", Left: 2, Head: []string{"schedule", "true accuracy", "recall %", "regret", "error", "error of a\nrandom one", "epochs", "of one\ntraining"},
		Intro: "In brackets the 95 % interval, jackknife over the curves: what others of the same kind could have given. true accuracy: that after the last epoch, " +
			"or the best of all epochs, as the paper reports it."}
	text := func(e spec.Estimate, low, high float64) string {
		if e.Low == e.Mean && e.High == e.Mean {
			return fmt.Sprintf("%.2f", e.Mean)
		}
		return fmt.Sprintf("%.2f (%.2f to %.2f)", e.Mean, max(low, e.Low), min(high, e.High))
	}
	for _, row := range b.Experiment.Rows {
		r, ok := b.replayed(row.ID)
		if !ok {
			continue
		}
		epochs := b.epochs(row)
		for k, h := range []spec.Halved{r.Last, r.Best} {
			line := []string{row.Name, "last epoch", text(h.Recall, 0, 100), text(h.Regret, 0, 100), text(h.Error, 0, 100), text(h.Chance, 0, 100), fmt.Sprint(r.Epochs), fmt.Sprintf("%.2f", float64(r.Epochs)/epochs)}
			if k == 1 {
				line[0], line[1], line[6], line[7] = "", "best epoch", "", ""
			}
			s.Rows = append(s.Rows, line)
		}
	}
	return s
}

// epochs of one whole training in a row.
func (b *builder) epochs(row spec.Row) float64 {
	rungs := row.Runs[b.Profile].Replay.Rungs
	return float64(rungs[len(rungs)-1])
}

// replayClaims holds the interval of a difference against the declared points.
func (b *builder) replayClaims() []table.Claim {
	var list []table.Claim
	for _, c := range b.Experiment.Claims {
		claim := table.Claim{Text: c.Text, Check: c.Check}
		for _, than := range c.Than {
			claim.Comparisons = append(claim.Comparisons, b.compareReplays(c, than))
		}
		claim.Verdict = overall(claim.Comparisons)
		list = append(list, claim)
	}
	return list
}

func (b *builder) compareReplays(c spec.Claim, than string) table.Comparison {
	x, _ := b.Experiment.Row(than)
	y, _ := b.Experiment.Row(c.Row)
	t := test{Comparison: table.Comparison{What: x.Name + " - " + y.Name, Measure: "difference of means"}, within: c.Within}
	figure := ""
	for _, column := range b.Experiment.Columns {
		if column.ID() == c.Column {
			figure = column.Figure
			t.Measure += ", " + replayHeads[figure][0]
		}
	}
	a, okA := b.replayed(than)
	d, okD := b.replayed(c.Row)
	t.N = fmt.Sprintf("%d curves", a.Curves)
	if !okA || !okD {
		t.Verdict, t.Reason = table.NotRun, "a side is not recorded"
		return t.decide()
	}
	e, f := estimate(a, figure), estimate(d, figure)
	difference := e.Mean - f.Mean
	half := math.Hypot(e.High-e.Mean, f.High-f.Mean)
	low, high := difference-half, difference+half
	t.Figure, t.Low, t.High = &difference, &low, &high
	return t.decide()
}

// replayPanels show what the schedules find, the cheapest on top. Only pools of the first row's size are comparable.
func (b *builder) replayPanels() []table.Scatter {
	type line struct {
		name string
		spec.Replayed
	}
	first := b.Experiment.Rows[0]
	run := first.Runs[b.Profile].Replay
	var lines []line
	for _, row := range b.Experiment.Rows {
		other := row.Runs[b.Profile].Replay
		if r, ok := b.replayed(row.ID); ok && other.Pool == run.Pool && other.Curves == run.Curves {
			lines = append(lines, line{row.Name, r})
		}
	}
	slices.SortStableFunc(lines, func(x, y line) int { return x.Epochs - y.Epochs })
	var panels []table.Scatter
	for _, figure := range []string{spec.FigureRecall, spec.FigureError} {
		p := table.Scatter{Title: replayHeads[figure][0], X: replayHeads[figure][1] + ", 95 % interval"}
		papers := table.Series{Name: "the paper's schedule", Mark: table.MarkPaper}
		others := table.Series{Name: "others", Mark: table.MarkSeed}
		random := table.Series{Name: "no selection", Mark: table.MarkSeed + 1}
		add := func(s *table.Series, name string, e spec.Estimate) {
			s.Points = append(s.Points, [2]float64{e.Mean, float64(len(p.Rows))})
			s.Ranges = append(s.Ranges, [2]float64{e.Low, e.High})
			p.Rows = append(p.Rows, name)
		}
		if len(lines) > 0 {
			chance := lines[0].Last.Chance
			if figure == spec.FigureRecall {
				share := 100 / float64(run.Pool)
				chance = spec.Estimate{Mean: share, Low: share, High: share}
			}
			add(&random, fmt.Sprintf("one at random: %.0f epochs", b.epochs(first)), chance)
		}
		for _, l := range lines {
			s := &others
			if l.name == first.Name {
				s = &papers
			}
			add(s, fmt.Sprintf("%s: %d", l.name, l.Epochs), estimate(l.Replayed, figure))
		}
		p.Series = []table.Series{others, papers, random}
		panels = append(panels, p)
	}
	return panels
}
