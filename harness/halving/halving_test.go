package halving

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// from gives the candidates' accuracies, the same at every rung.
func from(accuracies ...float64) Accuracy {
	return func(candidate, rung int) (float64, bool) { return accuracies[candidate], true }
}

// TestPaperSchedule: 1,520 epochs for 8 candidates (spec.md section 4), and Few-Shot's 7 as if a dummy were the eighth.
func TestPaperSchedule(t *testing.T) {
	rungs := []int{30, 100, 600}
	for _, c := range []struct {
		accuracies []float64
		sizes      []int
		epochs     int
	}{
		{[]float64{1, 8, 3, 6, 5, 4, 7, 2}, []int{8, 4, 2}, 1520},
		{[]float64{1, 8, 3, 6, 5, 4, 7}, []int{7, 4, 2}, 1490},
		{[]float64{1, 2}, []int{2, 1, 1}, 30*2 + 570},
		{[]float64{1}, []int{1, 1, 1}, 600},
	} {
		course := Follow(len(c.accuracies), len(rungs), from(c.accuracies...))
		var sizes []int
		for _, p := range course.Pools {
			sizes = append(sizes, len(p))
		}
		if !slices.Equal(sizes, c.sizes) || course.Epochs(rungs) != c.epochs || !course.Decided {
			t.Errorf("%d candidates: pools of %v, %d epochs, want %v and %d", len(c.accuracies), sizes, course.Epochs(rungs), c.sizes, c.epochs)
		}
		if c.accuracies[course.Pick] != slices.Max(c.accuracies) {
			t.Errorf("%d candidates: %d was picked", len(c.accuracies), course.Pick)
		}
	}
}

func TestTiesAndDiverged(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		name       string
		accuracies []float64
		second     []int // pool of the second rung
		pick       int
	}{
		{"all equal", []float64{5, 5, 5, 5}, []int{0, 1}, 0},
		{"a tie at the cut goes to the earlier", []float64{9, 5, 7, 5, 7, 7}, []int{0, 2, 4}, 0},
		{"of the best, the earlier", []float64{1, 7, 7, 2}, []int{1, 2}, 1},
		{"one diverged", []float64{nan, 1, 2, 3}, []int{2, 3}, 3},
		{"diverged count in the size", []float64{nan, nan, nan, 3, 2}, []int{3, 4}, 3},
		{"one is left", []float64{nan, nan, 0, nan}, []int{2}, 2},
		{"accuracy 0 is one", []float64{nan, 0}, []int{1}, 1},
		{"all diverged", []float64{nan, nan}, nil, -1},
	} {
		course := Follow(len(c.accuracies), 3, from(c.accuracies...))
		var second []int
		if len(course.Pools) > 1 {
			second = course.Pools[1]
		}
		if !slices.Equal(second, c.second) || course.Pick != c.pick || !course.Decided {
			t.Errorf("%s: %+v, want %v and then %d", c.name, course, c.second, c.pick)
		}
	}
	late := func(candidate, rung int) (float64, bool) { // the best of the first rung diverges later
		if candidate == 1 && rung > 0 {
			return nan, true
		}
		return float64(candidate % 2), true
	}
	if course := Follow(4, 3, late); course.Pick != 3 || !reflect.DeepEqual(course.Pools, [][]int{{0, 1, 2, 3}, {1, 3}, {3}}) {
		t.Errorf("diverged at the second rung: %+v", course)
	}
}

// TestFollow: what isn't known stops the course and only that; the rest is as a plain sort has it.
func TestFollow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, rungs := rapid.IntRange(1, 9).Draw(t, "candidates"), rapid.IntRange(1, 4).Draw(t, "rungs")
		accuracies := make([][]float64, rungs)
		for r := range accuracies {
			accuracies[r] = rapid.SliceOfN(rapid.SampledFrom([]float64{1, 2, 3, 4, 5, math.NaN()}), n, n).Draw(t, "accuracies")
		}
		unknown := rapid.IntRange(0, rungs).Draw(t, "first unknown rung")
		asked := make([][]int, rungs)
		course := Follow(n, rungs, func(candidate, rung int) (float64, bool) {
			asked[rung] = append(asked[rung], candidate)
			return accuracies[rung][candidate], rung < unknown
		})
		for r, pool := range course.Pools {
			if !slices.Equal(asked[r], pool) {
				t.Fatalf("rung %d: asked for %v of pool %v", r, asked[r], pool)
			}
			if r == 0 {
				continue
			}
			for _, before := range course.Pools[r-1] {
				mine, stays := accuracies[r-1][before], slices.Contains(pool, before)
				if math.IsNaN(mine) && stays {
					t.Fatalf("rung %d keeps %d, which diverged", r, before)
				}
				ahead := 0
				for _, other := range course.Pools[r-1] {
					if a := accuracies[r-1][other]; a > mine || a == mine && other < before || math.IsNaN(mine) && !math.IsNaN(a) {
						ahead++
					}
				}
				if !math.IsNaN(mine) && stays != (ahead < (len(course.Pools[r-1])+1)/2) {
					t.Fatalf("rung %d: candidate %d with %d ahead stays: %v", r, before, ahead, stays)
				}
			}
		}
		if unknown < rungs && len(course.Pools) == unknown+1 && (course.Decided || course.Pick >= 0) {
			t.Fatalf("decided without rung %d: %+v", unknown, course)
		}
		if !course.Decided && len(course.Pools) != unknown+1 {
			t.Fatalf("stopped at %d pools, the first unknown rung is %d", len(course.Pools), unknown)
		}
	})
}
