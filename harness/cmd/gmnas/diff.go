package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"gmnas/harness/spec"
	"gmnas/report"
	"gmnas/report/table"
	"gmnas/results"
)

func diffCommand() command {
	f := newFlags("diff")
	profile, precision := profileFlag(f), precisionFlag(f)
	return command{
		name: "diff", args: "DB1 DB2 [EXPERIMENT...]", choices: func(before []string) []string {
			if len(before) < 2 {
				return nil
			}
			return otherLabels(before[2:])
		}, short: "say which cells of two databases differ, and why", flags: f,
		long: "For each row that differs: its cells in both, and for each seed why: it is missing in one, settings, data or table differ, or the\n" +
			"first stage that gave another result, and whether code or backend do. It ends with 0 where all cells are the same, with 1 where\n" +
			"some differ. Without an experiment: all that either has.",
		example: "gmnas diff results/gmnas.db other.db table3\ngmnas diff a.db b.db --profile smoke",
		do: func(_ context.Context, c call) error {
			if len(c.args) < 2 {
				return fmt.Errorf("%d arguments; give two databases and, if not all, experiments", len(c.args))
			}
			list, _ := usable()
			if labels := c.args[2:]; len(labels) > 0 {
				var err error
				if list, err = findExperiments(labels); err != nil {
					return err
				}
			}
			d := differ{call: c, profile: profile.value, precision: precision.of(), names: [2]string{c.args[0], c.args[1]}}
			for i, path := range d.names {
				var err error
				if d.stores[i], err = results.OpenReadOnly(path); err != nil {
					return err
				}
				defer d.stores[i].Close()
			}
			for _, e := range list {
				if err := d.experiment(e, len(c.args) > 2); err != nil {
					return err
				}
			}
			if d.cells == 0 && slices.ContainsFunc(list, func(e spec.Experiment) bool { return e.Over == "" }) {
				d.nothing(list)
			}
			fmt.Fprintf(c.out, "%d of %d cells differ\n", d.different, d.cells)
			if d.different > 0 {
				return errIncomplete
			}
			return nil
		},
	}
}

// nothing tells that neither database has anything to compare, and in which profile they have.
func (d *differ) nothing(list []spec.Experiment) {
	for i, store := range d.stores {
		text := ""
		for _, e := range list {
			if there := elsewhere(store, e); there != "" {
				text += fmt.Sprintf("\n  %s%s", e.Label, there)
			}
		}
		fmt.Fprintf(d.err, "nothing is recorded in profile %s%s of %s%s\n", d.profile, precisionArgument(d.precision), d.names[i], text)
	}
}

// differ compares two databases.
type differ struct {
	call
	profile   string
	precision spec.Precision
	names     [2]string
	stores    [2]*results.Store

	cells, different int
}

// experiment prints the rows that differ. One that neither database has is left out unless it was asked for.
func (d *differ) experiment(e spec.Experiment, asked bool) error {
	if e.Over != "" { // it shows what other experiments recorded
		if asked {
			fmt.Fprintf(d.out, "%s has no results of its own: compare the experiments whose splits it shows\n", e.Label)
		}
		return nil
	}
	var sides [2]side
	for i, store := range d.stores {
		in, err := collect(store, e, d.profile, d.precision)
		if err != nil {
			return err
		}
		sides[i] = side{in: in, table: report.Build(in)}
		if sides[i].runs, err = latest(store, in.Experiment, d.profile, d.precision); err != nil {
			return err
		}
	}
	if len(sides[0].runs)+len(sides[1].runs) == 0 && !asked {
		return nil
	}
	fmt.Fprintf(d.out, "%s, profile %s%s: %s, %s\n", e.Label, d.profile, precisionArgument(d.precision), d.names[0], d.names[1])
	for _, row := range rowsOf(sides) {
		if err := d.row(row, sides); err != nil {
			return err
		}
	}
	return nil
}

// side is what one database has of an experiment.
type side struct {
	in    report.Input
	table table.Table
	runs  map[rowSeed]spec.Run // that was asked for last, whatever its settings
}

type rowSeed struct {
	row  string
	seed int64
}

// latest are the runs that were asked for, the last of each row and seed.
func latest(store *results.Store, e spec.Experiment, profile string, p spec.Precision) (map[rowSeed]spec.Run, error) {
	bindings, err := store.Bindings(e.Label, profile)
	runs := map[rowSeed]spec.Run{}
	for _, b := range bindings {
		if row, ok := e.Row(b.Row); b.Run.Precision == p && (!ok || row.Kind == spec.RowRun) {
			runs[rowSeed{b.Row, b.Seed}] = b.Run
		}
	}
	return runs, err
}

// rowsOf are the rows of both tables that have cells to compare.
func rowsOf(sides [2]side) []table.Row {
	var rows []table.Row
	for _, s := range sides {
		for _, r := range s.table.Rows {
			if r.Kind != spec.RowLiterature && !slices.ContainsFunc(rows, func(q table.Row) bool { return q.ID == r.ID }) {
				rows = append(rows, r)
			}
		}
	}
	return rows
}

