// Package report turns recorded outcomes into tables. It needs neither engine nor data, and runs nothing:
//
//	Collect  bindings and outcomes → searches and nulls, by following the plan
//	Build    searches and nulls → table.Table: picks, means, intervals, verdicts, notes
//	Export   the same → table.Export: every recorded value behind that table
//	PageOf   what Build takes, with figure, splits, provenance and settings → render.Page
//	Write    render.Page → HTML, Markdown, LaTeX, CSV, JSON and PNG files
//
// A cell depends on its own row's searches alone (and a null's on the row it draws from), so that adding a row or an
// experiment changes no other cell. Claims alone compare rows, and there alone figures are bold.
package report

import (
	"slices"

	"gmnas/harness/spec"
	"gmnas/report/stat"
	"gmnas/report/table"
)

// Input is an experiment and what is recorded of it in one profile. Its seeds may be others than those it declares.
type Input struct {
	Experiment    spec.Experiment
	Declared      []int64 // seeds, which are those of the printed means; nil where Experiment has them
	Profile       string
	Searches      []Search
	Nulls         []Null
	OtherSettings int     // searches recorded under settings that the experiment doesn't declare any more
	OwnSplits     []Split // that its searches recorded
	Splits        []Split // of an experiment without runs: what others recorded
	Imported      []Imported
}

// Build computes the table. Searches on real and on embedded data never mix: where there is one on real data, the
// others are left out.
func Build(in Input) table.Table {
	if in.Experiment.Over != "" {
		return overSplits(in)
	}
	if in.Experiment.Draws() {
		return drawnCells(in)
	}
	for _, row := range in.Experiment.Rows {
		switch run := row.Runs[in.Profile]; {
		case run.Replays():
			return replays(in)
		case run.Retrains():
			return retrained(in)
		case run.Rank != spec.Rank{}:
			return Rankings(in)
		case run.Pairs > 0:
			return jointPairs(in)
		}
	}
	b := newBuilder(in)
	t := table.Table{
		Label: in.Experiment.Label, Title: in.Experiment.Title, Claim: in.Experiment.Claim,
		Profile: in.Profile, Embedded: b.embedded, Seeds: in.Experiment.Seeds,
		Columns: b.columns(), Axis: in.Experiment.Axis,
	}
	notes := b.notes()
	for _, row := range in.Experiment.Rows {
		if b.embedded && row.Kind != spec.RowRun {
			continue // printed numbers and nulls are about the table
		}
		r := table.Row{ID: row.ID, Name: row.Name, Kind: row.Kind}
		if run, ok := row.Runs[b.Profile]; ok && t.Axis != "" {
			at := run.Position(t.Axis)
			r.At = &at
		}
		for _, column := range t.Columns {
			cell := b.cell(row, column)
			cell.Noted = slices.ContainsFunc(notes, func(n table.Note) bool { return n.Row == row.ID && n.Column == column.ID })
			r.Cells = append(r.Cells, cell)
		}
		r.Noted = noted(notes, row.ID)
		t.Rows = append(t.Rows, r)
		if row.Kind == spec.RowRun {
			t.Picks = append(t.Picks, b.comparePicks(row)...)
			t.Costs = append(t.Costs, b.cost(row))
			t.Against = append(t.Against, b.against(row, t.Columns)...)
		}
	}
	t.Notes = notes
	b.importedRows(&t)
	t.Claims = b.claims()
	t.Facts = b.facts(t)
	return t
}

// builder holds what the parts of a table are computed from.
type builder struct {
	Input
	embedded bool
	leftOut  int                 // embedded searches beside real ones
	among    int                 // comparisons of groups that are corrected together, once claims are decided
	searches map[string][]Search // by row, by seed; of declared seeds
}

func newBuilder(in Input) *builder {
	b := &builder{Input: in, searches: map[string][]Search{}}
	b.takeSearches()
	return b
}

func (b *builder) takeSearches() {
	b.embedded = len(b.Searches) > 0
	for _, s := range b.Searches {
		b.embedded = b.embedded && s.embedded()
	}
	for _, s := range b.Searches {
		if s.embedded() != b.embedded {
			b.leftOut++
			continue
		}
		if slices.Contains(b.Experiment.Seeds, s.Seed) {
			b.searches[s.Row] = append(b.searches[s.Row], s)
		}
	}
	for _, list := range b.searches {
		slices.SortStableFunc(list, func(x, y Search) int { return int(x.Seed - y.Seed) })
	}
}

