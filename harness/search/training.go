package search

import (
	"context"
	"fmt"
	"time"

	"gmnas/datasets"
	"gmnas/harness/engine/kernel"
	"gmnas/harness/spec"
	"gmnas/harness/supernet"
	"gmnas/harness/train"
	"gmnas/nasbench/space"
)

// Training trains one architecture from scratch: how found architectures are judged where no table covers the data. The
// network is the supernet with the one path, so its cells' norms are not affine.
type Training struct {
	x     *Searcher
	stage spec.EvaluateStage
	theta []float64
	test  *datasets.Set
	plain datasets.Augment
}

// TrainingOptions say what is trained on what.
type TrainingOptions struct {
	Backend      kernel.Backend
	Space        space.Space
	Architecture space.Architecture
	Images, Test *datasets.Set // the first half of Images trains, the rest is "valid"
	Key          string
}

// NewTraining opens a fresh network.
func NewTraining(stage spec.EvaluateStage, opts TrainingOptions) (*Training, error) {
	mask := space.Full(opts.Space)
	for e, o := range opts.Architecture {
		mask = mask.With(e, []int{int(o)})
	}
	setup := spec.Setup{Space: stage.Space, Data: stage.Data, Net: stage.Net, Batch: stage.Batch, Method: spec.Method{Name: spec.DARTS}, Weights: stage.Weights}
	x, err := New(setup, Options{Backend: opts.Backend, Mask: mask, Images: opts.Images, Key: opts.Key, For: TrainWeights})
	if err != nil {
		return nil, err
	}
	t := &Training{x: x, stage: stage, theta: oneHot(make([]float64, len(x.theta)), opts.Space, opts.Architecture), test: opts.Test}
	augment, err := datasets.Standard(opts.Images.Name, opts.Images.Height)
	if err != nil {
		x.Close()
		return nil, err
	}
	t.plain = augment.Plain()
	return t, nil
}

// Close frees the network.
func (t *Training) Close() { t.x.Close() }

// Cost returns the work done so far; Seconds is left 0.
func (t *Training) Cost() spec.Cost { return t.x.Cost() }

// Epoch trains the k-th epoch.
func (t *Training) Epoch(ctx context.Context, k int) (spec.EpochPoint, error) {
	x, w := t.x, t.stage.Weights
	point := spec.EpochPoint{Epoch: k, LR: train.Cosine(k, t.stage.Epochs, w.LR, w.LRMin)}
	start := time.Now()
	for step := range x.Steps() {
		if err := ctx.Err(); err != nil {
			return point, err
		}
		if err := x.batch(x.wBatches); err != nil {
			return point, err
		}
		loss, right, err := x.weightStepAt(t.theta, point.LR)
		if err != nil {
			return point, fmt.Errorf("epoch %d, step %d: %w", k, step, err)
		}
		point.TrainLoss += loss / float64(x.Steps())
		point.TrainAcc += 100 * float64(right) / float64(x.Steps()*x.setup.Batch)
	}
	point.Seconds = time.Since(start).Seconds()
	return point, nil
}

// Accuracies returns the accuracies in percent on the A-set and on the test records, without augmentation and by running
// statistics.
func (t *Training) Accuracies(ctx context.Context) (valid, test float64, err error) {
	if valid, err = t.accuracy(ctx, t.x.aSet); err != nil {
		return 0, 0, fmt.Errorf("valid: %w", err)
	}
	if test, err = t.accuracy(ctx, t.test); err != nil {
		return 0, 0, fmt.Errorf("test: %w", err)
	}
	return valid, test, nil
}

func (t *Training) accuracy(ctx context.Context, set *datasets.Set) (float64, error) {
	kinds := []supernet.Kind{supernet.Evaluate}
	net, err := supernet.NewNet(t.x.params, t.x.mask, supernet.Options{Batch: t.x.setup.Batch, Kinds: kinds})
	if err != nil {
		return 0, err
	}
	defer net.Close()
	scan, err := datasets.NewScan(set, t.plain, t.x.setup.Batch, nil)
	if err != nil {
		return 0, err
	}
	e, err := t.x.newEvaluator(net, scan, set.Len(), supernet.Options{Kinds: kinds})
	if err != nil {
		return 0, err
	}
	defer e.close()
	_, accuracy, err := e.measure(ctx, supernet.Evaluate, func() ([]float64, error) { return t.theta, nil })
	return accuracy, err
}
