package plots

import (
	"fmt"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"gmnas/report/table"
)

// Sizes of heat maps; two stand side by side.
const (
	heatsAcross = 2
	heatRow     = 0.42 * vg.Inch
	heatNames   = 0.95 * vg.Inch // of rows, left of the cells
	heatFrame   = 1.25 * vg.Inch // title, column names, scale
)

// heatMaps draws the table's heat maps, each value written into its cell.
func heatMaps(w io.Writer, t table.Table) error {
	lines := (len(t.Heats) + heatsAcross - 1) / heatsAcross
	heights := make([]vg.Length, lines)
	total := topStrip / 2
	for i, h := range t.Heats {
		heights[i/heatsAcross] = max(heights[i/heatsAcross], heatFrame+heatRow*vg.Length(len(h.Rows)))
	}
	for _, h := range heights {
		total += h
	}
	canvas := vgimg.NewWith(vgimg.UseWH(width, total), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(color.White))
	page := draw.New(canvas)
	writeTitle(page, page.Max.Y-vg.Points(13), t)
	top := page.Max.Y - topStrip/2
	each := (page.Max.X - page.Min.X) / heatsAcross
	if len(t.Heats) == 1 {
		each *= 1.4
	}
	for i, h := range t.Heats {
		if i > 0 && i%heatsAcross == 0 {
			top -= heights[i/heatsAcross-1]
		}
		left := page.Min.X + each*vg.Length(i%heatsAcross)
		drawHeat(page, vg.Point{X: left, Y: top}, each, h)
	}
	if _, err := (vgimg.PngCanvas{Canvas: canvas}).WriteTo(w); err != nil {
		return fmt.Errorf("writing plot: %w", err)
	}
	return nil
}

// drawHeat draws one map with its upper left corner there.
func drawHeat(c draw.Canvas, at vg.Point, across vg.Length, h table.Heat) {
	write(c, vg.Point{X: at.X + vg.Points(8), Y: at.Y - vg.Points(9)}, h.Title, 10, draw.XLeft, color.Black)
	if len(h.Columns) == 0 {
		return
	}
	left, top := at.X+heatNames, at.Y-vg.Points(34)
	size := (across - heatNames - vg.Points(16)) / vg.Length(len(h.Columns))
	for j, name := range h.Columns {
		write(c, vg.Point{X: left + size*(vg.Length(j)+0.5), Y: top + vg.Points(8)}, name, 9, draw.XCenter, color.Black)
	}
	for i, name := range h.Rows {
		bottom := top - heatRow*vg.Length(i+1)
		write(c, vg.Point{X: left - vg.Points(5), Y: bottom + heatRow/2}, name, 9, draw.XRight, color.Black)
		for j := range h.Columns {
			if i >= len(h.Values) || j >= len(h.Values[i]) {
				continue
			}
			v := finite(h.Values[i][j])
			x := left + size*vg.Length(j)
			if v == nil {
				cell(c, x, bottom, size, gridColor)
				continue
			}
			share := part(*v, h.Low, h.High)
			cell(c, x, bottom, size, shade(share))
			write(c, vg.Point{X: x + size/2, Y: bottom + heatRow/2}, fmt.Sprintf("%.2f", *v), 9, draw.XCenter, ink(shade(share)))
		}
	}
	drawScale(c, vg.Point{X: left, Y: top - heatRow*vg.Length(len(h.Rows)) - vg.Points(18)}, size*vg.Length(len(h.Columns)), h)
}

// drawScale is the colour scale with its ends and unit.
func drawScale(c draw.Canvas, at vg.Point, across vg.Length, h table.Heat) {
	const steps = 60
	for k := range steps {
		x, right := at.X+across*vg.Length(k)/steps, at.X+across // each step reaches to the end, so that no gap shows
		c.FillPolygon(shade((float64(k)+0.5)/steps), []vg.Point{{X: x, Y: at.Y}, {X: right, Y: at.Y}, {X: right, Y: at.Y + vg.Points(7)}, {X: x, Y: at.Y + vg.Points(7)}})
	}
	write(c, vg.Point{X: at.X, Y: at.Y - vg.Points(8)}, fmt.Sprintf("%.2g", h.Low), 8, draw.XLeft, color.Black)
	write(c, vg.Point{X: at.X + across/2, Y: at.Y - vg.Points(8)}, h.Unit, 8, draw.XCenter, color.Black)
	write(c, vg.Point{X: at.X + across, Y: at.Y - vg.Points(8)}, fmt.Sprintf("%.2g", h.High), 8, draw.XRight, color.Black)
}

// ink is black or white, whichever stands out more from the fill (relative luminance as in WCAG 2).
func ink(fill color.NRGBA) color.Color {
	linear := func(v uint8) float64 { return math.Pow(float64(v)/255, 2.2) }
	if 0.2126*linear(fill.R)+0.7152*linear(fill.G)+0.0722*linear(fill.B) < 0.18 {
		return color.White
	}
	return color.Black
}

func cell(c draw.Canvas, x, y, across vg.Length, fill color.Color) {
	gap := vg.Points(0.8)
	c.FillPolygon(fill, []vg.Point{{X: x + gap, Y: y + gap}, {X: x + across - gap, Y: y + gap}, {X: x + across - gap, Y: y + heatRow - gap}, {X: x + gap, Y: y + heatRow - gap}})
}

// part is where v lies between the ends, 0 to 1.
func part(v, low, high float64) float64 {
	if !(high > low) {
		return 0
	}
	return max(0, min(1, (v-low)/(high-low)))
}

// shade goes from near white to the seeds' blue.
func shade(share float64) color.NRGBA {
	mix := func(from, to uint8) uint8 {
		return uint8(math.Round(float64(from) + share*(float64(to)-float64(from))))
	}
	return color.NRGBA{R: mix(0xf2, seedColor.R), G: mix(0xf5, seedColor.G), B: mix(0xfa, seedColor.B), A: 0xff}
}

func write(c draw.Canvas, at vg.Point, text string, size float64, align draw.XAlignment, ink color.Color) {
	style := sans(size)
	style.XAlign, style.Color = align, ink
	c.FillText(style, at, text)
}
