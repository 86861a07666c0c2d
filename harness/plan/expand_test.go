package plan

import (
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gmnas/harness/spec"
	"gmnas/nasbench/space"

	"pgregory.net/rapid"
)

func TestTreesGolden(t *testing.T) {
	all, none, release := gm(spec.SNAS, 15, 30), gm(spec.SNAS, 15, 30), gm(spec.SNAS, 15, 30)
	all.Restart, none.Restart, release.Schedule = spec.RestartAll, spec.RestartNone, spec.ScheduleTotal
	for name, run := range map[string]spec.Run{
		"oneshot-darts":      oneShot(spec.DARTS, 50),
		"fewshot-rsps":       fewShot(spec.RSPS, 50),
		"gm-darts":           gmDARTS(),
		"gm-snas":            gm(spec.SNAS, 15, 30),
		"gm-snas-no-restart": none,
		"gm-snas-all":        all,
		"gm-snas-total":      release,
	} {
		t.Run(name, func(t *testing.T) {
			tree := simulate(t, run, 3, store{}, oracle)
			golden(t, name, describe(expand(t, run, 3, store{}))+"\nin the end\n"+describe(tree))
			if !tree.Complete {
				t.Error("not complete")
			}
		})
	}
}

// supernetEpochs adds up the epochs of a tree, and those on the longest path.
func supernetEpochs(tree Tree) (total int) {
	for _, n := range tree.Nodes {
		if n.Train.Planned() {
			total += n.Train.Stage.Train.Epochs
		}
	}
	for _, l := range tree.Leaves {
		total += l.Train.Stage.Train.Epochs
	}
	return total
}

// TestEpochArithmetic is spec.md section 2.4.
func TestEpochArithmetic(t *testing.T) {
	single := gmDARTS()
	single.Levels = single.Levels[:1]
	triple := gmDARTS()
	triple.Levels = append(triple.Levels, triple.Levels[0])
	quads := gmDARTS()
	quads.Levels = quads.Levels[:1]
	quads.Levels[0].Groups = 4 // of 5 operations
	fourOps := fewShot(spec.DARTS, 30)
	fourOps.Space = space.NB201NoNone.Name
	fourOps.Levels[0].Groups = 4
	for name, c := range map[string]struct {
		run            spec.Run
		epochs, leaves int
	}{
		"gm darts":       {gmDARTS(), 165, 4},
		"gm snas":        {gm(spec.SNAS, 15, 30), 165, 4},
		"gm rsps":        {gm(spec.RSPS, 20, 50), 260, 4},
		"few-shot darts": {fewShot(spec.DARTS, 30), 150, 5},
		"few-shot rsps":  {fewShot(spec.RSPS, 50), 250, 5},
		"few-shot 4 ops": {fourOps, 120, 4},
		"one-shot":       {oneShot(spec.RSPS, 250), 250, 1},
		"four groups":    {quads, 15 + 4*30, 4},
		"one split":      {single, 15 + 2*30, 2},
		"three splits":   {triple, 15 + 2*15 + 4*15 + 8*30, 8},
	} {
		tree := simulate(t, c.run, 0, store{}, oracle)
		if got := supernetEpochs(tree); got != c.epochs || len(tree.Leaves) != c.leaves || !tree.Complete {
			t.Errorf("%s: %d epochs, %d leaves, complete %v; want %d, %d, true", name, got, len(tree.Leaves), tree.Complete, c.epochs, c.leaves)
		}
	}
}

