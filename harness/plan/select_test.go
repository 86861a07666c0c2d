package plan

import (
	"hash/fnv"
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

// retrained600 is spec.md section 5.4 with so many records held out.
func retrained600() spec.Retrain {
	return spec.Retrain{
		Data: spec.Data{Set: "cifar10", Records: 50_000, Pool: 1}, HeldOut: 5000, Test: 10_000,
		Net: spec.Net{Channels: 36, Cells: 20}, Batch: 96, Epochs: 600,
		Weights:  spec.Weights{LR: 0.025, Momentum: 0.9, WeightDecay: 3e-4, Clip: 5},
		DropPath: 0.2, Auxiliary: 0.4, Cutout: 16,
	}
}

// selecting is the paper's search in the DARTS space with a selection.
func selecting(rule string) spec.Run {
	run := inDARTS(spec.DARTS, 3)
	run.Method.Order = 1
	run.Retrain, run.Select = retrained600(), spec.Select{Rule: rule, Rungs: []int{30, 100, 600}}
	return run
}

// fewSelecting is Few-Shot's: seven leaves of one random edge.
func fewSelecting(rule string) spec.Run {
	run := selecting(rule)
	run.Levels = []spec.Level{{Edge: spec.EdgeRandom, Partition: spec.PartitionExhaustive, Groups: 7}}
	run.SearchEpochs = 20
	return run
}

// curve is a retraining whose last held-out accuracy is that.
func curve(s spec.Stage, accuracy float64) spec.Outcome {
	o := spec.Outcome{Key: s.Key(), Kind: s.Kind, State: spec.Done, Retrain: &spec.Retrained{Params: 1}}
	for e := s.Retrain.From; e < s.Retrain.To; e++ {
		o.Retrain.Curve = append(o.Retrain.Curve, spec.EpochPoint{Epoch: e, ValidAcc: accuracy})
	}
	return o
}

// judged gives each architecture an accuracy of its own, the same at every rung; architectures in bad diverge at that rung.
func judged(t testing.TB, s spec.Stage) spec.Outcome {
	if s.Retrain == nil {
		return oracle(t, s)
	}
	h := fnv.New32a()
	h.Write([]byte(s.Retrain.Architecture))
	return curve(s, float64(h.Sum32()%1000)/10)
}

// retrainings are a tree's stages of that kind, and the epochs that they train.
func retrainings(tree Tree) (keys []spec.Key, epochs int) {
	for _, l := range tree.Leaves {
		for _, s := range l.Retrain {
			keys = append(keys, s.Key)
			epochs += s.Stage.Retrain.To - s.Stage.Retrain.From
		}
	}
	return keys, epochs
}

// TestSelectionCosts: spec.md section 4's 1,520 epochs of 8 leaves, 1,490 of Few-Shot's 7, and 600 for each without halving.
func TestSelectionCosts(t *testing.T) {
	for name, c := range map[string]struct {
		run    spec.Run
		epochs int
		rungs  []int // of the leaves, sorted
	}{
		"gm":             {selecting(spec.SelectHalving), 1520, []int{1, 1, 1, 1, 2, 2, 3, 3}},
		"few-shot":       {fewSelecting(spec.SelectHalving), 1490, []int{1, 1, 1, 2, 2, 3, 3}},
		"gm, all":        {selecting(spec.SelectAll), 4800, []int{3, 3, 3, 3, 3, 3, 3, 3}},
		"few-shot, all":  {fewSelecting(spec.SelectAll), 4200, []int{3, 3, 3, 3, 3, 3, 3}},
		"no rung before": {func() spec.Run { r := selecting(spec.SelectHalving); r.Select.Rungs = []int{600}; return r }(), 4800, []int{1, 1, 1, 1, 1, 1, 1, 1}},
	} {
		tree := simulate(t, c.run, 0, store{}, judged)
		_, epochs := retrainings(tree)
		var rungs []int
		for _, l := range tree.Leaves {
			rungs = append(rungs, len(l.Retrain))
		}
		slices.Sort(rungs)
		if epochs != c.epochs || !slices.Equal(rungs, c.rungs) || !tree.Complete {
			t.Errorf("%s: %d epochs, rungs %v, complete %v; want %d, %v, true", name, epochs, rungs, tree.Complete, c.epochs, c.rungs)
		}
	}
	run := fewSelecting(spec.SelectHalving)
	if tree := simulate(t, run, 0, store{}, judged); supernetEpochs(tree) != 140 {
		t.Errorf("Few-Shot trains %d supernet epochs, want 140", supernetEpochs(tree))
	}
}

// drawn is the no-search null.
func drawn(architectures int, rule string) spec.Run {
	return spec.Run{Setup: spec.Setup{Space: space.DARTS.Name}, Random: architectures, Retrain: retrained600(), Select: spec.Select{Rule: rule, Rungs: []int{30, 100, 600}}}
}

// TestRandomArchitectures: nothing is searched; seeds draw others, and eight have the first seven's.
func TestRandomArchitectures(t *testing.T) {
	ran := store{}
	tree := simulate(t, drawn(8, spec.SelectHalving), 0, ran, judged)
	if _, epochs := retrainings(tree); epochs != 1520 || !tree.Complete || len(tree.Leaves) != 8 || len(ran) != len(tree.steps()) {
		t.Errorf("%d epochs, %d leaves, complete %v", epochs, len(tree.Leaves), tree.Complete)
	}
	of := func(tree Tree) (list []string) {
		for _, l := range tree.Leaves {
			list = append(list, l.Retrain[0].Stage.Retrain.Architecture)
		}
		return list
	}
	eight, seven, other := of(tree), of(expand(t, drawn(7, spec.SelectAll), 0, store{})), of(expand(t, drawn(8, spec.SelectAll), 1, store{}))
	if !slices.Equal(eight[:7], seven) || slices.ContainsFunc(other, func(a string) bool { return slices.Contains(eight, a) }) || len(slices.Compact(slices.Sorted(slices.Values(eight)))) != 8 {
		t.Errorf("%v\n%v\n%v", eight, seven, other)
	}
}

// TestSelectionsShare: what halving trains, training all of them trains too, under the same keys.
func TestSelectionsShare(t *testing.T) {
	ran := store{}
	all := simulate(t, selecting(spec.SelectAll), 0, ran, judged)
	halved := expand(t, selecting(spec.SelectHalving), 0, ran)
	if !halved.Complete || len(halved.Ready) != 0 {
		t.Fatal("halving needs more than all have trained")
	}
	have, _ := retrainings(all)
	keys, _ := retrainings(halved)
	for _, k := range keys {
		if !slices.Contains(have, k) {
			t.Errorf("stage %s is halving's alone", k.Short())
		}
	}
	for _, l := range halved.Leaves {
		for rung, s := range l.Retrain {
			var inputs []spec.Key
			if rung > 0 {
				inputs = []spec.Key{l.Retrain[rung-1].Key}
			}
			if !slices.Equal(s.Stage.Inputs, inputs) || s.Stage.Retrain.From != []int{0, 30, 100}[rung] {
				t.Errorf("leaf %s rung %d goes on from epoch %d of %v", l.Path, rung, s.Stage.Retrain.From, s.Stage.Inputs)
			}
		}
	}
}

// TestOrderOfOutcomesDoesNotMatter: in whatever order stages end, the tree that comes of it is the same, and no stage is
// asked for that another order doesn't ask for.
func TestOrderOfOutcomesDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		run := fewSelecting(rapid.SampledFrom([]string{spec.SelectHalving, spec.SelectAll}).Draw(rt, "rule"))
		run.Select.Rungs, run.Retrain.Epochs = []int{1, 2, 3}, 3
		accuracies := rapid.SliceOfN(rapid.SampledFrom([]float64{10, 20, 30, math.NaN()}), 21, 21).Draw(rt, "accuracies")
		places := map[string]int{}
		outcome := func(t testing.TB, s spec.Stage) spec.Outcome {
			if s.Retrain == nil {
				return oracle(t, s)
			}
			place := places[s.Retrain.Architecture]
			accuracy := accuracies[3*place+slices.Index(run.Select.Rungs, s.Retrain.To)]
			if math.IsNaN(accuracy) {
				return spec.Outcome{Key: s.Key(), Kind: s.Kind, State: spec.Diverged, Error: "loss is NaN"}
			}
			return curve(s, accuracy)
		}
		search, searched := run, store{}
		search.Retrain, search.Select = spec.Retrain{}, spec.Select{}
		for k, l := range simulate(t, search, 0, searched, oracle).Leaves {
			places[l.Derive.Outcome.Derive.Architecture] = k
		}
		want := simulate(t, run, 0, store{}, outcome)
		ran := maps.Clone(searched)
		for k, o := range ran {
			if o.Kind == spec.KindDerive && rapid.Bool().Draw(rt, "derives later") {
				delete(ran, k)
			}
		}
		for {
			tree := expand(t, run, 0, ran)
			if len(tree.Ready) == 0 {
				if !reflect.DeepEqual(tree, want) {
					rt.Fatalf("%s\nin another order\n%s", describe(want), describe(tree))
				}
				if len(ran) != len(tree.steps()) {
					rt.Fatalf("%d stages ran, the tree has %d", len(ran), len(tree.steps()))
				}
				return
			}
			s := tree.Ready[rapid.IntRange(0, len(tree.Ready)-1).Draw(rt, "next")]
			ran[s.Key()] = outcome(t, s)
		}
	})
}

