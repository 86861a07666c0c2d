package plots

import (
	"bytes"
	"image/png"
	"math"
	"testing"

	"gmnas/harness/spec"
	"gmnas/report/table"
)

func ptr(v float64) *float64 { return &v }

func seeds(values ...float64) []table.Seed {
	var list []table.Seed
	for i, v := range values {
		list = append(list, table.Seed{Seed: int64(i), Accuracy: v})
	}
	return list
}

func figure(cells ...table.Cell) table.Table {
	t := table.Table{Label: "x", Title: "a figure", Profile: spec.Smoke, Columns: []table.Column{{ID: "cifar10/test", Dataset: "cifar10", Split: "test"}}}
	for _, c := range cells {
		c.Column = "cifar10/test"
		t.Rows = append(t.Rows, table.Row{ID: "r", Name: "method", Kind: spec.RowRun, Cells: []table.Cell{c}})
	}
	return t
}

func drawn(t *testing.T, tb table.Table) (ink int) {
	t.Helper()
	var b bytes.Buffer
	if err := PNG(&b, tb); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	bounds := img.Bounds()
	if bounds.Dx() != 1500 {
		t.Errorf("figure is %d pixels wide, want 1500", bounds.Dx())
	}
	for y := int(150 * topStrip.Points() / 72); y < bounds.Dy(); y++ { // below the legend
		for x := range bounds.Dx() {
			if r, g, b, _ := img.At(x, y).RGBA(); b > r+0x4000 && b > g+0x2000 { // a seed's blue
				ink++
			}
		}
	}
	return ink
}

// TestDegenerateFigures: whatever the values are there is a figure, and only finite ones are drawn.
func TestDegenerateFigures(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name  string
		table table.Table
		dots  bool
	}{
		{"no columns", table.Table{Title: "nothing"}, false},
		{"no rows", figure(), false},
		{"an empty method", figure(table.Cell{}), false},
		{"only NaN and Inf", figure(table.Cell{Seeds: seeds(nan, inf, -inf), Mean: &nan, Paper: &inf}), false},
		{"a single point", figure(table.Cell{Seeds: seeds(93.2), Mean: ptr(93.2)}), true},
		{"a NaN, an Inf and points", figure(table.Cell{Seeds: seeds(nan, 93.2, inf, 92)}, table.Cell{}), true},
		{"all equal", figure(table.Cell{Seeds: seeds(54.3, 54.3, 54.3, 54.3), Mean: ptr(54.3)}), true},
		{"0 and 100 %", figure(table.Cell{Seeds: seeds(0, 100), Paper: ptr(100), PaperStd: ptr(30)}), true},
		{"far outside", figure(table.Cell{Seeds: seeds(-1e300, 1e300)}), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if ink := drawn(t, c.table); (ink > 0) != c.dots {
				t.Errorf("%d pixels of dots, want some: %v", ink, c.dots)
			}
		})
	}
}

func TestLegendNamesEmptyMethods(t *testing.T) {
	text := func(t table.Table) string {
		all := ""
		for _, e := range legend(t) {
			all += e.text + ";"
		}
		return all
	}
	empty, full := table.Cell{}, table.Cell{Seeds: seeds(93)}
	for _, c := range []struct {
		table table.Table
		want  string
	}{
		{figure(full, full), ""},
		{figure(full, empty), "method: no data;"},
		{figure(empty, table.Cell{Seeds: seeds(math.NaN())}), "method and 1 more: no data;"},
	} {
		if got := text(c.table); !bytes.HasSuffix([]byte(got), []byte(c.want)) || (c.want == "") != !bytes.Contains([]byte(got), []byte("no data")) {
			t.Errorf("legend %q, want it to end in %q", got, c.want)
		}
	}
}

func TestFigureIsTheSameEveryTime(t *testing.T) {
	tb := figure(table.Cell{Seeds: seeds(93, 94, 92.5, 93.1), Mean: ptr(93.15), Paper: ptr(93.7), PaperStd: ptr(0.1)})
	var a, b bytes.Buffer
	if err := PNG(&a, tb); err != nil {
		t.Fatal(err)
	}
	if err := PNG(&b, tb); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("the same table gave two figures")
	}
}

// TestAxisTakesInWhatIsDrawn: deviations always, and the lower ends of nulls where there is room for them.
func TestAxisTakesInWhatIsDrawn(t *testing.T) {
	for _, c := range []struct {
		name     string
		rows     []row
		low, not float64 // the axis reaches below the one and stays above the other
	}{
		{"a deviation", []row{{kind: spec.RowRun, seeds: []float64{93, 94}, paper: ptr(92.5), std: ptr(0.9)}}, 91.6, 80},
		{"a band near by", []row{{kind: spec.RowRun, seeds: []float64{92, 94}, low: ptr(91), middle: ptr(93), high: ptr(94)}}, 91, 80},
		{"a band far away", []row{{kind: spec.RowRun, seeds: []float64{92, 94}, low: ptr(20), middle: ptr(93), high: ptr(94)}}, 92, 80},
		{"other work", []row{{kind: spec.RowRun, seeds: []float64{92, 94}}, {kind: spec.RowLiterature, paper: ptr(20)}}, 92, 80},
	} {
		low, high, _, _ := (&strip{rows: c.rows}).DataRange()
		if low > c.low || low < c.not || high < 94 || high > 100 {
			t.Errorf("%s: axis from %v to %v", c.name, low, high)
		}
	}
}

func TestAccuracyTicks(t *testing.T) {
	for _, c := range [][2]float64{{54, 94.5}, {0, 100}, {93, 93.9}, {10, 47}, {91, 94.5}} {
		ticks := accuracyTicks(c[0], c[1])
		if len(ticks) < 2 {
			t.Errorf("%v: %d ticks", c, len(ticks))
		}
		for i, tick := range ticks {
			at := errorScale{}.Normalize(c[0], c[1], tick.Value)
			if at < 0 || at > 1 || tick.Label == "" {
				t.Errorf("%v: tick %v is at %v", c, tick, at)
			}
			if i > 0 && tick.Value >= ticks[i-1].Value {
				t.Errorf("%v: ticks don't descend: %v", c, ticks)
			}
			if i > 0 && (errorScale{}.Normalize(c[0], c[1], ticks[i-1].Value)-at < tickRoom) {
				t.Errorf("%v: the labels of %v and %v overlap", c, ticks[i-1].Value, tick.Value)
			}
		}
	}
}
