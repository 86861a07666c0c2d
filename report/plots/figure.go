// Package plots draws a table.Table as a PNG: a row for each method, a panel for each test column, every seed a dot,
// the paper's value a mark, the no-search null a grey band. It is the only importer of gonum.org/v1/plot.
package plots

import (
	"fmt"
	"image/color"
	"io"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"gmnas/harness/spec"
	"gmnas/report/table"
)

// Sizes of the figure; a page is about as wide.
const (
	width     = 10 * vg.Inch
	rowHeight = 0.24 * vg.Inch
	topStrip  = 0.75 * vg.Inch // title and legend
	axisStrip = 0.85 * vg.Inch // panel title, ticks and axis label
	dpi       = 150
)

var (
	seedColor    = color.NRGBA{R: 0x1f, G: 0x5f, B: 0xa8, A: 0xd0}
	paperColor   = color.NRGBA{R: 0xc8, G: 0x3c, B: 0x1e, A: 0xff}
	nullColor    = color.NRGBA{R: 0xd4, G: 0xd4, B: 0xd4, A: 0xff}
	nullMean     = color.NRGBA{R: 0x80, G: 0x80, B: 0x80, A: 0xff}
	noteInk      = color.NRGBA{R: 0x50, G: 0x50, B: 0x50, A: 0xff}
	gridColor    = color.NRGBA{R: 0xec, G: 0xec, B: 0xec, A: 0xff}
	optimumColor = color.NRGBA{R: 0x30, G: 0x80, B: 0x40, A: 0xff}
)

// PNG writes the figure: heat maps, scatter plots or drawn cells where the table has some, curves where it has an axis, otherwise rows
// of dots. Values that aren't finite are gaps, and a method without a value is in the legend as "no
// data", so there is always a figure.
func PNG(w io.Writer, t table.Table) error {
	switch {
	case len(t.Heats) > 0:
		return heatMaps(w, t)
	case len(t.Drawings) > 0:
		return Cells(w, FormatPNG, t.Title, t.Drawings)
	case t.Axis != "":
		return curves(w, t)
	case len(t.Scatters) > 0:
		return scatters(w, t)
	}
	columns := testColumns(t)
	height := topStrip + axisStrip + rowHeight*vg.Length(max(1, len(t.Rows)))
	canvas := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(color.White))
	page := draw.New(canvas)
	drawTop(draw.Crop(page, 0, 0, page.Max.Y-page.Min.Y-topStrip, 0), t)
	body := draw.Crop(page, vg.Points(6), 0, vg.Points(2), -topStrip)
	for i, area := range split(body, len(columns)) {
		p, err := panel(t, columns[i], i == 0)
		if err != nil {
			return fmt.Errorf("plotting %s: %w", columns[i].ID, err)
		}
		p.Draw(area)
	}
	if _, err := (vgimg.PngCanvas{Canvas: canvas}).WriteTo(w); err != nil {
		return fmt.Errorf("writing plot: %w", err)
	}
	return nil
}

// testColumns are the panels: the searched set's first.
func testColumns(t table.Table) []table.Column {
	columns := slices.DeleteFunc(slices.Clone(t.Columns), func(c table.Column) bool { return c.Split != "test" })
	slices.SortStableFunc(columns, func(a, b table.Column) int {
		switch {
		case a.Transfer == b.Transfer:
			return 0
		case b.Transfer:
			return -1
		}
		return 1
	})
	return columns
}

// split gives the first panel, which has the names, about half of the page.
func split(c draw.Canvas, n int) []draw.Canvas {
	if n == 0 {
		return nil
	}
	whole := c.Max.X - c.Min.X
	first := whole
	if n > 1 {
		first = whole * 0.54
	}
	areas := []draw.Canvas{draw.Crop(c, 0, first-whole, 0, 0)}
	for i := 1; i < n; i++ {
		each := (whole - first) / vg.Length(n-1)
		left := first + each*vg.Length(i-1)
		areas = append(areas, draw.Crop(c, left, left+each-whole, 0, 0))
	}
	return areas
}

