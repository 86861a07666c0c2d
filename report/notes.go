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
		}
		notes = append(notes, b.mixtures(row)...)
	}
	return notes
}

// noted tells whether a note is about the whole row.
func noted(notes []table.Note, row string) bool {
	return slices.ContainsFunc(notes, func(n table.Note) bool { return n.Row == row && n.Column == "" })
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