// steps are the keys of a tree's stages.
func (t Tree) steps() map[spec.Key]bool {
	keys := map[spec.Key]bool{}
	for s := range t.Steps() {
		keys[s.Key] = true
	}
	return keys
}

// TestDivergedAndFailedCandidates: one that diverged is the worst, one that failed is waited for.
func TestDivergedAndFailedCandidates(t *testing.T) {
	run := selecting(spec.SelectHalving)
	best := ""
	clean := simulate(t, run, 0, store{}, judged)
	for _, l := range clean.Leaves {
		if len(l.Retrain) == 3 && best == "" {
			best = l.Derive.Outcome.Derive.Architecture
		}
	}
	with := func(state spec.State, all bool) func(testing.TB, spec.Stage) spec.Outcome {
		return func(t testing.TB, s spec.Stage) spec.Outcome {
			o := judged(t, s)
			if s.Retrain != nil && s.Retrain.To == 30 && (all || s.Retrain.Architecture == best) {
				o.State, o.Error, o.Retrain = state, "it went wrong", nil
			}
			return o
		}
	}
	tree := simulate(t, run, 0, store{}, with(spec.Diverged, false))
	if _, epochs := retrainings(tree); !tree.Complete || epochs != 1520 || len(tree.Blocked) != 0 {
		t.Errorf("one diverged: complete %v, %d epochs, blocked %+v", tree.Complete, epochs, tree.Blocked)
	}
	ran := store{}
	tree = simulate(t, run, 0, ran, with(spec.Failed, false))
	if _, epochs := retrainings(tree); tree.Complete || epochs != 8*30 || len(tree.Blocked) != 1 || tree.Blocked[0].State != spec.Failed {
		t.Errorf("one failed: complete %v, %d epochs, blocked %+v", tree.Complete, epochs, tree.Blocked)
	}
	for k, o := range ran {
		if o.State == spec.Failed {
			delete(ran, k)
		}
	}
	if again := simulate(t, run, 0, ran, judged); !reflect.DeepEqual(again, clean) {
		t.Errorf("after the failed one ran again:\n%s, want\n%s", describe(again), describe(clean))
	}
	for _, rule := range []string{spec.SelectHalving, spec.SelectAll} {
		tree = simulate(t, selecting(rule), 0, store{}, with(spec.Diverged, true))
		if tree.Complete || len(tree.Blocked) != 1 || tree.Blocked[0].State != spec.Diverged || !strings.Contains(tree.Blocked[0].Reason, "every architecture") {
			t.Errorf("%s, all diverged: complete %v, blocked %+v", rule, tree.Complete, tree.Blocked)
		}
	}
}

