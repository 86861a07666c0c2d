package execute

import (
	"context"
	"errors"
	"math"
	"os"
	"strings"
	"testing"

	"gmnas/harness/run"
	"gmnas/harness/spec"
	"gmnas/nasbench/space"
	"gmnas/results"
)

// everything is a genotype with all operations.
const everything = "Genotype(normal=[('sep_conv_3x3', 0), ('skip_connect', 1), ('dil_conv_3x3', 2), ('sep_conv_5x5', 1), ('avg_pool_3x3', 1), ('dil_conv_5x5', 3), ('skip_connect', 0), ('max_pool_3x3', 2)], normal_concat=range(2, 6), " +
	"reduce=[('max_pool_3x3', 0), ('skip_connect', 1), ('dil_conv_5x5', 2), ('sep_conv_3x3', 0), ('avg_pool_3x3', 3), ('skip_connect', 1), ('skip_connect', 4), ('sep_conv_5x5', 3)], reduce_concat=range(2, 6))"

// retraining is a whole training that takes a moment: 44 records in batches of 12, the last of 8.
func retraining(t *testing.T, set, folder string) spec.RetrainStage {
	t.Helper()
	d := spec.Data{Set: set, Records: 54, Pool: 1}
	images, err := Images(d, folder)
	if err != nil {
		t.Fatal(err)
	}
	d.Hash = images.Hash()
	return spec.RetrainStage{Space: space.DARTS.Name, Architecture: everything, To: 3, Retrain: spec.Retrain{Data: d, HeldOut: 10, Test: 14,
		Net: spec.Net{Channels: 2, Cells: 3}, Batch: 12, Epochs: 3, Weights: spec.Weights{LR: 0.025, Momentum: 0.9, WeightDecay: 3e-4, Clip: 5},
		DropPath: 0.3, Auxiliary: 0.4, Cutout: 16}}
}

func retrainStage(r spec.RetrainStage, from, to int, inputs ...spec.Key) spec.Stage {
	r.From, r.To = from, to
	return spec.Stage{Protocol: spec.Protocol, Kind: spec.KindRetrain, Seed: 4, Inputs: inputs, Retrain: &r}
}

// TestRetrainStage: a training in parts is the training in one, bit for bit, weights and numbers.
func TestRetrainStage(t *testing.T) {
	t.Run("embedded", func(t *testing.T) { checkRetrain(t, "synthetic", "") })
	t.Run("real", func(t *testing.T) {
		folder := os.Getenv("GMNAS_DATA")
		if folder == "" {
			t.Skip("GMNAS_DATA is not set: images are not at hand")
		}
		checkRetrain(t, "cifar10", folder)
	})
}

func checkRetrain(t *testing.T, set, folder string) {
	r, weights := retraining(t, set, folder), t.TempDir()
	x := executor(folder)
	one := retrainStage(r, 0, 3)
	first := retrainStage(r, 0, 1)
	second := retrainStage(r, 1, 3, first.Key())
	whole := executed(t, x, weights, one)
	a, b := executed(t, x, weights, first), executed(t, executor(folder), weights, second)
	joined := whole
	joined.Key = b.Key // the rest must be equal
	parts := b
	retrained := *b.Retrain
	retrained.Curve = append(append([]spec.EpochPoint{}, a.Retrain.Curve...), b.Retrain.Curve...)
	parts.Retrain = &retrained
	parts.Cost.FLOPs += a.Cost.FLOPs
	parts.Cost.GradientEvaluations += a.Cost.GradientEvaluations
	if !results.Same(joined, parts) {
		t.Errorf("in one: %+v, %+v\nin parts: %+v, %+v", whole.Retrain, whole.Cost, parts.Retrain, parts.Cost)
	}
	if all, rest := read(t, weights, one), read(t, weights, second); string(all) != string(rest) {
		t.Error("the weights differ")
	}
	if got := whole.Retrain; len(got.Curve) != 3 || whole.Cost.GradientEvaluations != 3*4 {
		t.Errorf("%+v, %d gradient evaluations", got, whole.Cost.GradientEvaluations)
	}
	shape := space.Retraining{Skeleton: space.Skeleton{Channels: 2, Cells: 3, ImageSize: 32, ImageChannels: 3, Classes: 10}}
	g, err := space.ParseGenotype(everything)
	if err != nil {
		t.Fatal(err)
	}
	if whole.Retrain.Params != g.Params(shape) || whole.Retrain.MACs != g.MACs(shape) {
		t.Errorf("%d weights and %d multiply-adds, want %d and %d", whole.Retrain.Params, whole.Retrain.MACs, g.Params(shape), g.MACs(shape))
	}
	for k, p := range whole.Retrain.Curve {
		lr := 0.0125 * (1 + math.Cos(math.Pi*float64(k)/3))
		if p.Epoch != k || math.Abs(p.LR-lr) > 1e-12 || !(p.TrainLoss > 0 && p.ValidLoss > 0 && p.TestLoss > 0) || p.ValidAcc != math.Round(p.ValidAcc/10)*10 {
			t.Errorf("epoch %d: %+v", k, p)
		}
	}
	other := one
	other.Seed = 5
	if o := executed(t, x, weights, other); o.Retrain.Curve[0].TrainLoss == whole.Retrain.Curve[0].TrainLoss {
		t.Error("another seed gives the same loss")
	}
}

