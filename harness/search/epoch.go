package search

import (
	"context"
	"fmt"
	"time"

	"gmnas/harness/spec"
	"gmnas/harness/supernet"
	"gmnas/harness/train"
)

// Steps returns the steps of an epoch: the W-set's size over the batch, rounded up (spec.md section 2).
func (x *Searcher) Steps() int { return (x.wSet.Len() + x.setup.Batch - 1) / x.setup.Batch }

// validating is how an epoch's validation runs: by the statistics of the batch in NAS-Bench-201 (spec.md section 2), by running
// ones in DARTS (section 5.2).
func (x *Searcher) validating() supernet.Kind {
	if x.space.Genotypes() {
		return supernet.Evaluate
	}
	return supernet.Forward
}

// Epoch trains the k-th epoch of a stage and validates. Each step draws a fresh W-batch and, unless alpha is
// frozen, a fresh A-batch for an alpha step before the weight step. report is called after every step.
func (x *Searcher) Epoch(ctx context.Context, stage spec.TrainStage, k int, report func(step, steps int)) (spec.EpochPoint, error) {
	at := stage.FirstEpoch + k
	w := x.setup.Weights
	point := spec.EpochPoint{Epoch: at, LR: train.Cosine(at, stage.CosineTMax, w.LR, w.LRMin)}
	if m := x.setup.Method; m.Name == spec.SNAS {
		point.Tau = train.Temperature(at, stage.TauEpochs, m.TauMax, m.TauMin)
		x.SetTau(point.Tau)
	}
	start := time.Now()
	wImages, wLabels := make([]float32, len(x.images)), make([]float32, len(x.labels))
	for step := range x.Steps() {
		if err := ctx.Err(); err != nil {
			return point, err
		}
		loss, right, err := x.step(wImages, wLabels, stage.AlphaFrozen || x.alpha == nil, point.LR)
		if err != nil {
			return point, fmt.Errorf("epoch %d, step %d: %w", at, step, err)
		}
		point.TrainLoss += loss / float64(x.Steps())
		point.TrainAcc += 100 * float64(right) / float64(x.Steps()*x.setup.Batch)
		report(step+1, x.Steps())
	}
	var err error
	if point.ValidLoss, point.ValidAcc, err = x.Validate(ctx, x.validating()); err != nil {
		return point, fmt.Errorf("epoch %d, validation: %w", at, err)
	}
	if x.alpha != nil {
		point.Genotype = x.space.Discretize(x.mask, x.alpha.Values)
	}
	point.Seconds = time.Since(start).Seconds()
	return point, nil
}

// step is one alpha step, unless frozen, and one weight step.
func (x *Searcher) step(wImages, wLabels []float32, frozen bool, lr float64) (loss float64, right int, err error) {
	if err := x.wBatches.Next(wImages, wLabels); err != nil {
		return 0, 0, err
	}
	if !frozen {
		if err := x.batch(x.aBatches); err != nil {
			return 0, 0, err
		}
		if x.setup.Method.Order == 2 {
			err = x.unrolledStep(wImages, wLabels, lr)
		} else {
			err = x.alphaStep()
		}
		if err != nil {
			return 0, 0, fmt.Errorf("alpha: %w", err)
		}
	}
	copy(x.images, wImages)
	copy(x.labels, wLabels)
	return x.weightStep(lr)
}

// Validate returns mean cross-entropy and accuracy in percent over the whole A-set, training augmentation included, with
// a fresh draw of the mixture for every batch. kind is Forward (norms by the batch) or Evaluate (by running statistics).
func (x *Searcher) Validate(ctx context.Context, kind supernet.Kind) (loss, accuracy float64, err error) {
	return x.validation.measure(ctx, kind, x.draw)
}
