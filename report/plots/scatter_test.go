package plots

import (
	"math"
	"testing"

	"gmnas/harness/spec"
	"gmnas/report/table"
)

func points(n int) [][2]float64 {
	var list [][2]float64
	for i := range n {
		list = append(list, [2]float64{10 + float64(i), float64(i * i % 50)})
	}
	return list
}

// TestScatters: whatever the points there is a figure of the page's width, and only finite ones are drawn.
func TestScatters(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(-1)
	panel := func(p ...[2]float64) table.Scatter {
		return table.Scatter{Title: "panel", X: "x", Y: "y", Series: []table.Series{{Name: "a", Mark: table.MarkSeed, Points: p}}}
	}
	for _, c := range []struct {
		name   string
		panels []table.Scatter
		dots   bool
	}{
		{"none", []table.Scatter{{Title: "empty"}}, false},
		{"one point", []table.Scatter{panel([2]float64{93, 5})}, true},
		{"equal points", []table.Scatter{panel([2]float64{93, 5}, [2]float64{93, 5})}, true},
		{"not finite", []table.Scatter{panel([2]float64{nan, 5}, [2]float64{93, inf})}, false},
		{"one is finite", []table.Scatter{panel([2]float64{nan, 5}, [2]float64{93, 5})}, true},
		{"four", []table.Scatter{panel(points(80)...), panel(points(8)...), panel(), panel(points(3)...)}, true},
		{"error axis", []table.Scatter{{Title: "e", Error: true, Series: []table.Series{{Mark: table.MarkSeed, Points: points(90)}}}}, true},
		{"error axis, one", []table.Scatter{{Title: "e", Error: true, Series: []table.Series{{Mark: table.MarkSeed, Points: [][2]float64{{100, 1}}}}}}, true},
		{"diagonal", []table.Scatter{{Diagonal: true, Series: []table.Series{{Mark: table.MarkSeed, Points: points(9)}}}}, true},
		{"diagonal, one", []table.Scatter{{Diagonal: true, Series: []table.Series{{Mark: table.MarkSeed, Points: [][2]float64{{0.8, 0.9}}}}}}, true},
		{"many seeds", []table.Scatter{{Series: []table.Series{{Mark: table.MarkSeed + 40, Points: points(9)}, {Mark: table.MarkPaper, Points: points(2)}}}}, true},
	} {
		ink := drawn(t, table.Table{Title: "scatter", Profile: spec.Smoke, Scatters: c.panels})
		if (ink > 0) != c.dots {
			t.Errorf("%s: %d blue pixels", c.name, ink)
		}
	}
}

func TestShortTicks(t *testing.T) {
	for _, tick := range (shortTicks{}).Ticks(50, 75) {
		if len(tick.Label) > 2 {
			t.Errorf("tick %v is labelled %q", tick.Value, tick.Label)
		}
	}
}
