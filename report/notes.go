package report

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gmnas/harness/spec"
	"gmnas/report/table"
)

// notes are the declared ones that apply, then those on what is missing, with the command that fills the gap.
func (b *builder) notes() []table.Note {
	var notes []table.Note
	for _, n := range b.Experiment.Notes {
		if b.embedded && n.Row != "" {
			continue // they are about printed values
		}
		notes = append(notes, table.Note{Row: n.Row, Column: n.Column, Text: n.Text})
	}
	for _, row := range b.Experiment.Rows {
		if row.Kind == spec.RowRun {
			notes = append(notes, b.gaps(row)...)
			notes = append(notes, b.mixtures(row)...)
		}
	}
	return notes
}

// gaps are the seeds of a row without a result.
func (b *builder) gaps(row spec.Row) []table.Note {
	if _, ok := row.Runs[b.Profile]; !ok {
		return []table.Note{{Row: row.ID, Text: "not declared in profile " + b.Profile}}
	}
	var notes []table.Note
	var missing, failed []int64
	why := ""
	for _, seed := range b.Experiment.Seeds {
		i := slices.IndexFunc(b.searches[row.ID], func(s Search) bool { return s.Seed == seed })
		if i < 0 {
			missing = append(missing, seed)
			continue
		}
		s := b.searches[row.ID][i]
		switch s.state() {
		case "":
			missing = append(missing, seed)
		case spec.Failed:
			failed, why = append(failed, seed), s.failure()
		case spec.Diverged:
			notes = append(notes, table.Note{Row: row.ID, Text: fmt.Sprintf("seed %d diverged (%s); running it again gives the same, so the row "+
				"has the other seeds only", seed, s.failure())})
		}
	}
	if len(failed) > 0 {
		notes = append(notes, table.Note{Row: row.ID, Text: plural("seed", failed) + " failed: " + why, Command: b.command(row.ID, failed)})
	}
	if len(missing) > 0 {
		notes = append(notes, table.Note{Row: row.ID, Text: plural("seed", missing) + " not run, or not to the end", Command: b.command(row.ID, missing)})
	}
	return notes
}

// command runs the missing seeds of a row.
func (b *builder) command(row string, seeds []int64) string {
	precision := ""
	if r, ok := b.Experiment.Row(row); ok && r.Runs[b.Profile].Precision != spec.Float32 {
		precision = " --precision " + r.Runs[b.Profile].Precision.String()
	}
	return fmt.Sprintf("gmnas run %s --profile %s%s --only method=%s --seeds %s", b.Experiment.Label, b.Profile, precision, row, list(seeds))
}

// mixtures tells where a row's cells mix results of different code, data or tables.
func (b *builder) mixtures(row spec.Row) []table.Note {
	var notes []table.Note
	for _, m := range []struct {
		what string
		of   map[string]bool
	}{
		{"commits", b.commits(row.ID)},
		{"backends", b.backends(row.ID)},
		{"data sets", b.data(row.ID)},
		{"tables", b.tables(row.ID)},
	} {
		if len(m.of) > 1 {
			notes = append(notes, table.Note{Row: row.ID, Text: "mixed " + m.what + ": " + join(m.of)})
		}
	}
	return notes
}

// The provenance of a row's outcomes, as a set; of all rows where row is empty.
func (b *builder) commits(row string) map[string]bool {
	return b.provenance(row, func(p spec.Provenance) string { return shortCommit(p.Commit) })
}

func (b *builder) backends(row string) map[string]bool {
	return b.provenance(row, func(p spec.Provenance) string {
		return strings.Join(strings.Fields(p.Backend+" "+p.BackendVersion+" "+p.InstructionSet), " ")
	})
}

func (b *builder) provenance(row string, of func(spec.Provenance) string) map[string]bool {
	set := map[string]bool{}
	for _, s := range b.of(row) {
		for _, o := range s.Stages {
			if text := of(o.Provenance); text != "" {
				set[text] = true
			}
		}
	}
	return set
}

func (b *builder) data(row string) map[string]bool {
	set := map[string]bool{}
	for _, s := range b.of(row) {
		d := s.Run.Data
		set[fmt.Sprintf("%s, first %d records%s, SHA-256 %s", d.Set, d.Records, pooled(d.Pool), spec.Key(d.Hash).Short())] = true
	}
	return set
}

func (b *builder) tables(row string) map[string]bool {
	set := map[string]bool{}
	for _, s := range b.of(row) {
		if s.Run.Evaluate.By == spec.ByTable {
			set["SHA-256 "+spec.Key(s.Run.Evaluate.Table).Short()] = true
		}
	}
	return set
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

// shortCommit keeps the mark of a modified checkout.
func shortCommit(commit string) string {
	hash, dirty, marked := strings.Cut(commit, "+")
	if marked {
		return spec.Key(hash).Short() + "+" + dirty
	}
	return spec.Key(hash).Short()
}

func pooled(factor int) string {
	if factor <= 1 {
		return ""
	}
	return fmt.Sprintf(", mean-pooled %dx%d", factor, factor)
}

func plural(noun string, seeds []int64) string {
	if len(seeds) > 1 {
		noun += "s"
	}
	return noun + " " + list(seeds)
}

func list(seeds []int64) string {
	var parts []string
	for _, s := range seeds {
		parts = append(parts, strconv.FormatInt(s, 10))
	}
	return strings.Join(parts, ",")
}

func join(set map[string]bool) string {
	return strings.Join(slices.Sorted(maps.Keys(set)), "; ")
}
