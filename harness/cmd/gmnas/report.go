package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"gmnas/harness/spec"
	"gmnas/report"
	"gmnas/report/render"
	"gmnas/report/table"
	"gmnas/results"
)

// formats are the ways to print a report. HTML makes one document of several tables, the others print one after the other.
var formats = map[string]func(io.Writer, ...render.Page) error{
	"text": each(render.Text),
	"md":   each(func(w io.Writer, t table.Table) error { return render.Markdown(w, t, "") }),
	"tex":  each(func(w io.Writer, t table.Table) error { return render.TeX(w, t, "") }),
	"html": render.HTML,
	"csv":  each(render.CSV),
	"json": each(render.JSON),
}

func each(print func(io.Writer, table.Table) error) func(io.Writer, ...render.Page) error {
	return func(w io.Writer, pages ...render.Page) error {
		for _, p := range pages {
			if err := print(w, p.Table); err != nil {
				return err
			}
		}
		return nil
	}
}

func formatFlag(f *pflag.FlagSet) *oneOf {
	format := &oneOf{"text", []string{"text", "md", "tex", "html", "csv", "json"}}
	f.Var(format, "format", "what to print")
	return format
}

func reportCommand() command {
	f := newFlags("report")
	profile, seeds, precision, db := profileFlag(f), moreSeedsFlag(f), precisionFlag(f), databaseFlag(f)
	format := formatFlag(f)
	out := pathFlag(f, "out", defaultOut, "`folder` for HTML, Markdown, LaTeX, CSV, JSON and PNG files")
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
			var pages []render.Page
			for _, e := range list {
				p, err := pageOf(store, seeds.beside(e), profile.value, precision.of(), c.err)
				if err != nil {
					return err
				}
				p.Table.Notes = called(p.Table.Notes, *db)
				pages = append(pages, p)
			}
			if err := formats[format.value](c.out, pages...); err != nil {
				return err
			}
			files, err := report.Write(*out, pages...)
			if err != nil {
				return err
			}
			fmt.Fprintf(c.err, "written: %s\n", strings.Join(files, " "))
			mixed := false
			for _, p := range pages {
				for _, m := range p.Table.Mixtures() {
					mixed = true
					if *strict {
						fmt.Fprintf(c.err, "mixed in %s, %s\n", p.Table.Label, m)
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

// pageOf builds the page of what is recorded. Where that is nothing, a line says which profile has something.
func pageOf(store *results.Store, e spec.Experiment, profile string, p spec.Precision, notes io.Writer) (render.Page, error) {
	in, err := collect(store, e, profile, p)
	if err != nil {
		return render.Page{}, err
	}
	if len(in.Searches)+len(in.Splits) == 0 && in.OtherSettings == 0 {
		fmt.Fprintln(notes, nothingOf(store, e, profile, p))
	}
	return report.PageOf(in)
}

// called are the notes with their commands as the user calls this program, on this database.
func called(notes []table.Note, db string) []table.Note {
	list := slices.Clone(notes)
	for i := range list {
		if list[i].Command != "" {
			list[i].Command = asCalled(list[i].Command) + databaseArgument(db)
		}
	}
	return list
}

// nothingOf says that nothing of an experiment is recorded in a profile, and where something is.
func nothingOf(store *results.Store, e spec.Experiment, profile string, p spec.Precision) string {
	return fmt.Sprintf("nothing of %s is recorded in profile %s%s%s", e.Label, profile, precisionArgument(p), elsewhere(store, e))
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
