package plots

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"gmnas/report/table"
)

// Sizes of scatter plots.
const (
	scatterHeight = 3.7 * vg.Inch
	scatterTop    = 0.42 * vg.Inch
)

// seedColors tell seeds apart, also without red and green.
var seedColors = []color.NRGBA{
	{R: 0x1f, G: 0x5f, B: 0xa8, A: 0xd0}, {R: 0xe0, G: 0x8a, B: 0x1e, A: 0xd0}, {R: 0x30, G: 0x80, B: 0x40, A: 0xd0}, {R: 0x8a, G: 0x4f, B: 0x9e, A: 0xd0},
}

// scatters draws the table's panels, two or three beside each other.
func scatters(w io.Writer, t table.Table) error {
	across := 2
	if len(t.Scatters)%3 == 0 {
		across = 3
	}
	lines := (len(t.Scatters) + across - 1) / across
	height := scatterTop + scatterHeight*vg.Length(lines)
	canvas := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(color.White))
	page := draw.New(canvas)
	writeTitle(page, page.Max.Y-vg.Points(14), t)
	each := (page.Max.X - page.Min.X) / vg.Length(across)
	for i, s := range t.Scatters {
		left := each * vg.Length(i%across)
		top := scatterTop + scatterHeight*vg.Length(i/across)
		area := draw.Crop(page, left+vg.Points(6), left+each-(page.Max.X-page.Min.X)-vg.Points(6), height-top-scatterHeight, -top)
		p, err := scatterPanel(s)
		if err != nil {
			return fmt.Errorf("plotting %s: %w", s.Title, err)
		}
		p.Draw(area)
	}
	if _, err := (vgimg.PngCanvas{Canvas: canvas}).WriteTo(w); err != nil {
		return fmt.Errorf("writing plot: %w", err)
	}
	return nil
}

func scatterPanel(s table.Scatter) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = s.Title, s.X, s.Y
	for _, style := range []*draw.TextStyle{&p.Title.TextStyle, &p.X.Label.TextStyle, &p.Y.Label.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label, &p.Legend.TextStyle} {
		style.Font.Variant, style.Font.Size = "Sans", vg.Points(8.5)
	}
	p.Title.TextStyle.Font.Size = vg.Points(10)
	p.Legend.Top, p.Legend.Left = true, true
	p.Legend.XOffs, p.Legend.YOffs = vg.Points(4), vg.Points(-2)
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = gridColor, gridColor
	p.Add(grid)
	low, high := math.Inf(1), math.Inf(-1)
	above := 0 // points above the diagonal, less those below
	for _, series := range s.Series {
		points := finitePoints(series.Points)
		for _, at := range points {
			low, high = min(low, at.X, at.Y), max(high, at.X, at.Y)
			if at.Y > at.X {
				above++
			} else {
				above--
			}
		}
		if len(points) == 0 {
			continue
		}
		dots, err := plotter.NewScatter(points)
		if err != nil {
			return nil, err
		}
		dots.GlyphStyle = glyph(series.Mark)
		if err := addRanges(p, series); err != nil {
			return nil, err
		}
		p.Add(dots)
		p.Legend.Add(series.Name, dots)
	}
	switch {
	case low > high: // no point
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1, 0, 1
		p.Title.Text += ": no data"
		p.X.Label.Text, p.Y.Label.Text = "", ""
		p.HideAxes()
		return p, nil
	case s.Diagonal:
		margin := 0.06*(high-low) + 1e-9
		line, err := plotter.NewLine(plotter.XYs{{X: low - margin, Y: low - margin}, {X: high + margin, Y: high + margin}})
		if err != nil {
			return nil, err
		}
		if above > 0 { // the legend goes where they are not
			p.Legend.Top, p.Legend.Left = false, false
			p.Legend.XOffs, p.Legend.YOffs = vg.Points(-4), vg.Points(4)
		}
		line.LineStyle = draw.LineStyle{Color: nullMean, Width: vg.Points(0.8)}
		p.Add(line)
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = low-margin, high+margin, low-margin, high+margin
	default:
		if s.Span != [2]float64{} {
			p.X.Min, p.X.Max = min(p.X.Min, s.Span[0]), max(p.X.Max, s.Span[1])
		}
		if !s.Error {
			p.X.Min, p.X.Max = widened(p.X.Min, p.X.Max, 0)
		}
		p.Y.Min, p.Y.Max = widened(p.Y.Min, p.Y.Max, 0.06*float64(len(s.Series)))
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = shortTicks{}, shortTicks{}
	if len(s.Rows) > 0 {
		named(p, s.Rows)
	}
	if s.Error {
		p.X.Min, p.X.Max = p.X.Min-1, p.X.Max+(100-p.X.Max)*0.05
		p.X.Scale = errorScale{}
		p.X.Tick.Marker = plot.ConstantTicks(accuracyTicks(p.X.Min, p.X.Max))
	}
	return p, nil
}