// row prints the cells of a row that differ, and why.
func (d *differ) row(row table.Row, sides [2]side) error {
	var lines []string
	columns := []string{}
	for _, s := range sides {
		for _, c := range s.table.Columns {
			if !slices.Contains(columns, c.ID) {
				columns = append(columns, c.ID)
			}
		}
	}
	for _, column := range columns {
		var cells [2]table.Cell
		for i, s := range sides {
			if r, ok := s.table.Row(row.ID); ok {
				cells[i], _ = r.Cell(column)
			}
		}
		d.cells++
		if !sameCell(cells[0], cells[1]) {
			d.different++
			lines = append(lines, fmt.Sprintf("    %-22s %s; %s", column, shownCell(cells[0]), shownCell(cells[1])))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	fmt.Fprintf(d.out, "  %s\n", row.ID)
	for _, line := range lines {
		fmt.Fprintln(d.out, line)
	}
	reasons, err := d.why(row, sides)
	for _, reason := range reasons {
		fmt.Fprintf(d.out, "      %s\n", reason)
	}
	return err
}

// sameCell tells whether both cells have the same values of the same seeds, to the last bit.
func sameCell(a, b table.Cell) bool {
	same := func(x, y *float64) bool { return x == nil && y == nil || x != nil && y != nil && *x == *y }
	return same(a.Mean, b.Mean) && same(a.Std, b.Std) && a.N == b.N && slices.Equal(values(a), values(b))
}

// values are a cell's, with their seeds and architectures.
func values(c table.Cell) []table.Seed {
	list := slices.Clone(c.Seeds)
	for i := range list {
		list[i].Stage = "" // its key has table and data in it, which the reasons name
	}
	return list
}

func shownCell(c table.Cell) string {
	if c.Mean == nil {
		return "no value"
	}
	text := plusMinus(c.Mean, c.Std)
	if c.Asked > 0 {
		text += fmt.Sprintf(" (n = %d)", c.N)
	}
	return text
}

// why says for each seed of a row what makes it differ.
func (d *differ) why(row table.Row, sides [2]side) ([]string, error) {
	if row.Kind != spec.RowRun {
		return d.whyNull(row, sides)
	}
	id := cmp.Or(row.Of, row.ID)
	var seeds []int64
	for _, s := range sides {
		for r := range s.runs {
			if r.row == id && !slices.Contains(seeds, r.seed) {
				seeds = append(seeds, r.seed)
			}
		}
	}
	slices.Sort(seeds)
	var reasons []string
	for _, seed := range seeds {
		list, err := d.whySeed(rowSeed{id, seed}, sides)
		if err != nil {
			return nil, err
		}
		for _, text := range list {
			reasons = append(reasons, fmt.Sprintf("seed %d: %s", seed, text))
		}
	}
	if len(reasons) == 0 {
		return []string{"neither has it whole, or the settings are not those that this program declares"}, nil
	}
	return reasons, nil
}

// whyNull compares the recorded no-search rows, which are computed from the table and a row's leaves alone.
func (d *differ) whyNull(row table.Row, sides [2]side) ([]string, error) {
	var found [2]map[spec.Key]spec.Outcome
	for i, s := range sides {
		found[i] = map[spec.Key]spec.Outcome{}
		for _, n := range s.in.Nulls {
			if n.Row == row.ID || row.Kind == spec.RowOptimal {
				found[i][n.Outcome.Key] = n.Outcome
			}
		}
	}
	for i, name := range d.names {
		if len(found[i]) == 0 {
			return []string{"missing in " + name}, nil
		}
	}
	for key, a := range found[0] {
		b, ok := found[1][key]
		if !ok {
			return []string{"other leaves, table or number of draws"}, nil
		}
		list, err := results.Differ(a, b, nil)
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			return append([]string{fmt.Sprintf("null %s: %s", key.Short(), list[0])}, origin(a, b)...), nil
		}
	}
	return []string{"other leaves, table or number of draws"}, nil
}

// origin says which of what computed two outcomes of a stage differs.
func origin(a, b spec.Outcome) []string {
	var list []string
	x, y := a.Provenance, b.Provenance
	if x.Build.Identity() != y.Build.Identity() {
		list = append(list, fmt.Sprintf("code: %s; %s", x.Build, y.Build))
	}
	if m, n := x.Machine.Arithmetic(), y.Machine.Arithmetic(); m != n {
		list = append(list, fmt.Sprintf("backend: %s; %s", cmp.Or(m, "none"), cmp.Or(n, "none")))
	}
	if len(list) == 0 {
		list = append(list, errUnexplained.Error())
	}
	return list
}

var errUnexplained = errors.New("settings, data, code and backend are the same: `gmnas verify` tells which of the two comes out again")
