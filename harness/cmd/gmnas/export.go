package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"gmnas/harness/spec"
	"gmnas/report"
	"gmnas/report/render"
	"gmnas/report/table"
	"gmnas/results"
)

// exports are the ways to hand recorded values over.
var exports = map[string]func(io.Writer, ...table.Export) error{
	"csv": render.RecordsCSV, "json": render.RecordsJSON, "tex": render.RecordsTeX, "benchstat": render.RecordsBenchmark,
}

func exportCommand() command {
	f := newFlags("export")
	profile, seeds, only, precision, db := profileFlag(f), moreSeedsFlag(f), onlyFlag(f), precisionFlag(f), databaseFlag(f)
	format := &oneOf{"csv", []string{"csv", "json", "tex", "benchstat"}}
	f.Var(format, "format", "what to write")
	out := pathFlag(f, "out", "", "`file` to write, whole or not at all, instead of printing")
	all := f.Bool("all", false, "also every ranked architecture, and every quantile of the no-search rows")
	return command{
		name: "export", args: "EXPERIMENT...", choices: otherLabels, short: "hand over every recorded value behind a table, for R, pandas, benchstat", flags: f,
		long: "One record for each value: of each seed (scope seed is what `gmnas report` has the mean of), of each leaf, pair, null and split, with its\n" +
			"stage, cost, commit, machine, data and table. What failed, diverged or is missing has a record without a value. It leaves out what\n" +
			"the report leaves out, and may be given while a run goes on. JSON says what each field is; CSV has the same as columns. LaTeX is a\n" +
			"longtable of the main ones. benchstat's format has a line a seed, with the columns as units; compare with `benchstat -col /method`.",
		example: "gmnas export table3 --out table3.csv\ngmnas export table3 table4 --format json --out outcomes.json\n" +
			"gmnas export table3 --only method=darts,gm+darts --format benchstat --out table3.txt",
		do: func(_ context.Context, c call) error {
			list, err := findExperiments(c.args)
			if err != nil {
				return err
			}
			ids, err := parseOnly(*only)
			if err != nil {
				return err
			}
			rows := make([][]string, len(list))
			for i, e := range list {
				if rows[i], err = exportable(e, format.value, ids); err != nil {
					return err
				}
			}
			store, err := results.OpenReadOnly(*db)
			if err != nil {
				return err
			}
			defer store.Close()
			var found []table.Export
			for i, e := range list {
				in, err := collect(store, seeds.beside(e), profile.value, precision.of())
				if err != nil {
					return err
				}
				x := report.Export(in, rows[i], *all)
				for _, n := range x.Notes {
					fmt.Fprintf(c.err, "%s: %s\n", e.Label, n)
				}
				if len(in.Searches)+len(in.Splits)+len(in.Imported) == 0 || len(x.Records) == 0 {
					fmt.Fprintln(c.err, nothingOf(store, e, profile.value, precision.of()))
					continue
				}
				found = append(found, x)
			}
			if len(found) == 0 {
				return errors.New("there is nothing to export; run an experiment (`gmnas list` says what is recorded)")
			}
			if *out == "" {
				return exports[format.value](c.out, found...)
			}
			if err := report.WriteFile(*out, func(w io.Writer) error { return exports[format.value](w, found...) }); err != nil {
				return fmt.Errorf("%w; name another file with --out", err)
			}
			fmt.Fprintf(c.err, "written: %s\n", *out)
			return nil
		},
	}
}

// exportable returns the rows to export, nil for all, and refuses what an experiment without runs of its own hasn't.
func exportable(e spec.Experiment, format string, only []string) ([]string, error) {
	switch {
	case e.Over != "" && format == "benchstat":
		return nil, fmt.Errorf("--format benchstat: %s shows splits, which have no value a seed to compare; use csv or json, or name an experiment with runs", e.Label)
	case e.Over != "" && len(only) > 0:
		return nil, fmt.Errorf("--only: %s shows splits of other experiments and has no rows to choose among; leave it out", e.Label)
	case len(only) == 0:
		return nil, nil
	}
	e, err := choose(e, only)
	var rows []string
	for _, r := range e.Rows {
		rows = append(rows, r.ID)
	}
	return rows, err
}