// addRanges draws the points' ranges.
func addRanges(p *plot.Plot, series table.Series) error {
	var bars plotter.XErrors
	var at plotter.XYs
	for k, r := range series.Ranges {
		if point := series.Points[k]; finite(&point[0]) != nil && finite(&point[1]) != nil && finite(&r[0]) != nil && finite(&r[1]) != nil {
			at = append(at, plotter.XY{X: point[0], Y: point[1]})
			bars = append(bars, struct{ Low, High float64 }{r[0] - point[0], r[1] - point[0]})
		}
	}
	if len(at) == 0 {
		return nil
	}
	drawn, err := plotter.NewXErrorBars(struct {
		plotter.XYs
		plotter.XErrors
	}{at, bars})
	if err != nil {
		return err
	}
	drawn.LineStyle = draw.LineStyle{Color: nullMean, Width: vg.Points(0.8)}
	drawn.CapWidth = vg.Points(3)
	p.Add(drawn)
	return nil
}

// named puts the names of rows at the Y axis, the first on top.
func named(p *plot.Plot, rows []string) {
	var ticks []plot.Tick
	for k, name := range rows {
		ticks = append(ticks, plot.Tick{Value: float64(k), Label: name})
	}
	p.Y.Tick.Marker = plot.ConstantTicks(ticks)
	p.Y.Tick.Length, p.Y.LineStyle.Width = 0, 0
	p.Y.Min, p.Y.Max = -2.2, float64(len(rows))-0.4 // the legend is above the first
	p.Y.Scale = plot.InvertedScale{Normalizer: plot.LinearScale{}}
}

// widened keeps points off the frame, and leaves room for a legend on top.
func widened(low, high, room float64) (float64, float64) {
	margin := 0.03*(high-low) + 1e-9
	return low - margin, high + margin + room*(high-low)
}

// shortTicks are the usual ones, with labels that have no more digits than they need.
type shortTicks struct{}

// Ticks implements plot.Ticker.
func (shortTicks) Ticks(low, high float64) []plot.Tick {
	ticks := plot.DefaultTicks{}.Ticks(low, high)
	for i, t := range ticks {
		if t.Label != "" {
			ticks[i].Label = strconv.FormatFloat(math.Round(t.Value*1e6)/1e6, 'g', -1, 64)
		}
	}
	return ticks
}

func finitePoints(list [][2]float64) plotter.XYs {
	var points plotter.XYs
	for _, at := range list {
		if finite(&at[0]) != nil && finite(&at[1]) != nil {
			points = append(points, plotter.XY{X: at[0], Y: at[1]})
		}
	}
	return points
}

func glyph(m table.Mark) draw.GlyphStyle {
	switch m {
	case table.MarkFaint:
		return draw.GlyphStyle{Color: color.NRGBA{R: 0x60, G: 0x78, B: 0x98, A: 0x48}, Radius: vg.Points(1), Shape: draw.CircleGlyph{}}
	case table.MarkStrong:
		return draw.GlyphStyle{Color: color.NRGBA{R: 0xc8, G: 0x3c, B: 0x1e, A: 0xc0}, Radius: vg.Points(1.8), Shape: draw.CircleGlyph{}}
	case table.MarkPaper:
		return draw.GlyphStyle{Color: paperColor, Radius: vg.Points(4), Shape: draw.PyramidGlyph{}}
	}
	return draw.GlyphStyle{Color: seedColors[int(m-table.MarkSeed)%len(seedColors)], Radius: vg.Points(2.4), Shape: draw.CircleGlyph{}}
}
