package plots

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/png"
	"math"
	"reflect"
	"strings"
	"testing"

	"gmnas/nasbench/space"
	"gmnas/report/table"
	"gmnas/results/published"

	"pgregory.net/rapid"
)

// along are points of an edge's drawn line.
func along(route []point) (list []point) {
	for i := 1; i < len(route); i++ {
		a, b := route[i-1], route[i]
		for step := range 25 {
			t := float64(step) / 24
			u := 1 - t
			rise := 3*u*t*t + t*t*t // level at both ends, as the control points have the ends' heights
			x := a.x + (b.x-a.x)*(1.5*u*u*t+1.5*u*t*t+t*t*t)
			if i%2 == 0 {
				x, rise = a.x+(b.x-a.x)*t, t
			}
			list = append(list, point{x, a.y + (b.y-a.y)*rise})
		}
	}
	return list
}

func overlap(a, b rectangle) bool {
	return math.Abs(a.x-b.x) < (a.width+b.width)/2 && math.Abs(a.y-b.y) < (a.height+b.height)/2
}

func inside(p point, r rectangle) bool {
	return math.Abs(p.x-r.x) < r.width/2-1e-9 && math.Abs(p.y-r.y) < r.height/2-1e-9
}

// readable returns what a person couldn't read of a drawn cell: labels that touch each other, a node or another edge, and
// edges that run through a node.
func readable(c drawnCell) error {
	boxes := append([]rectangle{}, c.nodes...)
	for k, r := range c.labels {
		if c.ops[k] != "" {
			boxes = append(boxes, r)
		}
	}
	for i, a := range boxes {
		for _, b := range boxes[:i] {
			if overlap(a, b) {
				return fmt.Errorf("%+v lies over %+v", a, b)
			}
		}
		if a.x-a.width/2 < -1e-9 || a.y-a.height/2 < -1e-9 || a.x+a.width/2 > c.width+1e-9 || a.y+a.height/2 > c.height+1e-9 {
			return fmt.Errorf("%+v is outside of %+v", a, c.size)
		}
	}
	if c.width > width.Points()-2*pageMargin {
		return fmt.Errorf("%v points wide, wider than the page", c.width)
	}
	for k, route := range c.routes {
		for _, p := range along(route) {
			for n, r := range c.nodes {
				if inside(p, r) {
					return fmt.Errorf("edge %d runs through node %d at %+v", k, n, p)
				}
			}
			for other, r := range c.labels {
				if other != k && c.ops[other] != "" && inside(p, r) {
					return fmt.Errorf("edge %d runs through the label of edge %d at %+v", k, other, p)
				}
			}
		}
	}
	return nil
}

// TestReleasedCellsAreReadable: all 26, and with few crossings.
func TestReleasedCellsAreReadable(t *testing.T) {
	total := 0
	for _, r := range published.Genotypes() {
		for _, cell := range []space.GenotypeCell{r.Genotype.Normal, r.Genotype.Reduction} {
			c := newDrawnCell(table.Drawing{Cell: cell})
			if err := readable(c); err != nil {
				t.Errorf("%s, seed %d, %s: %v", r.Name, r.Seed, cell, err)
			}
			l, _ := layered(new(drawnCell).add(cell))
			total += l.crossings(l.positions())
		}
	}
	t.Logf("%d crossings", total)
	if total > 34 {
		t.Errorf("%d crossings in 26 cells", total)
	}
}

// TestCellsAreReadable: any cell is, and drawn the same again.
func TestCellsAreReadable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var cell space.GenotypeCell
		for n := range cell {
			first := rapid.IntRange(0, n+1).Draw(t, "source")
			second := rapid.IntRange(0, n).Draw(t, "other source")
			if second >= first {
				second++
			}
			for k, from := range []int{first, second} {
				cell[n][k] = space.Gene{Operation: rapid.IntRange(0, 6).Draw(t, "operation"), From: from}
			}
		}
		c := newDrawnCell(table.Drawing{Cell: cell})
		if err := readable(c); err != nil {
			t.Fatalf("%s: %v", cell, err)
		}
		if !reflect.DeepEqual(c, newDrawnCell(table.Drawing{Cell: cell})) {
			t.Fatalf("%s: drawn differently again", cell)
		}
	})
}

// TestCellsAsFiles: both formats are whole, have every label, and other formats are refused.
func TestCellsAsFiles(t *testing.T) {
	r := published.Genotypes()[0]
	drawings := []table.Drawing{{Title: "normal <cell>", Cell: r.Genotype.Normal}, {Title: "reduction cell", Cell: r.Genotype.Reduction}}
	var b bytes.Buffer
	if err := Cells(&b, FormatPNG, r.Name, drawings); err != nil {
		t.Fatal(err)
	}
	if img, err := png.Decode(&b); err != nil || img.Bounds().Dx() != 1500 {
		t.Errorf("PNG: %v", err)
	}
	b.Reset()
	if err := Cells(&b, FormatSVG, r.Name, drawings); err != nil {
		t.Fatal(err)
	}
	svg := b.String()
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		if _, err := d.Token(); err != nil {
			if err.Error() != "EOF" {
				t.Errorf("SVG: %v", err)
			}
			break
		}
	}
	for text, times := range map[string]int{"sep_conv_3x3": 2, "sep_conv_5x5": 7, "max_pool_3x3": 3, "skip_connect": 2, "dil_conv_5x5": 1, "dil_conv_3x3": 1, "normal &lt;cell&gt;": 1} {
		if n := strings.Count(svg, text); n != times {
			t.Errorf("SVG has %q %d times, want %d", text, n, times)
		}
	}
	if !strings.Contains(svg, "Arial") {
		t.Error("SVG names no font that is everywhere")
	}
	if err := Cells(&b, "pdf", "", drawings); err == nil {
		t.Error("a format that there isn't was drawn")
	}
}
