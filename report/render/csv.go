package render

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gmnas/report/table"
)

// csvHead names the columns of CSV; they are stable.
var csvHead = []string{
	"experiment", "profile", "row", "name", "kind", "column", "n", "asked", "diverged", "failed", "mean", "std", "low", "high",
	"paper", "paper_std", "difference", "verdict", "reason", "seeds", "median", "interval_by", "boot_low", "boot_high",
}

// CSV writes a line for each cell of the main table. Absent figures are empty. A text that a spreadsheet would run as a
// formula, as it begins with = + - @ (full-width ones and after spaces too), gets a leading apostrophe; figures are figures,
// negative ones as they are.
func CSV(w io.Writer, t table.Table) error {
	out := csv.NewWriter(w)
	if err := out.Write(csvHead); err != nil {
		return fmt.Errorf("writing csv: %w", err)
	}
	for _, r := range t.Rows {
		for _, c := range r.Cells {
			var seeds []string
			for _, s := range c.Seeds {
				seeds = append(seeds, fmt.Sprintf("%d:%s", s.Seed, decimal(&s.Accuracy)))
			}
			line := []string{
				csvText(t.Label), csvText(t.Profile), csvText(r.ID), csvText(r.Name), csvText(r.Kind), csvText(c.Column),
				strconv.Itoa(c.N), strconv.Itoa(c.Asked), strconv.Itoa(c.Diverged), strconv.Itoa(c.Failed),
				decimal(c.Mean), decimal(c.Std), decimal(c.Low), decimal(c.High), decimal(c.Paper), decimal(c.PaperStd), decimal(c.Difference),
				csvText(string(c.Verdict)), csvText(c.Reason), strings.Join(seeds, " "),
				decimal(c.Median), csvText(c.IntervalBy), decimal(c.BootLow), decimal(c.BootHigh),
			}
			if err := out.Write(line); err != nil {
				return fmt.Errorf("writing csv: %w", err)
			}
		}
	}
	out.Flush()
	return out.Error()
}

// JSON writes the whole table.
func JSON(w io.Writer, t table.Table) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	if err := out.Encode(t); err != nil {
		return fmt.Errorf("writing json: %w", err)
	}
	return nil
}

func csvText(s string) string {
	s = clean(s)
	if first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(s, unicode.IsSpace)); strings.ContainsRune("=+-@＝＋－＠", first) && first != utf8.RuneError {
		return "'" + s
	}
	return s
}

// decimal is a figure to four places, as the table's accuracies have.
func decimal(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'f', 4, 64)
}