func TestLeavesPartitionTheSpace(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		run := oneShot(spec.DARTS, 1)
		run.Restart = rapid.SampledFrom([]string{spec.RestartNone, spec.RestartFinal, spec.RestartAll}).Draw(rt, "restart")
		run.Space = rapid.SampledFrom([]string{space.NB201.Name, space.NB201NoNone.Name}).Draw(rt, "space")
		s, err := space.ByName(run.Space)
		if err != nil {
			rt.Fatal(err)
		}
		leaves := 1
		for range rapid.IntRange(1, 3).Draw(rt, "levels") {
			level := gmDARTS().Levels[0]
			level.WarmupEpochs = rapid.IntRange(0, 2).Draw(rt, "warm-up")
			level.Groups = rapid.IntRange(2, 3).Draw(rt, "groups")
			if rapid.Bool().Draw(rt, "random") {
				level = spec.Level{WarmupEpochs: level.WarmupEpochs, Edge: spec.EdgeRandom, Partition: spec.PartitionRandom, Groups: level.Groups}
			}
			leaves *= level.Groups
			run.Levels = append(run.Levels, level)
		}
		seed := rapid.Int64Range(0, 1000).Draw(rt, "seed")
		tree := simulate(t, run, seed, store{}, oracle)
		masks, known := tree.Masks()
		if !known || len(masks) != leaves {
			rt.Fatalf("%d leaves, known %v; want %d", len(masks), known, leaves)
		}
		size := 0
		for _, text := range masks {
			m, err := s.ParseMask(text)
			if err != nil {
				rt.Fatal(err)
			}
			size += s.SizeOf(m)
		}
		if size != s.Size() {
			rt.Fatalf("leaves have %d architectures together, the space has %d", size, s.Size())
		}
		paths := make([]string, len(tree.Leaves))
		for k, l := range tree.Leaves {
			paths[k] = l.Path
		}
		if !slices.IsSorted(paths) {
			rt.Fatalf("leaves come as %v", paths)
		}
		for _, l := range tree.Leaves {
			if !l.Train.Planned() { // its mask cuts every path: none alone on edges that matter
				continue
			}
			fresh := len(l.Train.Stage.Inputs) == 0
			if run.Restart != spec.RestartNone && !fresh {
				rt.Fatalf("leaf %s inherits though the run restarts", l.Path)
			}
			if l.Train.Stage.Train.AlphaFrozen {
				rt.Fatalf("leaf %s doesn't train alpha", l.Path)
			}
		}
	})
}

func TestPlanningIsDeterministicAndSeedsAreApart(t *testing.T) {
	run := gm(spec.SNAS, 15, 30)
	a, b := store{}, store{}
	one, two := simulate(t, run, 1, a, oracle), simulate(t, run, 1, b, oracle)
	if !reflect.DeepEqual(one, two) {
		t.Error("the same run and seed gave two trees")
	}
	shared, other := 0, store{}
	simulate(t, run, 2, other, oracle)
	for k, o := range other {
		if _, both := a[k]; both && o.Kind != spec.KindEvaluate {
			shared++
		}
	}
	if shared != 0 {
		t.Errorf("seeds 1 and 2 share %d stages that depend on the seed", shared)
	}
}

// TestWarmUpsAreShared: criteria differ only in how they split (the paper's Table 6).
func TestWarmUpsAreShared(t *testing.T) {
	first := expand(t, gmDARTS(), 0, store{}).Ready
	for _, criterion := range []string{spec.CriterionL2, spec.CriterionPerFilterCosine} {
		run := gmDARTS()
		for k := range run.Levels {
			run.Levels[k].Criterion = criterion
		}
		other := expand(t, run, 0, store{})
		if len(first) != 1 || len(other.Ready) != 1 || first[0].Key() != other.Ready[0].Key() {
			t.Errorf("%s warms up another root", criterion)
		}
		s := store{first[0].Key(): oracle(t, first[0])}
		if a, b := expand(t, gmDARTS(), 0, s).Ready, expand(t, run, 0, s).Ready; a[0].Key() == b[0].Key() {
			t.Errorf("%s splits by the same stage as cosine", criterion)
		}
	}
}

func TestEvaluationByTableHasNoSeed(t *testing.T) {
	run := oneShot(spec.DARTS, 1)
	tree := simulate(t, run, 7, store{}, oracle)
	if got := tree.Leaves[0].Evaluate.Stage.Seed; got != 0 {
		t.Errorf("by table: seed %d, want 0", got)
	}
	run.Evaluate = byTraining()
	tree = simulate(t, run, 7, store{}, oracle)
	if got := tree.Leaves[0].Evaluate.Stage.Seed; got != 7 {
		t.Errorf("by training: seed %d, want 7", got)
	}
}

