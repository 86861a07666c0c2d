package split

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gmnas/harness/spec"

	"pgregory.net/rapid"
)

// drawDistances draws a symmetric matrix of n operations with values in quarters, which add up without rounding.
func drawDistances(t *rapid.T, edge, n int) EdgeDistances {
	e := EdgeDistances{Edge: edge, Distance: square(n)}
	for i := range n {
		e.Operations = append(e.Operations, i)
		for j := range i + 1 {
			d := float64(rapid.IntRange(0, 8).Draw(t, "quarters")) / 4
			e.Distance[i][j], e.Distance[j][i] = d, d
		}
	}
	return e
}

// allLabels lists every assignment of n things to groups, balanced or not.
func allLabels(n, groups int) [][]int {
	all := [][]int{{}}
	for range n {
		var longer [][]int
		for _, l := range all {
			for g := range groups {
				longer = append(longer, append(slices.Clone(l), g))
			}
		}
		all = longer
	}
	return all
}

func sizes(labels []int, groups int) []int {
	s := make([]int, groups)
	for _, l := range labels {
		s[l]++
	}
	return s
}

func TestCutIsTheCheapestOfAllBalancedPartitions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 7).Draw(t, "n")
		groups := rapid.IntRange(2, min(n, 5)).Draw(t, "groups")
		e := drawDistances(t, 0, n)
		cut, err := Cut(Cosine, e, groups)
		if err != nil {
			t.Fatal(err)
		}
		lowest := math.Inf(1)
		for _, labels := range allLabels(n, groups) {
			s := sizes(labels, groups)
			if slices.Max(s)-slices.Min(s) > 1 {
				continue
			}
			cost := 0.
			for i := range n {
				for j := range i {
					if labels[i] != labels[j] {
						cost += 1 - e.Distance[i][j]
					}
				}
			}
			lowest = min(lowest, cost)
		}
		if cut.CutCost != lowest {
			t.Fatalf("cost %v with %v, the cheapest is %v", cut.CutCost, cut.Groups, lowest)
		}
		if pairs := float64(crossPairs(cut.Groups)); cut.Score != pairs-cut.CutCost {
			t.Fatalf("score %v, want %v pairs - cost %v", cut.Score, pairs, cut.CutCost)
		}
		checkPartition(t, cut.Groups, e.Operations, groups)
	})
}

type fataler interface{ Fatalf(string, ...any) }

func checkPartition(t fataler, groups [][]int, operations []int, want int) {
	var all []int
	for _, g := range groups {
		if len(g) == 0 || !slices.IsSorted(g) {
			t.Fatalf("groups %v: want non-empty, ascending groups", groups)
		}
		all = append(all, g...)
	}
	slices.Sort(all)
	if len(groups) != want || !slices.Equal(all, operations) {
		t.Fatalf("groups %v: want %d groups of %v", groups, want, operations)
	}
}

func TestBalancedComesInLexicographicOrderAndOnce(t *testing.T) {
	for n := 2; n <= 8; n++ {
		for groups := 2; groups <= n; groups++ {
			var last []int
			count := int64(0)
			for labels := range balanced(n, groups) {
				if last != nil && slices.Compare(last, labels) >= 0 {
					t.Fatalf("n %d, %d groups: %v after %v", n, groups, labels, last)
				}
				s := sizes(labels, groups)
				if slices.Max(s)-slices.Min(s) > 1 {
					t.Fatalf("n %d, %d groups: %v isn't balanced", n, groups, labels)
				}
				last = slices.Clone(labels)
				count++
			}
			if want := Partitions(n, groups).Int64(); count != want {
				t.Errorf("n %d, %d groups: %d partitions, want %d", n, groups, count, want)
			}
		}
	}
}

func TestSizesAndOrderOfTwoGroups(t *testing.T) {
	for n, want := range map[int][]int{2: {1, 1}, 3: {1, 2}, 4: {2, 2}, 5: {2, 3}, 6: {3, 3}, 7: {3, 4}} {
		cut, err := Cut(Cosine, flat(n, 0.5), 2)
		if err != nil {
			t.Fatal(err)
		}
		if got := []int{len(cut.Groups[0]), len(cut.Groups[1])}; !slices.Equal(got, want) {
			t.Errorf("%d operations: sizes %v, want %v", n, got, want)
		}
	}
}

// flat has the same distance everywhere.
func flat(n int, d float64) EdgeDistances {
	e := EdgeDistances{Distance: square(n)}
	for i := range n {
		e.Operations = append(e.Operations, i)
		for j := range n {
			e.Distance[i][j] = d
		}
	}
	return e
}

func TestFirstMinimumWins(t *testing.T) {
	cut, err := Cut(Cosine, flat(5, 1), 2)
	if err != nil {
		t.Fatal(err)
	}
	if want := [][]int{{3, 4}, {0, 1, 2}}; !reflect.DeepEqual(cut.Groups, want) { // 00011
		t.Errorf("groups %v, want %v", cut.Groups, want)
	}
}

func TestCutRefuses(t *testing.T) {
	nan, lopsided, ragged := flat(4, 1), flat(4, 1), flat(4, 1)
	nan.Edge = 3
	nan.Distance[1][2], nan.Distance[2][1] = math.NaN(), math.NaN()
	lopsided.Distance[0][3] = 0.5
	ragged.Distance[2] = ragged.Distance[2][:1]
	for _, c := range []struct {
		name   string
		e      EdgeDistances
		groups int
		want   string
	}{
		{"one group", flat(4, 1), 1, "1 groups for 4 operations: use 2 to 4"},
		{"too many groups", flat(4, 1), 5, "5 groups for 4 operations: use 2 to 4"},
		{"too many partitions", flat(16, 1), 4, "2627625 balanced partitions"},
		{"NaN", nan, 2, "edge 3: distance of operations 1 and 2 is NaN"},
		{"asymmetric", lopsided, 2, "operations 0 and 3 is 0.5"},
		{"ragged", ragged, 2, "row of operation 2 has 1 entries"},
		{"no matrix", EdgeDistances{Operations: []int{0, 1}}, 2, "0 rows"},
	} {
		cut, err := Cut(Cosine, c.e, c.groups)
		if err == nil || !strings.Contains(err.Error(), c.want) || cut.Groups != nil {
			t.Errorf("%s: got %v, %v; want an error with %q", c.name, cut.Groups, err, c.want)
		}
	}
}

func TestEdgeWithoutGradientsHasNoGroups(t *testing.T) {
	e := flat(4, 1)
	e.ZeroNorm = []int{0, 1, 2, 3}
	cut, err := Cut(Cosine, e, 2)
	if err != nil || cut.Groups != nil {
		t.Fatalf("got %v, %v; want no groups and no error", cut.Groups, err)
	}
	level := spec.Level{Edge: spec.EdgeCutCost, Partition: spec.PartitionMinCut, Groups: 2, Criterion: spec.CriterionCosine}
	if _, err := Decide(level, []EdgeDistances{e}, nil); err == nil || !strings.Contains(err.Error(), "zero in every mini-batch on edges [0]") {
		t.Errorf("got %v, want an error about zero gradients", err)
	}
	other := flat(4, 0.25)
	other.Edge = 4
	got, err := Decide(level, []EdgeDistances{e, other}, nil)
	if err != nil || got.Edge != 4 || len(got.Candidates) != 2 {
		t.Errorf("got %+v, %v; want edge 4 and both candidates on record", got, err)
	}
}
