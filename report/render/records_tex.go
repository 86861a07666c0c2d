package render

import (
	"bufio"
	"fmt"
	"io"

	"gmnas/harness/spec"
	"gmnas/report/table"
)

// RecordsTeX writes a LaTeX document with a longtable of each experiment's records, without what is the same in all of them or too
// long for a page: that is in CSV and JSON.
func RecordsTeX(w io.Writer, list ...table.Export) error {
	out := bufio.NewWriter(w)
	fmt.Fprint(out, texBegin)
	for _, e := range list {
		intro := fmt.Sprintf("Recorded values in profile %s, %s.", e.Profile, e.Precision)
		for _, n := range e.Notes {
			intro += " " + n + "."
		}
		s := section{title: e.Title, intro: intro, left: 9, head: []string{"row", "scope", "place", "rule", "item", "column", "state", "stage", "unit", "seed", "value", "seconds", "FLOPs"}}
		for _, r := range e.Records {
			s.rows = append(s.rows, cells(r.Row, r.Scope, r.Place, r.Rule, r.Item, r.Column, r.State, spec.Key(r.Stage).Short(), r.Unit,
				whole(r.Seed), rounded(r.Value, 6), rounded(r.Seconds, 4), rounded(r.FLOPs, 4)))
		}
		texSection(out, s)
	}
	fmt.Fprint(out, "\\end{document}\n")
	return out.Flush()
}

// rounded is a figure with so many significant digits.
func rounded(v *float64, digits int) string {
	if v == nil {
		return ""
	}
	return fmt.Sprintf("%.*g", digits, *v)
}