func byTraining() spec.Evaluate {
	return spec.Evaluate{By: spec.ByTraining, Data: spec.Data{Set: "synthetic", Records: 4000, Pool: 2}, Test: 1000,
		Net: spec.Net{Channels: 8, Cells: 1}, Batch: 64, Epochs: 10,
		Weights: spec.Weights{LR: 0.025, Momentum: 0.9, WeightDecay: 5e-4, Clip: 5}}
}

func TestFailuresBlockOnlyTheirSubtree(t *testing.T) {
	for _, c := range []struct {
		name           string
		fails          func(spec.Stage) bool
		state          spec.State
		blocked, ended int // blocked paths, leaves with an evaluation
	}{
		{"root", func(s spec.Stage) bool {
			return s.Kind == spec.KindTrain && s.Train.FirstEpoch == 0 && s.Train.AlphaFrozen
		}, spec.Diverged, 1, 0},
		{"first child's split", func(s spec.Stage) bool { return s.Kind == spec.KindSplit && s.Split.Node == "0" }, spec.Failed, 1, 2},
		{"every derivation", func(s spec.Stage) bool { return s.Kind == spec.KindDerive }, spec.Failed, 4, 0},
	} {
		tree := simulate(t, gmDARTS(), 0, store{}, func(t testing.TB, s spec.Stage) spec.Outcome {
			o := oracle(t, s)
			if c.fails(s) {
				o.State, o.Error = c.state, "made to fail"
			}
			return o
		})
		ended := 0
		for _, l := range tree.Leaves {
			if l.Evaluate.Done() {
				ended++
			}
		}
		if len(tree.Blocked) != c.blocked || ended != c.ended || tree.Complete || len(tree.Ready) != 0 {
			t.Errorf("%s: %d blocked, %d leaves ended, complete %v, %d ready; want %d, %d, false, 0",
				c.name, len(tree.Blocked), ended, tree.Complete, len(tree.Ready), c.blocked, c.ended)
		}
		for _, b := range tree.Blocked {
			if b.State != c.state || b.Reason != "made to fail" || b.Key == "" {
				t.Errorf("%s: blocked by %+v", c.name, b)
			}
		}
	}
}

// TestLostOutcomesRunAgain: whichever outcome is lost, also one whose followers are all recorded, the tree isn't complete
// before it is there again.
func TestLostOutcomesRunAgain(t *testing.T) {
	whole := store{}
	tree := simulate(t, gmDARTS(), 0, whole, oracle)
	if !tree.Complete {
		t.Fatal("not complete")
	}
	for s := range tree.Steps() {
		some := maps.Clone(whole)
		delete(some, s.Key)
		lost, err := Expand(gmDARTS(), 0, some.lookup)
		if err != nil || lost.Complete || len(lost.Ready) != 1 || lost.Ready[0].Key() != s.Key {
			t.Errorf("without the %s of %s: complete %v, %d ready, %v", s.Stage.Kind, s.Place, lost.Complete, len(lost.Ready), err)
		}
	}
}

