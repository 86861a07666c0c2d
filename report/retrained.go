package report

import (
	"fmt"
	"slices"

	"gmnas/harness/spec"
	"gmnas/report/stat"
	"gmnas/report/table"
)

// retrained builds the table of an experiment whose architectures are retrained and selected (Tables 4 and 8).
func retrained(in Input) table.Table {
	b := newBuilder(in)
	t := table.Table{
		Label: in.Experiment.Label, Title: in.Experiment.Title, Claim: in.Experiment.Claim, Profile: in.Profile, Embedded: b.embedded,
		Seeds: in.Experiment.Seeds, Measure: &retrainMeasure, Notes: b.notes(),
	}
	columns := slices.Clone(in.Experiment.Columns)
	for i := range columns {
		for k := range t.Notes {
			if b.embedded && t.Notes[k].Column == columns[i].ID() {
				t.Notes[k].Column = onEmbedded(columns[i]).ID()
			}
		}
		if b.embedded {
			columns[i] = onEmbedded(columns[i])
		}
		t.Columns = append(t.Columns, errorColumn(columns[i]))
	}
	for _, row := range in.Experiment.Rows {
		if b.embedded && row.Kind != spec.RowRun {
			continue // printed numbers are of CIFAR-10
		}
		line := table.Row{ID: row.ID, Name: row.Name, Kind: row.Kind, Noted: noted(t.Notes, row.ID)}
		for _, c := range columns {
			cell := b.errorCell(row, c)
			cell.Noted = slices.ContainsFunc(t.Notes, func(n table.Note) bool { return n.Row == row.ID && n.Column == c.ID() })
			line.Cells = append(line.Cells, cell)
		}
		t.Rows = append(t.Rows, line)
		if run, ok := row.Runs[b.Profile]; ok && run.Searches() {
			t.Costs = append(t.Costs, b.cost(row))
		}
	}
	b.curveRows(&t, in.Experiment.Columns)
	t.Claims = b.claims()
	t.Sections = []table.Section{b.everyRetrained(), b.found()}
	if b.selectsAll() {
		t.Sections = append([]table.Section{b.recalls()}, t.Sections...)
	} else {
		t.Sections = append(t.Sections, b.releasedLogs())
	}
	t.Sections = append(t.Sections, b.retrainCosts())
	t.Scatters = b.errorPanels()
	t.Facts = b.retrainFacts(t)
	return t
}

var retrainMeasure = table.Measure{
	Title: "Test errors of retrained architectures",
	Intro: "100 - accuracy on the test images after the last epoch, in percent: best of the seeds, and mean ± std over them; the paper's printed value in brackets. " +
		"no search: random architectures, retrained and selected like a search's. †: see the notes.",
	Claims: "Each statement with the check that decides on it, about the runs of this profile. holds, contradicted: the corrected p is 0.05 or less. value: for errors, what the " +
		"claim says is higher less what it says is lower. p: exact Mann-Whitney of the seeds, or of the count. p paired: exact, by the signs of the differences on common seeds. " +
		"p Holm: p corrected for all comparisons of this page.",
	Verdicts: "Searched rows beside the printed values. reproduced: the mean is within the declared tolerance. differs: the 95 % interval of the difference lies outside it, in the paper's " +
		"own protocol. In other profiles networks and trainings are smaller, and errors are on another scale.",
	Decimals: 2,
}

// onEmbedded is the column of what ran on the embedded set.
func onEmbedded(c spec.Column) spec.Column {
	c.Dataset = spec.Synthetic
	return c
}

// ruleNames are how pages name the rules.
var ruleNames = map[string]string{
	spec.RuleSupernet: "supernet accuracy", spec.RuleSupernetLoss: "supernet loss", spec.RuleHeldOut: "max", spec.SelectHalving: "halving",
}

func errorColumn(c spec.Column) table.Column {
	column := table.Column{ID: c.ID(), Dataset: "error", Split: map[string]string{spec.FigureBestError: "best", spec.FigureError: "mean"}[c.Figure]}
	atMostThree, atMostFour := -3, -4
	switch {
	case c.Figure == spec.FigureParams:
		column.Dataset, column.Split = "weights", "M"
		column.Decimals = &atMostThree
	case c.Figure == spec.FigureDays:
		column.Dataset, column.Split = "search", "days"
		column.Decimals = &atMostFour
	case c.Rule != "":
		column.Dataset = ruleNames[c.Rule]
	}
	return column
}

// selectsAll reports whether the searches train all their architectures to the end.
func (b *builder) selectsAll() bool {
	return slices.ContainsFunc(b.Experiment.Rows, func(r spec.Row) bool { return r.Runs[b.Profile].Select.Rule == spec.SelectAll })
}

