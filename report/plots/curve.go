package plots

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"gmnas/harness/spec"
	"gmnas/report/table"
)

const curveHeight = 4.6 * vg.Inch

var (
	meanLine    = draw.LineStyle{Color: seedColor, Width: vg.Points(1.4)}
	optimumLine = draw.LineStyle{Color: optimumColor, Width: vg.Points(1), Dashes: []vg.Length{vg.Points(4), vg.Points(3)}}
)

// curve is one column along the table's axis: every seed a dot, the means a line, the printed values marks, the null of
// each place a band.
type curve struct {
	at      []float64
	rows    []row
	optimum *float64
	ticks   []plot.Tick
}

func newCurve(t table.Table, column table.Column) *curve {
	c := &curve{}
	strip := newStrip(t, column)
	for i, r := range t.Rows {
		if r.Kind == spec.RowOptimal && strip.rows[i].optimum != nil {
			c.optimum = strip.rows[i].optimum
		}
		if r.Kind == spec.RowRun && r.At != nil {
			c.at, c.rows = append(c.at, float64(*r.At)), append(c.rows, strip.rows[i])
		}
	}
	return c
}

// DataRange implements plot.DataRanger. Without values it is most of the scale.
func (c *curve) DataRange() (xmin, xmax, ymin, ymax float64) {
	low, high := math.Inf(1), math.Inf(-1)
	see := func(v *float64) {
		if v != nil {
			low, high = min(low, *v), max(high, *v)
		}
	}
	for _, r := range c.rows {
		for _, v := range r.seeds {
			see(&v)
		}
		r.seePaper(see)
		see(r.middle)
	}
	see(c.optimum)
	if low > high {
		low, high = 0, 95
	}
	low = withBands(c.rows, low, high)
	margin := 0.06*(position(high)-position(low)) + 0.02
	xmin, xmax = 0, 1
	if len(c.at) > 0 {
		xmin, xmax = slices.Min(c.at), slices.Max(c.at)
	}
	step := c.step()
	return xmin - step/2, xmax + step/2, max(0, value(position(low)-margin)), value(position(high) + margin)
}

// step is the smallest distance of two places.
func (c *curve) step() float64 {
	places := slices.Compact(slices.Sorted(slices.Values(c.at)))
	step := math.Inf(1)
	for i := 1; i < len(places); i++ {
		step = min(step, places[i]-places[i-1])
	}
	if math.IsInf(step, 1) {
		return 1
	}
	return step
}

// Plot implements plot.Plotter.
func (c *curve) Plot(canvas draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&canvas)
	at := func(place, v float64) vg.Point { return vg.Point{X: x(place), Y: y(max(p.Y.Min, min(p.Y.Max, v)))} }
	for _, t := range c.ticks {
		canvas.StrokeLine2(draw.LineStyle{Color: gridColor, Width: vg.Points(0.6)}, canvas.Min.X, y(t.Value), canvas.Max.X, y(t.Value))
	}
	step := c.step()
	for i, r := range c.rows {
		if r.low == nil || r.middle == nil || r.high == nil {
			continue
		}
		left, right := at(c.at[i]-0.3*step, *r.low), at(c.at[i]+0.3*step, *r.high)
		canvas.FillPolygon(nullColor, []vg.Point{left, {X: right.X, Y: left.Y}, right, {X: left.X, Y: right.Y}})
		canvas.StrokeLine2(draw.LineStyle{Color: nullMean, Width: vg.Points(1.2)}, left.X, y(*r.middle), right.X, y(*r.middle))
		if *r.low < p.Y.Min {
			note(canvas, p, vg.Point{X: left.X, Y: left.Y + vg.Points(7)}, "from "+strconv.FormatFloat(*r.low, 'f', 1, 64), noteInk)
		}
	}
	if c.optimum != nil {
		canvas.StrokeLine2(optimumLine, canvas.Min.X, y(*c.optimum), canvas.Max.X, y(*c.optimum))
	}
	var line []vg.Point
	for i, r := range c.rows {
		if r.mean != nil {
			line = append(line, at(c.at[i], *r.mean))
		}
	}
	if len(line) > 1 {
		canvas.StrokeLines(meanLine, line)
	}
	for i, r := range c.rows {
		if r.mean != nil {
			m := at(c.at[i], *r.mean)
			canvas.StrokeLine2(meanLine, m.X-vg.Points(7), m.Y, m.X+vg.Points(7), m.Y)
		}
		for k, v := range r.seeds {
			jitter := 0.12 * step * (float64(k) - float64(len(r.seeds)-1)/2) / float64(max(1, len(r.seeds)-1))
			drawSeed(canvas, at(c.at[i]+jitter, v))
		}
		if r.paper != nil {
			std := 0.0
			if r.std != nil {
				std = *r.std
			}
			place := c.at[i] + 0.18*step
			upright(canvas, at(place, *r.paper), at(place, *r.paper-std).Y, at(place, *r.paper+std).Y)
		}
		if r.noData {
			note(canvas, p, vg.Point{X: x(c.at[i]) - vg.Points(20), Y: canvas.Min.Y + vg.Points(8)}, "no data", nullMean)
		}
	}
}