// columns are the declared ones, or those of the embedded set.
func (b *builder) columns() []table.Column {
	var columns []table.Column
	if b.embedded {
		for _, split := range []string{"valid", "test"} {
			set := b.Searches[0].Run.Evaluate.Data.Set
			columns = append(columns, table.Column{ID: set + "/" + split, Dataset: set, Split: split})
		}
		return columns
	}
	for _, c := range b.Experiment.Columns {
		columns = append(columns, table.Column{ID: c.ID(), Dataset: c.Dataset, Split: c.Split, Transfer: c.Dataset != b.searchedOn()})
	}
	return columns
}

// searchedOn is the data set of the declared searches.
func (in Input) searchedOn() string {
	for _, row := range in.Experiment.Rows {
		if run, ok := row.Runs[in.Profile]; ok {
			return run.Data.Set
		}
	}
	return ""
}

// declared are the seeds that the printed means are of.
func (b *builder) declared() []int64 {
	if b.Declared != nil {
		return b.Declared
	}
	return b.Experiment.Seeds
}

func (b *builder) cell(row spec.Row, column table.Column) table.Cell {
	cell := table.Cell{Column: column.ID}
	paper, printed := row.Paper[column.ID]
	if printed {
		cell.Paper = &paper.Mean
		if paper.HasStd {
			cell.PaperStd = &paper.Std
		}
	}
	switch row.Kind {
	case spec.RowRun:
		b.fillSearched(&cell, row, column)
	case spec.RowImported:
		i, _ := b.elsewhere(row.ID)
		fillSeeds(&cell, i.Searches, b.images(column))
		cell.Asked = len(i.Searches)
	case spec.RowNull:
		b.fillNull(&cell, row.ID)
	case spec.RowOptimal:
		if best, single, ok := b.optimum(column.ID); ok {
			cell.Mean = &best
			if printed {
				difference := best - paper.Mean
				cell.Difference = &difference
				cell.Verdict, cell.Reason = judgeOptimum(difference, row.Tolerance, single)
			}
		}
	}
	return cell
}

// fillSearched describes the seeds' accuracies and judges their mean.
func (b *builder) fillSearched(cell *table.Cell, row spec.Row, column table.Column) {
	cell.Asked = len(b.Experiment.Seeds)
	sample := fillSeeds(cell, b.searches[row.ID], b.images(column))
	if cell.Paper == nil && !b.embedded {
		return
	}
	c := comparison{values: sample, asked: cell.Asked, printed: len(b.declared()), tolerance: row.Tolerance, profile: b.Profile, embedded: b.embedded}
	if column.Transfer {
		c.searchedOn = b.searchedOn()
	}
	if paper, ok := row.Paper[column.ID]; ok {
		c.paper = paper
		if cell.Mean != nil {
			difference := *cell.Mean - paper.Mean
			cell.Difference = &difference
		}
	}
	cell.Verdict, cell.Reason = judge(c)
}

// fillSeeds describes the seeds' accuracies: those of the architectures that the main rule picks.
func fillSeeds(cell *table.Cell, searches []Search, images int) stat.Sample {
	for _, s := range searches {
		switch s.state() {
		case spec.Diverged:
			cell.Diverged++
		case spec.Failed:
			cell.Failed++
		case spec.Done:
			p := s.pick(spec.RuleTableValid)
			if accuracy, ok := p.accuracy[cell.Column]; ok && finite(accuracy) {
				cell.Seeds = append(cell.Seeds, table.Seed{
					Seed: s.Seed, Accuracy: accuracy, Architecture: s.Leaves[p.leaf].Derive.Derive.Architecture,
					Leaf: p.leaf, Stage: string(p.evaluate.Key),
				})
			}
		}
	}
	values := make([]float64, len(cell.Seeds))
	for i, s := range cell.Seeds {
		values[i] = s.Accuracy
	}
	sample := stat.NewSample(values)
	describe(cell, sample, images)
	return sample
}
