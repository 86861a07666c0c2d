package stat

import (
	"errors"
	"math"
	"testing"
)

// TestProportion compares with tables of Clopper and Pearson (1934) and closed forms at the ends.
func TestProportion(t *testing.T) {
	for _, c := range []struct {
		k, n      int
		low, high float64
	}{
		{12, 12, math.Pow(0.025, 1.0/12), 1},
		{0, 10, 0, 1 - math.Pow(0.025, 0.1)},
		{5, 10, 0.18708603, 0.81291397},
		{1, 1, 0.025, 1},
	} {
		got, err := Proportion(c.k, c.n, 0.95)
		if err != nil || math.Abs(got.Low-c.low) > 1e-7 || math.Abs(got.High-c.high) > 1e-7 {
			t.Errorf("%d of %d: %v, %v, want %v to %v", c.k, c.n, got, err, c.low, c.high)
		}
	}
	for _, c := range [][2]int{{0, 0}, {-1, 3}, {4, 3}} {
		if got, err := Proportion(c[0], c[1], 0.95); err == nil {
			t.Errorf("%d of %d gave %v", c[0], c[1], got)
		}
	}
}

func TestHits(t *testing.T) {
	for _, c := range []struct {
		k       int
		chances []float64
		want    float64
	}{
		{3, []float64{0.4, 0.4, 0.4}, 2 * 0.064},
		{2, []float64{0.5, 0.25}, 2 * 0.125},
		{1, []float64{0.5, 0.5}, 1},
		{0, []float64{0.4}, 1},
	} {
		if got, err := HitsTest(c.k, c.chances); err != nil || math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%d of %v: %v, %v, want %v", c.k, c.chances, got, err, c.want)
		}
	}
	for _, bad := range [][]float64{nil, {1.5}, {math.NaN()}} {
		if got, err := HitsTest(0, bad); err == nil {
			t.Errorf("chances %v gave %v", bad, got)
		}
	}
}

func TestWelchInterval(t *testing.T) {
	x, y := NewSample([]float64{1, 2, 3, 4}), NewSample([]float64{11, 12, 13, 14})
	got, err := WelchInterval(x, y, 0.95)
	half := 2.446911851 * math.Sqrt(2*5.0/3/4) // t(6), worked out by hand
	if err != nil || math.Abs(got.Low+10+half) > 1e-6 || math.Abs(got.High+10-half) > 1e-6 {
		t.Errorf("%v, %v, want -10 ± %v", got, err, half)
	}
	if _, err := WelchInterval(x, NewSample([]float64{1}), 0.95); !errors.Is(err, ErrSingle) {
		t.Errorf("one value on a side: %v", err)
	}
	if _, err := WelchInterval(NewSample([]float64{1, 1}), NewSample([]float64{2, 2}), 0.95); !errors.Is(err, ErrEqual) {
		t.Errorf("no spread on either side: %v", err)
	}
}