func panel(t table.Table, column table.Column, names bool) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text = column.Dataset + " " + column.Split
	if column.Transfer {
		p.Title.Text += " (transfer)"
	}
	for _, style := range []*draw.TextStyle{&p.Title.TextStyle, &p.X.Label.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label} {
		style.Font.Variant, style.Font.Size = "Sans", vg.Points(8.5)
	}
	p.Title.TextStyle.Font.Size = vg.Points(10)
	p.X.Label.Text = "accuracy (%)"
	if names {
		p.X.Label.Text = "accuracy (%), logarithmic in the error"
	}
	p.X.Label.Padding = vg.Points(2)
	p.Y.Tick.Length = 0
	p.Y.LineStyle.Width = 0
	p.Y.Min, p.Y.Max = -0.6, float64(max(1, len(t.Rows)))-0.4

	strip := newStrip(t, column)
	p.Add(strip)
	p.Y.Min, p.Y.Max = -0.6, float64(max(1, len(t.Rows)))-0.4
	p.X.Scale = errorScale{}
	p.X.Tick.Marker = plot.ConstantTicks(accuracyTicks(p.X.Min, p.X.Max))
	strip.ticks = p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max)
	var labels []plot.Tick
	for i, r := range t.Rows {
		name := ""
		if names {
			name = r.Name
		}
		labels = append(labels, plot.Tick{Value: strip.y(i), Label: name})
	}
	p.Y.Tick.Marker = plot.ConstantTicks(labels)
	return p, nil
}

// drawTop draws title and legend.
func drawTop(c draw.Canvas, t table.Table) {
	writeTitle(c, c.Max.Y-vg.Points(13), t)
	style := sans(9)
	style.XAlign = draw.XLeft
	at := vg.Point{X: c.Min.X + vg.Points(12), Y: c.Max.Y - vg.Points(34)}
	for _, entry := range legend(t) {
		if entry.mark != nil {
			entry.mark(c, at)
		}
		at.X += vg.Points(14)
		c.FillText(style, at, entry.text)
		at.X += style.Width(entry.text) + vg.Points(20)
	}
}

// writeTitle writes the figure's title from the left, smaller where it would run off the page.
func writeTitle(c draw.Canvas, y vg.Length, t table.Table) {
	title := t.Title
	if t.Profile != "" {
		title += ", profile " + t.Profile
	}
	if t.Embedded {
		title += ", embedded set"
	}
	const size = 12.
	margin := vg.Points(8)
	room := c.Max.X - c.Min.X - 2*margin
	write(c, vg.Point{X: c.Min.X + margin, Y: y}, title, min(size, size*float64(room/sans(size).Width(title))), draw.XLeft, color.Black)
}

type legendEntry struct {
	text string
	mark func(draw.Canvas, vg.Point)
}

// legend names the marks and the methods without data.
func legend(t table.Table) []legendEntry {
	entries := []legendEntry{{"one seed", drawSeed}, {"mean", drawMean}}
	best := drawOptimum
	if t.Axis != "" {
		entries[1].mark = func(c draw.Canvas, at vg.Point) {
			c.StrokeLine2(meanLine, at.X-vg.Points(8), at.Y, at.X+vg.Points(8), at.Y)
		}
		best = func(c draw.Canvas, at vg.Point) {
			c.StrokeLine2(optimumLine, at.X-vg.Points(8), at.Y, at.X+vg.Points(8), at.Y)
		}
	}
	if !t.Embedded {
		entries = append(entries,
			legendEntry{"paper ± std", func(c draw.Canvas, at vg.Point) { drawPaper(c, at, at.X-vg.Points(8), at.X+vg.Points(8)) }},
			legendEntry{"no search: mean and 95 % of random picks", func(c draw.Canvas, at vg.Point) {
				drawNull(c, at.X-vg.Points(8), at.X+vg.Points(8), at)
			}},
			legendEntry{"best of the table", best})
	}
	empty := 0
	first := ""
	for _, r := range t.Rows {
		if r.Kind == spec.RowRun && !slices.ContainsFunc(r.Cells, func(c table.Cell) bool { return len(finiteSeeds(c)) > 0 }) {
			empty++
			if first == "" {
				first = r.Name
			}
		}
	}
	switch {
	case empty == 1:
		entries = append(entries, legendEntry{text: first + ": no data"})
	case empty > 1:
		entries = append(entries, legendEntry{text: fmt.Sprintf("%s and %d more: no data", first, empty-1)})
	}
	return entries
}
