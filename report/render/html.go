package render

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"gmnas/report/table"
)

// Page is what the HTML report shows of an experiment: its table with the figure, and parts that the other formats leave
// out.
type Page struct {
	Table  table.Table
	Figure Figure
	Parts  []Part
}

// Figure is a picture and what it shows, for those who don't see it.
type Figure struct {
	PNG []byte
	Alt string
}

// Part is more about a table: sections, with figures above, or preformatted text.
type Part struct {
	Title, Intro string
	Figures      []Figure
	Sections     []table.Section
	Text         string
}

//go:embed page.html
var pageSource string

//go:embed page.css
var pageStyle string

// pageTemplate escapes whatever it is given by its place.
var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"png": func(b []byte) template.URL {
		return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(b))
	},
	"style": func() template.CSS { return template.CSS(pageStyle) },
	"clean": clean,
	"mark":  mark,
}).Parse(pageSource))

// HTML writes the pages as one document, which needs no other file and no network, runs nothing and can be printed.
func HTML(w io.Writer, pages ...Page) error {
	document := document{}
	for i, p := range pages {
		document.Pages = append(document.Pages, newView(p, fmt.Sprintf("p%d", i+1)))
	}
	if err := pageTemplate.Execute(w, document); err != nil {
		return fmt.Errorf("writing html: %w", err)
	}
	return nil
}

// document is what the template shows.
type document struct{ Pages []view }

// Title names the document.
func (d document) Title() string {
	switch len(d.Pages) {
	case 0:
		return "gmnas report"
	case 1:
		return d.Pages[0].Table.Title
	}
	return fmt.Sprintf("%s and %d more", d.Pages[0].Table.Title, len(d.Pages)-1)
}

type view struct {
	Page
	ID       string
	Sections []sectionView
	Parts    []partView
	Notes    []noteView
}

type partView struct {
	Part
	ID       string
	Sections []sectionView
}

// Wide tells that all of a part is printed across the page.
func (p partView) Wide() bool {
	return len(p.Sections) > 0 && !slices.ContainsFunc(p.Sections, func(s sectionView) bool { return !s.Wide })
}

type noteView struct{ About, Text, Command string }

// sectionView is a section by lines of cells. Wide ones are printed across the page.
type sectionView struct {
	ID, Title, Intro string
	Wide             bool
	Head             []cellView
	Rows             []rowView
}

type rowView struct {
	Kind  string // of the main table's row
	Cells []cellView
}

type cellView struct {
	Lines   []string
	Bold    bool
	Text    bool // aligned left
	Short   bool // stays on a line
	Name    bool // says what the row is
	Verdict table.Verdict
}

func newView(p Page, id string) view {
	v := view{Page: p, ID: id}
	for i, s := range sections(p.Table) {
		v.Sections = append(v.Sections, newSectionView(s, fmt.Sprintf("%s-%d", id, i+1)))
	}
	for i, part := range p.Parts {
		pv := partView{Part: part, ID: fmt.Sprintf("%s-part%d", id, i+1)}
		for j, s := range part.Sections {
			if len(s.Rows) > 0 {
				pv.Sections = append(pv.Sections, newSectionView(ofText(s), fmt.Sprintf("%s-%d", pv.ID, j+1)))
			}
		}
		v.Parts = append(v.Parts, pv)
	}
	for _, n := range p.Table.Notes {
		v.Notes = append(v.Notes, noteView{about(p.Table, n), n.Text, n.Command})
	}
	return v
}

// Facts are the header's lines, warnings or not.
func (v view) Facts(warn bool) []table.Fact {
	var list []table.Fact
	for _, f := range v.Table.Facts {
		if f.Warn == warn {
			list = append(list, f)
		}
	}
	return list
}

// Widths in characters: of a table's line that fits the upright page, and of a text that isn't broken.
const (
	printedWide = 165
	shortest    = 32
)

func newSectionView(s section, id string) sectionView {
	v := sectionView{ID: id, Title: s.title, Intro: s.intro}
	for i, h := range s.head {
		v.Head = append(v.Head, cellView{Lines: strings.Split(h, "\n"), Text: i < s.left})
	}
	widest := 0
	for _, r := range s.rows {
		row, width := rowView{}, 0
		for i, c := range r {
			if i == 0 {
				row.Kind = c.kind
			}
			row.Cells = append(row.Cells, cellView{Lines: c.lines(), Bold: c.bold, Text: i < s.left, Short: longest(c.lines()) <= shortest, Name: i == 0 && s.left > 0, Verdict: c.verdict})
			width += min(longest(c.lines()), max(shortest, longest(strings.Fields(c.text)))) + 2
		}
		v.Rows = append(v.Rows, row)
		widest = max(widest, width)
	}
	v.Wide = widest > printedWide
	return v
}

func longest(lines []string) int {
	n := 0
	for _, l := range lines {
		n = max(n, len([]rune(l)))
	}
	return n
}

// mark is a verdict's sign and class, so that it isn't told by colour alone.
func mark(v table.Verdict) struct{ Class, Sign string } {
	switch v {
	case table.Holds, table.Reproduced:
		return struct{ Class, Sign string }{"good", "✓"}
	case table.Contradicted, table.Differs:
		return struct{ Class, Sign string }{"bad", "✗"}
	case table.CannotTell:
		return struct{ Class, Sign string }{"open", "?"}
	}
	return struct{ Class, Sign string }{"none", "–"}
}
