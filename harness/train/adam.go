package train

import "math"

// adamEps is the framework's default.
const adamEps = 1e-8

// Adam is the optimizer of architecture parameters, with weight decay added to the gradient. The zero state with
// slices of the parameters' length is a fresh one.
type Adam struct {
	LR, Beta1, Beta2, WeightDecay float64
	Steps                         int
	First, Second                 []float64 // moments
}

// Step moves values against their gradient. Entries where skip is true stay as they are.
func (a *Adam) Step(values, grad []float64, skip func(i int) bool) {
	a.Steps++
	c1, c2 := 1-math.Pow(a.Beta1, float64(a.Steps)), 1-math.Pow(a.Beta2, float64(a.Steps))
	for i := range values {
		if skip(i) {
			continue
		}
		g := grad[i] + a.WeightDecay*values[i]
		a.First[i] = a.Beta1*a.First[i] + (1-a.Beta1)*g
		a.Second[i] = a.Beta2*a.Second[i] + (1-a.Beta2)*g*g
		values[i] -= a.LR * (a.First[i] / c1) / (math.Sqrt(a.Second[i]/c2) + adamEps)
	}
}
