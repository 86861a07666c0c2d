package render

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"

	"gmnas/report/table"
)

// Markdown writes t as a page; plot is the name of its PNG file, or empty.
func Markdown(w io.Writer, t table.Table, plot string) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "# %s\n\nThe claim: %s\n\n", markdown(t.Title), markdown(t.Claim))
	for _, f := range t.Facts {
		name := "**" + markdown(f.Name) + "**"
		if f.Warn {
			name = "⚠ " + name
		}
		fmt.Fprintf(out, "- %s: %s\n", name, markdown(f.Text))
	}
	if plot != "" {
		fmt.Fprintf(out, "\n![%s](%s)\n", markdown(t.Title), markdown(plot))
	}
	for _, s := range sections(t) {
		fmt.Fprintf(out, "\n## %s\n\n%s\n\n", markdown(s.title), markdown(s.intro))
		markdownRow(out, cells(s.head...))
		rule := make([]string, len(s.head))
		for i := range rule {
			rule[i] = "---:"
			if i < s.left {
				rule[i] = "---"
			}
		}
		fmt.Fprintf(out, "|%s|\n", strings.Join(rule, "|"))
		for _, r := range s.rows {
			markdownRow(out, r)
		}
	}
	if len(t.Notes) > 0 {
		fmt.Fprint(out, "\n## Notes\n\n")
	}
	for _, n := range t.Notes {
		fmt.Fprint(out, "- ")
		if a := about(t, n); a != "" {
			fmt.Fprintf(out, "%s: ", markdown(a))
		}
		fmt.Fprint(out, markdown(n.Text))
		if n.Command != "" {
			fmt.Fprintf(out, ": `%s`", strings.ReplaceAll(clean(n.Command), "`", "'"))
		}
		fmt.Fprintln(out)
	}
	return out.Flush()
}

func markdownRow(w io.Writer, row []cell) {
	escaped := make([]string, len(row))
	for i, c := range row {
		lines := c.lines()
		for j := range lines {
			lines[j] = markdown(lines[j])
		}
		if c.bold {
			lines[0] = "**" + lines[0] + "**"
		}
		escaped[i] = strings.Join(lines, "<br>")
	}
	fmt.Fprintf(w, "| %s |\n", strings.Join(escaped, " | "))
}

// markdown escapes everything that could be markup or HTML, or end a table's cell.
func markdown(s string) string { return markdownEscapes.Replace(clean(s)) }

var markdownEscapes = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", `*`, `\*`, `_`, `\_`, `[`, `\[`, `|`, `\|`, `&`, `&amp;`, `<`, `&lt;`, `>`, `&gt;`,
)

// clean turns control characters, line ends included, into spaces, and those that turn the direction of writing, so that no
// text can steer a terminal, break a line or look like another.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || unicode.Is(unicode.Bidi_Control, r) {
			return ' '
		}
		return r
	}, s)
}
