package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"gmnas/harness/plan"
	"gmnas/harness/spec"
	"gmnas/report/rank"
	"gmnas/report/stat"
	"gmnas/report/table"
)

// Imported is evidence from elsewhere. Found architectures have a search a seed, of the recorded look-ups that judge them.
type Imported struct {
	spec.Evidence
	Searches []Search
}

// Import adds evidence, which changes no other row.
func (in *Input) Import(list []spec.Evidence, lookup plan.Lookup) {
	for _, e := range list {
		one := Imported{Evidence: e}
		for i, leaves := range e.Stages() {
			s := Search{Row: e.Row, Seed: e.Found[i].Seed, Complete: true}
			s.Run.Data.Set = in.searchedOn()
			s.Run.Evaluate = spec.Evaluate{By: spec.ByTable, Table: e.Table}
			for _, stage := range leaves {
				leaf := Leaf{Derive: &spec.Outcome{State: spec.Done, Derive: &spec.Derived{Architecture: stage.Evaluate.Architecture}}}
				if o, ok := lookup(stage.Key()); ok {
					leaf.Evaluate = &o
				}
				s.Complete = s.Complete && done(leaf.Evaluate)
				s.Leaves = append(s.Leaves, leaf)
			}
			one.Searches = append(one.Searches, s)
		}
		in.Imported = append(in.Imported, one)
	}
}

// declared is the row that shows it.
func (i Imported) declared() spec.Row {
	return spec.Row{ID: i.Row, Name: i.Name, Kind: spec.RowImported}
}

// leaves is the number of architectures that each seed has, 0 where they don't have the same.
func (i Imported) leaves() int {
	n := 0
	for k, f := range i.Found {
		if k > 0 && len(f.Architectures) != n {
			return 0
		}
		n = len(f.Architectures)
	}
	return n
}

// note says where the row comes from.
func (i Imported) note() table.Note {
	text := fmt.Sprintf("imported from %s (SHA-256 %s, %d bytes), third-party evidence: ", i.File, i.SHA256, i.Bytes)
	switch i.Kind {
	case spec.EvidenceArchitectures:
		text += "its architectures were found elsewhere and are judged by the same look-up as those found here"
	case spec.EvidencePredictions:
		text += "its predictions were made elsewhere and are ranked against the same true accuracies"
	case spec.EvidenceCurve:
		text += "its accuracies are that file's, and nothing of it was computed here"
	}
	if i.Encoding != "" {
		text += ". Encoding: " + i.Encoding
	}
	return table.Note{Row: i.Row, Text: text}
}

// ofKind are the imported rows of a kind. Beside results on the embedded set there are none: they are about the real data.
func (b *builder) ofKind(kind string) []Imported {
	var list []Imported
	for _, i := range b.Imported {
		if i.Kind == kind && !b.embedded {
			list = append(list, i)
		}
	}
	return list
}

// elsewhere are the imported architectures of a row.
func (b *builder) elsewhere(row string) (Imported, bool) {
	for _, i := range b.ofKind(spec.EvidenceArchitectures) {
		if i.Row == row {
			return i, true
		}
	}
	return Imported{}, false
}

// importedRows are the lines of found architectures, below the declared ones.
func (b *builder) importedRows(t *table.Table) {
	for _, i := range b.ofKind(spec.EvidenceArchitectures) {
		row := i.declared()
		line := table.Row{ID: row.ID, Name: row.Name, Kind: row.Kind, Noted: true}
		for _, column := range t.Columns {
			line.Cells = append(line.Cells, b.cell(row, column))
		}
		t.Rows = append(t.Rows, line)
		t.Notes = append(t.Notes, i.note())
		t.Against = append(t.Against, b.against(row, t.Columns)...)
	}
}

// curveRows are the lines of retrainings elsewhere, a seed each, below the declared ones. Their errors are claims.
func (b *builder) curveRows(t *table.Table, columns []spec.Column) {
	rows := map[string][]Imported{}
	for _, i := range b.ofKind(spec.EvidenceCurve) {
		rows[i.Row] = append(rows[i.Row], i)
	}
	for _, id := range slices.Sorted(maps.Keys(rows)) {
		seeds := rows[id]
		slices.SortFunc(seeds, func(x, y Imported) int { return cmp.Compare(x.Claim.Seed, y.Claim.Seed) })
		line := table.Row{ID: id, Name: seeds[0].Name, Kind: spec.RowImported, Noted: true}
		for _, c := range columns {
			line.Cells = append(line.Cells, claimedCell(c, seeds))
		}
		t.Rows = append(t.Rows, line)
		for _, i := range seeds {
			n := i.note()
			last := i.Claim.Curve[len(i.Claim.Curve)-1]
			n.Text += fmt.Sprintf("; seed %d, %d epochs, %.2f %% after the last one", i.Claim.Seed, len(i.Claim.Curve), last.TestAcc)
			t.Notes = append(t.Notes, n)
		}
	}
}

// claimedCell is a figure of retrainings elsewhere: errors after the last epoch, the best of the seeds among them, and weights.
func claimedCell(c spec.Column, seeds []Imported) table.Cell {
	cell := table.Cell{Column: c.ID(), Asked: len(seeds)}
	if c.Rule != "" {
		return cell // nothing was selected
	}
	var values []float64
	for _, i := range seeds {
		v := 100 - i.Claim.Curve[len(i.Claim.Curve)-1].TestAcc
		switch c.Figure {
		case spec.FigureParams:
			if i.Claim.Params == 0 {
				continue
			}
			v = float64(i.Claim.Params) / 1e6
		case spec.FigureError, spec.FigureBestError:
		default:
			continue
		}
		values = append(values, v)
		cell.Seeds = append(cell.Seeds, table.Seed{Seed: i.Claim.Seed, Accuracy: v, Architecture: i.Claim.Architecture})
	}
	sample := stat.NewSample(values)
	if c.Figure != spec.FigureBestError {
		describe(&cell, sample, 0)
		return cell
	}
	cell.N = sample.N()
	if low, _, err := sample.Range(); err == nil {
		cell.Mean = &low
	}
	return cell
}

// rivals are the imported predictions.
func (b *builder) rivals() []Rival {
	var list []Rival
	for _, i := range b.ofKind(spec.EvidencePredictions) {
		r := Rival{ID: i.Row, Name: i.Name, Kind: spec.RowImported}
		for _, p := range i.Predictions {
			r.Architectures = append(r.Architectures, rank.Architecture(p))
		}
		list = append(list, r)
	}
	return list
}
