package render

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"gmnas/report/table"
)

const texBegin = `% Tables with booktabs rules; each begins with its name in a comment, to be copied into a paper together with
% \usepackage{booktabs,longtable,array,textcomp}. Compile with pdflatex.
\documentclass[10pt,a4paper]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
\usepackage{textcomp}
\usepackage[landscape,margin=15mm]{geometry}
\usepackage{array,booktabs,longtable,graphicx}
\setlength{\parindent}{0pt}
\setlength{\LTleft}{0pt}
\setlength{\LTright}{0pt plus 1fill}
\setlength{\tabcolsep}{4pt}
\raggedright
\sloppy
\begin{document}
`

// TeX writes t as a LaTeX document that compiles on its own; plot is the name of its PNG file, shown where it is there, or
// empty.
func TeX(w io.Writer, t table.Table, plot string) error {
	out := bufio.NewWriter(w)
	fmt.Fprint(out, texBegin)
	fmt.Fprintf(out, "\\section*{%s}\n\nThe claim: %s\n\n\\begin{description}\n\\setlength{\\itemsep}{0pt}\n", tex(t.Title), tex(t.Claim))
	for _, f := range t.Facts {
		warn := ""
		if f.Warn {
			warn = "(!) "
		}
		fmt.Fprintf(out, "\\item[%s%s] %s\n", warn, tex(f.Name), tex(f.Text))
	}
	if len(t.Facts) == 0 {
		fmt.Fprint(out, "\\item[] \n")
	}
	fmt.Fprint(out, "\\end{description}\n")
	if plot != "" {
		fmt.Fprintf(out, "\n\\IfFileExists{%s}{\\begin{center}\\includegraphics[width=0.9\\textwidth,height=0.75\\textheight,keepaspectratio]{%s}\\end{center}}{}\n", plot, plot)
	}
	for _, s := range sections(t) {
		texSection(out, s)
	}
	if len(t.Notes) > 0 {
		fmt.Fprint(out, "\n\\subsection*{Notes}\n\n\\begin{itemize}\n\\setlength{\\itemsep}{0pt}\n")
		for _, n := range t.Notes {
			text := n.Text
			if a := about(t, n); a != "" {
				text = a + ": " + text
			}
			fmt.Fprintf(out, "\\item {}%s", tex(text))
			if n.Command != "" {
				fmt.Fprintf(out, ": \\texttt{%s}", tex(n.Command))
			}
			fmt.Fprintln(out)
		}
		fmt.Fprint(out, "\\end{itemize}\n")
	}
	fmt.Fprint(out, "\\end{document}\n")
	return out.Flush()
}

func texSection(w io.Writer, s section) {
	title := tex(s.title)
	wrapped, columns := texColumns(s)
	fmt.Fprintf(w, "\n\\subsection*{%s}\n\n%s\n\n%% %s\n{\\footnotesize\n\\begin{longtable}{%s}\n\\toprule\n", title, tex(s.intro), title, columns)
	texRow(w, cells(s.head...), s.left, wrapped)
	fmt.Fprint(w, "\\midrule\n\\endhead\n\\bottomrule\n\\endfoot\n")
	for i, r := range s.rows {
		switch {
		case i == 0 || len(r) == 0 || len(s.rows[i-1]) == 0:
		case r[0].kind != s.rows[i-1][0].kind:
			fmt.Fprint(w, "\\midrule\n")
		case slices.ContainsFunc(r, func(c cell) bool { return strings.Contains(c.text, "\n") }):
			fmt.Fprint(w, "\\addlinespace[2pt]\n")
		}
		texRow(w, r, s.left, wrapped)
	}
	fmt.Fprint(w, "\\end{longtable}\n}\n")
}

// Widths in characters of a page's line, and from which on a text is broken into lines.
const (
	texLine = 165
	texWrap = 34
)

