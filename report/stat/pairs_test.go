package stat

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"math"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestRankGolden compares with case G10's small examples with ties: scipy.
func TestRankGolden(t *testing.T) {
	f, err := os.Open("testdata/g10_small.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var examples []struct {
		X, Y     []float64
		Kendall  float64   `json:"kendall_tau_b"`
		Spearman float64   `json:"spearman"`
		Ranks    []float64 `json:"average_ranks_x"`
	}
	if err := json.NewDecoder(z).Decode(&examples); err != nil {
		t.Fatal(err)
	}
	if len(examples) != 8 {
		t.Fatalf("%d examples, want 8", len(examples))
	}
	for _, e := range examples {
		p, err := NewPairs(e.X, e.Y)
		if err != nil {
			t.Fatal(err)
		}
		rho, err := p.Spearman()
		if err != nil {
			t.Fatal(err)
		}
		tau, err := p.KendallB()
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(rho-e.Spearman) > 1e-9 || math.Abs(tau-e.Kendall) > 1e-9 {
			t.Errorf("rho %.10f, tau %.10f, want %.10f, %.10f", rho, tau, e.Spearman, e.Kendall)
		}
	}
}

// values draws lists with many ties.
func values(t *rapid.T, n int, label string) []float64 {
	return rapid.SliceOfN(rapid.Map(rapid.IntRange(-5, 5), func(i int) float64 { return float64(i) / 3 }), n, n).Draw(t, label)
}

// TestKendallIsItsDefinition: n log n steps give what all pairs of pairs do, repeated pairs included.
func TestKendallIsItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 30).Draw(t, "n")
		x, y := values(t, n, "x"), values(t, n, "y")
		var balance, untiedX, untiedY float64
		for i := range n {
			for j := range i {
				sx, sy := sign(x[i]-x[j]), sign(y[i]-y[j])
				balance += sx * sy
				untiedX += sx * sx
				untiedY += sy * sy
			}
		}
		p, err := NewPairs(x, y)
		if err != nil {
			t.Fatal(err)
		}
		tau, err := p.KendallB()
		if untiedX == 0 || untiedY == 0 {
			if !errors.Is(err, ErrConstant) {
				t.Fatalf("constant side: %v, %v", tau, err)
			}
			return
		}
		if want := balance / math.Sqrt(untiedX*untiedY); err != nil || math.Abs(tau-want) > 1e-12 {
			t.Fatalf("tau %v, want %v (%v)", tau, want, err)
		}
	})
}

// TestSpearmanIsPearsonOfRanks: average ranks by counting, then the textbook formula.
func TestSpearmanIsPearsonOfRanks(t *testing.T) {
	rank := func(list []float64, v float64) float64 {
		below, equal := 0., 0.
		for _, w := range list {
			if w < v {
				below++
			} else if w == v {
				equal++
			}
		}
		return below + (equal+1)/2
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 30).Draw(t, "n")
		x, y := values(t, n, "x"), values(t, n, "y")
		middle := float64(n+1) / 2
		var xx, yy, xy float64
		for i := range n {
			dx, dy := rank(x, x[i])-middle, rank(y, y[i])-middle
			xx, yy, xy = xx+dx*dx, yy+dy*dy, xy+dx*dy
		}
		p, err := NewPairs(x, y)
		if err != nil {
			t.Fatal(err)
		}
		rho, err := p.Spearman()
		if xx == 0 || yy == 0 {
			if !errors.Is(err, ErrConstant) {
				t.Fatalf("constant side: %v, %v", rho, err)
			}
			return
		}
		if want := xy / math.Sqrt(xx*yy); err != nil || math.Abs(rho-want) > 1e-12 {
			t.Fatalf("rho %v, want %v (%v)", rho, want, err)
		}
	})
}

// TestRankCorrelationsKnowOnlyOrder: a rising map of a side changes nothing, a falling one the sign, an exchange of the
// sides and another order of the pairs nothing.
func TestRankCorrelationsKnowOnlyOrder(t *testing.T) {
	both := func(t *rapid.T, x, y []float64) (rho, tau float64) {
		p, err := NewPairs(x, y)
		if err != nil {
			t.Fatal(err)
		}
		if rho, err = p.Spearman(); errors.Is(err, ErrConstant) {
			t.Skip("constant")
		}
		tau, _ = p.KendallB()
		return rho, tau
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 40).Draw(t, "n")
		x, y := values(t, n, "x"), values(t, n, "y")
		rho, tau := both(t, x, y)
		for _, c := range []struct {
			name string
			x, y []float64
			sign float64
		}{
			{"rising", apply(x, math.Exp), y, 1}, {"falling", x, apply(y, func(v float64) float64 { return -v * v * v }), -1},
			{"exchanged", y, x, 1}, {"reversed", reversed(x), reversed(y), 1},
		} {
			r, k := both(t, c.x, c.y)
			if math.Abs(r-c.sign*rho) > 1e-12 || math.Abs(k-c.sign*tau) > 1e-12 {
				t.Fatalf("%s: %v, %v, want %v times %v, %v", c.name, r, k, c.sign, rho, tau)
			}
		}
		if r, k := both(t, x, x); math.Abs(r-1) > 1e-12 || math.Abs(k-1) > 1e-12 {
			t.Fatalf("with itself: %v, %v", r, k)
		}
	})
}

