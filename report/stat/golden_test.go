package stat

import (
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"testing"
)

type golden struct {
	MannWhitney []struct {
		X, Y []float64
		Ux   float64 `json:"U_x"`
		P    float64 `json:"p_exact_two_sided"`
	} `json:"mann_whitney"`
	Holm []struct {
		P        []float64
		Adjusted []float64 `json:"holm_adjusted"`
	}
	Descriptive []struct {
		X      []float64
		N      int
		Mean   float64
		Std    float64 `json:"std_ddof1"`
		Median float64
		Low    float64 `json:"ci95_low"`
		High   float64 `json:"ci95_high"`
	}
	T []struct {
		DF  float64
		T95 float64 `json:"t_0975"`
		T99 float64 `json:"t_0995"`
	} `json:"t_quantiles"`
}

func readGolden(t *testing.T) golden {
	t.Helper()
	f, err := os.Open("testdata/g11_stats.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.NewDecoder(z).Decode(&g); err != nil {
		t.Fatal(err)
	}
	return g
}

// near compares with golden values, which are printed with nine significant digits.
func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-8*max(1, math.Abs(want))) {
		t.Errorf("%s = %.10g, want %.10g", what, got, want)
	}
}

// TestGolden compares with case G11: scipy and exact enumeration.
func TestGolden(t *testing.T) {
	g := readGolden(t)
	if len(g.MannWhitney) != 12 || len(g.Holm) != 3 || len(g.Descriptive) != 6 || len(g.T) != 10 {
		t.Fatalf("golden file holds %d, %d, %d, %d cases", len(g.MannWhitney), len(g.Holm), len(g.Descriptive), len(g.T))
	}
	for _, c := range g.MannWhitney {
		got, err := MannWhitney(NewSample(c.X), NewSample(c.Y))
		if err != nil {
			t.Fatal(err)
		}
		near(t, "U", got.U, c.Ux)
		near(t, "p", got.P, c.P)
	}
	for _, c := range g.Holm {
		got, err := Holm(c.P)
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			near(t, "adjusted p", got[i], c.Adjusted[i])
		}
	}
	for _, c := range g.Descriptive {
		s := NewSample(c.X)
		if s.N() != c.N {
			t.Errorf("n = %d, want %d", s.N(), c.N)
		}
		mean, _ := s.Mean()
		std, _ := s.Std()
		median, _ := s.Median()
		interval, err := TInterval(s, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "mean", mean, c.Mean)
		near(t, "std", std, c.Std)
		near(t, "median", median, c.Median)
		near(t, "low", interval.Low, c.Low)
		near(t, "high", interval.High, c.High)
	}
	for _, c := range g.T {
		near(t, "t quantile", TQuantile(c.DF, 0.975), c.T95)
		near(t, "t quantile", TQuantile(c.DF, 0.995), c.T99)
	}
}
