package search

import (
	"context"
	"fmt"
	"math"

	"gmnas/datasets"
	"gmnas/harness/engine/kernel"
	"gmnas/harness/spec"
	"gmnas/harness/supernet"
	"gmnas/harness/train"
	"gmnas/nasbench/space"
)

// Pair is two architectures that differ in the operation of one edge, trained together from scratch by RSPS: each step
// trains one of the two, drawn at random (paper Table 2).
type Pair struct {
	x             *Searcher
	first, second space.Architecture
	shared        []supernet.Range // all weights but the edge's own: those that both use
	copied        kernel.Mem       // the first one's gradients
}

// PairOptions say what is trained on what.
type PairOptions struct {
	Backend         kernel.Backend
	First           space.Architecture
	Edge, Operation int           // the second one's operation on that edge; otherwise it is the first
	Images          *datasets.Set // the first half of them trains
	Key             string        // names the random streams; pairs of one key start with the same weights and see the same images
}

// NewPair opens a freshly initialised pair.
func NewPair(setup spec.Setup, opts PairOptions) (*Pair, error) {
	s, err := space.ByName(setup.Space)
	if err != nil {
		return nil, fmt.Errorf("opening a pair: %w", err)
	}
	second := opts.First
	second[opts.Edge] = uint8(opts.Operation)
	mask := space.Full(s)
	for e, o := range opts.First {
		mask = mask.With(e, []int{int(o)})
	}
	mask = mask.With(opts.Edge, []int{int(opts.First[opts.Edge]), opts.Operation})
	x, err := New(setup, Options{Backend: opts.Backend, Mask: mask, Images: opts.Images, Key: opts.Key, For: TrainWeights})
	if err != nil {
		return nil, err
	}
	p := &Pair{x: x, first: opts.First, second: second}
	p.shared = x.params.Layout.Ranges(func(_ int, t supernet.Tensor) bool { return t.Cell < 0 || t.Edge != opts.Edge })
	if p.copied, err = opts.Backend.Alloc(x.params.Gradients.Len); err != nil {
		x.Close()
		return nil, fmt.Errorf("opening a pair: %w", err)
	}
	return p, nil
}

// Close frees the pair's memory.
func (p *Pair) Close() {
	p.x.params.Backend.Free(p.copied)
	p.x.Close()
}

// Cost returns the work done so far; Seconds is left 0.
func (p *Pair) Cost() spec.Cost { return p.x.Cost() }

// Train trains for so many epochs, over which the learning rate falls along its cosine. report is called after every
// epoch.
func (p *Pair) Train(ctx context.Context, epochs int, report func(epoch int)) error {
	w := p.x.setup.Weights
	for k := range epochs {
		lr := train.Cosine(k, epochs, w.LR, w.LRMin)
		for step := range p.x.Steps() {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := p.x.batch(p.x.wBatches); err != nil {
				return err
			}
			if _, _, err := p.x.weightStep(lr); err != nil {
				return fmt.Errorf("epoch %d, step %d: %w", k, step, err)
			}
		}
		report(k + 1)
	}
	return nil
}

// Cosine returns the mean over so many fresh W-batches of the cosine between the two architectures' gradients of the
// weights that both use. A gradient of zero has cosine 0.
func (p *Pair) Cosine(ctx context.Context, batches int) (float64, error) {
	x, b := p.x, p.x.params.Backend
	sum := 0.0
	for m := range batches {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if err := x.batch(x.wBatches); err != nil {
			return 0, err
		}
		if err := x.at(oneHot(x.theta, x.space, p.first), supernet.Weights); err != nil {
			return 0, fmt.Errorf("mini-batch %d: %w", m, err)
		}
		b.Copy(p.copied, x.params.Gradients)
		if err := x.at(oneHot(x.theta, x.space, p.second), supernet.Weights); err != nil {
			return 0, fmt.Errorf("mini-batch %d: %w", m, err)
		}
		var uv, uu, vv float64
		for _, r := range p.shared {
			u, v := p.copied.At(r.From, r.To-r.From), x.params.Gradients.At(r.From, r.To-r.From)
			uv, uu, vv = uv+b.Inner(u, v), uu+b.Inner(u, u), vv+b.Inner(v, v)
		}
		if math.IsNaN(uv+uu+vv) || math.IsInf(uu+vv, 0) {
			return 0, fmt.Errorf("mini-batch %d: %w: a gradient's norm became infinite or NaN", m, ErrDiverged)
		}
		sum += uv / (math.Sqrt(uu)*math.Sqrt(vv) + cosineEps)
	}
	return sum / float64(batches), nil
}

// cosineEps is the release's, against gradients of zero (spec.md section 3.2).
const cosineEps = 1e-6

// Losses returns the first architecture's mean cross-entropies over the W-set and the A-set, training augmentation
// included, norms by the batch.
func (p *Pair) Losses(ctx context.Context) (onW, onA float64, err error) {
	x := p.x
	augment, err := datasets.Standard(x.wSet.Name, x.wSet.Height)
	if err != nil {
		return 0, 0, err
	}
	scan, err := datasets.NewScan(x.wSet, augment, x.setup.Batch, x.draws)
	if err != nil {
		return 0, 0, err
	}
	trained, err := x.newEvaluator(x.net, scan, x.wSet.Len(), supernet.Options{Kinds: []supernet.Kind{supernet.Forward}})
	if err != nil {
		return 0, 0, err
	}
	defer trained.close()
	draw := func() ([]float64, error) { return oneHot(x.theta, x.space, p.first), nil }
	if onW, _, err = trained.measure(ctx, supernet.Forward, draw); err != nil {
		return 0, 0, fmt.Errorf("on the W-set: %w", err)
	}
	if onA, _, err = x.validation.measure(ctx, supernet.Forward, draw); err != nil {
		return 0, 0, fmt.Errorf("on the A-set: %w", err)
	}
	return onW, onA, nil
}
