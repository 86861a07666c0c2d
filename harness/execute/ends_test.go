package execute

import (
	"context"
	"os"
	"strings"
	"testing"

	"gmnas/harness/engine"
	"gmnas/harness/run"
	"gmnas/harness/spec"
	"gmnas/nasbench"
	"gmnas/nasbench/space"
	"gmnas/results"
)

// smoke is a setup that takes a moment.
func smoke(t *testing.T, set, folder string) spec.Setup {
	t.Helper()
	d := spec.Data{Set: set, Records: 64, Pool: 4}
	images, err := Images(d, folder)
	if err != nil {
		t.Fatal(err)
	}
	d.Hash = images.Hash()
	return spec.Setup{Space: space.NB201NoNone.Name, Data: d, Net: spec.Net{Channels: 4, Cells: 1}, Batch: 8, Method: spec.Method{Name: spec.RSPS},
		Weights: spec.Weights{LR: 0.025, LRMin: 0.001, Momentum: 0.9, Nesterov: true, WeightDecay: 1e-4, Clip: 5}}
}

func executed(t *testing.T, x *Executor, weights string, s spec.Stage) spec.Outcome {
	t.Helper()
	s.Protocol = spec.Protocol
	o, err := x.Execute(context.Background(), run.Job{Stage: s, Weights: weights}, func(run.Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	if err := results.Valid(s, o); err != nil {
		t.Fatal(err)
	}
	return o
}

func executor(folder string) *Executor {
	return New(Env{Data: folder, Backend: engine.Backends()[len(engine.Backends())-1], Threads: 1})
}

// TestRankStage ranks a trained leaf: every architecture once, the same when done again, and true accuracies where a
// table covers the data.
func TestRankStage(t *testing.T) {
	t.Run("embedded", func(t *testing.T) { checkRank(t, "synthetic", "", "") })
	t.Run("real", func(t *testing.T) {
		folder := os.Getenv("GMNAS_DATA")
		if folder == "" {
			t.Skip("GMNAS_DATA is not set: images and table are not at hand")
		}
		table, err := nasbench.Find(folder)
		if err != nil {
			t.Skipf("no table: %v", err)
		}
		checkRank(t, "cifar10", folder, table.Hash())
	})
}

func checkRank(t *testing.T, set, folder, table string) {
	x, weights := executor(folder), t.TempDir()
	mask := "0/1/23/0/01/0123"
	train := spec.Stage{Protocol: spec.Protocol, Kind: spec.KindTrain, Train: &spec.TrainStage{Setup: smoke(t, set, folder), Mask: mask, Epochs: 1, CosineTMax: 1, AlphaFrozen: true}}
	executed(t, x, weights, train)
	rank := func(r spec.Rank) spec.Stage {
		return spec.Stage{Kind: spec.KindRank, Inputs: []spec.Key{train.Key()}, Rank: &spec.RankStage{Setup: train.Train.Setup, Rank: r, Mask: mask, Table: table}}
	}
	test, err := TestImages(train.Train.Data, 12, folder)
	if err != nil {
		t.Fatal(err)
	}
	onTest := rank(spec.Rank{Images: spec.RankOnTest, Records: 12, Batch: 6, Hash: test.Hash()})
	a := executed(t, x, weights, onTest)
	if b := executed(t, executor(folder), weights, onTest); !results.Same(a, b) {
		t.Error("ranking again gives another outcome")
	}
	executed(t, x, weights, rank(spec.Rank{Images: spec.RankOnASet, Records: 32, Batch: 8}))
	s := space.NB201NoNone
	m, err := s.ParseMask(mask)
	if err != nil {
		t.Fatal(err)
	}
	k, truths := 0, map[float64]bool{}
	for arch := range s.Enumerate(m) {
		got := a.Rank.Architectures[k]
		if got.Index != s.Index(arch) || got.Accuracy < 0 || got.Accuracy > 100 {
			t.Errorf("architecture %d: %+v", k, got)
		}
		truths[got.Truth] = true
		k++
	}
	if k != len(a.Rank.Architectures) || (table != "") != (len(truths) > 1) || (table == "") != truths[0] {
		t.Errorf("%d architectures, want %d; true accuracies %v", len(a.Rank.Architectures), k, truths)
	}
	if a.Cost.FLOPs <= 0 || a.Cost.GradientEvaluations != 0 {
		t.Errorf("cost %+v", a.Cost)
	}
	stale := rank(spec.Rank{Images: spec.RankOnTest, Records: 12, Batch: 6, Hash: strings.Repeat("0", 64)})
	stale.Protocol = spec.Protocol
	if _, err := x.Execute(context.Background(), run.Job{Stage: stale, Weights: weights}, func(run.Progress) {}); err == nil || !strings.Contains(err.Error(), "has changed") {
		t.Errorf("other test images: %v", err)
	}
}

// TestPairStage: thresholds that everything passes end at the first probe, impossible ones try every neighbour and find
// none, which is an outcome.
func TestPairStage(t *testing.T) {
	x := executor("")
	stage := func(similar, dissimilar float64, index int) spec.Stage {
		return spec.Stage{Kind: spec.KindPair, Seed: 3, Pair: &spec.PairStage{Setup: smoke(t, "synthetic", ""), Index: index,
			Pair: spec.Pair{ProbeEpochs: 1, JointEpochs: 1, Similar: similar, Dissimilar: dissimilar, Batches: 1}}}
	}
	o := executed(t, x, "", stage(-1, 1, 0))
	p := o.Pair
	if len(p.Probes) != 1 || p.Similar == nil || p.Dissimilar == nil || p.Similar.Probe != p.Probes[0] || *p.Similar != *p.Dissimilar {
		t.Errorf("everything passes: %+v", p)
	}
	if !(p.Similar.TrainLoss > 0 && p.Similar.ValidLoss > 0 && p.Similar.Trained > -1 && p.Similar.Trained < 1.001) || o.Cost.GradientEvaluations != 3*4+3*2 {
		t.Errorf("%+v, %+v", p.Similar, o.Cost)
	}
	if again := executed(t, executor(""), "", stage(-1, 1, 0)); !results.Same(o, again) {
		t.Error("the stage again gives another outcome")
	}
	none := executed(t, x, "", stage(1, -1, 1)).Pair
	if none.Similar != nil || none.Dissimilar != nil || len(none.Probes) != 18 {
		t.Fatalf("nothing passes: %+v", none)
	}
	a, err := space.NB201NoNone.Parse(none.Architecture)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[[2]int]bool{}
	for _, q := range none.Probes {
		seen[[2]int{q.Edge, q.Operation}] = true
		if int(a[q.Edge]) == q.Operation {
			t.Errorf("the architecture itself was probed: %+v", q)
		}
	}
	if len(seen) != 18 {
		t.Errorf("%d different probes", len(seen))
	}
}
