// Package search trains a supernet with a base method (DARTS, SNAS, RSPS), collects gradients for
// splitting it, and reads architectures off it.
//
// A Searcher is one supernet in training: New opens it, Epoch trains it, Validate measures it, Distances compares
// gradients for a split, Derive reads the architecture. All randomness comes from named streams of one key.
package search

import (
	"math"
	"math/rand/v2"

	"gmnas/harness/spec"
	"gmnas/harness/train"
	"gmnas/nasbench/space"
)

// Alpha holds the architecture parameters, [edge][operation] row after row. Entries that the mask forbids take no part
// and keep their value.
type Alpha struct {
	Space  space.Space
	Mask   space.Mask
	Values []float64
	Adam   train.Adam
}

// NewAlpha draws initial values.
func NewAlpha(s space.Space, m space.Mask, a spec.Alpha, rng *rand.Rand) *Alpha {
	n := s.Edges() * len(s.Operations)
	alpha := &Alpha{Space: s, Mask: m, Values: make([]float64, n), Adam: newAdam(a, n)}
	for i := range alpha.Values {
		alpha.Values[i] = a.InitMean + a.InitStd*rng.NormFloat64()
	}
	return alpha
}

func newAdam(a spec.Alpha, n int) train.Adam {
	return train.Adam{LR: a.LR, Beta1: a.Beta1, Beta2: a.Beta2, WeightDecay: a.WeightDecay, First: make([]float64, n), Second: make([]float64, n)}
}

// forbidden reports whether entry i is outside the mask.
func (a *Alpha) forbidden(i int) bool {
	n := len(a.Space.Operations)
	return !a.Mask.Allows(i/n, i%n)
}

// Softmax returns each edge's softmax((values+noise)/tau) over the allowed operations, 0 elsewhere (DARTS: no noise,
// tau 1; SNAS: Gumbel noise), in theta. noise may be nil.
func (a *Alpha) Softmax(theta, noise []float64, tau float64) []float64 {
	n := len(a.Space.Operations)
	for e := range a.Space.Edges() {
		row := theta[e*n : (e+1)*n]
		highest := math.Inf(-1)
		for o := range row {
			row[o] = a.Values[e*n+o]
			if noise != nil {
				row[o] += noise[e*n+o]
			}
			row[o] /= tau
			if a.Mask.Allows(e, o) {
				highest = max(highest, row[o])
			}
		}
		sum := 0.0
		for o := range row {
			if a.Mask.Allows(e, o) {
				row[o] = math.Exp(row[o] - highest)
				sum += row[o]
			} else {
				row[o] = 0
			}
		}
		for o := range row {
			row[o] /= sum
		}
	}
	return theta
}

// Gradient takes the gradient of the mixture weights, in grad, through the softmax that gave theta.
func (a *Alpha) Gradient(grad, theta []float64, tau float64) {
	n := len(a.Space.Operations)
	for e := range a.Space.Edges() {
		dot := 0.0
		for i := e * n; i < (e+1)*n; i++ {
			dot += theta[i] * grad[i]
		}
		for i := e * n; i < (e+1)*n; i++ {
			grad[i] = theta[i] * (grad[i] - dot) / tau
		}
	}
}

// Step is one step of Adam.
func (a *Alpha) Step(grad []float64) { a.Adam.Step(a.Values, grad, a.forbidden) }

// gumbel fills g with standard Gumbel noise.
func gumbel(g []float64, rng *rand.Rand) []float64 {
	for i := range g {
		u := rng.Float64()
		for u == 0 {
			u = rng.Float64()
		}
		g[i] = -math.Log(-math.Log(u))
	}
	return g
}
