package enginetest

import "gmnas/harness/engine/kernel"

// checkSGD follows PyTorch 1.13's optimizer step by step.
func checkSGD(l *lab) {
	for _, trace := range l.golden().SGD {
		w, m := l.in(trace.Start.Data), l.out(len(trace.Start.Data))
		for step, grad := range trace.Grads {
			g := l.in(grad.Data)
			s := kernel.SGD{LR: trace.LR, Momentum: trace.Momentum, WeightDecay: trace.WeightDecay, Scale: 1, Nesterov: trace.Nesterov, First: step == 0}
			l.b.SGDStep(s, w, g, m)
			l.near("weights", l.get(w), wide(trace.After[step].Data), 1e-6, 1e-6)
			l.near("gradient", l.get(g), wide(grad.Data), 0, 0)
		}
		l.free()
	}
	// Scale multiplies the gradient, not the weight decay: g = 0.5*8 + 0.1*10, w = 10 - 2*g.
	w, g, m := l.in([]float32{10}), l.in([]float32{8}), l.out(1)
	l.b.SGDStep(kernel.SGD{LR: 2, WeightDecay: 0.1, Scale: 0.5, Momentum: 0.9, First: true}, w, g, m)
	l.near("weight after a scaled step", l.get(w), []float64{0}, 1e-5, 0)
	l.near("momentum after a scaled step", l.get(m), []float64{5}, 1e-6, 0)
}
