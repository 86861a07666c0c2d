// Package render prints a table.Table: as terminal text, Markdown, LaTeX, HTML, CSV and JSON. The first four show the
// same sections; CSV has a line for each cell; JSON is the table itself. Records… print a table.Export, a line or object for each
// recorded value. Each format escapes all text for itself.
package render

import (
	"fmt"
	"strings"

	"gmnas/harness/spec"
	"gmnas/report/table"
)

// section is one table of the page.
type section struct {
	title string
	intro string
	head  []string
	rows  [][]cell
	left  int // so many columns from the left are text, the rest figures

	sentences bool // the text columns hold sentences, which a terminal breaks
}

// cell is text of one or more lines, the first of them bold where significance was reached.
type cell struct {
	text    string
	bold    bool
	verdict table.Verdict // where the first line is one
	kind    string        // of the main table's row, in its first cell
}

func cells(texts ...string) []cell {
	list := make([]cell, len(texts))
	for i, t := range texts {
		list[i].text = t
	}
	return list
}

func (c cell) lines() []string { return strings.Split(c.text, "\n") }

// sections are the page's tables in reading order; those without rows are left out.
func sections(t table.Table) []section {
	var list []section
	all := []section{accuracies(t), claims(t)}
	for _, s := range t.Sections {
		all = append(all, ofText(s))
	}
	for _, s := range append(all, verdicts(t), spreads(t), against(t), picks(t), costs(t)) {
		if len(s.rows) > 0 {
			list = append(list, s)
		}
	}
	return list
}

// ofText is a section of which no cell is bold.
func ofText(s table.Section) section {
	text := section{title: s.Title, intro: s.Intro, head: s.Head, left: s.Left}
	for _, r := range s.Rows {
		text.rows = append(text.rows, cells(r...))
	}
	return text
}

func accuracies(t table.Table) section {
	s := section{title: "Accuracies", head: []string{"method"}, left: 1,
		intro: "Accuracy in percent, mean ± std over seeds; the paper's printed value in brackets. null: no search, random architectures " +
			"picked by the same rule, ± std of a single pick. †: see the notes."}
	if t.Embedded {
		s.intro = "Accuracy in percent, mean ± std over seeds. †: see the notes."
	}
	if t.Measure != nil {
		s.title, s.intro = t.Measure.Title, t.Measure.Intro
	}
	for _, c := range t.Columns {
		head := c.Dataset + "\n" + c.Split
		if c.Transfer {
			head += " (transfer)"
		}
		s.head = append(s.head, head)
	}
	if name := axisName(t.Axis); name != "" {
		s.head = append(s.head[:1], append([]string{name}, s.head[1:]...)...)
	}
	for _, r := range t.Rows {
		line := []string{r.Name + star(r.Noted)}
		if t.Axis != "" && r.At != nil {
			line = append(line, fmt.Sprint(*r.At))
		} else if t.Axis != "" {
			line = append(line, "")
		}
		for _, c := range r.Cells {
			line = append(line, cellText(r.Kind, c, decimalsOf(t, c)))
		}
		s.rows = append(s.rows, cells(line...))
		s.rows[len(s.rows)-1][0].kind = r.Kind
	}
	return s
}

// cellText is what was measured, and below it what the paper prints.
func cellText(kind string, c table.Cell, decimals int) string {
	var lines []string
	switch {
	case c.Mean != nil:
		lines = append(lines, plusMinus(c.Mean, c.Std, decimals)+count(c)+star(c.Noted))
	case kind == spec.RowRun && c.Diverged > 0:
		lines = append(lines, "DIVERGED"+count(c)+star(c.Noted))
	case kind == spec.RowRun && c.Failed > 0:
		lines = append(lines, "FAILED"+count(c)+star(c.Noted))
	case c.Verdict == table.CannotTell:
		lines = append(lines, "none"+star(c.Noted))
	case kind == spec.RowRun && c.Asked == 0 && c.Why != "":
		lines = append(lines, "-") // there can be none
	case kind != spec.RowLiterature:
		lines = append(lines, "not run"+star(c.Noted))
	}
	if c.Paper != nil {
		paper := "[" + plusMinus(c.Paper, c.PaperStd, decimals) + "]"
		if kind == spec.RowLiterature {
			paper += star(c.Noted)
		}
		lines = append(lines, paper)
	}
	return strings.Join(lines, "\n")
}

// count is empty where every asked seed has a value: " n=3/4 (1 diverged)".
func count(c table.Cell) string {
	if c.N == c.Asked || c.Asked == 0 {
		return ""
	}
	text := fmt.Sprintf(" n=%d/%d", c.N, c.Asked)
	var why []string
	if c.Diverged > 0 {
		why = append(why, fmt.Sprintf("%d diverged", c.Diverged))
	}
	if c.Failed > 0 {
		why = append(why, fmt.Sprintf("%d failed", c.Failed))
	}
	if len(why) > 0 {
		text += " (" + strings.Join(why, ", ") + ")"
	}
	return text
}

// axisName is the head of a figure's axis.
func axisName(axis string) string {
	switch axis {
	case spec.AxisWarmup:
		return "warm-up\nepochs"
	case spec.AxisSplits:
		return "T\nsplits"
	}
	return ""
}