// TestDamagedRetrainingsAreRefused: outcomes come from outside.
func TestDamagedRetrainingsAreRefused(t *testing.T) {
	for want, damage := range map[string]func(*spec.Retrained){
		"doesn't have the 30 epochs from 0 to 30":   func(r *spec.Retrained) { r.Curve = r.Curve[:29] },
		"epoch 7 stands where 3 should":             func(r *spec.Retrained) { r.Curve[3].Epoch = 7 },
		"accuracy 101 after epoch 29, must be 0 to": func(r *spec.Retrained) { r.Curve[29].ValidAcc = 101 },
		"accuracy NaN after epoch 5":                func(r *spec.Retrained) { r.Curve[5].TestAcc = math.NaN() },
	} {
		run := selecting(spec.SelectHalving)
		tree := simulate(t, run, 0, store{}, func(t testing.TB, s spec.Stage) spec.Outcome {
			o := judged(t, s)
			if s.Retrain != nil {
				damage(o.Retrain)
			}
			return o
		})
		if tree.Complete || len(tree.Blocked) != 8 || !strings.Contains(tree.Blocked[0].Reason, want) {
			t.Errorf("complete %v, blocked %+v\nwant %q", tree.Complete, tree.Blocked, want)
		}
	}
}

// TestDARTSWork compares with issue 6: 20 PFLOP for a first-order GM search, 103 PFLOP for a retraining on all images,
// whose passes of test images aren't in it.
func TestDARTSWork(t *testing.T) {
	items, _, err := forecast(selecting(spec.SelectHalving), 0, store{}.lookup)
	if err != nil {
		t.Fatal(err)
	}
	search, again := 0., 0
	for _, i := range items {
		if i.kind == spec.KindRetrain {
			again += i.again
		} else {
			search += i.cost.FLOPs
		}
	}
	if search < 19e15 || search > 21e15 || again != 1520 {
		t.Errorf("a search takes %s, a selection %d epochs; want 20 PFLOP and 1,520", flop(search), again)
	}
	stage := spec.RetrainStage{Retrain: retrained600(), Space: space.DARTS.Name, Architecture: gmDARTS1, To: 600}
	stage.HeldOut, stage.Test, stage.Auxiliary = 0, 0, 0
	if cost, err := Work(spec.Stage{Retrain: &stage}); err != nil || math.Abs(cost.FLOPs-102.9e15) > 0.1e15 {
		t.Errorf("a retraining: %+v, %v; want 103 PFLOP", cost, err)
	}
}

