package search

import (
	"fmt"
	"math"

	"gmnas/datasets"
	"gmnas/harness/supernet"
	"gmnas/harness/train"
)

// batch draws the next batch into the searcher's buffers.
func (x *Searcher) batch(from *datasets.Batcher) error { return from.Next(x.images, x.labels) }

// weightStep is one SGD step on the batch in the buffers with a fresh draw of the mixture. It returns loss and right answers.
func (x *Searcher) weightStep(lr float64) (loss float64, right int, err error) {
	theta, err := x.draw()
	if err != nil {
		return 0, 0, err
	}
	return x.weightStepAt(theta, lr)
}

func (x *Searcher) weightStepAt(theta []float64, lr float64) (loss float64, right int, err error) {
	if err := x.net.SetTheta(theta); err != nil {
		return 0, 0, err
	}
	x.net.SetBatch(x.images, x.labels)
	if loss, err = x.run(x.net, supernet.Weights); err != nil {
		return loss, 0, err
	}
	norm := train.GradientNorm(x.params)
	if math.IsNaN(norm) || math.IsInf(norm, 0) {
		return loss, 0, fmt.Errorf("%w: the gradient's norm became %v", ErrDiverged, norm)
	}
	train.SGD(x.params, x.setup.Weights, lr, norm)
	x.net.Logits(supernet.Weights, x.logits)
	return loss, supernet.Correct(x.logits, x.labels, x.wSet.Classes), nil
}

// alphaStep is one Adam step of alpha, first order, on the batch in the buffers: the gradient of the A-loss at the
// weights as they are (spec.md section 2.1).
func (x *Searcher) alphaStep() error {
	grad, err := x.alphaGradient()
	if err != nil {
		return err
	}
	x.alpha.Step(grad)
	return nil
}

// alphaGradient is the gradient of the loss on the batch in the buffers.
func (x *Searcher) alphaGradient() ([]float64, error) {
	theta, err := x.draw()
	if err != nil {
		return nil, err
	}
	return x.gradientThrough(theta, supernet.Theta)
}

// gradientThrough runs the net on the batch in the buffers and takes the mixture weights' gradient to alpha. The slice
// is the searcher's, and holds until the next gradient.
func (x *Searcher) gradientThrough(theta []float64, kind supernet.Kind) ([]float64, error) {
	if err := x.net.SetTheta(theta); err != nil {
		return nil, err
	}
	x.net.SetBatch(x.images, x.labels)
	if _, err := x.run(x.net, kind); err != nil {
		return nil, err
	}
	x.net.ThetaGradient(x.grad)
	tau := 1.0
	if x.tau != 0 {
		tau = x.tau
	}
	x.alpha.Gradient(x.grad, theta, tau)
	return x.grad, nil
}
