package render

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"gmnas/report/table"
)

// recordField is a column of exported records, named as in JSON.
type recordField struct {
	Name string `json:"name"`
	Doc  string `json:"doc"`
	text func(table.Record) string
}

// recordFields say what each column holds; names and order are stable.
var recordFields = []recordField{
	{"experiment", "label of the table or figure", func(r table.Record) string { return csvText(r.Experiment) }},
	{"profile", "smoke, laptop or paper", func(r table.Record) string { return csvText(r.Profile) }},
	{"precision", "of the searches' convolutions", func(r table.Record) string { return csvText(r.Precision) }},
	{"row", "of the table; of a split the rows of all experiments that have it", func(r table.Record) string { return csvText(r.Row) }},
	{"kind", "run, null (no search), optimal (best of the table) or imported (third-party evidence)", func(r table.Record) string { return csvText(r.Kind) }},
	{"seed", "of the search; absent where there is none", func(r table.Record) string { return whole(r.Seed) }},
	{"scope", "what the value is of: seed (a search: what the table's mean is over), leaf, pair, replay, null, optimum or split", func(r table.Record) string { return csvText(r.Scope) }},
	{"place", "in the partition tree, as gmnas explain names it; of scope seed the leaf that was picked", func(r table.Record) string { return csvText(r.Place) }},
	{"rule", "that picked the leaf; of a replay what its true accuracy is, of a split its criterion", func(r table.Record) string { return csvText(r.Rule) }},
	{"item", "part of the place: an epoch, an edge and operations, an architecture's index, mean, std or quantile (of 100)", func(r table.Record) string { return csvText(r.Item) }},
	{"column", "of the table, or another recorded figure", func(r table.Record) string { return csvText(r.Column) }},
	{"state", "done, diverged, failed or missing; done without a value: the figure isn't defined there", func(r table.Record) string { return csvText(r.State) }},
	{"value", "as recorded, not rounded", func(r table.Record) string { return figure(r.Value) }},
	{"unit", "of the value; 1 is none, M a million", func(r table.Record) string { return csvText(r.Unit) }},
	{"reason", "why it failed or diverged", func(r table.Record) string { return csvText(r.Reason) }},
	{"architecture", "that the value is of", func(r table.Record) string { return csvText(r.Architecture) }},
	{"stage", "key of the stage that gave the value, or that failed or diverged", func(r table.Record) string { return csvText(r.Stage) }},
	{"stage_kind", "train, split, derive, evaluate, null, rank, pair, retrain or replay", func(r table.Record) string { return csvText(r.StageKind) }},
	{"started", "when the stage began (RFC 3339, UTC), of scope seed the search's first one", func(r table.Record) string { return moment(r.Started) }},
	{"seconds", "that the stage took, of scope seed the search, shared stages included, without evaluating or retraining what it found", func(r table.Record) string { return figure(r.Seconds) }},
	{"gradient_evaluations", "forward and backward passes of a mini-batch, likewise", func(r table.Record) string { return whole(r.GradientEvaluations) }},
	{"flops", "floating-point operations, likewise", func(r table.Record) string { return figure(r.FLOPs) }},
	{"commit", "that computed; several of a search are separated by semicolons, here and below", func(r table.Record) string { return csvText(r.Commit) }},
	{"program", "hash of the sources that compute, or of the executable", func(r table.Record) string { return csvText(r.Program) }},
	{"machine", "operating system, cores, processor", func(r table.Record) string { return csvText(r.Machine) }},
	{"backend", "with version and instruction set", func(r table.Record) string { return csvText(r.Backend) }},
	{"data", "SHA-256 of the run's images or curves", func(r table.Record) string { return csvText(r.Data) }},
	{"table", "SHA-256 of the table that architectures are looked up in", func(r table.Record) string { return csvText(r.Table) }},
}

// RecordsCSV writes a line for each record, below one head. Text is escaped as in CSV; figures have all their digits.
func RecordsCSV(w io.Writer, list ...table.Export) error {
	out := csv.NewWriter(w)
	line := make([]string, len(recordFields))
	for i, f := range recordFields {
		line[i] = f.Name
	}
	if err := out.Write(line); err != nil {
		return fmt.Errorf("writing csv: %w", err)
	}
	for _, e := range list {
		for _, r := range e.Records {
			for i, f := range recordFields {
				line[i] = f.text(r)
			}
			if err := out.Write(line); err != nil {
				return fmt.Errorf("writing csv: %w", err)
			}
		}
	}
	out.Flush()
	return out.Error()
}

// RecordsJSON writes one object: what each field of a record is, the experiments, and the records of all of them.
func RecordsJSON(w io.Writer, list ...table.Export) error {
	all := struct {
		Fields      []recordField  `json:"fields"`
		Experiments []table.Export `json:"experiments"`
		Records     []table.Record `json:"records"`
	}{recordFields, list, []table.Record{}}
	for _, e := range list {
		all.Records = append(all.Records, e.Records...)
	}
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	if err := out.Encode(all); err != nil {
		return fmt.Errorf("writing json: %w", err)
	}
	return nil
}

// figure has as many digits as tell it from all others.
func figure(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'g', -1, 64)
}

func whole(v *int64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatInt(*v, 10)
}

func moment(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.RFC3339)
}
