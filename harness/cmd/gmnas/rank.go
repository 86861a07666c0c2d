package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"gmnas/harness/spec"
	"gmnas/nasbench"
	"gmnas/nasbench/predictions"
	"gmnas/nasbench/space"
	"gmnas/report"
	"gmnas/report/rank"
	"gmnas/report/table"
)

type rankFlags struct {
	names                    *[]string
	space, beside            *string
	db, data, out            *string
	profile, format, dataset *oneOf
}

func rankCommand() command {
	f := newFlags("rank")
	o := rankFlags{
		names:   f.StringArray("name", nil, "`name` of a file's method in the table, one for each file in their order (default: the file's name)"),
		space:   f.String("space", "", "search `space` that is ranked, "+space.NB201.Name+" or "+space.NB201NoNone.Name+" (default: the former, with --beside the experiment's)"),
		dataset: &oneOf{string(nasbench.CIFAR10), []string{string(nasbench.CIFAR10), string(nasbench.CIFAR100), string(nasbench.ImageNet16)}},
		beside:  f.String("beside", "", "put the files beside what is recorded of that `experiment`, as in --beside table7"),
		profile: profileFlag(f), db: databaseFlag(f), data: dataFlag(f),
	}
	f.Var(o.dataset, "dataset", "data set of the true test accuracies")
	o.format = formatFlag(f)
	o.out = pathFlag(f, "out", "", "`folder` for HTML, Markdown, LaTeX, CSV, JSON and PNG files (default: none are written)")
	return command{
		name: "rank", args: "FILE...", short: "rank predictions of architectures against the NAS-Bench-201 table", flags: f,
		long: "A file is JSON, an object from architecture to number (NAS-Bench-201's strings, or the tuples of the public Few-Shot NAS files),\n" +
			"or CSV lines of architecture and number. Higher is better; only the order counts. It needs every architecture of the space once.",
		example: "gmnas rank few-shot-supernet.json --name 'Few-Shot NAS'\ngmnas rank mine.csv --beside table7 --profile laptop",
		do:      func(_ context.Context, c call) error { return doRank(c, o) },
	}
}

func doRank(c call, o rankFlags) error {
	if len(c.args) == 0 {
		return errors.New("no file; give one or more files of predictions")
	}
	if n := len(*o.names); n > 0 && n != len(c.args) {
		return fmt.Errorf("--name is given %d times for %d files; give one for each file, or none", n, len(c.args))
	}
	in, err := o.input()
	if err != nil {
		return err
	}
	s, err := tableSpace(in.Experiment.Space)
	if err != nil {
		return err
	}
	if err := checkData(*o.data); err != nil {
		return err
	}
	truths, err := nasbench.Find(*o.data)
	if err != nil {
		return err
	}
	var rivals []report.Rival
	for i, path := range c.args {
		r, err := rival(path, s, truths, nasbench.Dataset(o.dataset.value))
		if err != nil {
			return fmt.Errorf("%s: %w", path, bare(err))
		}
		r.ID = fmt.Sprintf("file-%d", i+1)
		if len(*o.names) > 0 {
			r.Name = (*o.names)[i]
		}
		rivals = append(rivals, r)
	}
	t := report.Rankings(in, rivals...)
	t.Facts = append(t.Facts, table.Fact{Name: "files", Text: fmt.Sprintf("%d files ranked over the %d architectures of %s by %s test accuracy, table SHA-256 %s",
		len(rivals), s.Size(), s.Name, o.dataset.value, spec.Key(truths.Hash()).Short())})
	t.Notes = called(t.Notes, *o.db)
	page, err := report.Figured(t)
	if err != nil {
		return err
	}
	if err := formats[o.format.value](c.out, page); err != nil {
		return err
	}
	if *o.out == "" {
		return nil
	}
	files, err := report.Write(*o.out, page)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.err, "written: %s\n", strings.Join(files, " "))
	return nil
}