func verdicts(t table.Table) section {
	s := section{title: "Verdicts", head: []string{"method", "column", "verdict", "why", "mean", "paper", "difference"}, left: 4,
		intro: "Searched rows, and the table's optimum, beside the printed values. reproduced: the mean is within the declared tolerance. differs: the 95 % interval of the " +
			"difference lies outside it, in the paper's own protocol. Transfer columns have no verdict, as the paper's columns are separate searches."}
	if t.Measure != nil {
		s.intro = t.Measure.Verdicts
	}
	if t.Embedded {
		return s // nothing printed is comparable, and the header says so
	}
	transfer := map[string]bool{}
	for _, c := range t.Columns {
		transfer[c.ID] = c.Transfer
	}
	for _, r := range t.Rows {
		for _, c := range r.Cells {
			if c.Verdict == "" || transfer[c.Column] && r.Kind == spec.RowRun {
				continue
			}
			s.rows = append(s.rows, cells(r.Name, c.Column, string(c.Verdict), c.Reason,
				plusMinus(c.Mean, c.Std, decimalsOf(t, c)), plusMinus(c.Paper, c.PaperStd, decimalsOf(t, c)), signed(c.Difference, decimalsOf(t, c))))
			s.rows[len(s.rows)-1][2].verdict = c.Verdict
		}
	}
	return s
}

// against has a line for each method and null, and a probability for each test column.
func against(t table.Table) section {
	s := section{title: "Against the no-search null", head: []string{"method", "null", "beats it"}, left: 3,
		intro: "Looking leaves up in a table is itself a search, so a claim counts as carried by the search only where it beats its null. p: probability " +
			"that the null's mean over as many seeds reaches the method's mean. beats it: p is 0.05 or less on the data set of the search (a method at a " +
			"time, not corrected for their number, and so never bold)."}
	transfer := map[string]bool{}
	for _, c := range t.Columns {
		transfer[c.ID] = c.Transfer
		if c.Split == "test" {
			s.head = append(s.head, "p "+c.Dataset)
		}
	}
	for i, a := range t.Against {
		if i == 0 || a.Row != t.Against[i-1].Row || a.Null != t.Against[i-1].Null {
			s.rows = append(s.rows, cells(a.Name, a.NullName, "-"))
		}
		line := &s.rows[len(s.rows)-1]
		if !transfer[a.Column] {
			switch {
			case a.Reaches == nil:
				(*line)[2].text = "cannot tell: " + a.Why
			case a.Carried:
				(*line)[2].text = "yes"
			default:
				(*line)[2].text = "no"
			}
		}
		*line = append(*line, cell{text: number(a.Reaches, "%.3f")})
	}
	return s
}

func picks(t table.Table) section {
	s := section{title: "How the architecture is picked", left: 1,
		head: []string{"method", "leaves", "n", "by validation", "by test (oracle)", "by supernet (honest)", "gap", "worst leaf", "supernet BN"},
		intro: "Mean test accuracy on the data set of the search, by the rule that picks among the leaves: validation accuracy of the found architecture " +
			"(the main table), its test accuracy, or the supernet's own validation accuracy, all that a search without a table knows. gap: oracle - honest. " +
			"supernet BN: batch-norm statistics that the supernet's accuracy was measured with."}
	for _, p := range t.Picks {
		s.rows = append(s.rows, cells(p.Name, fmt.Sprint(p.Leaves), fmt.Sprint(p.N),
			number(p.Main, "%.2f"), number(p.Oracle, "%.2f"), number(p.Honest, "%.2f"), number(p.Gap, "%.2f"), number(p.Worst, "%.2f"), p.BatchNorm))
	}
	return s
}

func costs(t table.Table) section {
	s := section{title: "Cost of a search", left: 1, head: []string{"method", "n", "gradient evaluations", "TFLOP", "seconds"},
		intro: "Mean a seed, of all its stages on one worker, without the evaluation; stages that rows share count in each. A gradient evaluation is one " +
			"forward and backward pass of a mini-batch."}
	for _, c := range t.Costs {
		s.rows = append(s.rows, cells(c.Name, fmt.Sprint(c.N), number(c.GradientEvaluations, "%.0f"), number(c.TeraFLOP, "%.4g"), number(c.Seconds, "%.1f")))
	}
	return s
}

// about names what a note is about.
func about(t table.Table, n table.Note) string {
	name := n.Row
	if r, ok := t.Row(n.Row); ok {
		name = r.Name
	}
	return strings.TrimPrefix(strings.TrimSuffix(name+", "+n.Column, ", "), ", ")
}

func plusMinus(mean, std *float64, decimals int) string {
	if mean == nil {
		return "-"
	}
	if std == nil {
		return fixed(mean, decimals)
	}
	return fixed(mean, decimals) + " ± " + fixed(std, decimals)
}

// fixed has so many decimals, or, where the number is negative, at most as many and no zeros at the end.
func fixed(v *float64, decimals int) string {
	if decimals >= 0 {
		return number(v, fmt.Sprintf("%%.%df", decimals))
	}
	text := number(v, fmt.Sprintf("%%.%df", -decimals))
	if strings.Contains(text, ".") {
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// decimals is how many the table's figures have.
func decimals(t table.Table) int {
	if t.Measure != nil {
		return t.Measure.Decimals
	}
	return 2
}

// decimalsOf is how many a cell's figures have.
func decimalsOf(t table.Table, cell table.Cell) int {
	for _, c := range t.Columns {
		if c.ID == cell.Column && c.Decimals != nil {
			return *c.Decimals
		}
	}
	return decimals(t)
}

func number(v *float64, format string) string {
	if v == nil {
		return "-"
	}
	text := fmt.Sprintf(format, *v)
	if strings.Trim(text, "-+0.") == "" { // zero has no sign
		return strings.TrimLeft(text, "-+")
	}
	return text
}

func signed(v *float64, decimals int) string { return number(v, fmt.Sprintf("%%+.%df", decimals)) }

func star(noted bool) string {
	if noted {
		return " †"
	}
	return ""
}