// texColumns is the column specification: figures right, text left, long texts wrapped in the room that the others leave.
func texColumns(s section) (wrapped []bool, columns string) {
	widths := make([]int, len(s.head))
	for _, r := range append([][]cell{cells(s.head...)}, s.rows...) {
		for i, c := range r {
			if i < len(widths) {
				for _, line := range c.lines() {
					widths[i] = max(widths[i], utf8.RuneCountInString(line))
				}
			}
		}
	}
	fixed, long := 0, 0
	for i, n := range widths {
		if i < s.left && n > texWrap {
			long += n
		} else {
			fixed += n + 3
		}
	}
	var b strings.Builder
	wrapped = make([]bool, len(widths))
	for i, n := range widths {
		switch wrapped[i] = i < s.left && n > texWrap && fixed+long > texLine; {
		case wrapped[i]:
			share := float64(max(texWrap, n*max(texWrap, texLine-fixed)/long)) / texLine
			fmt.Fprintf(&b, ">{\\raggedright\\arraybackslash}p{%.2f\\textwidth}", min(0.5, share))
		case i < s.left:
			b.WriteString("l")
		default:
			b.WriteString("r")
		}
	}
	return wrapped, b.String()
}

// texRow writes the lines of a row's cells below each other.
func texRow(w io.Writer, row []cell, left int, wrapped []bool) {
	for i, c := range row {
		if i > 0 {
			fmt.Fprint(w, " & ")
		}
		lines := c.lines()
		for j := range lines {
			lines[j] = tex(lines[j])
		}
		if c.bold {
			lines[0] = `\textbf{` + lines[0] + "}"
		}
		switch {
		case len(lines) == 1:
			fmt.Fprint(w, lines[0])
		case i < len(wrapped) && wrapped[i]:
			fmt.Fprint(w, strings.Join(lines, `\newline `))
		case i < left:
			fmt.Fprintf(w, "\\begin{tabular}[t]{@{}l@{}}%s\\end{tabular}", strings.Join(lines, `\\`))
		default:
			fmt.Fprintf(w, "\\begin{tabular}[t]{@{}r@{}}%s\\end{tabular}", strings.Join(lines, `\\`))
		}
	}
	fmt.Fprint(w, ` \\`+"\n")
}

// tex escapes text so that it stands for itself wherever it stands, at the begin of a row included. Characters that
// LaTeX's usual fonts lack become their code.
func tex(s string) string {
	var b strings.Builder
	last := rune(0)
	for _, r := range clean(s) {
		switch escaped, ok := texEscapes[r]; {
		case ok:
			b.WriteString(escaped)
		case r == last && strings.ContainsRune("-,'", r): // two of them are another character
			b.WriteString("{}" + string(r))
		case r < 0x7f || r >= 0xc0 && r <= 0xff:
			b.WriteRune(r)
		case r == '\u00a0':
			b.WriteByte(' ')
		default:
			fmt.Fprintf(&b, "{[}U+%04X{]}", r)
		}
		last = r
	}
	return b.String()
}

// texEscapes has what LaTeX reads as more than a character; brackets and stars, which act at the begin of a row, in braces.
var texEscapes = map[rune]string{
	'\\': `\textbackslash{}`, '{': `\{`, '}': `\}`, '$': `\$`, '&': `\&`, '#': `\#`, '_': `\_`, '%': `\%`,
	'~': `\textasciitilde{}`, '^': `\textasciicircum{}`, '<': `\textless{}`, '>': `\textgreater{}`, '|': `\textbar{}`,
	'"': `\textquotedbl{}`, '`': `\textasciigrave{}`,
	'[': `{[}`, ']': `{]}`, '*': `{*}`,
	'±': `\textpm{}`, '×': `\texttimes{}`, '÷': `\textdiv{}`, '†': `\textdagger{}`, '·': `\textperiodcentered{}`,
	'–': `\textendash{}`, '—': `\textemdash{}`, '−': `\textminus{}`, '→': `\textrightarrow{}`, '←': `\textleftarrow{}`, '…': `\textellipsis{}`, '°': `\textdegree{}`,
	'≤': `$\leq$`, '≥': `$\geq$`,
}
