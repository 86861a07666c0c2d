package plots

import (
	"bytes"
	"fmt"
	"image/color"
	"io"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"gmnas/nasbench/space"
	"gmnas/report/table"
)

// Sizes of drawn cells, in points.
const (
	nodeHeight   = 24.
	nodeText     = 10.5
	labelText    = 9.
	labelHeight  = 13.
	arrowLength  = 6.
	drawingTitle = 22. // above each
	drawingSpace = 16. // below each
	pageMargin   = 12.
)

// Colours of the DARTS papers' drawings: light green inputs, blue nodes, a yellow output.
var (
	inputFill   = color.NRGBA{R: 0xb4, G: 0xee, B: 0xb4, A: 0xff}
	nodeFill    = color.NRGBA{R: 0xad, G: 0xd8, B: 0xe6, A: 0xff}
	outputFill  = color.NRGBA{R: 0xee, G: 0xe8, B: 0xaa, A: 0xff}
	nodeEdge    = color.NRGBA{R: 0x55, G: 0x55, B: 0x55, A: 0xff}
	arrowColor  = color.NRGBA{R: 0x30, G: 0x30, B: 0x30, A: 0xff}
	outputArrow = color.NRGBA{R: 0x9a, G: 0x9a, B: 0x9a, A: 0xff} // to the output, which every node has
)

// Formats that cells are drawn in.
const (
	FormatPNG = "png"
	FormatSVG = "svg"
)

// Cells draws genotypes' cells below each other as DARTS papers do: the cell's two inputs, its nodes with the operation
// on each edge, and the output, which is its nodes side by side.
func Cells(w io.Writer, format, title string, drawings []table.Drawing) error {
	page := newPage(title, drawings)
	var err error
	switch format {
	case FormatPNG:
		canvas := vgimg.NewWith(vgimg.UseWH(width, page.height), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(color.White))
		page.draw(draw.New(canvas))
		_, err = vgimg.PngCanvas{Canvas: canvas}.WriteTo(w)
	case FormatSVG:
		canvas := vgsvg.New(width, page.height)
		page.draw(draw.New(canvas))
		var b bytes.Buffer
		if _, err = canvas.WriteTo(&b); err == nil {
			_, err = io.WriteString(w, portable(b.String()))
		}
	default:
		return fmt.Errorf("drawing cells: format %q: use %s or %s", format, FormatPNG, FormatSVG)
	}
	if err != nil {
		return fmt.Errorf("drawing cells: %w", err)
	}
	return nil
}

// portable names fonts of the same widths for where Liberation isn't installed.
func portable(svg string) string {
	return strings.ReplaceAll(svg, "font-family:Liberation Sans;", "font-family:Liberation Sans,Arial,Helvetica,sans-serif;")
}

// cellsPage is drawings below each other.
type cellsPage struct {
	title  string
	height vg.Length
	cells  []drawnCell
}

type drawnCell struct {
	title string
	names []nodeName
	ops   []string // of each edge, "" to the output
	drawing
}

// nodeName is what a node is called, perhaps with an index.
type nodeName struct{ name, index string }

func newPage(title string, drawings []table.Drawing) cellsPage {
	p := cellsPage{title: title, height: pageMargin}
	if title != "" {
		p.height += vg.Points(20)
	}
	for _, d := range drawings {
		c := newDrawnCell(d)
		p.cells = append(p.cells, c)
		p.height += vg.Points(drawingTitle + c.height + drawingSpace)
	}
	return p
}

// newDrawnCell lays a cell out.
func newDrawnCell(d table.Drawing) drawnCell {
	c := drawnCell{title: d.Title}
	c.drawing = layOut(c.add(d.Cell), width.Points()-2*pageMargin)
	return c
}

// add names the cell's nodes and edges, and returns them as a graph.
func (c *drawnCell) add(cell space.GenotypeCell) (g graph) {
	inputs, nodes := space.DARTS.Inputs(), space.DARTS.Nodes()
	add := func(n nodeName, width float64) {
		c.names = append(c.names, n)
		g.nodes = append(g.nodes, size{width, nodeHeight})
	}
	for n := range inputs {
		add(nodeName{"c", fmt.Sprintf("k-%d", inputs-n)}, 40)
	}
	for n := range nodes - inputs {
		add(nodeName{name: fmt.Sprint(n)}, 26)
	}
	add(nodeName{"c", "k"}, 34)
	style := sans(labelText)
	for n, genes := range cell {
		for _, gene := range genes {
			op := space.DARTS.Operations[gene.Operation]
			c.ops = append(c.ops, op)
			g.edges = append(g.edges, link{gene.From, inputs + n, size{style.Width(op).Points(), labelHeight}})
		}
	}
	for n := inputs; n < nodes; n++ {
		c.ops = append(c.ops, "")
		g.edges = append(g.edges, link{from: n, to: nodes})
	}
	for n := range g.nodes { // room for the ends of its edges
		out, in := 0, 0
		for _, e := range g.edges {
			if e.from == n {
				out++
			}
			if e.to == n {
				in++
			}
		}
		g.nodes[n].height = max(nodeHeight, portStep*float64(max(out, in)+1))
	}
	return g
}

// sans is the style of text in that size.
func sans(size float64) text.Style {
	style := plot.New().Title.TextStyle
	style.Font.Variant, style.Font.Size = "Sans", vg.Points(size)
	style.XAlign, style.YAlign = draw.XCenter, draw.YCenter
	return style
}