func within(i Interval, v float64) bool { return i.Low <= v && v <= i.High }

func TestRankBootstrap(t *testing.T) {
	x, y := make([]float64, 200), make([]float64, 200)
	for i := range x {
		x[i] = float64(i)
		y[i] = float64(i + (i*7919)%97)
	}
	p, err := NewPairs(x, y)
	if err != nil {
		t.Fatal(err)
	}
	rho, _ := p.Spearman()
	tau, _ := p.KendallB()
	a, err := BootstrapRanks([]Pairs{p}, nil, 0.95, 500, 1)
	if err != nil {
		t.Fatal(err)
	}
	if !within(a.Spearman, rho) || !within(a.Kendall, tau) || a.Spearman.High-a.Spearman.Low > 0.1 || a.Spearman.Low == a.Spearman.High {
		t.Errorf("%+v around %v and %v", a, rho, tau)
	}
	if b, _ := BootstrapRanks([]Pairs{p}, nil, 0.95, 500, 1); a != b {
		t.Error("the same seed gives other intervals")
	}
	if b, _ := BootstrapRanks([]Pairs{p}, nil, 0.95, 500, 2); a == b {
		t.Error("another seed gives the same intervals")
	}
	few, err := NewPairs([]float64{1, 2}, []float64{1, 2})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := BootstrapRanks([]Pairs{few}, nil, 0.95, 500, 1); err != nil && !errors.Is(err, ErrConstant) {
		t.Errorf("two pairs: %v", err)
	}
}

func TestPairsRefuse(t *testing.T) {
	for name, c := range map[string]struct {
		x, y []float64
		want error
	}{
		"none": {nil, nil, ErrEmpty}, "one": {[]float64{1}, []float64{2}, ErrSingle},
		"lengths": {[]float64{1, 2}, []float64{1}, nil}, "NaN": {[]float64{1, math.NaN()}, []float64{1, 2}, nil},
		"infinite": {[]float64{1, 2}, []float64{1, math.Inf(1)}, nil},
	} {
		if _, err := NewPairs(c.x, c.y); err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func sign(v float64) float64 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

func apply(list []float64, f func(float64) float64) []float64 {
	out := make([]float64, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}

func reversed(list []float64) []float64 {
	out := slices.Clone(list)
	slices.Reverse(out)
	return out
}

// TestBootstrapRanks: a side less itself straddles zero, a better side is above it, and rankings of other lengths don't
// compare.
func TestBootstrapRanks(t *testing.T) {
	side := func(noise, shift int) []Pairs {
		var list []Pairs
		for seed := range 4 {
			x, y := make([]float64, 120), make([]float64, 120)
			for i := range x {
				y[i] = float64(i)
				x[i] = float64(i + noise*((i*7919+seed*104729+shift)%97))
			}
			p, err := NewPairs(x, y)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, p)
		}
		return list
	}
	good, bad := side(1, 0), side(10, 5)
	difference, err := BootstrapRanks(good, bad, 0.95, 300, 1)
	if err != nil || !(difference.Spearman.Low > 0 && difference.Kendall.Low > 0) {
		t.Errorf("good less bad: %+v, %v", difference, err)
	}
	same, err := BootstrapRanks(good, good, 0.95, 300, 1)
	if err != nil || !within(same.Spearman, 0) || !within(same.Kendall, 0) {
		t.Errorf("good less good: %+v, %v", same, err)
	}
	mean, err := BootstrapRanks(good, nil, 0.95, 300, 1)
	if rho, _ := good[0].Spearman(); err != nil || math.Abs((mean.Spearman.Low+mean.Spearman.High)/2-rho) > 0.1 {
		t.Errorf("mean of good: %+v, %v; its first seed has %v", mean, err, rho)
	}
	short, err := NewPairs([]float64{1, 2, 3}, []float64{1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := BootstrapRanks(good, []Pairs{short}, 0.95, 300, 1); err == nil {
		t.Error("rankings of 120 and 3 things were compared")
	}
	if _, err := BootstrapRanks(nil, good, 0.95, 300, 1); !errors.Is(err, ErrEmpty) {
		t.Errorf("nothing: %v", err)
	}
}
