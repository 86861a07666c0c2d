package render

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gmnas/report/table"
)

func TestTeXEscapes(t *testing.T) {
	for text, want := range map[string]string{
		"a|b":          `a\textbar{}b`,
		"=cmd()":       `=cmd()`,
		"<script>":     `\textless{}script\textgreater{}`,
		"50 % & #1 $x": `50 \% \& \#1 \$x`,
		`\input{/etc}`: `\textbackslash{}input\{/etc\}`,
		"a_b^c~d":      `a\_b\textasciicircum{}c\textasciitilde{}d`,
		"--db x":       `-{}-db x`,
		"[93.97] *":    `{[}93.97{]} {*}`,
		"93.2 ± 0.1 †": `93.2 \textpm{} 0.1 \textdagger{}`,
		"é 中":          `é {[}U+4E2D{]}`,
		"\"`''":        `\textquotedbl{}\textasciigrave{}'{}'`,
		"two\nlines":   "two lines",
		"\x1b[31m":     ` {[}31m`,
	} {
		if got := tex(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// texSpecials finds what LaTeX would act on.
var texSpecials = regexp.MustCompile(`\\(textbackslash|textasciitilde|textasciicircum|textless|textgreater|textbar|textquotedbl|textasciigrave|text[a-z]+)\{\}|\\[{}$&#_%]|\{[\[\]*]\}|\{\}[-,']|\$\\[gl]eq\$`)

// TestAnyTextInTeX: whatever a text holds, nothing of it acts.
func TestAnyTextInTeX(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rest := texSpecials.ReplaceAllString(tex(rapid.String().Draw(t, "text")), "")
		if strings.ContainsAny(rest, "\\{}$&#_%~^<>|\"`[]*\n\r\x00") {
			t.Errorf("%q is left", rest)
		}
	})
}

// TestTeXCompiles compiles a page of awkward texts.
func TestTeXCompiles(t *testing.T) {
	var page bytes.Buffer
	if err := TeX(&page, awkward(), "absent.png"); err != nil {
		t.Fatal(err)
	}
	compiles(t, page.Bytes())
}

// compiles has pdflatex make a page, twice, the second time with the tables' widths.
func compiles(t *testing.T, page []byte) {
	t.Helper()
	for _, name := range []string{"pdflatex", "kpsewhich"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed: apt-get install texlive-latex-recommended", name)
		}
	}
	for _, name := range []string{"booktabs.sty", "longtable.sty"} {
		if exec.Command("kpsewhich", name).Run() != nil {
			t.Skipf("LaTeX has no %s: apt-get install texlive-latex-recommended", name)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "page.tex"), page, 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		cmd := exec.Command("pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "page.tex")
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v:\n%s", err, out)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "page.pdf")); err != nil || info.Size() < 10_000 {
		t.Errorf("page.pdf: %v, %v", info, err)
	}
}

// awkward is a table whose texts are of all kinds that renderers stumble over, with a bold comparison.
func awkward() table.Table {
	tb := labelled(awkwardText)
	figure := 1.5
	tb.Claims = []table.Claim{{Text: awkwardText, Verdict: table.Holds, Comparisons: []table.Comparison{
		{What: awkwardText, Measure: "points", N: "5 and 5", Figure: &figure, Low: &figure, High: &figure, Verdict: table.Holds, Significant: true, Reason: "p = 0.02; " + awkwardText},
		{What: "x - y", Measure: "points", N: "4 and 4", Verdict: table.CannotTell, Reason: "n = 4 cannot decide; n = 5 could"},
	}}}
	tb.Sections = []table.Section{{Title: "[", Intro: "*", Left: 1, Head: []string{"*a\n[b", "="}, Rows: [][]string{{"[x]", "*"}, {"*", "[1] & \\"}, {"", ""}}}}
	return tb
}

const awkwardText = "[a|b] =cmd() <script>alert(1)</script> \\input{x} $%&#_^~ `x` *y* \"z\" --db ,, '' <!-- --> ]]> ± † é 中 \U0001F600 \u202e"