func TestRetrainProblems(t *testing.T) {
	replay := func() spec.Run {
		return spec.Run{Setup: spec.Setup{Space: space.DARTS.Name}, Replay: spec.Replay{Curves: spec.CurvesRandom, Pool: 8, Pools: 10, Score: spec.ScorePlain, Rungs: []int{30, 100, 600}}}
	}
	random := func() spec.Run { return drawn(8, spec.SelectHalving) }
	for _, run := range []spec.Run{selecting(spec.SelectAll), fewSelecting(spec.SelectHalving), replay(), random()} {
		if err := ValidateRun(run); err != nil {
			t.Error(err)
		}
	}
	type change = func(*spec.Run)
	for _, c := range []struct {
		base   spec.Run
		change change
		want   string
	}{
		{selecting(spec.SelectAll), func(r *spec.Run) { r.Retrain = spec.Retrain{} }, "must be empty, as nothing is retrained"},
		{gmDARTS(), func(r *spec.Run) { r.Retrain = retrained600() }, "Retrain is set: only architectures of darts are retrained; those of nasbench201 are evaluated"},
		{selecting(spec.SelectAll), func(r *spec.Run) { r.Select.Rule = "best" }, `Select.Rule "best": use "all" or "successive-halving"`},
		{selecting(spec.SelectAll), func(r *spec.Run) { r.Select.Rungs = nil }, "Select.Rungs none: give the epochs"},
		{selecting(spec.SelectAll), func(r *spec.Run) { r.Select.Rungs = []int{30, 100} }, "Select.Rungs [30 100]: must end at the last epoch of the retraining, 600"},
		{selecting(spec.SelectAll), func(r *spec.Run) { r.Select.Rungs = []int{100, 30, 600} }, "Select.Rungs [100 30 600]: must grow"},
		{selecting(spec.SelectAll), func(r *spec.Run) { r.Select.Rungs = []int{0, 600} }, "Select.Rungs [0 600]: must grow, from 1"},
		{selecting(spec.SelectAll), func(r *spec.Run) { r.Select.Rungs = []int{600, 600} }, "Select.Rungs [600 600]: must grow"},
		{selecting(spec.SelectAll), func(r *spec.Run) { r.Retrain.Data.Set = "mnist" }, `Retrain.Data.Set "mnist": unknown image set`},
		{selecting(spec.SelectAll), func(r *spec.Run) { r.Retrain.Data.Records = 50_001 }, "Retrain.Data.Records 50001: must be 4 to 50000"},
		{selecting(spec.SelectAll), func(r *spec.Run) { r.Retrain.Data.Hash = "x" }, `Retrain.Data.Hash "x"`},
		{selecting(spec.SelectAll), func(r *spec.Run) { r.Retrain.HeldOut = 0 }, "Retrain.HeldOut 0: must be 1 to 49998"},
		{selecting(spec.SelectAll), func(r *spec.Run) { r.Retrain.HeldOut = 50_000 }, "Retrain.HeldOut 50000: must be"},
		{selecting(spec.SelectAll), func(r *spec.Run) { r.Retrain.HeldOut = 49_950 }, "Retrain.Batch 96: must be 2 to 50"},
		{selecting(spec.SelectAll), func(r *spec.Run) { r.Retrain.HeldOut = 50_000 - 97 }, "Retrain.Batch 96: leaves a last batch of one of 97 training images"},
		{selecting(spec.SelectAll), func(r *spec.Run) { r.Retrain.Test = 10_001 }, "Retrain.Test 10001: must be 1 to 10000"},
		{selecting(spec.SelectAll), func(r *spec.Run) { r.Retrain.Net.Cells = 0 }, "cells 0: must be 1 to"},
		{selecting(spec.SelectAll), func(r *spec.Run) { r.Retrain.Data.Pool = 2 }, "Retrain.Net {Channels:36 Cells:20} with Data.Pool 2 and Auxiliary 0.4: skeleton: image size 16: the auxiliary head"},
		{selecting(spec.SelectAll), func(r *spec.Run) { r.Retrain.DropPath = 1 }, "Retrain.DropPath 1: must be"},
		{selecting(spec.SelectAll), func(r *spec.Run) { r.Retrain.DropPath = math.NaN() }, "Retrain.DropPath NaN: must be"},
		{selecting(spec.SelectAll), func(r *spec.Run) { r.Retrain.Auxiliary = -1 }, "Retrain.Auxiliary -1: must be"},
		{selecting(spec.SelectAll), func(r *spec.Run) { r.Retrain.Cutout = 33 }, "Retrain.Cutout 33: must be 0 to 32"},
		{selecting(spec.SelectAll), func(r *spec.Run) { r.Retrain.Weights.LR = 0 }, "Retrain.Weights.LR 0: must be"},
		{replay(), func(r *spec.Run) { r.Batch = 64 }, "Batch 64: must be empty, as a replay trains nothing"},
		{random(), func(r *spec.Run) { r.Random = -1 }, "Random -1: must be 1 to"},
		{random(), func(r *spec.Run) { r.Retrain, r.Select = spec.Retrain{}, spec.Select{} }, "Retrain is empty: random architectures are compared by retraining them"},
		{random(), func(r *spec.Run) { r.SearchEpochs = 3 }, "SearchEpochs 3: must be empty, as Random takes the place of a search"},
		{random(), func(r *spec.Run) { r.Space = space.NB201.Name }, "Retrain is set: only architectures of darts are retrained"},
		{replay(), func(r *spec.Run) { r.Replay.Curves = "mine" }, `Replay.Curves "mine": use "random" or "released"`},
		{replay(), func(r *spec.Run) { r.Replay.Score = "max" }, `Replay.Score "max": use "plain" or "release"`},
		{replay(), func(r *spec.Run) { r.Replay.Pool = 0 }, "Replay.Pool 0: must be"},
		{replay(), func(r *spec.Run) { r.Replay.Pools = 0 }, "Replay.Pools 0: must be"},
		{replay(), func(r *spec.Run) { r.Replay.Rungs = []int{5, 5} }, "Replay.Rungs [5 5]: must grow"},
		{replay(), func(r *spec.Run) { r.Replay.Hash = "x" }, `Replay.Hash "x"`},
	} {
		run := c.base
		c.change(&run)
		if err := ValidateRun(run); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v\nwant one problem with %q", err, c.want)
		}
	}
}

// TestReplayIsOneStage, whose figures must be possible.
func TestReplayIsOneStage(t *testing.T) {
	run := spec.Run{Setup: spec.Setup{Space: space.DARTS.Name}, Replay: spec.Replay{Curves: spec.CurvesRandom, Pool: 8, Pools: 10, Score: spec.ScorePlain, Rungs: []int{30, 100, 600}}}
	replay := func(mean, low float64) Tree {
		return simulate(t, run, 3, store{}, func(t testing.TB, s spec.Stage) spec.Outcome {
			return spec.Outcome{Key: s.Key(), Kind: s.Kind, State: spec.Done, Replay: &spec.Replayed{Last: spec.Halved{Recall: spec.Estimate{Mean: mean, Low: low, High: 100}}}}
		})
	}
	if tree := replay(40, 30); !tree.Complete || len(tree.steps()) != 1 || tree.Replay.Stage.Seed != 0 {
		t.Errorf("%+v", tree)
	}
	for _, bad := range [][2]float64{{140, 30}, {40, 50}, {math.NaN(), 0}} {
		if tree := replay(bad[0], bad[1]); tree.Complete || len(tree.Blocked) != 1 {
			t.Errorf("%v: %+v", bad, tree)
		}
	}
}
