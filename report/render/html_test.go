package render

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gmnas/report/table"
)

// outline reads a document's elements in order, "+name" and "-name", and its text.
func outline(t interface{ Fatalf(string, ...any) }, html []byte) (elements []string, text string) {
	d := xml.NewDecoder(bytes.NewReader(html))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var all strings.Builder
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return elements, all.String()
		}
		if err != nil {
			t.Fatalf("reading the page: %v", err)
		}
		switch v := token.(type) {
		case xml.StartElement:
			elements = append(elements, "+"+v.Name.Local)
			for _, a := range v.Attr {
				if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "href" && !strings.HasPrefix(a.Value, "#") || a.Name.Local == "src" && !strings.HasPrefix(a.Value, "data:image/png;base64,") {
					t.Fatalf("%s has %s=%q", v.Name.Local, a.Name.Local, a.Value)
				}
			}
		case xml.EndElement:
			elements = append(elements, "-"+v.Name.Local)
		case xml.CharData:
			all.Write(v)
		}
	}
}

// page has the same text in every place that takes one.
func page(text string) Page {
	tb := labelled(text)
	one := 1.0
	tb.Label, tb.Profile = text, text
	tb.Claims = []table.Claim{{Text: text, Verdict: table.Holds, Comparisons: []table.Comparison{{What: text, Measure: text, N: text, Figure: &one, Verdict: table.Verdict(text), Reason: text, Significant: true}}}}
	tb.Sections = []table.Section{{Title: text, Intro: text, Left: 1, Head: []string{text}, Rows: [][]string{{text}, {}}}}
	tb.Rows[0].Kind = text
	return Page{Table: tb, Figure: Figure{PNG: []byte(text), Alt: text}, Parts: []Part{{Title: text, Intro: text, Text: text,
		Figures: []Figure{{PNG: []byte("x"), Alt: text}}, Sections: []table.Section{{Title: text, Intro: text, Head: []string{text}, Rows: [][]string{{text}}}}}}}
}

func write(t interface{ Fatal(...any) }, pages ...Page) []byte {
	var b bytes.Buffer
	if err := HTML(&b, pages...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestAnyTextInHTML: no text adds an element, an attribute that acts or a link to somewhere else, and all of it is shown.
func TestAnyTextInHTML(t *testing.T) {
	want, _ := outline(t, write(t, page("x")))
	check := func(t *rapid.T, text string) {
		got, shown := outline(t, write(t, page(text)))
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Fatalf("%q makes other elements:\n%v\n%v", text, got, want)
		}
		if visible := strings.Join(strings.Fields(clean(text)), " "); strings.ToValidUTF8(visible, "") == visible && !strings.Contains(strings.Join(strings.Fields(shown), " "), visible) {
			t.Fatalf("%q isn't shown", visible)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, rapid.OneOf(
			rapid.StringMatching(`[a-z <>&"'=/!\-\[\]()]{1,30}`),
			rapid.SampledFrom([]string{"<script>alert(1)</script>", `" onload="x`, "</title><img src=x onerror=y>", "</style><style>*{display:none}", "javascript:alert(1)", "a|b", "=cmd()",
				"<!--", "]]>", "&lt;", "{{.}}", `{{template "x"}}`, "<a href=http://example.com>", "http://example.com", strings.Repeat("long ", 60), awkwardText}),
		).Filter(func(s string) bool { return strings.TrimSpace(s) != "" }).Draw(t, "text"))
	})
}

// TestHTMLStandsAlone: nothing is fetched, nothing runs, and tables and figures can be read without seeing them.
func TestHTMLStandsAlone(t *testing.T) {
	tb := awkward()
	html := string(write(t, Page{Table: tb, Figure: Figure{PNG: []byte{1, 2, 3}, Alt: "every seed a dot"}}, Page{Table: labelled("second")}))
	for _, want := range []string{`<html lang="en">`, `default-src 'none'`, `@media print`, `<th scope="col"`, `<th scope="row"`, `alt="every seed a dot"`, `src="data:image/png;base64,AQID"`,
		`<strong>1.50</strong>`, `<strong><span class="verdict good">`, "n = 4 cannot decide"} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, bad := range []string{"<script", "http:", "https:", "url(", "@import", "<link", "<iframe"} {
		if strings.Contains(html, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	if n := strings.Count(html, "<article"); n != 2 {
		t.Errorf("%d articles, want 2", n)
	}
	if write(t); len(write(t, Page{})) == 0 {
		t.Error("an empty page is nothing")
	}
}

// TestBoldIsInEveryFormat: what is significant is bold in the formats for people, and nothing else is.
func TestBoldIsInEveryFormat(t *testing.T) {
	tb := awkward()
	var text, md, tex bytes.Buffer
	for _, err := range []error{Text(&text, tb), Markdown(&md, tb, ""), TeX(&tex, tb, "")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		format, page, figure, verdict, bold string
		times                               int
	}{
		{"text", text.String(), "*1.50*", "*holds*", "*1.50*", 1},
		{"Markdown", md.String(), "| **1.50** |", "| **holds**<br>", "**holds**", 1},
		{"LaTeX", tex.String(), `\textbf{1.50}`, `\textbf{holds}`, `\textbf{`, 2},
		{"HTML", string(write(t, Page{Table: tb})), "<strong>1.50</strong>", "holds</span></strong>", "<strong>", 2},
	} {
		if !strings.Contains(c.page, c.figure) || !strings.Contains(c.page, c.verdict) || strings.Count(c.page, c.bold) != c.times {
			t.Errorf("%s: want %q, %q, and %q %d times:\n%s", c.format, c.figure, c.verdict, c.bold, c.times, c.page)
		}
		if !strings.Contains(c.page, "n = 4 cannot decide") || !strings.Contains(c.page, "n = 5 could") {
			t.Errorf("%s lacks the number of seeds that could decide", c.format)
		}
	}
}