// TestImpossibleOutcomesAreRefused: outcomes come from a file.
func TestImpossibleOutcomesAreRefused(t *testing.T) {
	for want, change := range map[string]func(*spec.Outcome){
		"has no edge and groups":   func(o *spec.Outcome) { o.Split = nil },
		"edge 6 is not an unsplit": func(o *spec.Outcome) { o.Split = &spec.Splitting{Edge: 6} },
		"is no partition":          func(o *spec.Outcome) { o.Split = &spec.Splitting{Groups: [][]int{{0, 1}, {1, 2, 3, 4}}} },
		"[[0 1 2 3 4] []] is no":   func(o *spec.Outcome) { o.Split = &spec.Splitting{Groups: [][]int{{0, 1, 2, 3, 4}, {}}} },
		"[[0 1 2 3 -9] [4]] is no": func(o *spec.Outcome) { o.Split = &spec.Splitting{Groups: [][]int{{0, 1, 2, 3, -9}, {4}}} },
		"into 2 groups":            func(o *spec.Outcome) { o.Split = &spec.Splitting{Groups: [][]int{{0, 1}, {2}, {3, 4}}} },
	} {
		tree := simulate(t, gmDARTS(), 0, store{}, func(t testing.TB, s spec.Stage) spec.Outcome {
			o := oracle(t, s)
			if s.Kind == spec.KindSplit {
				change(&o)
			}
			return o
		})
		if len(tree.Blocked) != 1 || !strings.Contains(tree.Blocked[0].Reason, want) || len(tree.Leaves) != 0 {
			t.Errorf("%q: blocked %+v, %d leaves", want, tree.Blocked, len(tree.Leaves))
		}
		if _, known := tree.Masks(); known {
			t.Errorf("%q: leaves are said to be known", want)
		}
	}
	for want, d := range map[string]*spec.Derived{
		"has no architecture":                        nil,
		"recorded derivation":                        {Architecture: "|bogus~0|"},
		"supernet accuracy 1e+308, must be 0 to 100": {Architecture: "|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|", Accuracy: 1e308},
	} {
		tree := simulate(t, oneShot(spec.DARTS, 1), 0, store{}, func(t testing.TB, s spec.Stage) spec.Outcome {
			o := oracle(t, s)
			o.Derive = d
			return o
		})
		if len(tree.Blocked) != 1 || !strings.Contains(tree.Blocked[0].Reason, want) || tree.Complete {
			t.Errorf("%q: blocked %+v, complete %v", want, tree.Blocked, tree.Complete)
		}
	}
	for want, e := range map[string]*spec.Evaluated{
		"has no accuracies": nil,
		`"cifar10/test" has accuracy -0.5, must be 0 to 100`: {Accuracy: map[string]float64{"cifar10/valid": 9.71, "cifar10/test": -0.5}},
		`"cifar10/valid" has accuracy 1e+308, must be`:       {Accuracy: map[string]float64{"cifar10/valid": 1e308}},
	} {
		tree := simulate(t, oneShot(spec.DARTS, 1), 0, store{}, func(t testing.TB, s spec.Stage) spec.Outcome {
			o := oracle(t, s)
			if s.Kind == spec.KindEvaluate {
				o.Evaluate = e
			}
			return o
		})
		if len(tree.Blocked) != 1 || !strings.Contains(tree.Blocked[0].Reason, want) || tree.Complete {
			t.Errorf("%q: blocked %+v, complete %v", want, tree.Blocked, tree.Complete)
		}
	}
	foreign := simulate(t, gmDARTS(), 0, store{}, func(t testing.TB, s spec.Stage) spec.Outcome {
		o := oracle(t, s)
		if s.Kind == spec.KindDerive {
			o.Derive.Architecture = "|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|"
		}
		return o
	})
	if len(foreign.Blocked) != 3 { // exactly one leaf has it
		t.Errorf("an architecture of one leaf was accepted for %d others", 3-len(foreign.Blocked))
	}
}

// TestDisconnectedSupernetsAreBlocked: singletons on edges 0, 1 and 3 leave a leaf with none on all three.
func TestDisconnectedSupernetsAreBlocked(t *testing.T) {
	run := fewShot(spec.DARTS, 1)
	run.Levels = []spec.Level{run.Levels[0], run.Levels[0], run.Levels[0]}
	tree := simulate(t, run, 0, store{}, func(t testing.TB, s spec.Stage) spec.Outcome {
		o := oracle(t, s)
		if s.Kind == spec.KindSplit {
			o.Split = &spec.Splitting{Edge: []int{0, 1, 3}[len(s.Split.Node)], Groups: [][]int{{0}, {1}, {2}, {3}, {4}}}
		}
		return o
	})
	if len(tree.Blocked) != 1 || tree.Blocked[0].Path != "000" || !strings.Contains(tree.Blocked[0].Reason, "no connected architecture") {
		t.Fatalf("blocked %+v, want leaf 000", tree.Blocked)
	}
	if masks, known := tree.Masks(); !known || len(masks) != 125 || tree.Complete {
		t.Errorf("%d masks, known %v, complete %v; want 125, true, false", len(masks), known, tree.Complete)
	}
	if tree.Leaves[0].Train.Planned() || !tree.Leaves[1].Evaluate.Done() {
		t.Error("the blocked leaf trains or its neighbour doesn't end")
	}
}