// upright is the paper's diamond with its deviation as a bar.
func upright(c draw.Canvas, at vg.Point, low, high vg.Length) {
	c.StrokeLine2(draw.LineStyle{Color: paperColor, Width: vg.Points(1.2)}, at.X, low, at.X, high)
	r := vg.Points(3.6)
	c.FillPolygon(paperColor, []vg.Point{{X: at.X - r, Y: at.Y}, {X: at.X, Y: at.Y + r}, {X: at.X + r, Y: at.Y}, {X: at.X, Y: at.Y - r}})
}

// axisLabel says what the horizontal axis is, with its unit.
func axisLabel(axis string) string {
	switch axis {
	case spec.AxisWarmup:
		return "warm-up before each split (epochs)"
	case spec.AxisSplits:
		return "number of splits T"
	}
	return axis
}

// curves draws the test column of the searched data set along the axis.
func curves(w io.Writer, t table.Table) error {
	canvas := vgimg.NewWith(vgimg.UseWH(width, topStrip+curveHeight), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(color.White))
	page := draw.New(canvas)
	drawTop(draw.Crop(page, 0, 0, page.Max.Y-page.Min.Y-topStrip, 0), t)
	columns := testColumns(t)
	if len(columns) > 0 {
		p := plot.New()
		for _, style := range []*draw.TextStyle{&p.X.Label.TextStyle, &p.Y.Label.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label} {
			style.Font.Variant, style.Font.Size = "Sans", vg.Points(10)
		}
		c := newCurve(t, columns[0])
		p.Add(c)
		p.X.Label.Text = axisLabel(t.Axis)
		p.Y.Label.Text = columns[0].Dataset + " test accuracy (%), logarithmic in the error"
		p.X.Label.Padding, p.Y.Label.Padding = vg.Points(3), vg.Points(3)
		p.Y.Scale = errorScale{}
		c.ticks = accuracyTicks(p.Y.Min, p.Y.Max)
		p.Y.Tick.Marker = plot.ConstantTicks(c.ticks)
		var places []plot.Tick
		for _, v := range slices.Compact(slices.Sorted(slices.Values(c.at))) {
			places = append(places, plot.Tick{Value: v, Label: fmt.Sprint(v)})
		}
		p.X.Tick.Marker = plot.ConstantTicks(places)
		p.Draw(draw.Crop(page, vg.Points(8), -vg.Points(8), vg.Points(4), -topStrip))
	}
	if _, err := (vgimg.PngCanvas{Canvas: canvas}).WriteTo(w); err != nil {
		return fmt.Errorf("writing plot: %w", err)
	}
	return nil
}