func read(t *testing.T, weights string, s spec.Stage) []byte {
	t.Helper()
	b, err := run.ReadWeights(weights, s.Key())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestRetrainEnds: a training that diverges is an outcome with its curve, a cancelled one stops between steps, and what can't
// work is refused by name.
func TestRetrainEnds(t *testing.T) {
	x, weights := executor(""), t.TempDir()
	r := retraining(t, "synthetic", "")
	r.Auxiliary, r.DropPath = 0, 0
	wild := r
	wild.Weights.LR, wild.Weights.Clip = 1e30, 1e30
	o := executed(t, x, weights, retrainStage(wild, 0, 3))
	if o.State != spec.Diverged || !strings.Contains(o.Error, "epoch 0") || len(o.Retrain.Curve) != 0 || o.Cost.FLOPs == 0 {
		t.Errorf("a wild learning rate: %+v", o)
	}

	ctx, cancel := context.WithCancel(context.Background())
	steps := 0
	_, err := x.Execute(ctx, run.Job{Stage: retrainStage(r, 0, 3), Weights: weights}, func(run.Progress) {
		if steps++; steps == 2 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || steps != 2 {
		t.Errorf("cancelled after 2 steps, it ended after %d: %v", steps, err)
	}

	first := retrainStage(r, 0, 1)
	executed(t, x, weights, first)
	for want, s := range map[string]spec.Stage{
		"ended at epoch 1":           retrainStage(r, 2, 3, first.Key()),
		"input ended at epoch 0":     retrainStage(r, 1, 3),
		"weights missing or damaged": retrainStage(r, 1, 3, spec.Key(strings.Repeat("ab", 32))),
		"want {":                     retrainStage(with(r, func(r *spec.RetrainStage) { r.Net.Channels = 4 }), 1, 3, first.Key()),
		"drop-path":                  retrainStage(with(r, func(r *spec.RetrainStage) { r.DropPath = 1 }), 0, 3),
		"batch 45":                   retrainStage(with(r, func(r *spec.RetrainStage) { r.Batch = 45 }), 0, 3),
		"holding out":                retrainStage(with(r, func(r *spec.RetrainStage) { r.HeldOut = 54 }), 0, 3),
		"only \"darts\"":             retrainStage(with(r, func(r *spec.RetrainStage) { r.Space = space.NB201.Name }), 0, 3),
		"genotype":                   retrainStage(with(r, func(r *spec.RetrainStage) { r.Architecture = "Genotype(" }), 0, 3),
		"has changed":                retrainStage(with(r, func(r *spec.RetrainStage) { r.Data.Hash = strings.Repeat("0", 64) }), 0, 3),
	} {
		if _, err := x.Execute(context.Background(), run.Job{Stage: s, Weights: weights}, func(run.Progress) {}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", want, err)
		}
	}
}

func with(r spec.RetrainStage, change func(*spec.RetrainStage)) spec.RetrainStage {
	change(&r)
	return r
}