func TestWarmUpsThatNothingReadsAreNotPlanned(t *testing.T) {
	random := spec.Level{WarmupEpochs: 15, Edge: spec.EdgeRandom, Partition: spec.PartitionRandom, Groups: 2}
	run := gmDARTS()
	run.Levels = []spec.Level{random, random}
	for restart, want := range map[string]int{spec.RestartFinal: 4 * 30, spec.RestartAll: 4 * 30, spec.RestartNone: 15 + 2*15 + 4*30} {
		run.Restart = restart
		tree := simulate(t, run, 0, store{}, oracle)
		if got := supernetEpochs(tree); got != want || !tree.Complete {
			t.Errorf("restart %s: %d epochs, want %d", restart, got, want)
		}
	}
	run.Restart, run.Levels[1] = spec.RestartFinal, gmDARTS().Levels[1]
	if got := supernetEpochs(simulate(t, run, 0, store{}, oracle)); got != 165 {
		t.Errorf("random, then gradients: %d epochs, want 165", got)
	}
}

// TestNoWarmUp: the sweep of Figure 2 begins at 0 epochs, where the initialised supernet is split.
func TestNoWarmUp(t *testing.T) {
	run := gm(spec.DARTS, 0, 30)
	tree := simulate(t, run, 0, store{}, oracle)
	if got := supernetEpochs(tree); got != 120 || !tree.Complete {
		t.Errorf("%d epochs, complete %v; want 120, true", got, tree.Complete)
	}
	for _, n := range tree.Nodes {
		if !n.Train.Planned() || !slices.Equal(n.Split.Stage.Inputs, []spec.Key{n.Train.Key}) {
			t.Errorf("node %q isn't split by the gradients of its weights", n.Path)
		}
	}
}

// TestTemperature is golden G6: E epochs, tau from 1 to 0.1.
func TestTemperature(t *testing.T) {
	run := gm(spec.SNAS, 15, 30)
	for epoch, want := range map[int]float64{0: 1, 1: 0.985, 15: 0.775, 30: 0.55, 59: 0.115, 60: 0.1, 70: 0.1} {
		if got := temperature(run, position{epoch: epoch}); math.Abs(got-want) > 1e-8 {
			t.Errorf("epoch %d of 60: %v, want %v", epoch, got, want)
		}
	}
	if got := temperature(gmDARTS(), position{epoch: 3}); got != 0 {
		t.Errorf("darts has temperature %v", got)
	}
}

func TestInvalidRunsAreNotPlanned(t *testing.T) {
	run := gmDARTS()
	run.Batch = 1
	if _, err := Expand(run, 0, store{}.lookup); err == nil || !strings.Contains(err.Error(), "Batch 1") {
		t.Errorf("got %v, want an error about the batch", err)
	}
}

func TestNull(t *testing.T) {
	full := space.Full(space.NB201).String()
	stages, err := Null(space.NB201.Name, spec.NullOf{Shots: 4, Draws: 100}, "abc", nil)
	if err != nil || len(stages) != 1 {
		t.Fatalf("got %d stages, %v; want 1", len(stages), err)
	}
	if n := stages[0].Null; !slices.Equal(n.Masks, []string{full, full, full, full}) || n.Table != "abc" || n.Draws != 100 || stages[0].Seed != 0 {
		t.Errorf("four random architectures: %+v, seed %d", n, stages[0].Seed)
	}
	s := store{}
	done := simulate(t, gmDARTS(), 0, s, oracle)
	trees := []Tree{expand(t, gmDARTS(), 1, store{}), done}
	stages, err = Null(space.NB201.Name, spec.NullOf{From: "gm+darts", Draws: 100}, "abc", trees)
	if err != nil || len(stages) != 1 {
		t.Fatalf("got %d stages, %v; want only that of the tree whose leaves are known", len(stages), err)
	}
	if masks, _ := done.Masks(); !slices.Equal(stages[0].Null.Masks, masks) {
		t.Errorf("masks %v, want %v", stages[0].Null.Masks, masks)
	}
	if _, err := Null("nasbench999", spec.NullOf{Shots: 1, Draws: 1}, "", nil); err == nil {
		t.Error("an unknown space was accepted")
	}
}
