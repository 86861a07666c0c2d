package main

import (
	"context"
	"fmt"
	"strings"

	"gmnas/harness/spec"
	"gmnas/report"
	"gmnas/report/table"
	"gmnas/results"
)

func explainCommand() command {
	f := newFlags("explain")
	profile, seeds, precision, db := profileFlag(f), moreSeedsFlag(f), precisionFlag(f), databaseFlag(f)
	all := f.Bool("all", false, "every epoch of every curve, and every module of the programs")
	return command{
		name: "explain", args: "EXPERIMENT [ROW [COLUMN]]", choices: explainable, short: "walk from a number of a table to the stages behind it", flags: f,
		long: "With a row and a column: its seeds, leaves, stages (key, settings, cost, curves, state), each split with its distances and cuts, and\n" +
			"the programs and machines that computed them. Without a column or a row: which there are.",
		example: "gmnas explain table3\ngmnas explain table3 gm+darts cifar10/test --all",
		do: func(_ context.Context, c call) error {
			if len(c.args) < 1 || len(c.args) > 3 {
				return fmt.Errorf("%d arguments; give an experiment (%s) and, for a number of it, a row and a column", len(c.args), strings.Join(experimentLabels(), ", "))
			}
			e, err := findExperiment(c.args[0])
			if err != nil {
				return err
			}
			if e.Over != "" {
				return fmt.Errorf("%s has no rows of its own: it reports on the splits of all others; explain a row of those, or see `gmnas report %s`", e.Label, e.Label)
			}
			store, err := results.OpenReadOnly(*db)
			if err != nil {
				return err
			}
			defer store.Close()
			in, err := collect(store, seeds.beside(e), profile.value, precision.of())
			if err != nil {
				return err
			}
			x := explainer{call: c, store: store, in: in, table: report.Build(in), precision: precision.of(), db: *db, all: *all, origins: &origins{}}
			return x.explain(c.args[1:])
		},
	}
}

// explainable are the experiments, then the declared rows and columns of one.
func explainable(before []string) []string {
	if len(before) == 0 {
		return experimentLabels()
	}
	e, err := findExperiment(before[0])
	if err != nil {
		return nil
	}
	var ids []string
	switch len(before) {
	case 1:
		for _, r := range e.Rows {
			ids = append(ids, r.ID)
		}
	case 2:
		for _, c := range e.Columns {
			ids = append(ids, c.ID())
		}
	}
	return ids
}

// explainer walks through what is recorded of an experiment in a profile.
type explainer struct {
	call
	store *results.Store
	in    report.Input
	table table.Table

	precision spec.Precision
	db        string
	all       bool // epochs and modules
	origins   *origins
}

func (x explainer) explain(where []string) error {
	if len(where) == 0 {
		x.rows()
		return nil
	}
	row, ok := x.table.Row(where[0])
	if !ok {
		return fmt.Errorf("row %q: %s shows no such row here; %s", short(where[0]), x.table.Label, instead(where[0], x.rowIDs()))
	}
	if len(where) == 1 {
		x.columns(row)
		return nil
	}
	cell, ok := row.Cell(where[1])
	if !ok {
		return fmt.Errorf("column %q: %s has no such column here; %s", short(where[1]), x.table.Label, instead(where[1], x.columnIDs()))
	}
	return x.number(row, cell)
}

func (x explainer) rowIDs() []string {
	var ids []string
	for _, r := range x.table.Rows {
		ids = append(ids, r.ID)
	}
	return ids
}

func (x explainer) columnIDs() []string {
	var ids []string
	for _, c := range x.table.Columns {
		ids = append(ids, c.ID)
	}
	return ids
}

