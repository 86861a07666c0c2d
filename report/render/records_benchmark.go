package render

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"gmnas/harness/spec"
	"gmnas/report/table"
)

// RecordsBenchmark writes the Go benchmark format (https://go.dev/design/14313-benchmark-format): a result for each seed, pair or
// replay, whose name says method and rule and whose units are the table's columns and the search's cost, so that benchstat compares
// methods over seeds. What has no value is a comment. Leaves and nulls aren't results of a seed, and are left out.
func RecordsBenchmark(w io.Writer, list ...table.Export) error {
	out := bufio.NewWriter(w)
	told := map[string]bool{}
	for i, e := range list {
		if i > 0 {
			fmt.Fprintln(out)
		}
		configuration(out, e)
		for _, b := range benchmarks(e.Records) {
			b.write(out, told)
		}
	}
	return out.Flush()
}

// configuration describes an experiment in lines that benchstat prints above its results. Each is there, as it holds until it changes.
func configuration(w io.Writer, e table.Export) {
	of := func(text func(table.Record) string) string {
		var seen []string
		for _, r := range e.Records {
			for t := range strings.SplitSeq(text(r), "; ") {
				if t != "" && measured(r) && !slices.Contains(seen, t) {
					seen = append(seen, t)
				}
			}
		}
		return strings.Join(seen, "; ")
	}
	for _, line := range [][2]string{
		{"experiment", e.Label}, {"profile", e.Profile}, {"precision", e.Precision},
		{"commit", of(func(r table.Record) string { return r.Commit })},
		{"program", of(func(r table.Record) string { return r.Program })},
		{"machine", of(func(r table.Record) string { return r.Machine })},
		{"backend", of(func(r table.Record) string { return r.Backend })},
		{"data", of(func(r table.Record) string { return r.Data })},
		{"table", of(func(r table.Record) string { return r.Table })},
	} {
		fmt.Fprintf(w, "%s: %s\n", line[0], strings.TrimSpace(clean(line[1])))
	}
}

// measured tells whether a record is a result, or the gap in one's place.
func measured(r table.Record) bool {
	switch r.Scope {
	case table.ScopeSeed, table.ScopePair:
		return true
	case table.ScopeReplay:
		return r.Item == "mean"
	}
	return false
}

// benchmark is the records of one line.
type benchmark struct {
	name, id string // id tells lines of one name apart
	records  []table.Record
}

// benchmarks are the lines in the order of the records.
func benchmarks(records []table.Record) []benchmark {
	var list []benchmark
	at := map[string]int{}
	for _, r := range records {
		if !measured(r) {
			continue
		}
		b := benchmark{name: benchmarkName(r), id: "seed " + whole(r.Seed)}
		if r.Scope == table.ScopePair {
			b.id += ", " + r.Place
		}
		key := b.name + " " + b.id
		i, ok := at[key]
		if !ok {
			i = len(list)
			at[key], list = i, append(list, b)
		}
		list[i].records = append(list[i].records, r)
	}
	return list
}

// benchmarkName is "BenchmarkTable3/method=gm+darts/pick=table-valid".
func benchmarkName(r table.Record) string {
	name := "Benchmark" + strings.ToUpper(r.Experiment[:min(1, len(r.Experiment))]) + benchmarkText(r.Experiment[min(1, len(r.Experiment)):]) +
		"/method=" + benchmarkText(r.Row)
	switch {
	case r.Scope == table.ScopeReplay:
		name += "/truth=" + benchmarkText(strings.ReplaceAll(r.Rule, " ", "-"))
	case r.Rule != "":
		name += "/pick=" + benchmarkText(r.Rule)
	}
	if processors.MatchString(name) {
		at := strings.LastIndex(name, "-")
		name = name[:at] + "%2D" + name[at+1:]
	}
	return name
}

// processors is the end of a name that the format takes for a number of processors.
var processors = regexp.MustCompile(`-[0-9]+$`)

// benchmarkText is a part of a name or unit, which are without spaces; a slash would begin another part.
func benchmarkText(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r == '/' || r == '%' || r == unicode.ReplacementChar || unicode.IsSpace(r) || !unicode.IsGraphic(r) {
			for _, c := range []byte(string(r)) {
				fmt.Fprintf(&b, "%%%02X", c)
			}
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// benchmarkUnit is a column as a unit: "%cifar10-test", "cifar10-spearman". A rule is in the name.
func benchmarkUnit(r table.Record) string {
	c := spec.ParseColumn(r.Column)
	unit := strings.TrimPrefix(benchmarkText(c.Dataset)+"-"+benchmarkText(c.Split+c.Figure), "-")
	if r.Unit == "%" {
		return "%" + unit
	}
	return unit
}

// Ends of units that are better the lower they are, and parts of those that are better the higher, besides percentages.
var (
	lower  = []string{"error", "loss", "regret", "params", "macs", "epochs", "days", "sec", "flops", "gradient-evaluations"}
	higher = []string{"spearman", "kendall"}
)

// betterOf says which way a unit is better; empty where neither is.
func betterOf(unit string) string {
	switch {
	case slices.ContainsFunc(lower, func(end string) bool { return strings.HasSuffix(unit, end) }):
		return "lower"
	case strings.HasPrefix(unit, "%"), slices.ContainsFunc(higher, func(part string) bool { return strings.Contains(unit, part) }):
		return "higher"
	}
	return ""
}

// write writes the line, and before it which way is better of the units that it is the first to have.
func (b benchmark) write(w io.Writer, told map[string]bool) {
	var line strings.Builder
	seen := map[string]bool{}
	add := func(v *float64, unit string) {
		if v == nil || seen[unit] {
			return
		}
		seen[unit] = true
		fmt.Fprintf(&line, " %s %s", figure(v), unit)
		if !told[unit] && betterOf(unit) != "" {
			fmt.Fprintf(w, "Unit %s better=%s\n", unit, betterOf(unit))
		}
		told[unit] = true
	}
	first := b.records[0]
	for _, r := range b.records {
		add(r.Value, benchmarkUnit(r))
	}
	if line.Len() == 0 {
		why := strings.TrimSpace(clean(first.State + " " + first.Reason))
		if first.State == string(spec.Done) {
			why = "there is no such figure"
		}
		fmt.Fprintf(w, "# %s, %s: %s\n", b.name, b.id, why)
		return
	}
	if first.Seconds != nil && *first.Seconds > 0 {
		add(first.Seconds, "sec")
	}
	if first.FLOPs != nil && *first.FLOPs > 0 {
		add(first.FLOPs, "flops")
	}
	if n := first.GradientEvaluations; n != nil && *n > 0 {
		v := float64(*n)
		add(&v, "gradient-evaluations")
	}
	fmt.Fprintf(w, "%s 1%s\n", b.name, line.String())
}
