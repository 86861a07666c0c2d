package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gmnas/harness/spec"
	"gmnas/report/table"
)

// source is one kind of thing that numbers were computed from or with, and all of it that there is. More than one is a mix.
type source struct {
	name, plural string
	of           []string
}

// sources are those of a row, or of all rows where row is empty.
func (b *builder) sources(row string) []source {
	var provenance []spec.Provenance
	data, tables, retrained := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, s := range b.of(row) {
		for _, o := range s.Stages {
			if o.State != spec.Failed && !o.LooksUp() { // it gave no number, or that of the table alone
				provenance = append(provenance, o.Provenance)
			}
		}
		text := func(d spec.Data) string {
			return fmt.Sprintf("%s, first %d records%s, SHA-256 %s", d.Set, d.Records, pooled(d.Pool), spec.Key(d.Hash).Short())
		}
		if s.Run.Searches() {
			data[text(s.Run.Data)] = true
		}
		if s.Run.Retrains() {
			retrained[text(s.Run.Retrain.Data)] = true
		}
		if s.Run.Evaluate.By == spec.ByTable {
			tables["SHA-256 "+spec.Key(s.Run.Evaluate.Table).Short()] = true
		}
	}
	for _, n := range b.Nulls {
		if row == "" || n.Row == row {
			provenance = append(provenance, n.Outcome.Provenance)
		}
	}
	for _, i := range b.ofKind(spec.EvidenceArchitectures) {
		if row == "" || i.Row == row {
			tables["SHA-256 "+spec.Key(i.Table).Short()] = true
		}
	}
	return append([]source{
		{"data", "data sets", slices.Sorted(maps.Keys(data))},
		{"table", "tables", slices.Sorted(maps.Keys(tables))},
		{"retrained on", "data sets", slices.Sorted(maps.Keys(retrained))},
	}, computed(provenance)...)
}

// computed are the kinds that outcomes alone tell: arithmetic and code. Commits of one code aren't mixed, as the code says
// what can change a number.
func computed(list []spec.Provenance) []source {
	arithmetic, commits := map[string]bool{}, map[string]map[string]bool{}
	for _, p := range list {
		if a := p.Machine.Arithmetic(); a != "" {
			arithmetic[a] = true
		}
		if id := p.Build.Identity(); id != "" {
			if commits[id] == nil {
				commits[id] = map[string]bool{}
			}
			commits[id][p.Build.ShortCommit()] = true
		}
	}
	var codes []string
	for _, id := range slices.Sorted(maps.Keys(commits)) {
		text := strings.Join(slices.Sorted(maps.Keys(commits[id])), ", ")
		if kind, hash, _ := strings.Cut(id, " "); kind != "commit" {
			text += " (" + kind + " " + spec.Key(hash).Short() + ")"
		}
		codes = append(codes, text)
	}
	slices.Sort(codes)
	return []source{{"backend", "backends", slices.Sorted(maps.Keys(arithmetic))}, {"commit", "code", codes}}
}

// sourceFacts are lines of the header.
func sourceFacts(sources []source) []table.Fact {
	var facts []table.Fact
	for _, s := range sources {
		if len(s.of) == 0 {
			continue
		}
		fact := table.Fact{Name: s.name, Text: strings.Join(s.of, "; ")}
		if len(s.of) > 1 {
			fact.Warn, fact.Mixed, fact.Text = true, true, "MIXED: "+fact.Text
		}
		facts = append(facts, fact)
	}
	return facts
}

// mixtures are notes on a row whose cells mix results of different code, arithmetic, data or tables.
func (b *builder) mixtures(row spec.Row) []table.Note {
	var notes []table.Note
	for _, s := range b.sources(row.ID) {
		if len(s.of) > 1 {
			notes = append(notes, table.Note{Row: row.ID, Mixed: true, Text: "mixed " + s.plural + ": " + strings.Join(s.of, "; ")})
		}
	}
	return notes
}

// of returns a row's searches, or all where row is empty.
func (b *builder) of(row string) []Search {
	if row != "" {
		return b.searches[row]
	}
	var all []Search
	for _, list := range b.searches {
		all = append(all, list...)
	}
	return all
}
