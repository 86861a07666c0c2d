package render

import (
	"fmt"
	"strings"

	"gmnas/harness/spec"
	"gmnas/report/table"
)

// claims has a line for each comparison; figure and verdict are bold where significance was reached after the correction.
func claims(t table.Table) section {
	s := section{title: "Claims", left: 2, sentences: true, head: []string{"claim\nand what is compared", "seen\nand why", "value", "95 % interval", "paper", "n", "effect", "p", "p paired", "p Holm"},
		intro: "Each statement with the check that decides on it, about the runs of this profile. holds, contradicted: the corrected p is 0.05 or less, or the interval lies within or outside " +
			"the declared points. Bold: the corrected p is 0.05 or less; no other figure is. effect: Cliff's delta, 1 where every seed of the one is above every seed of the other, -1 where below. " +
			"p: exact Mann-Whitney of the seeds (spreads: of the distances from the median; splits: of the hits), two-sided. p paired: " +
			"exact, by the signs of the differences on common seeds. p Holm: p corrected for all comparisons of this page. Where nothing is decided, so many could: the fewest with which " +
			"the corrected p can be 0.05 or less at all; about so many would: they find the difference and spread seen here with a probability of 80 %, roughly, as few values show both."}
	if t.Measure != nil {
		s.intro = t.Measure.Claims
	}
	format := fmt.Sprintf("%%.%df", decimals(t))
	for _, c := range t.Claims {
		for i, v := range c.Comparisons {
			text := c.Text
			if len(c.Comparisons) > 1 {
				text += fmt.Sprintf(" (%d of %d; together: %s)", i+1, len(c.Comparisons), c.Verdict)
			}
			s.rows = append(s.rows, []cell{
				{text: text + "\n" + v.What + ": " + v.Measure},
				{text: string(v.Verdict) + "\n" + strings.ReplaceAll(v.Reason, "; ", ";\n"), bold: v.Significant, verdict: v.Verdict},
				{text: number(v.Figure, format), bold: v.Significant},
				{text: interval(v.Low, v.High, format)},
				{text: number(v.Paper, format)}, {text: v.N}, {text: number(v.Effect, "%.2f")},
				{text: number(v.P, "%.2g")}, {text: number(v.Paired, "%.2g")}, {text: number(v.Adjusted, "%.2g")},
			})
		}
	}
	return s
}

// spreads has a line for each searched row and test column of the searched data set.
func spreads(t table.Table) section {
	s := section{title: "Spread over seeds", left: 1,
		head: []string{"method", "n", "mean", "std", "median", "lowest", "highest", "95 % interval", "bootstrap"},
		intro: "Accuracy on the test part of the data set of the search. std: sample standard deviation. 95 % interval: of the mean, Student's t, which supposes about normal values, or " +
			"Wilson's of one set of test images where all seeds are at 0 or 100 %. bootstrap: percentile interval of the mean, too narrow for so few (with n = 4 it covers about 80 %)."}
	if t.Measure != nil {
		return section{} // its intervals are of more than seeds, and have a section
	}
	for _, c := range t.Columns {
		if c.Split != "test" || c.Transfer {
			continue
		}
		for _, r := range t.Rows {
			v, ok := r.Cell(c.ID)
			if r.Kind != spec.RowRun || !ok || len(v.Seeds) == 0 {
				continue
			}
			low, high := v.Seeds[0].Accuracy, v.Seeds[0].Accuracy
			for _, seed := range v.Seeds {
				low, high = min(low, seed.Accuracy), max(high, seed.Accuracy)
			}
			mean := interval(v.Low, v.High, "%.2f")
			switch {
			case v.Why != "":
				mean = "none: " + v.Why
			case strings.HasPrefix(v.IntervalBy, "Wilson"):
				mean += " (" + v.IntervalBy + ")"
			}
			s.rows = append(s.rows, cells(r.Name, fmt.Sprint(v.N), number(v.Mean, "%.2f"), number(v.Std, "%.2f"), number(v.Median, "%.2f"),
				number(&low, "%.2f"), number(&high, "%.2f"), mean, interval(v.BootLow, v.BootHigh, "%.2f")))
		}
	}
	return s
}

// interval is "91.2 to 93.4".
func interval(low, high *float64, format string) string {
	if low == nil || high == nil {
		return "-"
	}
	return number(low, format) + " to " + number(high, format)
}
