package search

import (
	"fmt"
	"math"

	"gmnas/harness/engine/kernel"
	"gmnas/harness/supernet"
	"gmnas/harness/train"
)

// hvpRadius is R times the norm of the vector, the step of the finite difference (spec.md section 2.1).
const hvpRadius = 0.01

// unrolled is the memory of DARTS's second-order step.
type unrolled struct {
	backend           kernel.Backend
	weights, stats, v kernel.Mem
	grad              []float64 // of alpha
}

func newUnrolled(p *supernet.Parameters, alphas int) (*unrolled, error) {
	u := &unrolled{backend: p.Backend, grad: make([]float64, alphas)}
	for _, m := range []struct {
		mem  *kernel.Mem
		size int
	}{{&u.weights, p.Weights.Len}, {&u.stats, p.Stats.Len}, {&u.v, p.Weights.Len}} {
		var err error
		if *m.mem, err = p.Backend.Alloc(m.size); err != nil {
			u.close()
			return nil, fmt.Errorf("preparing second-order steps: %w", err)
		}
	}
	return u, nil
}

func (u *unrolled) close() {
	for _, m := range []kernel.Mem{u.weights, u.stats, u.v} {
		if !m.None() {
			u.backend.Free(m)
		}
	}
}

// unrolledStep is one Adam step of alpha, second order: the gradient of the A-loss after one weight step on the
// W-batch, with the Hessian-vector product by a central difference. wImages and wLabels are the W-batch, the
// buffers hold the A-batch. Momentum is per tensor (spec.md row 38), the weight step ignores Nesterov and clipping,
// and its rate is the optimizer's (row 37).
func (x *Searcher) unrolledStep(wImages, wLabels []float32, lr float64) error {
	grad, err := x.unrolledGradient(wImages, wLabels, lr)
	if err != nil {
		return err
	}
	x.alpha.Step(grad)
	return nil
}

func (x *Searcher) unrolledGradient(wImages, wLabels []float32, lr float64) ([]float64, error) {
	if x.unrolled == nil {
		u, err := newUnrolled(x.params, len(x.alpha.Values))
		if err != nil {
			return nil, err
		}
		x.unrolled = u
	}
	u, p, b := x.unrolled, x.params, x.params.Backend
	aImages, aLabels := x.images, x.labels
	defer func() { x.images, x.labels = aImages, aLabels }()
	theta := x.alpha.Softmax(x.theta, nil, 1)

	// w' = w - eta*(mu*buf + g + wd*w)
	x.images, x.labels = wImages, wLabels
	if err := x.at(theta, supernet.Weights); err != nil {
		return nil, err
	}
	b.Copy(u.weights, p.Weights)
	b.Copy(u.stats, p.Stats)
	defer b.Copy(p.Weights, u.weights)
	w := x.setup.Weights
	b.Axpy(float32(-lr*w.Momentum), p.Momentum, p.Weights)
	b.Axpy(float32(-lr), p.Gradients, p.Weights)
	b.Axpy(float32(-lr*w.WeightDecay), u.weights, p.Weights)

	// The gradients of the A-loss there; its running statistics belong to the unrolled copy.
	x.images, x.labels = aImages, aLabels
	atUnrolled, err := x.gradientThrough(theta, supernet.Both)
	if err != nil {
		return nil, err
	}
	copy(u.grad, atUnrolled)
	b.Copy(p.Stats, u.stats)
	b.Copy(u.v, p.Gradients)
	norm := train.GradientNorm(p)
	if norm == 0 || math.IsNaN(norm) || math.IsInf(norm, 0) {
		return nil, fmt.Errorf("%w: the unrolled gradient's norm is %v", ErrDiverged, norm)
	}

	// h = (grad alpha L_W(w + R v) - grad alpha L_W(w - R v)) / 2R
	r := hvpRadius / norm
	x.images, x.labels = wImages, wLabels
	for _, sign := range [2]float64{1, -1} {
		b.Copy(p.Weights, u.weights)
		b.Axpy(float32(sign*r), u.v, p.Weights)
		end, err := x.gradientThrough(theta, supernet.Theta)
		if err != nil {
			return nil, err
		}
		for i := range u.grad {
			u.grad[i] -= sign * lr * end[i] / (2 * r)
		}
	}
	return u.grad, nil
}

// at runs the net on the batch in the buffers.
func (x *Searcher) at(theta []float64, kind supernet.Kind) error {
	if err := x.net.SetTheta(theta); err != nil {
		return err
	}
	x.net.SetBatch(x.images, x.labels)
	_, err := x.run(x.net, kind)
	return err
}