// rows lists what can be explained.
func (x explainer) rows() {
	fmt.Fprintf(x.out, "%s, profile %s. Rows:\n", x.table.Label, x.table.Profile)
	for _, r := range x.table.Rows {
		seeds := 0
		for _, c := range r.Cells {
			seeds = max(seeds, c.N)
		}
		state := r.Kind
		if r.Kind == spec.RowRun {
			state = fmt.Sprintf("%d of %d seeds recorded", seeds, len(x.table.Seeds))
		}
		fmt.Fprintf(x.out, "  %-16s %-30s %s\n", r.ID, r.Name, state)
	}
	fmt.Fprintf(x.out, "Columns: %s\n", strings.Join(x.columnIDs(), ", "))
}

// columns lists a row's numbers.
func (x explainer) columns(row table.Row) {
	fmt.Fprintf(x.out, "%s, profile %s, %s. Columns:\n", x.table.Label, x.table.Profile, row.Name)
	for _, c := range row.Cells {
		fmt.Fprintf(x.out, "  %-22s %s\n", c.Column, figure(c))
	}
}

// figure is a cell in a line.
func figure(c table.Cell) string {
	var parts []string
	if c.Mean != nil {
		parts = append(parts, plusMinus(c.Mean, c.Std))
	} else {
		parts = append(parts, "no value")
	}
	if c.Asked > 0 {
		parts = append(parts, fmt.Sprintf("n = %d of %d", c.N, c.Asked))
	}
	if c.Paper != nil {
		parts = append(parts, "printed "+plusMinus(c.Paper, c.PaperStd))
	}
	if c.Difference != nil {
		parts = append(parts, fmt.Sprintf("difference %+.2f", *c.Difference))
	}
	text := strings.Join(parts, ", ")
	if c.Verdict != "" {
		text += fmt.Sprintf(": %s (%s)", c.Verdict, c.Reason)
	}
	return text
}

func plusMinus(mean, std *float64) string {
	if std == nil {
		return fmt.Sprintf("%.2f", *mean)
	}
	return fmt.Sprintf("%.2f ± %.2f", *mean, *std)
}

// number explains one cell by the kind of its row.
func (x explainer) number(row table.Row, cell table.Cell) error {
	fmt.Fprintf(x.out, "%s, profile %s: %s, %s\n%s\n", x.table.Label, x.table.Profile, row.Name, cell.Column, figure(cell))
	for _, n := range x.table.Notes {
		if n.Row == row.ID && (n.Column == "" || n.Column == cell.Column) {
			fmt.Fprintf(x.out, "note: %s\n", n.Text)
		}
	}
	switch row.Kind {
	case spec.RowLiterature:
		fmt.Fprintln(x.out, "The paper prints it; nothing is run for it.")
	case spec.RowOptimal:
		fmt.Fprintln(x.out, "The highest value of this column in the whole table, whatever the architecture; recorded with the no-search rows.")
		x.nulls("")
	case spec.RowNull:
		fmt.Fprintln(x.out, "No search: architectures drawn at random, one from each mask, and one of them picked by table validation accuracy on cifar10.")
		x.nulls(row.ID)
	case spec.RowImported:
		x.imported(row, cell)
	default:
		if err := x.searches(row, cell); err != nil {
			return err
		}
	}
	x.origins.write(x.out, x.all)
	return nil
}

// nulls shows the recorded stages of a no-search row, of all where it is "".
func (x explainer) nulls(row string) {
	for _, n := range x.in.Nulls {
		if row != "" && n.Row != row {
			continue
		}
		from := n.Row
		if n.From != "" {
			from += fmt.Sprintf(", leaves of %s seed %d", n.From, n.Seed)
		}
		fmt.Fprintf(x.out, "\n%s\n", from)
		if stage, ok, err := x.store.Stage(n.Outcome.Key); err == nil && ok && stage.Null != nil {
			fmt.Fprintf(x.out, "  %d draws from masks %s\n  table SHA-256 %s\n", stage.Null.Draws, strings.Join(stage.Null.Masks, " "), stage.Null.Table)
		}
		x.outcome("  ", n.Outcome)
	}
}
