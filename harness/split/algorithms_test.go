package split

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gmnas/harness/spec"
)

// blocks has similarity high within {0, 3} and {1, 2, 4} and low across.
func blocks(high, low float64) [][]float64 {
	s := square(5)
	side := []int{0, 1, 1, 0, 1}
	for i := range s {
		for j := range s {
			s[i][j] = low
			if side[i] == side[j] {
				s[i][j] = high
			}
		}
	}
	return s
}

func TestAlgorithmsFindPlainBlocks(t *testing.T) {
	for _, a := range Algorithms() {
		for _, low := range []float64{0.1, 0, -0.3} {
			got, err := a.Part(blocks(0.9, low))
			if err != nil || !slices.Equal(got, []int{0, 1, 1, 0, 1}) {
				t.Errorf("%s with %v across: %v, %v", a.Name, low, got, err)
			}
		}
	}
}

// TestNcutLeavesOutAnOutlier: unlike the balanced cut, it may part one operation from four.
func TestNcutLeavesOutAnOutlier(t *testing.T) {
	s := square(5)
	for i := range s {
		for j := range s {
			s[i][j] = 0.9
			if (i == 2) != (j == 2) {
				s[i][j] = 0.01
			}
		}
	}
	for _, a := range Algorithms() {
		if got, err := a.Part(s); err != nil || !slices.Equal(got, []int{0, 0, 1, 0, 0}) {
			t.Errorf("%s: %v, %v, want operation 2 alone", a.Name, got, err)
		}
	}
}

// TestNamesDontMatter: renaming operations renames the groups, where one cut is clearly best.
func TestNamesDontMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		order := rapid.Permutation([]int{0, 1, 2, 3, 4}).Draw(t, "order")
		s, renamed := blocks(0.8, 0.2), square(5)
		for i := range s {
			for j := range s {
				renamed[i][j] = s[order[i]][order[j]]
			}
		}
		for _, a := range Algorithms() {
			want, _ := a.Part(s)
			got, err := a.Part(renamed)
			if err != nil {
				t.Fatal(err)
			}
			for i := range got {
				for j := range got {
					if (got[i] == got[j]) != (want[order[i]] == want[order[j]]) {
						t.Fatalf("%s: %v of %v renamed by %v", a.Name, got, want, order)
					}
				}
			}
		}
	})
}

func TestAlgorithmsRefuse(t *testing.T) {
	for name, s := range map[string][][]float64{
		"nothing":      nil,
		"one":          {{1}},
		"ragged":       {{1, 0}, {1}},
		"asymmetric":   {{1, 0.5}, {0.4, 1}},
		"not a number": {{1, math.NaN()}, {math.NaN(), 1}},
	} {
		for _, a := range Algorithms() {
			if got, err := a.Part(s); err == nil {
				t.Errorf("%s took %s: %v", a.Name, name, got)
			}
		}
	}
	if _, err := AlgorithmByName("by eye"); err == nil {
		t.Error("an unknown algorithm was found")
	}
}

func TestRank(t *testing.T) {
	distance := square(4)
	for i := range distance {
		for j := range distance {
			if i/2 != j/2 {
				distance[i][j] = 0.9
			} else if i != j {
				distance[i][j] = 0.1
			}
		}
	}
	candidates := []spec.EdgeCut{{Edge: 1, Operations: []int{0, 1, 2, 3}, Distance: distance}}
	for _, c := range []struct {
		groups [][]int
		within int
	}{{[][]int{{0, 1}, {2, 3}}, 1}, {[][]int{{0, 2}, {1, 3}}, 3}} {
		if within, all, err := Rank(Cosine, candidates, 1, c.groups); err != nil || within != c.within || all != 3 {
			t.Errorf("%v: %d of %d, %v, want %d of 3", c.groups, within, all, err, c.within)
		}
	}
	ragged := []spec.EdgeCut{{Edge: 1, Operations: []int{0, 1, 2, 3}, Distance: distance[:3]}}
	if _, _, err := Rank(Cosine, ragged, 1, [][]int{{0, 1}, {2, 3}}); err == nil {
		t.Error("a ragged matrix was ranked")
	}
	if _, err := Placement([][]float64{{1, 0}, {0}}, 2); err == nil {
		t.Error("ragged similarities were placed")
	}
	if _, _, err := Rank(Cosine, candidates, 2, [][]int{{0, 1}, {2, 3}}); err == nil {
		t.Error("an edge without distances was ranked")
	}
}

// TestPlacement compares with counts worked out by hand. Four operations, pairs {a,b} and {c,d} similar: the minimum
// cut is as cheap where the two high values lie on disjoint pairs, 3 of the 15 ways to place them.
func TestPlacement(t *testing.T) {
	four := square(4)
	for i := range four {
		for j := range four {
			if i/2 == j/2 {
				four[i][j] = 1
			}
		}
	}
	if p, err := Placement(four, 2); err != nil || math.Abs(p-3.0/15) > 1e-12 {
		t.Errorf("two pairs of four: %v, %v, want 0.2", p, err)
	}
	// Five operations in blocks of 2 and 3: the four high values must be an edge and a triangle apart from it, 10 of
	// the 210 ways to place them.
	if p, err := Placement(blocks(0.9, 0.1), 2); err != nil || math.Abs(p-10.0/210) > 1e-12 {
		t.Errorf("blocks of five: %v, %v, want %v", p, err, 10.0/210)
	}
	if p, err := Placement(square(5), 2); err != nil || p != 1 {
		t.Errorf("all alike: %v, %v, want 1", p, err)
	}
	if _, err := Placement(square(6), 2); err == nil {
		t.Error("six operations were placed")
	}
}

// TestPlacementCountsEveryOrder: what symmetry leaves out changes nothing.
func TestPlacementCountsEveryOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{2, 3, 4, 4, 4, 5} {
		matrix := square(n)
		var values []float64
		for i := range n {
			for j := range i {
				v := random.Float64()
				matrix[i][j], matrix[j][i] = v, v
				values = append(values, v)
			}
		}
		cheapest := func() float64 {
			best := math.Inf(1)
			for labels := range balanced(n, 2) {
				sum, pair := 0., 0
				for i := range n {
					for j := range i {
						if labels[i] != labels[j] {
							sum += values[pair]
						}
						pair++
					}
				}
				best = min(best, sum)
			}
			return best
		}
		limit, all, within := cheapest()+1e-12, 0, 0
		permute(values, 0, func() {
			all++
			if cheapest() <= limit {
				within++
			}
		})
		if p, err := Placement(matrix, 2); err != nil || math.Abs(p-float64(within)/float64(all)) > 1e-12 {
			t.Errorf("%d operations: %v, %v, want %d of %d", n, p, err, within, all)
		}
	}
}
