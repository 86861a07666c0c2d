package search

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"testing"

	"gmnas/harness/engine/enginetest/backends"
	"gmnas/harness/engine/kernel"
	"gmnas/harness/spec"
	"gmnas/harness/split"
	"gmnas/nasbench/space"
)

// TestMatchingStaysPrecise: the gradients that a split compares are float32's in both precisions.
func TestMatchingStaysPrecise(t *testing.T) {
	level := spec.Level{Criterion: spec.CriterionCosine, Enable: spec.EnableOneHot, Average: spec.AverageDistances, Batches: 1}
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		var all []split.EdgeDistances
		for _, p := range []spec.Precision{spec.Float32, spec.BFloat16} {
			x, err := precise(t, b, p, Match)
			if err != nil {
				t.Fatal(err)
			}
			d, err := x.Distances(context.Background(), level, 1, func(int) {})
			x.Close()
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, d)
		}
		if !reflect.DeepEqual(all[0], all[1]) {
			t.Errorf("distances differ: %v and %v", all[0], all[1])
		}
	})
}

// TestPrecisionOfSetup: an epoch of the same search learns about the same in both precisions, and another precision is refused.
func TestPrecisionOfSetup(t *testing.T) {
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		if err := b.CheckHalf(); err != nil {
			t.Skip(err)
		}
		var losses []float64
		for _, p := range []spec.Precision{spec.Float32, spec.BFloat16} {
			x, err := precise(t, b, p, TrainWeights)
			if err != nil {
				t.Fatal(err)
			}
			point, err := x.Epoch(context.Background(), spec.TrainStage{Setup: x.setup, Epochs: 1, CosineTMax: 1, AlphaFrozen: true}, 0, func(int, int) {})
			x.Close()
			if err != nil {
				t.Fatal(err)
			}
			losses = append(losses, point.TrainLoss)
		}
		if d := math.Abs(losses[0] - losses[1]); d == 0 || d > 0.02*losses[0] {
			t.Errorf("training losses %v: want some difference and at most 2 %%", losses)
		}
		if _, err := precise(t, b, "fp8", TrainWeights); err == nil {
			t.Error("precision fp8 was accepted")
		}
	})
}

func precise(t *testing.T, b kernel.Backend, p spec.Precision, purpose Purpose) (*Searcher, error) {
	t.Helper()
	setup := small(space.NB201.Name, 64)
	setup.Precision = p
	x, err := New(setup, Options{Backend: b, Mask: space.Full(space.NB201), Images: smallImages(t, "train", 64), Key: "k", For: purpose})
	if err != nil {
		return nil, fmt.Errorf("precision %v: %w", p, err)
	}
	return x, nil
}
