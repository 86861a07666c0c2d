package report

import (
	"fmt"
	"slices"

	"gmnas/harness/spec"
	"gmnas/nasbench/space"
	"gmnas/report/stat"
	"gmnas/report/table"
)

// facts are the header: what the numbers are, and what keeps them from being more.
func (b *builder) facts(t table.Table) []table.Fact {
	facts := []table.Fact{b.profile()}
	if b.embedded {
		facts = append(facts, table.Fact{Name: "embedded set", Warn: true, Text: "searched on the embedded synthetic images; the accuracies are of the " +
			"found architectures trained on them at that scale, not looked up, so no printed value is comparable. " +
			"make data gets CIFAR-10 (170 MB) and the table (8 MB)"})
	} else if set := b.searchedOn(); set != "" {
		fact := table.Fact{Name: "search", Text: "ran on " + set}
		if slices.ContainsFunc(t.Columns, func(c table.Column) bool { return c.Transfer }) {
			fact.Text += "; the other data sets' columns are transfers: the same architectures, looked up"
		}
		facts = append(facts, fact)
	}
	facts = append(facts, b.left()...)
	facts = append(facts, table.Fact{Name: "pick", Text: "one architecture among the leaves by " + b.evaluation() + " validation accuracy on the data set of the search; " +
		"below, other ways to pick"})
	return append(facts, b.outcomes(t)...)
}

// outcomes are the header's end: what is recorded, how it was judged, and where it is from.
func (b *builder) outcomes(t table.Table) []table.Fact {
	facts := []table.Fact{b.recorded(t)}
	if tally, ok := b.tally(t); ok {
		facts = append(facts, tally)
	}
	if n := len(b.Experiment.Seeds); n > 1 {
		facts = append(facts, table.Fact{Name: "statistics", Text: "mean ± sample standard deviation over seeds. " + b.bold(n)})
	}
	return append(facts, sourceFacts(b.sources(""))...)
}

// bold says when a figure is bold, and whether so many seeds can make one so among so many comparisons.
func (b *builder) bold(n int) string {
	among := b.among
	switch {
	case b.embedded:
		return "No claim is decided on the embedded set, so nothing is bold"
	case among == 0:
		return "No claim compares groups of seeds, so nothing is bold"
	}
	smallest := stat.SmallestP(n, n)
	text := fmt.Sprintf("Under Claims a difference is bold where its p is %g or less after correction for %d; accuracies never are, as each stands for its own row alone. "+
		"The smallest exact two-sided Mann-Whitney p of %d + %d seeds is %.2g, %.2g after the correction: ", significant, among, n, n, smallest, min(1, smallest*float64(among)))
	if level := significant / float64(among); smallest > level {
		return text + fmt.Sprintf("n = %d cannot decide, n = %d could", n, stat.NeededAtLeast(1, level))
	}
	return text + fmt.Sprintf("n = %d can decide", n)
}

// left are the searches that the table leaves out, or takes in beyond the declared ones.
func (b *builder) left() []table.Fact {
	var facts []table.Fact
	if !slices.Equal(b.declared(), b.Experiment.Seeds) {
		facts = append(facts, table.Fact{Name: "seeds", Text: fmt.Sprintf("%s: more than the declared %s, which the printed means are of", list(b.Experiment.Seeds), list(b.declared()))})
	}
	if b.leftOut > 0 {
		facts = append(facts, table.Fact{Name: "left out", Warn: true, Text: fmt.Sprintf("%d searches on the embedded set, as the two never mix", b.leftOut)})
	}
	if b.OtherSettings > 0 {
		facts = append(facts, table.Fact{Name: "left out", Warn: true, Text: fmt.Sprintf("%d searches recorded under other settings than the experiment now declares, or in another precision", b.OtherSettings)})
	}
	return facts
}

func (b *builder) evaluation() string {
	if b.embedded {
		return "from-scratch"
	}
	return "table"
}

func (b *builder) profile() table.Fact {
	f := table.Fact{Name: "profile", Text: b.Profile}
	for _, row := range b.Experiment.Rows {
		run, ok := row.Runs[b.Profile]
		if !ok {
			continue
		}
		data := run.Data
		if b.embedded {
			data = b.Searches[0].Run.Data
		}
		cells := fmt.Sprintf("N = %d", run.Net.Cells)
		if run.Space == space.DARTS.Name {
			cells = fmt.Sprintf("%d cells", run.Net.Cells)
		}
		f.Text += fmt.Sprintf(": %d records of %s%s, C = %d, %s", data.Records, data.Set, pooled(data.Pool), run.Net.Channels, cells)
		if run.Precision != spec.Float32 {
			f.Text += fmt.Sprintf(", convolutions in %s", run.Precision)
		}
		break
	}
	if b.Profile != spec.Paper {
		f.Warn = true
		f.Text += ". Not the paper's protocol"
	}
	return f
}

func (b *builder) recorded(t table.Table) table.Fact {
	finished, declared := 0, 0
	for _, row := range b.Experiment.Rows {
		if row.Kind != spec.RowRun {
			continue
		}
		declared += len(b.Experiment.Seeds)
		for _, s := range b.searches[row.ID] {
			if s.state() == spec.Done {
				finished++
			}
		}
	}
	f := table.Fact{Name: "recorded", Warn: finished < declared, Text: fmt.Sprintf("%d of %d searches (%d seeds a method)", finished, declared, len(t.Seeds))}
	if slices.ContainsFunc(b.Experiment.Rows, func(r spec.Row) bool { return r.Runs[b.Profile].Replays() }) {
		f.Text = fmt.Sprintf("%d of %d replays", finished, declared)
	}
	return f
}

// tally counts the verdicts of the searched rows; false where there is none.
func (b *builder) tally(t table.Table) (table.Fact, bool) {
	count := map[table.Verdict]int{}
	for _, row := range t.Rows {
		for _, cell := range row.Cells {
			if row.Kind == spec.RowRun && cell.Verdict != "" {
				count[cell.Verdict]++
			}
		}
	}
	text := ""
	for _, v := range []table.Verdict{table.Reproduced, table.Differs, table.CannotTell, table.NotComparable, table.NotRun} {
		if text != "" {
			text += ", "
		}
		text += fmt.Sprintf("%d %s", count[v], v)
	}
	return table.Fact{Name: "verdicts", Text: text}, len(count) > 0
}
