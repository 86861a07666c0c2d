package stat

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// TestNeededHasThePower: with as many values as Needed says, drawn with the same difference and spread, the exact test
// is significant about as often as the power says.
func TestNeededHasThePower(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct{ d, stdY, level, power float64 }{
		{1, 1, 0.05, 0.8}, {1.5, 1, 0.05, 0.8}, {2, 1, 0.0125, 0.8}, {1.2, 0.3, 0.05, 0.8}, {1.5, 1, 0.05, 0.5},
	} {
		x, y := shaped(c.d, 1), shaped(0, c.stdY)
		n, err := Needed(x, y, c.level, c.power)
		if err != nil {
			t.Fatal(err)
		}
		const trials = 400
		found := 0
		for range trials {
			a, b := make([]float64, n), make([]float64, n)
			for i := range n {
				a[i], b[i] = c.d+random.NormFloat64(), c.stdY*random.NormFloat64()
			}
			test, err := MannWhitney(NewSample(a), NewSample(b))
			if err != nil {
				t.Fatal(err)
			}
			if test.P <= c.level {
				found++
			}
		}
		if power := float64(found) / trials; math.Abs(power-c.power) > 0.12 {
			t.Errorf("difference %v, spreads 1 and %v, level %v: n = %d has power %.2f, want about %v", c.d, c.stdY, c.level, n, power, c.power)
		}
	}
}

// shaped is four values with that mean and sample standard deviation.
func shaped(mean, std float64) Sample {
	a := std * math.Sqrt(3) / 2
	return NewSample([]float64{mean - a, mean - a, mean + a, mean + a})
}

func TestNeeded(t *testing.T) {
	equal, one := NewSample([]float64{5, 5, 5, 5}), NewSample([]float64{5})
	for _, c := range []struct {
		name         string
		x, y         Sample
		level, power float64
		want         int
		err          error
	}{
		{"a standard deviation apart", shaped(1, 1), shaped(0, 1), 0.05, 0.8, 18, nil}, // Student's would need 17
		{"far apart", shaped(100, 1), shaped(0, 1), 0.05, 0.8, 4, nil},
		{"far apart, after correction for 4", shaped(100, 1), shaped(0, 1), 0.0125, 0.8, 5, nil},
		{"the other way", shaped(0, 1), shaped(1, 1), 0.05, 0.8, 18, nil},
		{"one side equal", shaped(2, 1), equal, 0.05, 0.8, 4, nil},
		{"both sides equal", equal, NewSample([]float64{6, 6}), 0.05, 0.8, 0, ErrEqual},
		{"no difference", shaped(5, 1), equal, 0.05, 0.8, 0, ErrNoDifference},
		{"nothing at all", equal, equal, 0.05, 0.8, 0, ErrNoDifference},
		{"one value", one, shaped(0, 1), 0.05, 0.8, 0, ErrSingle},
		{"one value on the other side", shaped(0, 1), one, 0.05, 0.8, 0, ErrSingle},
		{"no value", NewSample(nil), shaped(0, 1), 0.05, 0.8, 0, ErrEmpty},
		{"NaN and Inf only", NewSample([]float64{math.NaN(), math.Inf(1)}), shaped(0, 1), 0.05, 0.8, 0, ErrEmpty},
		{"hardly a difference", shaped(1e-6, 1), shaped(0, 1), 0.05, 0.8, 0, ErrOutOfReach},
	} {
		got, err := Needed(c.x, c.y, c.level, c.power)
		if !errors.Is(err, c.err) || (c.err == nil && got != c.want) {
			t.Errorf("%s: %d, %v, want %d, %v", c.name, got, err, c.want, c.err)
		}
	}
	for _, bad := range [][2]float64{{0, 0.8}, {1, 0.8}, {0.05, 0}, {0.05, 1}, {math.NaN(), 0.8}} {
		if _, err := Needed(shaped(1, 1), shaped(0, 1), bad[0], bad[1]); err == nil {
			t.Errorf("level %v, power %v: no error", bad[0], bad[1])
		}
		if _, err := PairsNeeded(shaped(1, 1), bad[0], bad[1]); err == nil {
			t.Errorf("pairs at level %v, power %v: no error", bad[0], bad[1])
		}
		if _, err := HitsNeeded(0.9, 0.5, bad[0], bad[1]); err == nil {
			t.Errorf("hits at level %v, power %v: no error", bad[0], bad[1])
		}
	}
}

