package main

import (
	"cmp"
	"fmt"
	"time"

	"gmnas/harness/spec"
	"gmnas/report/table"
)

// imported shows where a row of others comes from, and the look-ups that judge it.
func (x explainer) imported(row table.Row, cell table.Cell) {
	for _, i := range x.in.Imported {
		if i.Row != row.ID {
			continue
		}
		fmt.Fprintf(x.out, "Third-party evidence: nothing of what led to it ran here.\n  file      %s, SHA-256 %s, %d bytes, imported %s\n",
			i.File, i.SHA256, i.Bytes, i.Imported.Format(time.RFC3339))
		if i.Kind == spec.EvidenceArchitectures {
			fmt.Fprintf(x.out, "  encoding  %s\n", cmp.Or(i.Encoding, "told by the names of operations and edges"))
		}
		if i.Table != "" {
			fmt.Fprintf(x.out, "  table     SHA-256 %s\n", i.Table)
		}
		if n := len(i.Predictions); n > 0 {
			fmt.Fprintf(x.out, "  predictions of %d architectures\n", n)
		}
		for _, s := range i.Searches {
			fmt.Fprintf(x.out, "\nSeed %d: %s\n", s.Seed, foundResult(s.Seed, len(s.Leaves), cell))
			for _, leaf := range s.Leaves {
				fmt.Fprintf(x.out, "  %s\n", leaf.Derive.Derive.Architecture)
				if leaf.Evaluate == nil {
					fmt.Fprintln(x.out, "    not looked up")
					continue
				}
				fmt.Fprintf(x.out, "    evaluate %s\n", leaf.Evaluate.Key)
				x.outcome("             ", *leaf.Evaluate)
			}
		}
	}
}

// foundResult is a seed's value and which of its architectures was picked.
func foundResult(seed int64, of int, cell table.Cell) string {
	for _, s := range cell.Seeds {
		if s.Seed == seed {
			return fmt.Sprintf("%.2f, %s, of architecture %d of %d", s.Accuracy, s.Architecture, s.Leaf+1, of)
		}
	}
	return "no value in this column"
}
