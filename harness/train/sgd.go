package train

import (
	"math"

	"gmnas/harness/engine/kernel"
	"gmnas/harness/spec"
	"gmnas/harness/supernet"
)

// GradientNorm returns the norm of all weights' gradients together.
func GradientNorm(p *supernet.Parameters) float64 {
	return math.Sqrt(p.Backend.Inner(p.Gradients, p.Gradients))
}

// SGD moves the weights one step against their gradients, clipped to norm w.Clip over all weights. Tensors that have
// never received a gradient do not move, others also do without one now, by momentum and weight decay (spec.md row 39).
// norm is GradientNorm's.
func SGD(p *supernet.Parameters, w spec.Weights, lr, norm float64) {
	s := kernel.SGD{LR: float32(lr), Momentum: float32(w.Momentum), WeightDecay: float32(w.WeightDecay),
		Scale: float32(ClipFactor(norm, w.Clip)), Nesterov: w.Nesterov}
	for _, r := range p.Moving() {
		n := r.To - r.From
		p.Backend.SGDStep(s, p.Weights.At(r.From, n), p.Gradients.At(r.From, n), p.Momentum.At(r.From, n))
	}
}

// ClipFactor scales a gradient of that norm to at most clip.
func ClipFactor(norm, clip float64) float64 { return min(1, clip/(norm+1e-6)) }