// TestNeededAtLeast: with the fewest that can be significant a clear difference is, and with one fewer it isn't.
func TestNeededAtLeast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		level := rapid.Float64Range(0.0005, 0.2).Draw(t, "level")
		ratio := rapid.IntRange(1, 3).Draw(t, "ratio")
		n := NeededAtLeast(float64(ratio), level)
		clear := func(n int) float64 {
			low, high := make([]float64, n), make([]float64, n*ratio)
			for i := range low {
				low[i] = float64(i)
			}
			for i := range high {
				high[i] = 1000 + float64(i)
			}
			test, err := MannWhitney(NewSample(low), NewSample(high))
			if err != nil {
				t.Fatal(err)
			}
			return test.P
		}
		if clear(n) > level+1e-12 || n > 1 && clear(n-1) <= level-1e-12 {
			t.Errorf("level %v, ratio %d: n = %d gives p = %v", level, ratio, n, clear(n))
		}
		pairs := PairsNeededAtLeast(level)
		if math.Ldexp(2, -pairs) > level || pairs > 1 && math.Ldexp(2, 1-pairs) <= level {
			t.Errorf("level %v: %d pairs", level, pairs)
		}
		chance := rapid.Float64Range(0.05, 0.9).Draw(t, "chance")
		hits := HitsNeededAtLeast(chance, level)
		all := func(n int) float64 { return min(1, 2*math.Pow(chance, float64(n))) }
		if all(hits) > level*(1+1e-6) || hits > 1 && all(hits-1) <= level*(1-1e-6) {
			t.Errorf("level %v, chance %v: %d hits", level, chance, hits)
		}
	})
}

func TestPairsAndHitsNeeded(t *testing.T) {
	for _, c := range []struct {
		name string
		of   func() (int, error)
		want int
		err  error
	}{
		{"pairs, a standard deviation from 0", func() (int, error) { return PairsNeeded(shaped(1, 1), 0.05, 0.8) }, 10, nil}, // Student's
		{"pairs, far from 0", func() (int, error) { return PairsNeeded(shaped(50, 1), 0.05, 0.8) }, 6, nil},
		{"pairs, all alike", func() (int, error) { return PairsNeeded(NewSample([]float64{1, 1, 1}), 0.05, 0.8) }, 0, ErrEqual},
		{"pairs, no difference", func() (int, error) { return PairsNeeded(shaped(0, 1), 0.05, 0.8) }, 0, ErrNoDifference},
		{"one pair", func() (int, error) { return PairsNeeded(NewSample([]float64{1}), 0.05, 0.8) }, 0, ErrSingle},
		{"hits, three of four", func() (int, error) { return HitsNeeded(0.75, 0.5, 0.05, 0.8) }, 29, nil}, // by the usual tables
		{"hits, all", func() (int, error) { return HitsNeeded(1, 0.4, 0.05, 0.8) }, 5, nil},
		{"hits, as chance", func() (int, error) { return HitsNeeded(0.4, 0.4, 0.05, 0.8) }, 0, ErrNoDifference},
	} {
		got, err := c.of()
		if !errors.Is(err, c.err) || (c.err == nil && got != c.want) {
			t.Errorf("%s: %d, %v, want %d, %v", c.name, got, err, c.want, c.err)
		}
	}
	for _, bad := range [][2]float64{{-0.1, 0.5}, {1.1, 0.5}, {0.5, 0}, {0.5, 1}, {math.NaN(), 0.5}, {0.5, math.NaN()}} {
		if _, err := HitsNeeded(bad[0], bad[1], 0.05, 0.8); err == nil {
			t.Errorf("share %v, chance %v: no error", bad[0], bad[1])
		}
	}
}

// TestWilson compares with Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		k, n      int
		low, high float64
	}{
		{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}, {29, 29, 0.8830, 1},
	} {
		got, err := Wilson(float64(c.k)/float64(c.n), c.n, 0.95)
		if err != nil || math.Abs(got.Low-c.low) > 6e-5 || math.Abs(got.High-c.high) > 6e-5 {
			t.Errorf("%d of %d: %v, %v, want %v to %v", c.k, c.n, got, err, c.low, c.high)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 50_000).Draw(t, "n")
		share := rapid.OneOf(rapid.Just(0.0), rapid.Just(1.0), rapid.Float64Range(0, 1)).Draw(t, "share")
		i, err := Wilson(share, n, 0.95)
		if err != nil || !(i.High > i.Low) || !within(i, share) || i.Low < 0 || i.High > 1 {
			t.Errorf("%v of %d: %v, %v", share, n, i, err)
		}
	})
	for _, bad := range []float64{-0.01, 1.01, math.NaN(), math.Inf(1)} {
		if _, err := Wilson(bad, 10, 0.95); err == nil {
			t.Errorf("share %v: no error", bad)
		}
	}
	if _, err := Wilson(1, 0, 0.95); !errors.Is(err, ErrEmpty) {
		t.Errorf("no images: %v", err)
	}
}
