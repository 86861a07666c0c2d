package rank

import (
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gmnas/nasbench"
	"gmnas/nasbench/predictions"
	"gmnas/nasbench/space"
)

type correlations struct {
	K        int
	Kendall  float64 `json:"kendall_tau_b"`
	Spearman float64
	Inside   bool  `json:"cut_falls_inside_tie"`
	Members  []int `json:"member_table_index"`
	AllTied  struct {
		K        int
		Kendall  float64 `json:"kendall_tau_b"`
		Spearman float64
	} `json:"variant_keep_all_tied_at_cut"`
	Range struct {
		Kendall  []float64 `json:"kendall_tau_b"`
		Spearman []float64
	} `json:"range_over_200_random_tie_orders"`
}

type goldenFile struct {
	File string
	All  correlations
	Top2 correlations `json:"top_0.2_percent"`
	Top5 correlations `json:"top_0.5_percent"`
	Top1 correlations `json:"top_1_percent"`
	Four struct {
		N    int
		All  correlations
		Top2 correlations `json:"top_0.2_percent"`
		Top5 correlations `json:"top_0.5_percent"`
		Top1 correlations `json:"top_1_percent"`
	} `json:"no_none_4096"`
}

func readGolden(t *testing.T) []goldenFile {
	t.Helper()
	f, err := os.Open("testdata/g10_files.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var files []goldenFile
	if err := json.NewDecoder(z).Decode(&files); err != nil {
		t.Fatal(err)
	}
	return files
}

// near is 1e-9, beside the nine digits of the golden values.
func near(t *testing.T, what string, got *float64, want float64) {
	t.Helper()
	if got == nil || !(math.Abs(*got-want) <= 1e-9) {
		t.Errorf("%s: %v, want %.9g", what, deref(got), want)
	}
}

func deref(v *float64) any {
	if v == nil {
		return "none"
	}
	return *v
}

// TestGolden is case G10: the public predictions beside the table, over the whole space and without none, against scipy.
func TestGolden(t *testing.T) {
	folder := os.Getenv("GMNAS_DATA")
	if folder == "" {
		t.Skip("GMNAS_DATA is not set: the public prediction files and the table are not at hand")
	}
	table, err := nasbench.Find(folder)
	if err != nil {
		t.Skipf("no table: %v", err)
	}
	for _, g := range readGolden(t) {
		f, err := os.Open(filepath.Join(folder, "fewshot", g.File))
		if os.IsNotExist(err) {
			t.Skipf("%s is not in the data folder", g.File)
		}
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		list, err := predictions.Read(f)
		if err != nil {
			t.Fatal(err)
		}
		var all, four []Architecture
		for _, p := range list {
			v, err := table.Accuracy(nasbench.Query{Space: space.NB201, Architecture: p.Architecture, Dataset: nasbench.CIFAR10, Split: nasbench.Test, Epochs: 200})
			if err != nil {
				t.Fatal(err)
			}
			row, err := table.NATSIndex(space.NB201, p.Architecture)
			if err != nil {
				t.Fatal(err)
			}
			a := Architecture{Row: row, Predicted: p.Value, Truth: v.Accuracy}
			all = append(all, a)
			if _, err := space.NB201.Convert(p.Architecture, space.NB201NoNone); err == nil {
				four = append(four, a)
			}
		}
		if len(four) != g.Four.N {
			t.Errorf("%s: %d architectures without none, want %d", g.File, len(four), g.Four.N)
		}
		compare(t, g.File, all, g.All, g.Top2, g.Top5, g.Top1)
		compare(t, g.File+" without none", four, g.Four.All, g.Four.Top2, g.Four.Top5, g.Four.Top1)
	}
}

func compare(t *testing.T, name string, list []Architecture, whole correlations, tops ...correlations) {
	t.Helper()
	r, err := Rank(list, 1)
	if err != nil {
		t.Fatal(err)
	}
	near(t, name+", rho of all", r.All.Spearman, whole.Spearman)
	near(t, name+", tau of all", r.All.Kendall, whole.Kendall)
	for i, want := range tops {
		got := r.Tops[i]
		if len(got.Members) != want.K || got.InsideTie != want.Inside {
			t.Errorf("%s, top %v %%: %d members, cut inside a tie %v", name, got.Percent, len(got.Members), got.InsideTie)
		}
		for k, row := range want.Members {
			if got.Members[k].Row != row {
				t.Errorf("%s, top %v %%: member %d is %d, want %d", name, got.Percent, k, got.Members[k].Row, row)
				break
			}
		}
		near(t, name+", rho", got.Correlation.Spearman, want.Spearman)
		near(t, name+", tau", got.Correlation.Kendall, want.Kendall)
		if want.AllTied.K == 0 {
			continue
		}
		if got.AllTied.N != want.AllTied.K {
			t.Errorf("%s, top %v %%: %d with all ties, want %d", name, got.Percent, got.AllTied.N, want.AllTied.K)
		}
		near(t, name+", rho with all ties", got.AllTied.Spearman, want.AllTied.Spearman)
		near(t, name+", tau with all ties", got.AllTied.Kendall, want.AllTied.Kendall)
		// Few choices are possible, so 200 random ones meet the extremes.
		near(t, name+", lowest rho", &got.Spearman.Low, want.Range.Spearman[0])
		near(t, name+", highest rho", &got.Spearman.High, want.Range.Spearman[1])
		near(t, name+", lowest tau", &got.Kendall.Low, want.Range.Kendall[0])
		near(t, name+", highest tau", &got.Kendall.High, want.Range.Kendall[1])
	}
}

// TestSizes are those of the paper's table and of the whole space (golden G10).
func TestSizes(t *testing.T) {
	for _, c := range []struct {
		n       int
		percent float64
		want    int
	}{{4096, 0.2, 8}, {4096, 0.5, 20}, {4096, 1, 41}, {15625, 0.2, 31}, {15625, 0.5, 78}, {15625, 1, 156}, {10, 0.2, 1}, {2, 1, 1}, {3, 200, 3}} {
		if got := Size(c.n, c.percent); got != c.want {
			t.Errorf("%v %% of %d: %d, want %d", c.percent, c.n, got, c.want)
		}
	}
}

// TestRankKnowsOnlyOrder: neither the order of the list nor a rising map of the predictions changes anything.
func TestRankKnowsOnlyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(100, 400).Draw(t, "n")
		list := make([]Architecture, n)
		for i := range list {
			list[i] = Architecture{Row: i, Predicted: float64(rapid.IntRange(0, 30).Draw(t, "x")), Truth: float64(rapid.IntRange(0, 30).Draw(t, "y"))}
		}
		other := slices.Clone(list)
		slices.Reverse(other)
		for i := range other {
			other[i].Predicted = math.Exp(other[i].Predicted / 10)
		}
		a, err := Rank(list, 7)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Rank(other, 7)
		if err != nil {
			t.Fatal(err)
		}
		same(t, a.All, b.All)
		for i := range a.Tops {
			same(t, a.Tops[i].Correlation, b.Tops[i].Correlation)
			same(t, a.Tops[i].AllTied, b.Tops[i].AllTied)
			top := a.Tops[i]
			if s := top.Correlation.Spearman; s != nil && !math.IsNaN(top.Spearman.Low) && top.InsideTie == false && (top.Spearman.Low != top.Spearman.High || top.Spearman.Low != *s) {
				t.Fatalf("no tie at the cut, yet a range %+v around %v", top.Spearman, *s)
			}
			if top.AllTied.N < len(top.Members) || top.InsideTie != (top.AllTied.N > len(top.Members)) {
				t.Fatalf("%d members, %d with ties, inside a tie %v", len(top.Members), top.AllTied.N, top.InsideTie)
			}
		}
	})
}

