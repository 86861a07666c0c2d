package plots

import (
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"gmnas/harness/spec"
	"gmnas/report/table"
)

// strip is one column's rows of dots, the first row on top.
type strip struct {
	rows  []row
	ticks []plot.Tick
}

// row is what a line of the figure shows; every list and pointer holds finite values only.
type row struct {
	kind        string
	seeds       []float64
	mean        *float64
	paper, std  *float64
	low, middle *float64 // of the null to beat, or of the row itself where it is one
	high        *float64
	optimum     *float64
	noData      bool
}

func newStrip(t table.Table, column table.Column) *strip {
	s := &strip{}
	for _, r := range t.Rows {
		cell, _ := r.Cell(column.ID)
		line := row{kind: r.Kind, paper: finite(cell.Paper), std: finite(cell.PaperStd)}
		var null *table.Cell
		switch r.Kind {
		case spec.RowRun, spec.RowImported:
			line.seeds = finiteSeeds(cell)
			line.mean = finite(cell.Mean)
			line.noData = len(line.seeds) == 0
			null = nullToBeat(t, r.ID, column.ID)
		case spec.RowNull:
			null = &cell
		case spec.RowOptimal:
			line.optimum = finite(cell.Mean)
		}
		if null != nil {
			line.low, line.middle, line.high = finite(null.Low), finite(null.Mean), finite(null.High)
		}
		s.rows = append(s.rows, line)
	}
	return s
}

// nullToBeat is the cell of the last null that the row is compared with, that of its own leaves where there is one.
func nullToBeat(t table.Table, id, column string) *table.Cell {
	var found *table.Cell
	for _, a := range t.Against {
		if a.Row != id || a.Column != column {
			continue
		}
		null, _ := t.Row(a.Null)
		if cell, ok := null.Cell(column); ok && cell.Mean != nil {
			found = &cell
		}
	}
	return found
}

// y is the height of row i; the first is on top.
func (s *strip) y(i int) float64 { return float64(len(s.rows) - 1 - i) }

// bandRoom is how much of the axis the lower ends of nulls may take beyond everything else; the ends of wider bands are
// written into them.
const bandRoom = 0.5

// DataRange implements plot.DataRanger. Without values it is most of the scale.
func (s *strip) DataRange() (xmin, xmax, ymin, ymax float64) {
	low, high := math.Inf(1), math.Inf(-1)
	see := func(v *float64) {
		if v != nil {
			low, high = min(low, *v), max(high, *v)
		}
	}
	for _, r := range s.rows {
		for _, v := range r.seeds {
			see(&v)
		}
		if r.kind != spec.RowLiterature { // what is printed about other work may lie outside
			r.seePaper(see)
		}
		see(r.middle)
		see(r.optimum)
	}
	if low > high {
		return 0, 95, 0, 1
	}
	low = withBands(s.rows, low, high)
	margin := 0.04 * (position(high) - position(low))
	if margin == 0 {
		margin = 0.1
	}
	return max(0, value(position(low)-margin)), value(position(high) + margin), 0, float64(len(s.rows))
}

// withBands is the lower end of the axis with the nulls' lower ends that there is room for.
func withBands(rows []row, low, high float64) float64 {
	least := position(low) - bandRoom*(position(high)-position(low))
	for _, r := range rows {
		if r.low != nil && *r.low >= 0 && position(*r.low) >= least {
			low = min(low, *r.low)
		}
	}
	return low
}

// seePaper widens a range by the printed value with its deviation.
func (r row) seePaper(see func(*float64)) {
	see(r.paper)
	if r.paper != nil && r.std != nil {
		lower, upper := *r.paper-*r.std, min(100, *r.paper+*r.std)
		see(&lower)
		see(&upper)
	}
}

