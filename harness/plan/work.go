package plan

import (
	"fmt"

	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

// backward: a forward and backward pass costs three forward passes (forward, gradient of the input, of the weights).
const backward = 3

// Work estimates the stage's gradient evaluations and FLOPs, 2 for each multiply-add of convolutions and classifier;
// Seconds stays 0. Tables are looked up for nothing.
//
// A step runs each operation that the mask allows (RSPS: the mean over the mask's connected architectures). First-order
// alpha steps add one forward and backward pass, second-order ones four (at the unrolled weights, and for their
// training gradient, and two for the finite difference; spec.md section 2.1). After each epoch the A-set is passed
// forward once. A split passes each candidate edge, operation and mini-batch; a derivation the A-set, once for each
// sampled architecture of RSPS; a ranking its images, once for each connected architecture. A pair stage is counted as
// if every candidate were probed, the most there can be. An architecture that is trained passes its own A-set after each
// epoch and the test images once; one that is retrained passes its held-out and its test images after each epoch, without the
// auxiliary head.
func Work(stage spec.Stage) (spec.Cost, error) {
	switch {
	case stage.Train != nil:
		return trainWork(*stage.Train)
	case stage.Split != nil:
		return splitWork(*stage.Split)
	case stage.Derive != nil:
		return deriveWork(*stage.Derive)
	case stage.Evaluate != nil:
		return evaluateWork(*stage.Evaluate)
	case stage.Rank != nil:
		return rankWork(*stage.Rank)
	case stage.Pair != nil:
		return pairWork(*stage.Pair)
	case stage.Retrain != nil:
		return retrainWork(*stage.Retrain)
	case stage.Null != nil, stage.Replay != nil:
		return spec.Cost{}, nil
	}
	return spec.Cost{}, fmt.Errorf("estimating work: a stage of kind %q has no settings", stage.Kind)
}

// supernet is a masked supernet whose passes can be counted.
type supernet struct {
	spec.Setup
	space    space.Space
	skeleton space.Skeleton
	mask     space.Mask
}

func newSupernet(setup spec.Setup, mask string) (supernet, error) {
	n := supernet{Setup: setup}
	var err error
	if n.space, err = space.ByName(setup.Space); err != nil {
		return n, fmt.Errorf("estimating work: %w", err)
	}
	if n.skeleton, err = skeleton(setup.Data, setup.Net); err != nil {
		return n, fmt.Errorf("estimating work: %w", err)
	}
	if n.mask, err = n.space.ParseMask(mask); err != nil {
		return n, fmt.Errorf("estimating work: %w", err)
	}
	if setup.Batch < 1 {
		return n, fmt.Errorf("estimating work: batch %d must be positive", setup.Batch)
	}
	return n, nil
}

// forward is the multiply-adds of one image.
func (n supernet) forward() float64 {
	if n.Method.Name != spec.RSPS {
		return float64(n.space.SupernetMACs(n.mask, n.skeleton))
	}
	sum, count := n.paths()
	return sum / float64(max(1, count))
}

// paths adds up the multiply-adds of the mask's connected architectures, and counts them.
func (n supernet) paths() (sum float64, count int) {
	for a := range n.space.Enumerate(n.mask) {
		if n.space.Connected(a) {
			sum += float64(n.space.MACs(a, n.skeleton))
			count++
		}
	}
	return sum, count
}

// steps of an epoch: each draws a full batch.
func steps(d spec.Data, batch int) int64 {
	w, _ := halves(d)
	return int64((w + batch - 1) / batch)
}

// flops of so many gradient evaluations and forward passes of images.
func flops(forward float64, evaluations, batch, images int64) float64 {
	return 2 * forward * (backward*float64(evaluations*batch) + float64(images))
}

func trainWork(t spec.TrainStage) (spec.Cost, error) {
	n, err := newSupernet(t.Setup, t.Mask)
	if err != nil {
		return spec.Cost{}, err
	}
	passes := int64(1)
	if !t.AlphaFrozen {
		passes += alphaPasses(t.Method)
	}
	evaluations := int64(t.Epochs) * steps(t.Data, t.Batch) * passes
	_, a := halves(t.Data)
	return spec.Cost{GradientEvaluations: evaluations, FLOPs: flops(n.forward(), evaluations, int64(t.Batch), int64(t.Epochs)*int64(a))}, nil
}

// alphaPasses is the gradient evaluations of an alpha step.
func alphaPasses(m spec.Method) int64 {
	switch {
	case m.Name == spec.RSPS:
		return 0
	case m.Order == 2:
		return 4
	}
	return 1
}

func splitWork(s spec.SplitStage) (spec.Cost, error) {
	n, err := newSupernet(s.Setup, s.Mask)
	if err != nil {
		return spec.Cost{}, err
	}
	if !s.NeedsGradients() {
		return spec.Cost{}, nil
	}
	candidates := n.mask.Unsplit(n.space)
	share := 1.
	if s.Edge == spec.EdgeRandom && len(candidates) > 0 { // one of them, any
		share = 1 / float64(len(candidates))
	}
	var cost spec.Cost
	for _, e := range candidates {
		for _, o := range n.mask.Operations(e) {
			one := n
			one.mask = n.mask.With(e, []int{o})
			cost.GradientEvaluations += int64(s.Batches)
			cost.FLOPs += share * flops(one.forward(), int64(s.Batches), int64(s.Batch), 0)
		}
	}
	if s.Edge == spec.EdgeRandom && len(candidates) > 0 {
		cost.GradientEvaluations /= int64(len(candidates))
	}
	return cost, nil
}

func deriveWork(d spec.DeriveStage) (spec.Cost, error) {
	n, err := newSupernet(d.Setup, d.Mask)
	if err != nil {
		return spec.Cost{}, err
	}
	_, a := halves(d.Data)
	if d.Method.Name != spec.RSPS {
		return spec.Cost{FLOPs: flops(n.forward(), 0, 0, int64(a))}, nil
	}
	sum, count := n.paths()
	samples := min(d.Samples, count)
	return spec.Cost{FLOPs: flops(sum/float64(max(1, count)), 0, 0, int64(samples)*int64(a))}, nil
}

func rankWork(r spec.RankStage) (spec.Cost, error) {
	n, err := newSupernet(r.Setup, r.Mask)
	if err != nil {
		return spec.Cost{}, err
	}
	sum, _ := n.paths()
	return spec.Cost{FLOPs: flops(sum, 0, 0, int64(r.Rank.Records))}, nil
}

func pairWork(p spec.PairStage) (spec.Cost, error) {
	s, err := space.ByName(p.Space)
	if err != nil {
		return spec.Cost{}, fmt.Errorf("estimating work: %w", err)
	}
	n, err := newSupernet(p.Setup, space.Full(s).String())
	if err != nil {
		return spec.Cost{}, err
	}
	candidates := int64(s.Edges() * (len(s.Operations) - 1))
	perEpoch := steps(p.Data, p.Batch)
	evaluations := candidates*(int64(p.ProbeEpochs)*perEpoch+2*int64(p.Batches)) + 2*(int64(p.JointEpochs)*perEpoch+2*int64(p.Batches))
	return spec.Cost{GradientEvaluations: evaluations,
		FLOPs: flops(n.forward(), evaluations, int64(p.Batch), 2*int64(p.Data.Records))}, nil
}

func evaluateWork(e spec.EvaluateStage) (spec.Cost, error) {
	if e.By == spec.ByTable {
		return spec.Cost{}, nil
	}
	s, err := space.ByName(e.Space)
	if err != nil {
		return spec.Cost{}, fmt.Errorf("estimating work: %w", err)
	}
	k, err := skeleton(e.Data, e.Net)
	if err != nil {
		return spec.Cost{}, fmt.Errorf("estimating work: %w", err)
	}
	a, err := s.Parse(e.Architecture)
	if err != nil {
		return spec.Cost{}, fmt.Errorf("estimating work: %w", err)
	}
	if e.Batch < 1 {
		return spec.Cost{}, fmt.Errorf("estimating work: batch %d must be positive", e.Batch)
	}
	evaluations := int64(e.Epochs) * steps(e.Data, e.Batch)
	_, valid := halves(e.Data)
	return spec.Cost{
		GradientEvaluations: evaluations,
		FLOPs:               flops(float64(s.MACs(a, k)), evaluations, int64(e.Batch), int64(e.Epochs)*int64(valid)+int64(e.Test)),
	}, nil
}
