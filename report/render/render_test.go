package render

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gmnas/harness/spec"
	"gmnas/report/table"
)

// labelled is a table whose every free text is the same.
func labelled(text string) table.Table {
	mean := 93.5
	return table.Table{
		Label: "table3", Title: text, Claim: text, Profile: spec.Smoke,
		Facts:   []table.Fact{{Name: text, Text: text}},
		Columns: []table.Column{{ID: "cifar10/test", Dataset: "cifar10", Split: "test"}},
		Rows: []table.Row{{ID: "a", Name: text, Kind: spec.RowRun, Cells: []table.Cell{
			{Column: "cifar10/test", N: 1, Asked: 1, Mean: &mean, Paper: &mean, Verdict: table.CannotTell, Reason: text},
		}}},
		Notes: []table.Note{{Row: "a", Text: text, Command: text}},
	}
}

func TestEscapes(t *testing.T) {
	for _, c := range []struct{ text, markdown, csv string }{
		{"a|b", `a\|b`, "a|b"},
		{"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"},
		{"=cmd()", "=cmd()", "'=cmd()"},
		{"+1", "+1", "'+1"},
		{"-1", "-1", "'-1"},
		{"@sum", "@sum", "'@sum"},
		{"![x](http://example.com)", `!\[x](http://example.com)`, "![x](http://example.com)"},
		{"`x` *y* _z_ \\", "\\`x\\` \\*y\\* \\_z\\_ \\\\", "`x` *y* _z_ \\"},
		{"two\nlines\x1b[31m", `two lines \[31m`, "two lines [31m"},
		{"\t=1", " =1", "' =1"},
		{"＝cmd()", "＝cmd()", "'＝cmd()"},
		{"", "", ""},
	} {
		if got := markdown(c.text); got != c.markdown {
			t.Errorf("markdown of %q is %q, want %q", c.text, got, c.markdown)
		}
		if got := csvText(c.text); got != c.csv {
			t.Errorf("csv of %q is %q, want %q", c.text, got, c.csv)
		}
	}
}

var unescapedBar = regexp.MustCompile(`(^|[^\\])(\\\\)*\|`)

// TestAnyText: no text adds a cell, a line, HTML, a formula or a terminal's control sequence.
func TestAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tb := labelled(rapid.String().Draw(t, "text"))
		var md, txt, c, j bytes.Buffer
		for _, err := range []error{Markdown(&md, tb, "table3.png"), Text(&txt, tb), CSV(&c, tb), JSON(&j, tb)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		plain := labelled("x")
		var want bytes.Buffer
		if err := Markdown(&want, plain, "table3.png"); err != nil {
			t.Fatal(err)
		}
		got, reference := strings.Split(md.String(), "\n"), strings.Split(want.String(), "\n")
		if len(got) != len(reference) {
			t.Fatalf("%d lines of Markdown, want %d:\n%s", len(got), len(reference), md.String())
		}
		for i, line := range got {
			if strings.HasPrefix(reference[i], "|") && len(unescapedBar.FindAllString(line, -1)) != strings.Count(reference[i], "|") {
				t.Errorf("line %q has other cells than %q", line, reference[i])
			}
			if strings.Contains(strings.ReplaceAll(line, "<br>", ""), "<") && !strings.Contains(line, "`") {
				t.Errorf("line %q has HTML", line)
			}
		}
		if strings.ContainsAny(txt.String(), "\x1b\r\x00") {
			t.Errorf("control characters reach the terminal: %q", txt.String())
		}
		lines, err := csv.NewReader(&c).ReadAll()
		if err != nil || len(lines) != 2 {
			t.Fatalf("csv: %v, %d lines", err, len(lines))
		}
		for _, field := range []string{lines[1][3], lines[1][18]} {
			if field != "" && strings.ContainsAny(field[:1], "=+-@\t\r") {
				t.Errorf("csv field %q is a formula", field)
			}
		}
		if !json.Valid(j.Bytes()) {
			t.Error("json isn't valid")
		}
	})
}

func TestEmptyTable(t *testing.T) {
	for name, err := range map[string]error{
		"md":   Markdown(&bytes.Buffer{}, table.Table{}, ""),
		"text": Text(&bytes.Buffer{}, table.Table{}),
		"csv":  CSV(&bytes.Buffer{}, table.Table{}),
		"json": JSON(&bytes.Buffer{}, table.Table{}),
	} {
		if err != nil {
			t.Errorf("%s of an empty table: %v", name, err)
		}
	}
}

func TestNumbers(t *testing.T) {
	value := func(v float64) *float64 { return &v }
	for _, c := range []struct{ got, want string }{
		{plusMinus(nil, nil, 2), "-"},
		{plusMinus(value(93.2), nil, 2), "93.20"},
		{plusMinus(value(93.2), value(0), 2), "93.20 ± 0.00"},
		{plusMinus(value(2000), value(0.25), -3), "2000 ± 0.25"},
		{plusMinus(value(1.1), value(0.0001), -3), "1.1 ± 0"},
		{signed(value(-0.001), 2), "0.00"},
		{signed(value(0.001), 2), "0.00"},
		{signed(value(-0.35), 2), "-0.35"},
		{signed(value(0.35), 2), "+0.35"},
		{signed(nil, 2), "-"},
		{cellText(spec.RowRun, table.Cell{Asked: 4}, 2), "not run"},
		{cellText(spec.RowRun, table.Cell{Asked: 4, Diverged: 4}, 2), "DIVERGED n=0/4 (4 diverged)"},
		{cellText(spec.RowRun, table.Cell{Asked: 4, N: 3, Diverged: 1, Mean: value(93), Std: value(1)}, 2), "93.00 ± 1.00 n=3/4 (1 diverged)"},
		{cellText(spec.RowRun, table.Cell{Asked: 4, N: 2, Diverged: 1, Failed: 1, Mean: value(93), Std: value(1)}, 2), "93.00 ± 1.00 n=2/4 (1 diverged, 1 failed)"},
		{cellText(spec.RowRun, table.Cell{Asked: 4, Failed: 1}, 2), "FAILED n=0/4 (1 failed)"},
		{cellText(spec.RowLiterature, table.Cell{Paper: value(93.97), Noted: true}, 2), "[93.97] †"},
		{decimal(value(93.37)), "93.3700"},
		{decimal(nil), ""},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
	if err := JSON(&bytes.Buffer{}, table.Table{Picks: []table.Pick{{Gap: value(math.NaN())}}}); err == nil {
		t.Error("JSON wrote a NaN")
	}
}