func same(t *rapid.T, a, b Correlation) {
	if a.N != b.N || (a.Spearman == nil) != (b.Spearman == nil) || a.Spearman != nil && (*a.Spearman != *b.Spearman || *a.Kendall != *b.Kendall) {
		t.Fatalf("%+v and %+v", a, b)
	}
}

func TestRefused(t *testing.T) {
	for name, list := range map[string][]Architecture{
		"none": nil, "one": {{Row: 1}}, "a row twice": {{Row: 1}, {Row: 1, Predicted: 2}},
		"NaN": {{Row: 1}, {Row: 2, Predicted: math.NaN()}}, "infinite": {{Row: 1}, {Row: 2, Truth: math.Inf(1)}},
	} {
		if _, err := Rank(list, 1); err == nil {
			t.Errorf("%s was ranked", name)
		}
	}
	constant, err := Rank([]Architecture{{Row: 1, Truth: 1}, {Row: 2, Truth: 2}}, 1)
	if err != nil || constant.All.Spearman != nil || constant.All.Why == "" {
		t.Errorf("equal predictions: %+v, %v", constant.All, err)
	}
}

func TestChance(t *testing.T) {
	// Of 2 pairs rho and tau are +1 or -1 alike; Spearman's variance for 8 is 1/7.
	if rho, tau := Chance(2); rho != 1 || math.Abs(tau-1) > 1e-12 {
		t.Errorf("%v, %v", rho, tau)
	}
	if rho, _ := Chance(8); math.Abs(rho*rho-1./7) > 1e-12 {
		t.Errorf("%v", rho)
	}
}
