package plots

import (
	"fmt"
	"strings"

	"gmnas/report/table"
)

// Alt says in words what PNG shows, for those who don't see it; the figures themselves are in the tables.
func Alt(t table.Table) string {
	var text string
	switch {
	case len(t.Heats) > 0:
		var names []string
		for _, h := range t.Heats {
			names = append(names, fmt.Sprintf("%s: %s, %d by %d", h.Title, h.Unit, len(h.Rows), len(h.Columns)))
		}
		text = "Heat maps with each value written into its cell. " + strings.Join(names, "; ") + "."
	case len(t.Drawings) > 0:
		var names []string
		for _, d := range t.Drawings {
			names = append(names, d.Title+": "+d.Cell.String())
		}
		text = "Graphs of cells, from their two inputs over four nodes to the output, each edge with its operation. " + strings.Join(names, "; ") + "."
	case t.Axis != "":
		text = "Curve of the mean accuracy over the " + axisLabel(t.Axis) + ", every seed a dot, the paper's values as marks, the no-search null as grey bands."
	case len(t.Scatters) > 0:
		var names []string
		for _, s := range t.Scatters {
			names = append(names, s.Title)
		}
		text = "Scatter plots: " + strings.Join(names, "; ") + "."
	default:
		var names []string
		for _, c := range testColumns(t) {
			names = append(names, c.Dataset)
		}
		text = fmt.Sprintf("%d methods below each other, test accuracy on %s: every seed a dot, the mean a stroke, the paper's value a diamond with its deviation, "+
			"the no-search null a grey band.", len(t.Rows), strings.Join(names, ", "))
	}
	return t.Title + ". " + text + " The numbers are in the tables."
}
