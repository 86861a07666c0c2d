package report_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gmnas/harness/spec"
	"gmnas/report"
)

// TestNothingElseChangesACell: whatever other rows and experiments are declared and recorded, every line of every
// table but Claims, which compares rows, is the same bytes in every format.
func TestNothingElseChangesACell(t *testing.T) {
	w, all := newWorld(), small()
	foreign, _ := all.Row("gm+darts")
	foreign.ID, foreign.Name, foreign.Paper = "foreign", "a method that | nobody <b>knows</b>", nil
	run := foreign.Runs[spec.Laptop]
	run.SearchEpochs++
	foreign.Runs = map[string]spec.Run{spec.Laptop: run}
	all.Rows = append(all.Rows, foreign, spec.Row{ID: "null-foreign", Name: "null: in leaves of it", Kind: spec.RowNull, Null: spec.NullOf{From: "foreign", Draws: 10_000}})
	full := map[string]map[string]bool{}
	for format, page := range renderAll(t, build(t, w, all, spec.Laptop, false)) {
		full[format] = tableLines(format, string(page))
	}
	w.every(t, "section51", "restart")
	random := rand.New(rand.NewPCG(1, 1))
	for range 12 {
		var keep []string
		for _, r := range all.Rows {
			if random.IntN(2) == 0 {
				keep = append(keep, r.ID)
			}
		}
		some := only(all, needed(all, keep)...)
		bindings := w.run(t, some, spec.Laptop, false)
		random.Shuffle(len(bindings), func(i, j int) { bindings[i], bindings[j] = bindings[j], bindings[i] })
		in, err := report.Collect(some, spec.Laptop, bindings, w.lookup)
		if err != nil {
			t.Fatal(err)
		}
		for format, page := range renderAll(t, report.Build(in)) {
			lines := tableLines(format, string(page))
			if format != "json" && len(lines) < len(some.Rows) {
				t.Errorf("%s with rows %v: %d lines", format, keep, len(lines))
			}
			for line := range lines {
				if !full[format][line] {
					t.Errorf("%s with rows %v alone has another line:\n%s", format, keep, line)
				}
			}
		}
	}
}

// needed adds the searches that nulls draw from, and a null that records the optimum.
func needed(e spec.Experiment, ids []string) []string {
	for _, id := range slices.Clone(ids) {
		switch r, _ := e.Row(id); {
		case r.Kind == spec.RowOptimal:
			ids = append(ids, "darts", "null-1")
		case r.Kind == spec.RowNull && r.Null.From != "":
			ids = append(ids, r.Null.From)
		case r.Kind == spec.RowNull:
			ids = append(ids, "darts")
		}
	}
	var list []string
	for _, r := range e.Rows {
		if slices.Contains(ids, r.ID) {
			list = append(list, r.ID)
		}
	}
	return list
}

var (
	inHTML = regexp.MustCompile(`<h3 id="[^"]*">(.*)</h3>`)
	spaces = regexp.MustCompile(`\s+`)
)

// tableLines are the lines of a page's tables, each behind the name of its table. Text tables are as wide as their widest
// line, so that their spaces don't count.
func tableLines(format, page string) map[string]bool {
	set := map[string]bool{}
	section, within := "", false
	for _, line := range strings.Split(page, "\n") {
		name, isName := "", false
		row := false
		switch format {
		case "md":
			name, isName = strings.CutPrefix(line, "## ")
			row = strings.HasPrefix(line, "| ")
		case "html":
			if m := inHTML.FindStringSubmatch(line); m != nil {
				name, isName = m[1], true
			}
			row = strings.HasPrefix(line, "<tr")
		case "tex":
			name, isName = strings.CutPrefix(line, "% ")
			row = strings.HasSuffix(line, `\\`)
		case "txt":
			isName = line != "" && strings.ToUpper(line) == line && strings.Trim(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ- ") == ""
			switch {
			case strings.HasPrefix(line, "-----"):
				within, isName = true, false
			case line == "":
				within = false
			}
			name, row = line, within && !strings.HasPrefix(line, "---")
			line = spaces.ReplaceAllString(line, " ")
		case "csv":
			row = line != ""
		}
		if isName {
			section = name
		}
		if row && !strings.EqualFold(section, "Claims") {
			set[fmt.Sprintf("%s: %s", section, line)] = true
		}
	}
	return set
}
