package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"gmnas/harness/spec"
	"gmnas/report"
	"gmnas/report/render"
	"gmnas/report/table"
	"gmnas/results"
)

// formats are the ways to print a report.
var formats = map[string]func(io.Writer, table.Table) error{
	"text": render.Text,
	"md":   func(w io.Writer, t table.Table) error { return render.Markdown(w, t, "") },
	"csv":  render.CSV,
	"json": render.JSON,
}

func reportCommand() command {
	f := newFlags("report")
	profile, seeds, precision, db := profileFlag(f), moreSeedsFlag(f), precisionFlag(f), databaseFlag(f)
	format := &oneOf{"text", []string{"text", "md", "csv", "json"}}
	f.Var(format, "format", "what to print")
	out := f.String("out", defaultOut, "`folder` for Markdown, CSV, JSON and PNG files")
	strict := f.Bool("strict", false, "exit with 1 where a table mixes results of different code, backends, instruction sets, data or tables")
	return command{
		name: "report", args: "EXPERIMENT...", choices: otherLabels, short: "render tables and plots from the database alone", flags: f,
		long: "It prints one format and writes all files to the --out folder. It may be given while a run goes on. With --seeds it takes in what\n" +
			"`gmnas run --seeds` recorded of more seeds than the declared ones.",
		example: "gmnas report table3\ngmnas report table3 --profile smoke --format md --out /tmp/out\ngmnas report table3 --seeds 4-11",
		do: func(_ context.Context, c call) error {
			list, err := findExperiments(c.args)
			if err != nil {
				return err
			}
			store, err := results.OpenReadOnly(*db)
			if err != nil {
				return err
			}
			defer store.Close()
			mixed := false
			for _, e := range list {
				t, err := tableOf(store, seeds.beside(e), profile.value, precision.of(), c.err)
				if err != nil {
					return err
				}
				if err := formats[format.value](c.out, t); err != nil {
					return err
				}
				files, err := report.Write(*out, t)
				if err != nil {
					return err
				}
				fmt.Fprintf(c.err, "written: %s\n", strings.Join(files, " "))
				for _, m := range t.Mixtures() {
					mixed = true
					if *strict {
						fmt.Fprintf(c.err, "mixed in %s, %s\n", t.Label, m)
					}
				}
			}
			if mixed && *strict {
				return errIncomplete
			}
			return nil
		},
	}
}

// tableOf builds the table of what is recorded. Where that is nothing, a line says which profile has something.
func tableOf(store *results.Store, e spec.Experiment, profile string, p spec.Precision, notes io.Writer) (table.Table, error) {
	in, err := collect(store, e, profile, p)
	if err != nil {
		return table.Table{}, err
	}
	if len(in.Searches)+len(in.Splits) == 0 && in.OtherSettings == 0 {
		fmt.Fprintf(notes, "nothing of %s is recorded in profile %s%s%s\n", e.Label, profile, precisionArgument(p), elsewhere(store, e))
	}
	return report.Build(in), nil
}

// elsewhere names the profiles in which something is recorded.
func elsewhere(store *results.Store, e spec.Experiment) string {
	text := ""
	for _, p := range profiles {
		if bindings, err := store.Bindings(e.Label, p); err == nil && len(bindings) > 0 {
			text += fmt.Sprintf("; see --profile %s", p)
		}
	}
	return text
}
