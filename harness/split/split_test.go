package split

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"gmnas/harness/spec"

	"pgregory.net/rapid"
)

var byGradients = spec.Level{Edge: spec.EdgeCutCost, Partition: spec.PartitionMinCut, Groups: 2, Criterion: spec.CriterionCosine}

func TestLowestCutCostAndFirstEdgeWin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var candidates []EdgeDistances
		n := rapid.IntRange(2, 5).Draw(t, "n")
		for e := range rapid.IntRange(1, 6).Draw(t, "edges") {
			candidates = append(candidates, drawDistances(t, e, n))
		}
		got, err := Decide(byGradients, candidates, nil)
		if err != nil {
			t.Fatal(err)
		}
		for k, c := range got.Candidates {
			chosen := got.Candidates[got.Edge]
			if c.CutCost < chosen.CutCost || c.CutCost == chosen.CutCost && k < got.Edge {
				t.Fatalf("edge %d of cost %v chosen over edge %d of cost %v", got.Edge, chosen.CutCost, k, c.CutCost)
			}
			if c.Score > chosen.Score {
				t.Fatalf("edge %d has a larger distance sum than the chosen edge %d", k, got.Edge)
			}
		}
		checkPartition(t, got.Groups, candidates[0].Operations, 2)
	})
}

// With 4 and 7 operations, the sums over 4 and 12 cut pairs can't be compared (spec.md row 24).
func TestEdgesWithOtherOperationCountsAreComparedByPair(t *testing.T) {
	small, large := flat(4, 0.5), flat(7, 0.75)
	small.Edge, large.Edge = 0, 1
	got, err := Decide(byGradients, []EdgeDistances{small, large}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.Candidates[0].CutCost >= got.Candidates[1].CutCost {
		t.Fatalf("the sums %v and %v don't tell the cases apart", got.Candidates[0].CutCost, got.Candidates[1].CutCost)
	}
	if got.Edge != 1 {
		t.Errorf("edge %d, want 1, whose operations are farther apart", got.Edge)
	}
}

func TestWithoutGradients(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 7).Draw(t, "n")
		level := spec.Level{Edge: spec.EdgeRandom, Partition: spec.PartitionRandom, Groups: rapid.IntRange(2, n).Draw(t, "groups")}
		if rapid.Bool().Draw(t, "exhaustive") {
			level.Partition, level.Groups = spec.PartitionExhaustive, n
		}
		var candidates []EdgeDistances
		for _, e := range []int{1, 4, 5} {
			candidates = append(candidates, EdgeDistances{Edge: e, Operations: flat(n, 0).Operations})
		}
		seed := rapid.Uint64().Draw(t, "seed")
		got, err := Decide(level, candidates, rand.New(rand.NewPCG(seed, 0)))
		if err != nil {
			t.Fatal(err)
		}
		again, err := Decide(level, candidates, rand.New(rand.NewPCG(seed, 0)))
		if err != nil || !reflect.DeepEqual(got, again) {
			t.Fatalf("same source, other split: %v and %v, %v", got, again, err)
		}
		if got.Candidates != nil {
			t.Fatalf("candidates %v on record, none was measured", got.Candidates)
		}
		checkPartition(t, got.Groups, candidates[0].Operations, level.Groups)
		for k, g := range got.Groups[:level.Groups-1] {
			if len(g) != n/level.Groups {
				t.Fatalf("group %d of %v has %d operations, want %d", k, got.Groups, len(g), n/level.Groups)
			}
		}
	})
}

func TestRandomEdgesAndPartitionsAllOccur(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	level := spec.Level{Edge: spec.EdgeRandom, Partition: spec.PartitionRandom, Groups: 2}
	edges, pairs := map[int]bool{}, map[[2]int]bool{}
	for range 500 {
		got, err := Decide(level, []EdgeDistances{
			{Edge: 2, Operations: []int{0, 1, 2, 3, 4}}, {Edge: 3, Operations: []int{0, 1, 2, 3, 4}}}, rng)
		if err != nil {
			t.Fatal(err)
		}
		edges[got.Edge] = true
		pairs[[2]int(got.Groups[0])] = true
	}
	if len(edges) != 2 || len(pairs) != 10 {
		t.Errorf("%d edges and %d pairs in 500 draws, want 2 and 10", len(edges), len(pairs))
	}
}

// A random edge with a partition by gradients (the paper's section 5.1) needs gradients of that edge only.
func TestRandomEdgeWithMinCut(t *testing.T) {
	level := byGradients
	level.Edge = spec.EdgeRandom
	rng := rand.New(rand.NewPCG(3, 4))
	seen := map[int]bool{}
	for range 200 {
		edges, err := Narrow(level, []int{0, 2, 5}, rng)
		if err != nil || len(edges) != 1 {
			t.Fatalf("got %v, %v; want one edge", edges, err)
		}
		seen[edges[0]] = true
		e := flat(5, 1)
		e.Edge = edges[0]
		got, err := Decide(level, []EdgeDistances{e}, rng)
		if err != nil || got.Edge != edges[0] || len(got.Candidates) != 1 {
			t.Fatalf("got %+v, %v; want edge %d", got, err, edges[0])
		}
	}
	if len(seen) != 3 {
		t.Errorf("200 draws took edges %v, want all of 0, 2, 5", seen)
	}
	if edges, err := Narrow(byGradients, []int{0, 2, 5}, nil); err != nil || len(edges) != 3 {
		t.Errorf("by cut cost: got %v, %v; want all edges", edges, err)
	}
}

func TestCutCostEdgeWithExhaustivePartition(t *testing.T) {
	level := byGradients
	level.Partition, level.Groups = spec.PartitionExhaustive, 4
	near, far := flat(4, 0.25), flat(4, 0.5)
	far.Edge = 1
	got, err := Decide(level, []EdgeDistances{near, far}, nil)
	if err != nil || got.Edge != 1 || len(got.Groups) != 4 {
		t.Errorf("got %+v, %v; want edge 1 in 4 groups", got, err)
	}
}

func TestDecideRefuses(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	random := spec.Level{Edge: spec.EdgeRandom, Partition: spec.PartitionRandom, Groups: 9}
	other := byGradients
	other.Criterion = "manhattan"
	odd := spec.Level{Edge: spec.EdgeRandom, Partition: "halves", Groups: 2}
	for _, c := range []struct {
		level      spec.Level
		candidates []EdgeDistances
		rng        *rand.Rand
		want       string
	}{
		{byGradients, nil, rng, "every edge of the supernet is split already"},
		{random, []EdgeDistances{flat(4, 1)}, nil, "needs a random source"},
		{random, []EdgeDistances{flat(4, 1)}, rng, "9 groups for 4 operations: use 2 to 4"},
		{other, []EdgeDistances{flat(4, 1)}, rng, `unknown criterion "manhattan": use cosine, l2, per-filter-cosine`},
		{odd, []EdgeDistances{flat(4, 1)}, rng, `unknown partition "halves"`},
	} {
		got, err := Decide(c.level, c.candidates, c.rng)
		if err == nil || !strings.Contains(err.Error(), c.want) || got.Groups != nil {
			t.Errorf("got %v, %v; want an error with %q", got.Groups, err, c.want)
		}
	}
}