// input is what is recorded of the experiment that the files stand beside, or an experiment without rows.
func (o rankFlags) input() (report.Input, error) {
	pattern, err := findExperiment("table7")
	if err != nil {
		return report.Input{}, err
	}
	if *o.beside == "" {
		e := spec.Experiment{Label: "rank", Title: "Rank correlation of predictions and true accuracy", Space: *o.space, Columns: pattern.Columns,
			Claim: "The better the predictions order the best architectures, the better a search that trusts them."}
		if e.Space == "" {
			e.Space = space.NB201.Name
		}
		return report.Input{Experiment: e}, nil
	}
	e, err := findExperiment(*o.beside)
	if err != nil {
		return report.Input{}, fmt.Errorf("--beside: %w", err)
	}
	if !ranks(e) {
		return report.Input{}, fmt.Errorf("--beside %s: it ranks no architectures; use table7", e.Label)
	}
	if *o.space != "" && *o.space != e.Space {
		return report.Input{}, fmt.Errorf("--space %q: %s ranks %s, and a table compares within one space; leave --space out", short(*o.space), e.Label, e.Space)
	}
	if set := ranksOn(e); o.dataset.value != set {
		return report.Input{}, fmt.Errorf("--dataset %q: %s ranks by %s; leave --dataset out", o.dataset.value, e.Label, set)
	}
	store, err := openRecorded(*o.db)
	if err != nil {
		return report.Input{}, err
	}
	if store == nil {
		return report.Input{Experiment: e, Profile: o.profile.value}, nil
	}
	defer store.Close()
	in, err := collect(store, e, o.profile.value, spec.Float32)
	if err != nil {
		return in, err
	}
	for _, s := range in.Searches {
		if s.Run.Embedded() {
			return in, fmt.Errorf("--beside %s: in profile %s it is recorded on the embedded set, which no table covers; run it with real data", e.Label, o.profile.value)
		}
	}
	return in, nil
}

// ranks tells whether the experiment's leaves are ranked.
func ranks(e spec.Experiment) bool { return ranksOn(e) != "" }

// ranksOn is the data set whose true accuracies an experiment ranks by.
func ranksOn(e spec.Experiment) string {
	for _, row := range e.Rows {
		if run := row.Runs[spec.Paper]; run.Rank != (spec.Rank{}) {
			return run.Data.Set
		}
	}
	return ""
}

// rival reads a file of predictions and joins it to the table.
func rival(path string, s space.Space, truths *nasbench.Table, dataset nasbench.Dataset) (report.Rival, error) {
	f, err := os.Open(path)
	if err != nil {
		return report.Rival{}, err
	}
	defer f.Close()
	list, err := predicted(f, s, truths, dataset)
	r := report.Rival{Name: strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))}
	for _, p := range list {
		r.Architectures = append(r.Architectures, rank.Architecture(p))
	}
	return r, err
}

// predicted reads predictions and joins them to the table. Architectures outside the space are left out, missing ones are an
// error, as the best ones of a part aren't the best of the space.
func predicted(r io.Reader, s space.Space, truths *nasbench.Table, dataset nasbench.Dataset) ([]spec.Predicted, error) {
	list, err := predictions.Read(r)
	if err != nil {
		return nil, err
	}
	var joined []spec.Predicted
	for _, p := range list {
		if _, err := space.NB201.Convert(p.Architecture, s); err != nil {
			continue
		}
		v, err := truths.Accuracy(nasbench.Query{Space: space.NB201, Architecture: p.Architecture, Dataset: dataset, Split: nasbench.Test, Epochs: 200})
		if err != nil {
			return nil, err
		}
		row, err := truths.NATSIndex(space.NB201, p.Architecture)
		if err != nil {
			return nil, err
		}
		joined = append(joined, spec.Predicted{Row: row, Predicted: p.Value, Truth: v.Accuracy})
	}
	if n := len(joined); n < s.Size() {
		return nil, fmt.Errorf("has predictions for %d of the %d architectures of %s; give all of them", n, s.Size(), s.Name)
	}
	return joined, nil
}