func (b *builder) errorCell(row spec.Row, c spec.Column) table.Cell {
	cell := table.Cell{Column: c.ID()}
	paper, printed := row.Paper[c.ID()]
	if printed = printed && !b.embedded; printed { // it is of CIFAR-10
		cell.Paper = &paper.Mean
		if paper.HasStd {
			cell.PaperStd = &paper.Std
		}
	}
	if row.Kind != spec.RowRun {
		return cell
	}
	if run := row.Runs[b.Profile]; run.Random > 0 && (c.Rule == spec.RuleSupernet || c.Rule == spec.RuleSupernetLoss) {
		cell.Why = "there is no supernet"
		return cell
	}
	cell.Asked = len(b.Experiment.Seeds)
	var values []float64
	for _, s := range b.searches[row.ID] {
		switch s.state() {
		case spec.Diverged:
			cell.Diverged++
		case spec.Failed:
			cell.Failed++
		case spec.Done:
			if v, k, ok := s.figure(c); ok && finite(v) {
				values = append(values, v)
				chosen := s.finalists()[k]
				cell.Seeds = append(cell.Seeds, table.Seed{Seed: s.Seed, Accuracy: v, Architecture: chosen.architecture, Leaf: k, Stage: string(chosen.rungs[len(chosen.rungs)-1].Key)})
			}
		}
	}
	sample := stat.NewSample(values)
	if c.Figure == spec.FigureBestError {
		cell.N = sample.N()
		if low, _, err := sample.Range(); err == nil {
			cell.Mean = &low
		}
	} else {
		images := 0
		if c.Figure == spec.FigureError {
			images = row.Runs[b.Profile].Retrain.Test
		}
		describe(&cell, sample, images)
	}
	if cell.Mean != nil && printed {
		d := *cell.Mean - paper.Mean
		cell.Difference = &d
	}
	if printed && (c.Figure == spec.FigureError || c.Figure == spec.FigureBestError) {
		cell.Verdict, cell.Reason = b.judgeError(row, c, cell, sample)
	}
	return cell
}

// judgeError compares an error with the printed one; the best of the seeds is one number without a spread.
func (b *builder) judgeError(row spec.Row, c spec.Column, cell table.Cell, sample stat.Sample) (table.Verdict, string) {
	switch {
	case cell.N == 0:
		return table.NotRun, "no seed has a value"
	case b.Profile != spec.Paper:
		return table.NotComparable, "retrained at the scale of profile " + b.Profile
	case c.Figure == spec.FigureError:
		return judge(comparison{values: sample, asked: cell.Asked, printed: len(b.declared()), paper: row.Paper[c.ID()], tolerance: row.Tolerance, profile: b.Profile})
	case cell.N < cell.Asked:
		return table.CannotTell, fmt.Sprintf("%d of %d seeds", cell.N, cell.Asked)
	case *cell.Difference <= row.Tolerance && *cell.Difference >= -row.Tolerance:
		return table.Reproduced, fmt.Sprintf("within ±%.4g, the best of %d", row.Tolerance, cell.N)
	}
	return table.CannotTell, "the best of a few seeds has no interval"
}

// retrainFacts are the header.
func (b *builder) retrainFacts(t table.Table) []table.Fact {
	facts := []table.Fact{b.profile()}
	run, ok := b.retraining()
	if !ok {
		return append(facts, b.recorded(t))
	}
	r := run.Retrain
	scale := table.Fact{Name: "retraining", Text: fmt.Sprintf("%d epochs on %d records of %s%s, C = %d, %d cells", r.Epochs, r.Data.Records-r.HeldOut, r.Data.Set, pooled(r.Data.Pool), r.Net.Channels, r.Net.Cells)}
	if b.Profile != spec.Paper || b.embedded {
		scale.Warn = true
		scale.Text += "; errors are on the scale of such networks. The printed ones are of 600 epochs on 50,000, C = 36, 20 cells, so none is comparable"
	}
	facts = append(facts, scale)
	if b.embedded {
		facts = append(facts, table.Fact{Name: "embedded set", Warn: true, Text: "searched and retrained on the embedded synthetic images; make data gets CIFAR-10 (170 MB)"})
	}
	facts = append(facts, b.left()...)
	selection := fmt.Sprintf("successive halving after epochs %v", run.Select.Rungs)
	if run.Select.Rule == spec.SelectAll {
		selection = fmt.Sprintf("all are trained, so that every rule can be held against the best; halving compares after epochs %v", run.Select.Rungs)
	}
	facts = append(facts, table.Fact{Name: "selection", Text: fmt.Sprintf("of one architecture among a search's leaves: %s, by the accuracy on %d held-out training records. The test records decide nothing", selection, r.HeldOut)})
	return append(facts, b.outcomes(t)...)
}

// retraining is the run of the first row that retrains, as it was recorded where it was on the embedded set.
func (b *builder) retraining() (spec.Run, bool) {
	for _, row := range b.Experiment.Rows {
		if run, ok := row.Runs[b.Profile]; ok && run.Retrains() {
			if b.embedded {
				run = run.OnEmbedded(b.Experiment.Embedded[b.Profile])
			}
			return run, true
		}
	}
	return spec.Run{}, false
}