func (p cellsPage) draw(c draw.Canvas) {
	c.FillPolygon(color.White, []vg.Point{c.Min, {X: c.Max.X, Y: c.Min.Y}, c.Max, {X: c.Min.X, Y: c.Max.Y}})
	top := c.Max.Y - pageMargin
	if p.title != "" {
		write(c, vg.Point{X: c.Min.X + pageMargin, Y: top - vg.Points(4)}, p.title, 12, draw.XLeft, color.Black)
		top -= vg.Points(20)
	}
	for _, d := range p.cells {
		write(c, vg.Point{X: c.Min.X + pageMargin, Y: top - vg.Points(5)}, d.title, 10, draw.XLeft, color.Black)
		top -= vg.Points(drawingTitle)
		d.draw(c, vg.Point{X: (c.Min.X + c.Max.X - vg.Points(d.width)) / 2, Y: top})
		top -= vg.Points(d.height + drawingSpace)
	}
}

// draw draws the cell with its upper left corner there.
func (d drawnCell) draw(c draw.Canvas, corner vg.Point) {
	at := func(p point) vg.Point { return vg.Point{X: corner.X + vg.Points(p.x), Y: corner.Y - vg.Points(p.y)} }
	for _, last := range []bool{true, false} { // what goes to the output lies below
		for k, route := range d.routes {
			if (d.ops[k] == "") == last {
				ink := arrowColor
				if last {
					ink = outputArrow
				}
				drawRoute(c, at, route, ink)
			}
		}
	}
	for k, r := range d.labels {
		if d.ops[k] == "" {
			continue
		}
		fill(c, at, rectangle{r.x, r.y, r.width + 4, r.height}, color.White)
		c.FillText(sans(labelText), at(point{r.x, r.y}), d.ops[k])
	}
	for n, r := range d.nodes {
		ink := nodeFill
		switch {
		case n < space.DARTS.Inputs():
			ink = inputFill
		case n == len(d.nodes)-1:
			ink = outputFill
		}
		drawNode(c, at, r, ink, d.names[n])
	}
}

// drawRoute draws an edge and its arrow's head.
func drawRoute(c draw.Canvas, at func(point) vg.Point, route []point, ink color.Color) {
	end := route[len(route)-1]
	end.x -= arrowLength
	var path vg.Path
	path.Move(at(route[0]))
	for i := 1; i < len(route); i++ {
		from, to := route[i-1], route[i]
		if i == len(route)-1 {
			to = end
		}
		if i%2 == 0 {
			path.Line(at(to))
			continue
		}
		half := (to.x - from.x) / 2
		path.CubeTo(at(point{from.x + half, from.y}), at(point{to.x - half, to.y}), at(to))
	}
	c.SetLineStyle(draw.LineStyle{Color: ink, Width: vg.Points(1)})
	c.Stroke(path)
	tip := point{end.x + arrowLength, end.y}
	c.FillPolygon(ink, []vg.Point{at(tip), at(point{end.x, end.y - 2.6}), at(point{end.x, end.y + 2.6})})
}

func fill(c draw.Canvas, at func(point) vg.Point, r rectangle, ink color.Color) {
	w, h := r.width/2, r.height/2
	c.FillPolygon(ink, []vg.Point{at(point{r.x - w, r.y - h}), at(point{r.x + w, r.y - h}), at(point{r.x + w, r.y + h}), at(point{r.x - w, r.y + h})})
}

// drawNode draws a box with round corners and its name.
func drawNode(c draw.Canvas, at func(point) vg.Point, r rectangle, ink color.Color, n nodeName) {
	path := rounded(at, r, 5)
	c.SetColor(ink)
	c.Fill(path)
	c.SetLineStyle(draw.LineStyle{Color: nodeEdge, Width: vg.Points(0.8)})
	c.Stroke(path)
	name, index := sans(nodeText), sans(nodeText*0.72)
	name.XAlign, index.XAlign = draw.XLeft, draw.XLeft
	left := r.x - (name.Width(n.name)+index.Width(n.index)).Points()/2
	c.FillText(name, at(point{left, r.y}), n.name)
	if n.index != "" {
		c.FillText(index, at(point{left + name.Width(n.name).Points() + 0.5, r.y + 3.5}), n.index)
	}
}

// rounded is a rectangle's outline with corners of that radius.
func rounded(at func(point) vg.Point, r rectangle, radius float64) (path vg.Path) {
	const toward = 0.45 // of the radius is left from a corner to a curve's control point
	w, h := r.width/2, r.height/2
	corners := [4]struct{ x, y, dx, dy float64 }{{-w, -h, 1, 0}, {w, -h, 0, 1}, {w, h, -1, 0}, {-w, h, 0, -1}}
	for i, k := range corners {
		before := corners[(i+3)%4] // the side that arrives here
		x, y := r.x+k.x, r.y+k.y
		start := point{x - before.dx*radius, y - before.dy*radius}
		end := point{x + k.dx*radius, y + k.dy*radius}
		if i == 0 {
			path.Move(at(start))
		} else {
			path.Line(at(start))
		}
		path.CubeTo(at(point{x - before.dx*radius*toward, y - before.dy*radius*toward}), at(point{x + k.dx*radius*toward, y + k.dy*radius*toward}), at(end))
	}
	path.Close()
	return path
}
