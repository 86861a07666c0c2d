package plan

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

// ranking is a paper-scale run on four operations whose leaves are ranked.
func ranking(levels ...spec.Level) spec.Run {
	r := oneShot(spec.RSPS, 50)
	r.Space, r.Derive, r.Restart, r.Levels = space.NB201NoNone.Name, spec.Derive{}, spec.RestartFinal, levels
	r.Rank = spec.Rank{Images: spec.RankOnTest, Records: 10_000, Batch: 64}
	return r
}

func rankingGM() spec.Run {
	level := gmDARTS().Levels[0]
	return ranking(level, level, level, level)
}

func rankingFewShot() spec.Run {
	level := spec.Level{Edge: spec.EdgeRandom, Partition: spec.PartitionExhaustive, Groups: 4}
	return ranking(level, level)
}

func pairing() spec.Run {
	r := oneShot(spec.RSPS, 0)
	r.Space, r.Derive = space.NB201NoNone.Name, spec.Derive{}
	r.Pairs, r.Pair = 3, spec.Pair{ProbeEpochs: 2, JointEpochs: 20, Similar: 0.7, Dissimilar: 0.3, Batches: 100}
	return r
}

// TestRankingCoversTheSpaceOnce holds for both ways to split of Table 7, whatever the splits decide: 16 leaves that end
// in a ranking, and each of the 4,096 architectures in one of them.
func TestRankingCoversTheSpaceOnce(t *testing.T) {
	for seed := range int64(4) {
		for name, run := range map[string]spec.Run{"gm": rankingGM(), "few-shot": rankingFewShot()} {
			tree := simulate(t, run, seed, store{}, oracle)
			if !tree.Complete || len(tree.Leaves) != 16 {
				t.Fatalf("%s: %d leaves, complete %v", name, len(tree.Leaves), tree.Complete)
			}
			seen := map[int]bool{}
			for _, l := range tree.Leaves {
				if l.Derive.Planned() || l.Evaluate.Planned() || l.Rank.Stage.Inputs[0] != l.Train.Key {
					t.Fatalf("%s leaf %s: %+v", name, l.Path, l)
				}
				for _, a := range l.Rank.Outcome.Rank.Architectures {
					if seen[a.Index] {
						t.Fatalf("%s: architecture %d is in two leaves", name, a.Index)
					}
					seen[a.Index] = true
				}
			}
			if len(seen) != space.NB201NoNone.Size() {
				t.Fatalf("%s: %d architectures, want 4096", name, len(seen))
			}
		}
	}
}

// TestRankingThatCannotBe blocks its leaf: recorded outcomes come from outside.
func TestRankingThatCannotBe(t *testing.T) {
	for name, spoil := range map[string]func(*spec.Outcome){
		"no payload":   func(o *spec.Outcome) { o.Rank = nil },
		"one missing":  func(o *spec.Outcome) { o.Rank.Architectures = o.Rank.Architectures[1:] },
		"another leaf": func(o *spec.Outcome) { o.Rank.Architectures[0].Index++ },
		"not percent":  func(o *spec.Outcome) { o.Rank.Architectures[3].Accuracy = 101 },
		"NaN":          func(o *spec.Outcome) { o.Rank.Architectures[3].Truth = math.NaN() },
	} {
		outcome := func(t testing.TB, s spec.Stage) spec.Outcome {
			o := oracle(t, s)
			if s.Rank != nil && strings.HasPrefix(s.Rank.Mask, "0/") {
				spoil(&o)
			}
			return o
		}
		run := ranking(spec.Level{Edge: spec.EdgeRandom, Partition: spec.PartitionExhaustive, Groups: 4})
		s, spoiled := store{}, 0
		for seed := range int64(20) {
			tree := simulate(t, run, seed, s, outcome)
			if slices.ContainsFunc(tree.Leaves, func(l Leaf) bool { return strings.HasPrefix(l.Mask, "0/") }) {
				spoiled++
				if tree.Complete || len(tree.Blocked) != 1 || !strings.Contains(tree.Blocked[0].Reason, "recorded ranking") {
					t.Errorf("%s: %+v", name, tree.Blocked)
				}
			}
		}
		if spoiled == 0 {
			t.Error("no seed splits edge 0")
		}
	}
}

// TestPairsAreSharedByCount: the first pairs of a longer run are those of a shorter one.
func TestPairsAreSharedByCount(t *testing.T) {
	few, many := pairing(), pairing()
	many.Pairs = 50
	s := store{}
	if tree := simulate(t, few, 1, s, oracle); !tree.Complete || len(tree.Pairs) != 3 || len(tree.Leaves)+len(tree.Nodes) != 0 {
		t.Fatalf("%+v", tree)
	}
	tree := expand(t, many, 1, s)
	if tree.Complete || len(tree.Ready) != 47 || !tree.Pairs[2].Done() || tree.Pairs[3].Done() {
		t.Errorf("%d stages ready of 50, 3 recorded", len(tree.Ready))
	}
	steps := 0
	for p := range tree.Steps() {
		if p.Place != "pair "+string(rune('0'+steps)) && steps < 10 {
			t.Errorf("step %d is at %q", steps, p.Place)
		}
		steps++
	}
	if steps != 50 {
		t.Errorf("%d steps", steps)
	}
}

