package stat

import (
	"errors"
	"math"
	"testing"
)

// TestPairedAny is exact up to 20 pairs, and near what is exact beyond: of 30 equal differences all signs but two agree
// less, and the sum of 24 differences of +-1 is binomial.
func TestPairedAny(t *testing.T) {
	sample := func(n, negative int) (x, y map[int64]float64) {
		x, y = map[int64]float64{}, map[int64]float64{}
		for i := range n {
			x[int64(i)], y[int64(i)] = 2, 1
			if i < negative {
				y[int64(i)] = 3
			}
		}
		return x, y
	}
	x, y := sample(12, 3)
	exact, err := Paired(x, y)
	if any, anyErr := PairedAny(x, y); err != nil || anyErr != nil || any != exact {
		t.Errorf("12 pairs: %+v, want %+v (%v)", any, exact, anyErr)
	}
	x, y = sample(24, 7)
	got, err := PairedAny(x, y)
	want := 0.0 // 2 P(at most 7 of 24)
	for k, ways := 0, 1.0; k <= 7; k++ {
		want += 2 * ways / (1 << 24)
		ways *= float64(24-k) / float64(k+1)
	}
	if err != nil || math.Abs(got.P-want) > 0.004 || math.Abs(got.Mean-10./24) > 1e-12 || got.Pairs != 24 {
		t.Errorf("24 pairs: %+v, want p %.4f (%v)", got, want, err)
	}
	if again, _ := PairedAny(x, y); again != got {
		t.Error("another time, another p")
	}
	x, y = sample(30, 0)
	if got, _ := PairedAny(x, y); got.P > 1e-4 {
		t.Errorf("30 equal differences: p %v", got.P)
	}
	if _, err := PairedAny(map[int64]float64{1: 1}, map[int64]float64{2: 1}); !errors.Is(err, ErrEmpty) {
		t.Errorf("nothing in common: %v", err)
	}
}