// Plot implements plot.Plotter.
func (s *strip) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	at := func(v float64, row float64) vg.Point { return vg.Point{X: x(max(p.X.Min, min(p.X.Max, v))), Y: y(row)} }
	for _, t := range s.ticks {
		c.StrokeLine2(draw.LineStyle{Color: gridColor, Width: vg.Points(0.6)}, x(t.Value), c.Min.Y, x(t.Value), c.Max.Y)
	}
	for i, r := range s.rows {
		h := s.y(i)
		if i > 0 && s.rows[i-1].kind != r.kind {
			c.StrokeLine2(draw.LineStyle{Color: nullMean, Width: vg.Points(0.4)}, c.Min.X, y(h+0.5), c.Max.X, y(h+0.5))
		}
		if r.middle != nil {
			low, high := r.middle, r.middle
			if r.low != nil && r.high != nil {
				low, high = r.low, r.high
			}
			drawNull(c, at(*low, h).X, at(*high, h).X, at(*r.middle, h))
			if *low < p.X.Min && r.kind == spec.RowNull {
				note(c, p, at(p.X.Min, h), "from "+strconv.FormatFloat(*low, 'f', 1, 64), noteInk)
			}
		}
		if r.paper != nil && *r.paper >= p.X.Min && *r.paper <= p.X.Max {
			std := 0.0
			if r.std != nil {
				std = *r.std
			}
			place := h
			if r.kind != spec.RowLiterature {
				place -= 0.16
			}
			drawPaper(c, at(*r.paper, place), at(*r.paper-std, h).X, at(*r.paper+std, h).X)
		} else if r.paper != nil {
			note(c, p, at(p.X.Min, h), "< paper "+strconv.FormatFloat(*r.paper, 'f', 1, 64), paperColor)
		}
		if r.mean != nil {
			drawMean(c, at(*r.mean, h))
		}
		for k, v := range r.seeds {
			jitter := 0.12 + 0.2*(float64(k)-float64(len(r.seeds)-1)/2)/float64(max(1, len(r.seeds)-1))
			drawSeed(c, at(v, h+jitter))
		}
		if r.optimum != nil {
			drawOptimum(c, at(*r.optimum, h+0.1))
		}
		if r.noData {
			note(c, p, at(p.X.Min, h), "no data", noteInk)
		}
	}
}

// note writes small text at the left end of a row.
func note(c draw.Canvas, p *plot.Plot, at vg.Point, text string, ink color.Color) {
	style := p.X.Tick.Label
	style.Font.Size = vg.Points(7.5)
	style.Color = ink
	style.XAlign, style.YAlign = draw.XLeft, draw.YCenter
	c.FillText(style, vg.Point{X: at.X + vg.Points(3), Y: at.Y}, text)
}

func drawSeed(c draw.Canvas, at vg.Point) {
	c.DrawGlyph(draw.GlyphStyle{Color: seedColor, Radius: vg.Points(2.6), Shape: draw.CircleGlyph{}}, at)
}

// drawMean is a stroke across the row.
func drawMean(c draw.Canvas, at vg.Point) {
	c.StrokeLine2(draw.LineStyle{Color: seedColor, Width: vg.Points(1)}, at.X, at.Y-vg.Points(6), at.X, at.Y+vg.Points(6))
}

// drawPaper is a diamond with the printed deviation as a bar.
func drawPaper(c draw.Canvas, at vg.Point, low, high vg.Length) {
	c.StrokeLine2(draw.LineStyle{Color: paperColor, Width: vg.Points(1.2)}, low, at.Y, high, at.Y)
	r := vg.Points(3.2)
	c.FillPolygon(paperColor, []vg.Point{{X: at.X - r, Y: at.Y}, {X: at.X, Y: at.Y + r}, {X: at.X + r, Y: at.Y}, {X: at.X, Y: at.Y - r}})
}

// drawNull is a grey band with its mean.
func drawNull(c draw.Canvas, low, high vg.Length, mean vg.Point) {
	half := vg.Points(6)
	c.FillPolygon(nullColor, []vg.Point{{X: low, Y: mean.Y - half}, {X: high, Y: mean.Y - half}, {X: high, Y: mean.Y + half}, {X: low, Y: mean.Y + half}})
	c.StrokeLine2(draw.LineStyle{Color: nullMean, Width: vg.Points(1.2)}, mean.X, mean.Y-half, mean.X, mean.Y+half)
}

func drawOptimum(c draw.Canvas, at vg.Point) {
	c.DrawGlyph(draw.GlyphStyle{Color: optimumColor, Radius: vg.Points(3), Shape: draw.TriangleGlyph{}}, at)
}

// finiteSeeds are the seeds' accuracies without NaN and infinities.
func finiteSeeds(c table.Cell) []float64 {
	var list []float64
	for _, s := range c.Seeds {
		if v := finite(&s.Accuracy); v != nil {
			list = append(list, *v)
		}
	}
	return list
}

func finite(v *float64) *float64 {
	if v == nil || math.IsNaN(*v) || math.IsInf(*v, 0) {
		return nil
	}
	return v
}