func TestStepsAreAllStages(t *testing.T) {
	tree := simulate(t, gmDARTS(), 0, store{}, oracle)
	kinds := map[string]int{}
	done := map[spec.Key]bool{}
	for p := range tree.Steps() {
		for _, in := range p.Stage.Inputs {
			if !done[in] {
				t.Errorf("%s of %s before its input", p.Stage.Kind, p.Place)
			}
		}
		done[p.Key] = true
		kinds[p.Stage.Kind]++
	}
	if kinds[spec.KindTrain] != 3+4 || kinds[spec.KindSplit] != 3 || kinds[spec.KindDerive] != 4 || kinds[spec.KindEvaluate] != 4 {
		t.Errorf("%v", kinds)
	}
	first := 0
	for range tree.Steps() {
		first++
		break
	}
	if first != 1 {
		t.Error("a loop over the steps can't be left")
	}
}

func TestEndsAreValid(t *testing.T) {
	for name, run := range map[string]spec.Run{"gm": rankingGM(), "few-shot": rankingFewShot(), "pairs": pairing(),
		"bound": rankingGM().Bind(strings.Repeat("0f", 32), strings.Repeat("a0", 32))} {
		if err := ValidateRun(run); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, c := range []struct {
		base   spec.Run
		change func(*spec.Run)
		want   string
	}{
		{rankingGM(), func(r *spec.Run) { r.Rank.Images = "train" }, `Rank.Images "train": use "test" or "a-set"`},
		{rankingGM(), func(r *spec.Run) { r.Rank.Records = 10_001 }, "Rank.Records 10001: must be 2 to 10000"},
		{rankingGM(), func(r *spec.Run) { r.Rank.Batch = 1 }, "Rank.Batch 1: must be 2 to"},
		{rankingGM(), func(r *spec.Run) { r.Rank.Records, r.Rank.Batch = 129, 64 }, "Rank.Batch 64: leaves a last batch of one of 129 images"},
		{rankingGM(), func(r *spec.Run) { r.Rank.Hash = "x" }, "Rank.Hash"},
		{rankingGM(), func(r *spec.Run) { r.Rank.Images, r.Rank.Hash = spec.RankOnASet, strings.Repeat("a", 64) }, "must be empty, as the A-set is part of Data"},
		{rankingGM(), func(r *spec.Run) { r.Derive.Samples = 3 }, "Derive.Samples 3: must be 0 here"},
		{rankingGM(), func(r *spec.Run) { r.Pair.Batches = 3 }, "must be empty, as Pairs is 0"},
		{pairing(), func(r *spec.Run) { r.Pairs = -1 }, "Pairs -1: must be 0 to"},
		{pairing(), func(r *spec.Run) { r.SearchEpochs = 3 }, "SearchEpochs 3: must be 0 here"},
		{pairing(), func(r *spec.Run) { r.Levels = rankingGM().Levels }, "pairs have no partition tree"},
		{pairing(), func(r *spec.Run) { r.Pair.JointEpochs = 0 }, "Pair.JointEpochs 0: must be 1 to"},
		{pairing(), func(r *spec.Run) { r.Pair.Dissimilar = 0.8 }, "Pair.Dissimilar 0.8: must be a number from -1 to 0.7"},
		{pairing(), func(r *spec.Run) { r.Pair.Similar = math.NaN() }, "Pair.Similar NaN"},
		{pairing(), func(r *spec.Run) { r.Rank = rankingGM().Rank }, "must be empty, as pairs have no leaves"},
		{pairing(), func(r *spec.Run) { r.Method.Name = spec.SNAS }, `Method.Name "snas": use "rsps"`},
	} {
		run := c.base
		c.change(&run)
		if err := ValidateRun(run); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want it to say %q", err, c.want)
		}
	}
}

func TestWorkOfEnds(t *testing.T) {
	run := rankingGM()
	mask := space.NB201NoNone
	one := space.Full(mask)
	for e := range mask.Edges() {
		one = one.With(e, []int{0, 2}) // skip and conv3x3: three convolutions on average
	}
	got := work(t, spec.Stage{Kind: spec.KindRank, Rank: &spec.RankStage{Setup: run.Setup, Rank: run.Rank, Mask: one.String()}})
	about(t, "64 architectures ranked", got.FLOPs, 2*64*(fixed+3*conv3)*10_000)
	pairs := pairing()
	got = work(t, spec.Stage{Kind: spec.KindPair, Pair: &spec.PairStage{Setup: pairs.Setup, Pair: pairs.Pair}})
	if want := int64(18*(2*521+200) + 2*(20*521+200)); got.GradientEvaluations != want {
		t.Errorf("pairs: %d gradient evaluations, want %d", got.GradientEvaluations, want)
	}
}

// TestTextOfEnds: every setting of a ranking and of pairs is printed, and the stages are counted.
func TestTextOfEnds(t *testing.T) {
	for _, c := range []struct {
		run  spec.Run
		want []string
	}{
		{rankingFewShot(), []string{"Rank          Images=test Records=10000 Batch=64 Hash=-", "rank"}},
		{pairing(), []string{"Pair          ProbeEpochs=2 JointEpochs=20 Similar=0.7 Dissimilar=0.3 Batches=100", "Pairs         3", "pair"}},
	} {
		e := spec.Experiment{Label: "x", Space: c.run.Space, Seeds: []int64{0}, Rows: []spec.Row{{ID: "r", Kind: spec.RowRun, Runs: map[string]spec.Run{spec.Paper: c.run}}}}
		text, err := Text(e, spec.Paper, store{}.lookup, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range c.want {
			if !strings.Contains(text, w) {
				t.Errorf("no %q in\n%s", w, text)
			}
		}
	}
}
