package render

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"gmnas/report/table"
)

// Text writes t for a terminal.
func Text(w io.Writer, t table.Table) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s\n%s\n", clean(t.Title), wrap("The claim: "+t.Claim, ""))
	for _, f := range t.Facts {
		mark := " "
		if f.Warn {
			mark = "!"
		}
		fmt.Fprintf(&out, "%s %-12s %s", mark, clean(f.Name), wrap(f.Text, strings.Repeat(" ", 15)))
	}
	for _, s := range sections(t) {
		intro := s.intro
		if slices.ContainsFunc(s.rows, func(r []cell) bool { return slices.ContainsFunc(r, func(c cell) bool { return c.bold }) }) {
			intro += " Here *between asterisks* is bold."
		}
		fmt.Fprintf(&out, "\n%s\n%s\n", strings.ToUpper(s.title), wrap(intro, ""))
		if err := textTable(&out, s); err != nil {
			return fmt.Errorf("rendering section %q: %w", s.title, err)
		}
	}
	if len(t.Notes) > 0 {
		fmt.Fprint(&out, "\nNOTES\n")
	}
	for _, n := range t.Notes {
		text := n.Text
		if a := about(t, n); a != "" {
			text = a + ": " + text
		}
		fmt.Fprintf(&out, "  %s", wrap(text, "  "))
		if n.Command != "" {
			fmt.Fprintf(&out, "      %s\n", clean(n.Command))
		}
	}
	_, err := out.WriteTo(w)
	return err
}

func textTable(w io.Writer, s section) error {
	align := make([]tw.Align, len(s.head))
	for i := range align {
		align[i] = tw.AlignRight
		if i < s.left {
			align[i] = tw.AlignLeft
		}
	}
	cells := tw.CellConfig{
		Alignment:  tw.CellAlignment{PerColumn: align},
		Formatting: tw.CellFormatting{AutoFormat: tw.Off, AutoWrap: tw.WrapNone},
		Padding:    tw.CellPadding{Global: tw.Padding{Left: "", Right: "  ", Overwrite: true}},
	}
	out := tablewriter.NewTable(w,
		tablewriter.WithConfig(tablewriter.Config{Header: cells, Row: cells}),
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders: tw.BorderNone,
			Symbols: tw.NewSymbols(tw.StyleASCII),
			Settings: tw.Settings{
				Separators: tw.Separators{BetweenColumns: tw.Off, BetweenRows: tw.Off},
				Lines:      tw.Lines{ShowHeaderLine: tw.On},
			},
		})),
	)
	out.Header(s.head)
	for _, r := range s.rows {
		lines := make([]string, len(r))
		for i, c := range r {
			parts := c.lines()
			if c.bold {
				parts[0] = "*" + parts[0] + "*"
			}
			for j := range parts {
				if s.sentences && i < s.left {
					parts[j] = wrapAt(sentenceWidth, parts[j], "  ")
				} else {
					parts[j] = clean(parts[j])
				}
			}
			lines[i] = strings.Join(parts, "\n")
		}
		if err := out.Append(lines); err != nil {
			return err
		}
	}
	return out.Render()
}

// textWidth is where running text breaks, sentenceWidth where a table's sentences do; tables may be wider.
const textWidth, sentenceWidth = 120, 40

// wrap breaks text into lines that end with a line end; all but the first begin with indent.
func wrap(text, indent string) string { return wrapAt(textWidth, text, indent) + "\n" }

// wrapAt breaks text into lines of at most limit letters, where words allow it; all but the first begin with indent.
func wrapAt(limit int, text, indent string) string {
	var out strings.Builder
	width := len(indent)
	for i, word := range strings.Fields(clean(text)) {
		n := len([]rune(word))
		switch {
		case i == 0:
		case width+1+n > limit:
			out.WriteString("\n" + indent)
			width = len(indent)
		default:
			out.WriteString(" ")
			width++
		}
		out.WriteString(word)
		width += n
	}
	return out.String()
}
