package report

import (
	"fmt"

	"gmnas/harness/plan"
	"gmnas/harness/spec"
	"gmnas/report/rank"
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

// found are the imported architectures of a row.
func (b *builder) found(row string) (Imported, bool) {
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
