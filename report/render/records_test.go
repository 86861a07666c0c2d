package render

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gmnas/harness/spec"
	"gmnas/report/table"
)

// exported is three records whose every free text is the same: a value, a gap, and a negative value of a pair.
func exported(text string) table.Export {
	seed, value, negative := int64(3), 93.5, -1.25e-7
	r := table.Record{Experiment: "table3", Profile: spec.Smoke, Precision: text, Row: text, Kind: spec.RowRun, Seed: &seed, Scope: table.ScopeSeed, Place: text, Rule: text,
		Item: text, Column: "cifar10/test", State: text, Value: &value, Unit: "%", Reason: text, Architecture: text, Commit: text, Program: text, Machine: text, Backend: text, Data: text, Table: text}
	gap, pair := r, r
	gap.Value, gap.Rule = nil, text+"x"
	pair.Scope, pair.Column, pair.Unit, pair.Value = table.ScopePair, "cosine", "1", &negative
	return table.Export{Label: "table3", Title: text, Profile: spec.Smoke, Precision: text, Notes: []string{text}, Records: []table.Record{r, gap, pair}}
}

// TestRecordFields: CSV's columns are JSON's names, in their order, and each is explained.
func TestRecordFields(t *testing.T) {
	of := reflect.TypeFor[table.Record]()
	if of.NumField() != len(recordFields) {
		t.Fatalf("%d fields, %d explained", of.NumField(), len(recordFields))
	}
	for i, f := range recordFields {
		if tag, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ","); tag != f.Name || f.Doc == "" {
			t.Errorf("field %d is %q in JSON and %q in CSV, explained by %q", i, tag, f.Name, f.Doc)
		}
	}
}

// TestAnyTextInRecords: no text adds a line, a cell or a formula to CSV, or a result to benchmarks, and numbers stay numbers.
func TestAnyTextInRecords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := exported(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"=1+1", "-2", "@a", "+b", "a\nBenchmarkX 1 2 sec", "a b/c", "random-7"})).Draw(t, "text"))
		var c, j, b, tex bytes.Buffer
		for _, err := range []error{RecordsCSV(&c, x), RecordsJSON(&j, x), RecordsBenchmark(&b, x), RecordsTeX(&tex, x)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		lines, err := csv.NewReader(&c).ReadAll()
		if err != nil || len(lines) != 4 {
			t.Fatalf("csv: %v, %d lines", err, len(lines))
		}
		for i, f := range recordFields {
			if f.Name == "value" {
				if lines[1][i] != "93.5" || lines[2][i] != "" || lines[3][i] != "-1.25e-07" {
					t.Errorf("values %q %q %q", lines[1][i], lines[2][i], lines[3][i])
				}
			} else if s := strings.TrimSpace(lines[1][i]); s != "" && strings.ContainsAny(s[:1], "=+-@") {
				t.Errorf("%s: %q is a formula", f.Name, s)
			}
		}
		var back struct {
			Fields  []struct{ Name, Doc string }
			Records []table.Record
		}
		if err := json.Unmarshal(j.Bytes(), &back); err != nil || len(back.Fields) != len(recordFields) || *back.Records[0].Value != 93.5 || back.Records[1].Value != nil {
			t.Errorf("json: %v, %d fields", err, len(back.Fields))
		}
		results := 0
		for line := range strings.Lines(b.String()) {
			switch line = strings.TrimSuffix(line, "\n"); {
			case line == "", line[0] == '#', strings.HasPrefix(line, "Unit "), configurationLine.MatchString(line):
			default:
				checkResult(t, line)
				results++
			}
		}
		if results != 2 {
			t.Errorf("%d results:\n%s", results, b.String())
		}
	})
}

var configurationLine = regexp.MustCompile(`^[a-z][^A-Z \t]*: ?`)

// checkResult holds a line against https://go.dev/design/14313-benchmark-format: a name without the number of processors, iterations,
// and pairs of value and unit.
func checkResult(t *rapid.T, line string) {
	t.Helper()
	fields := strings.Fields(line)
	if len(fields) < 4 || len(fields)%2 != 0 || !strings.HasPrefix(fields[0], "BenchmarkTable3/method=") || fields[1] != "1" || regexp.MustCompile(`-[0-9]+$`).MatchString(fields[0]) {
		t.Fatalf("%q is no result", line)
	}
	seen := map[string]bool{}
	for i := 2; i < len(fields); i += 2 {
		if _, err := strconv.ParseFloat(fields[i], 64); err != nil || seen[fields[i+1]] {
			t.Errorf("%q: value %q, unit %q", line, fields[i], fields[i+1])
		}
		seen[fields[i+1]] = true
	}
}

func TestBenchmarkNames(t *testing.T) {
	for _, c := range []struct {
		row, rule, column string
		scope             string
		name, unit        string
	}{
		{"gm+darts", "table-valid", "cifar10/test", table.ScopeSeed, "BenchmarkTable3/method=gm+darts/pick=table-valid", "%cifar10-test"},
		{"gm+darts", "supernet", "cifar10/supernet:error", table.ScopeSeed, "BenchmarkTable3/method=gm+darts/pick=supernet", "%cifar10-error"},
		{"30-100-600", "last epoch", "cifar10/recall", table.ScopeReplay, "BenchmarkTable3/method=30-100-600/truth=last-epoch", "%cifar10-recall"},
		{"random-7", "", "cosine", table.ScopePair, "BenchmarkTable3/method=random%2D7", "%cosine"},
		{"my search/é%", "", "a b/c d", table.ScopeSeed, "BenchmarkTable3/method=my%20search%2Fé%25", "%a%20b-c%20d"},
	} {
		r := table.Record{Experiment: "table3", Row: c.row, Rule: c.rule, Column: c.column, Scope: c.scope, Unit: "%"}
		if name, unit := benchmarkName(r), benchmarkUnit(r); name != c.name || unit != c.unit {
			t.Errorf("%q %q, want %q %q", name, unit, c.name, c.unit)
		}
	}
}

// TestRecordsTeXCompiles compiles awkward texts.
func TestRecordsTeXCompiles(t *testing.T) {
	var page bytes.Buffer
	if err := RecordsTeX(&page, exported(`[_%&\ {x}~^#$"|<é±]`), exported("two\nlines")); err != nil {
		t.Fatal(err)
	}
	compiles(t, page.Bytes())
}
