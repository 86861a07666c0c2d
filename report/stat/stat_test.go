package stat

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestDegenerateSamples(t *testing.T) {
	for _, c := range []struct {
		name                           string
		values                         []float64
		n                              int
		mean, std                      float64
		meanErr, stdErr, tErr, bootErr error
	}{
		{"empty", nil, 0, 0, 0, ErrEmpty, ErrEmpty, ErrEmpty, ErrEmpty},
		{"one", []float64{93.2}, 1, 93.2, 0, nil, ErrSingle, ErrSingle, ErrSingle},
		{"equal", []float64{54.3, 54.3, 54.3}, 3, 54.3, 0, nil, nil, ErrEqual, ErrEqual},
		{"all right", []float64{100, 100}, 2, 100, 0, nil, nil, ErrEqual, ErrEqual},
		{"all wrong", []float64{0, 0}, 2, 0, 0, nil, nil, ErrEqual, ErrEqual},
		{"not finite", []float64{math.NaN(), 1, math.Inf(1), 3, math.Inf(-1)}, 2, 2, math.Sqrt2, nil, nil, nil, nil},
		{"only NaN", []float64{math.NaN()}, 0, 0, 0, ErrEmpty, ErrEmpty, ErrEmpty, ErrEmpty},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := NewSample(c.values)
			if s.N() != c.n {
				t.Errorf("n = %d, want %d", s.N(), c.n)
			}
			mean, err := s.Mean()
			if mean != c.mean || !errors.Is(err, c.meanErr) {
				t.Errorf("mean %v, %v, want %v, %v", mean, err, c.mean, c.meanErr)
			}
			std, err := s.Std()
			if math.Abs(std-c.std) > 1e-15 || !errors.Is(err, c.stdErr) {
				t.Errorf("std %v, %v, want %v, %v", std, err, c.std, c.stdErr)
			}
			if _, err := TInterval(s, 0.95); !errors.Is(err, c.tErr) {
				t.Errorf("t interval: %v, want %v", err, c.tErr)
			}
			if _, err := BootstrapInterval(s, 0.95, 100, 1); !errors.Is(err, c.bootErr) {
				t.Errorf("bootstrap interval: %v, want %v", err, c.bootErr)
			}
		})
	}
}

func TestIntervalArguments(t *testing.T) {
	s := NewSample([]float64{1, 2, 3})
	for _, level := range []float64{0, 1, -1, 95, math.NaN()} {
		if _, err := TInterval(s, level); err == nil {
			t.Errorf("t interval at level %v: no error", level)
		}
		if _, err := BootstrapInterval(s, level, 10, 1); err == nil {
			t.Errorf("bootstrap interval at level %v: no error", level)
		}
	}
	if _, err := BootstrapInterval(s, 0.95, 0, 1); err == nil {
		t.Error("bootstrap interval of no resamples: no error")
	}
}

func TestBootstrapInterval(t *testing.T) {
	s := NewSample([]float64{93.05, 93.06, 93.89, 93.48})
	first, err := BootstrapInterval(s, 0.95, 2000, 7)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := BootstrapInterval(s, 0.95, 2000, 7); again != first {
		t.Errorf("same seed: %v, then %v", first, again)
	}
	if !(first.Low >= 93.05 && first.Low < 93.37 && first.High > 93.37 && first.High <= 93.89) {
		t.Errorf("interval %v isn't around the mean 93.37 and inside the values", first)
	}
}

func TestMannWhitneyExtremes(t *testing.T) {
	low, high := NewSample([]float64{1, 2, 3, 4}), NewSample([]float64{5, 6, 7, 8})
	got, err := MannWhitney(high, low)
	if err != nil || got.U != 16 || got.Delta != 1 || math.Abs(got.P-2.0/70) > 1e-15 {
		t.Errorf("4 above 4: %+v, %v", got, err)
	}
	if p := SmallestP(4, 4); math.Abs(p-2.0/70) > 1e-15 {
		t.Errorf("smallest p for 4 and 4 = %v, want 2/70", p)
	}
	if p := SmallestP(1, 1); p != 1 {
		t.Errorf("smallest p for 1 and 1 = %v, want 1", p)
	}
	equal := NewSample([]float64{5, 5, 5})
	if got, err := MannWhitney(equal, equal); err != nil || got.P != 1 || got.Delta != 0 {
		t.Errorf("all equal: %+v, %v, want p 1 and delta 0", got, err)
	}
	if _, err := MannWhitney(low, NewSample(nil)); !errors.Is(err, ErrEmpty) {
		t.Errorf("an empty side: %v", err)
	}
	if _, err := MannWhitney(low, NewSample(make([]float64, 100))); !errors.Is(err, ErrLarge) {
		t.Errorf("104 values: %v", err)
	}
}

func TestMannWhitneyIsSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.Map(rapid.IntRange(0, 9), func(i int) float64 { return float64(i) })
		x := NewSample(rapid.SliceOfN(value, 1, 8).Draw(t, "x"))
		y := NewSample(rapid.SliceOfN(value, 1, 8).Draw(t, "y"))
		xy, err1 := MannWhitney(x, y)
		yx, err2 := MannWhitney(y, x)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if xy.U+yx.U != float64(x.N()*y.N()) || math.Abs(xy.P-yx.P) > 1e-12 || math.Abs(xy.Delta+yx.Delta) > 1e-12 {
			t.Errorf("%+v and %+v aren't mirror images", xy, yx)
		}
		if smallest := SmallestP(x.N(), y.N()) / 2; xy.P < smallest-1e-12 || xy.P > 1 { // ties may make it one-sided
			t.Errorf("p = %v is outside %v..1", xy.P, smallest)
		}
	})
}

func TestPaired(t *testing.T) {
	x := map[int64]float64{0: 93, 1: 94, 2: 95, 3: 96}
	for _, c := range []struct {
		name             string
		y                map[int64]float64
		pairs, unmatched int
		mean, p          float64
		err              error
	}{
		{"all above", map[int64]float64{0: 92, 1: 92, 2: 92, 3: 92}, 4, 0, 2.5, 2.0 / 16, nil},
		{"equal", x, 4, 0, 0, 1, nil},
		{"unmatched", map[int64]float64{1: 93, 2: 93, 7: 10}, 2, 3, 1.5, 2.0 / 4, nil},
		{"a NaN", map[int64]float64{0: 92, 1: 92, 2: math.NaN(), 3: 92}, 3, 1, 7.0 / 3, 2.0 / 8, nil},
		{"one pair", map[int64]float64{2: 1}, 1, 3, 0, 0, ErrSingle},
		{"none", map[int64]float64{9: 1}, 0, 5, 0, 0, ErrEmpty},
	} {
		got, err := Paired(x, c.y)
		if !errors.Is(err, c.err) || got.Pairs != c.pairs || got.Unmatched != c.unmatched ||
			math.Abs(got.Mean-c.mean) > 1e-12 || math.Abs(got.P-c.p) > 1e-12 {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
}

func TestHolmRefuses(t *testing.T) {
	for _, p := range []float64{-0.1, 1.1, math.NaN()} {
		if _, err := Holm([]float64{0.5, p}); err == nil {
			t.Errorf("p value %v: no error", p)
		}
	}
}

func TestNullReaches(t *testing.T) {
	uniform := make([]float64, 101)
	for i := range uniform {
		uniform[i] = float64(i)
	}
	one, four := [][]float64{uniform}, [][]float64{uniform, uniform, uniform, uniform}
	for _, c := range []struct {
		name      string
		quantiles [][]float64
		v, want   float64
	}{
		{"one draw reaches 75", one, 75, 0.25},
		{"one draw reaches 0", one, 0, 1},
		{"one draw reaches 101", one, 101, 0},
		{"mean of four reaches 50", four, 50, 0.5},
		{"mean of four reaches 75", four, 75, 1.0 / 24}, // Irwin-Hall: P(sum of 4 >= 3) = 1/4!
		{"a constant reaches itself", [][]float64{{93, 93}}, 93, 1},
		{"and no more", [][]float64{{93, 93}}, 93.01, 0},
	} {
		got, err := NullReaches(c.quantiles, c.v)
		if err != nil || math.Abs(got-c.want) > 0.01 || got <= 0 {
			t.Errorf("%s: %v, %v, want %v and never 0", c.name, got, err, c.want)
		}
	}
	for _, bad := range [][][]float64{nil, {{1}}, {{2, 1}}, {uniform, nil}} {
		if _, err := NullReaches(bad, 1); err == nil {
			t.Errorf("quantiles %v: no error", bad)
		}
	}
}
