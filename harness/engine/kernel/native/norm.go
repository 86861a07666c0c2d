package native

import (
	"math"

	"gmnas/harness/engine/kernel"
)

// Norm returns the command of a batch norm's coefficients.
func (b *Backend) Norm(n kernel.Norm) (kernel.Command, error) {
	s := &shape{doing: "norm"}
	s.norm(n.Channels, n.Rows, n.Eps)
	c := &norm{rows: n.Rows, eps: float64(n.Eps), momentum: float64(n.Momentum),
		moments: s.option("Moments", n.Moments, 2, n.Channels),
		mean:    s.option("RunningMean", n.RunningMean, n.Channels), variance: s.option("RunningVar", n.RunningVar, n.Channels),
		theta: s.option("Theta", n.Theta, 1), gamma: s.option("Gamma", n.Gamma, n.Channels), beta: s.option("Beta", n.Beta, n.Channels),
		coef: s.mem("Coef", n.Coef, n.Channels), bias: s.mem("Bias", n.Bias, n.Channels)}
	if n.RunningMean.None() != n.RunningVar.None() {
		s.fail("one of RunningMean and RunningVar is missing, want both or none")
	}
	if n.Moments.None() && n.RunningMean.None() {
		s.fail("Moments and RunningMean are both missing, want one of them")
	}
	if !(n.Momentum >= 0 && n.Momentum <= 1) {
		s.fail("Momentum is %v, want 0 to 1", n.Momentum)
	}
	if err := s.err(); err != nil {
		return nil, err
	}
	return c, nil
}

// norm requires what Norm and NormGrad share.
func (s *shape) norm(channels, rows int, eps float32) {
	s.positive("Channels", channels)
	s.positive("Rows", rows)
	if !(eps >= 0) || math.IsInf(float64(eps), 1) {
		s.fail("Eps is %v, want 0 or a small positive number", eps)
	}
}

type norm struct {
	rows               int
	eps, momentum      float64
	moments            []float32
	mean, variance     []float32 // running
	theta, gamma, beta []float32
	coef, bias         []float32
}

// at returns value i of an optional parameter.
func at(v []float32, i int, none float64) float64 {
	if v == nil {
		return none
	}
	return float64(v[i])
}

// Run computes the coefficients and moves the running statistics.
func (n *norm) Run() error {
	theta := at(n.theta, 0, 1)
	unbiased := 1.0
	if n.rows > 1 {
		unbiased = float64(n.rows) / float64(n.rows-1)
	}
	for c := range n.coef {
		var mean, variance float64
		if n.moments == nil {
			mean, variance = float64(n.mean[c]), float64(n.variance[c])
		} else {
			mean, variance = float64(n.moments[c]), float64(n.moments[len(n.coef)+c])
			if n.mean != nil {
				n.mean[c] = float32((1-n.momentum)*float64(n.mean[c]) + n.momentum*mean)
				n.variance[c] = float32((1-n.momentum)*float64(n.variance[c]) + n.momentum*unbiased*variance)
			}
		}
		scale := at(n.gamma, c, 1) / math.Sqrt(variance+n.eps)
		n.coef[c] = float32(theta * scale)
		n.bias[c] = float32(theta * (at(n.beta, c, 0) - scale*mean))
	}
	return nil
}

// NormGrad returns the command of a batch norm's backward pass.
func (b *Backend) NormGrad(n kernel.NormGrad) (kernel.Command, error) {
	s := &shape{doing: "norm gradient"}
	s.norm(n.Channels, n.Rows, n.Eps)
	c := &normGrad{rows: float64(n.Rows), eps: float64(n.Eps), moments: s.mem("Moments", n.Moments, 2, n.Channels),
		theta: s.option("Theta", n.Theta, 1), gamma: s.option("Gamma", n.Gamma, n.Channels), beta: s.option("Beta", n.Beta, n.Channels),
		sums: s.mem("Sums", n.Sums, n.Channels), dot: s.mem("Dot", n.Dot, n.Channels),
		gradCoef: s.mem("GradCoef", n.GradCoef, n.Channels), srcCoef: s.mem("SrcCoef", n.SrcCoef, n.Channels), bias: s.mem("Bias", n.Bias, n.Channels),
		dGamma: s.option("DGamma", n.DGamma, n.Channels), dBeta: s.option("DBeta", n.DBeta, n.Channels), dTheta: s.option("DTheta", n.DTheta, 1)}
	if err := s.err(); err != nil {
		return nil, err
	}
	return c, nil
}

type normGrad struct {
	rows, eps               float64
	moments                 []float32
	theta, gamma, beta      []float32
	sums, dot               []float32
	gradCoef, srcCoef, bias []float32
	dGamma, dBeta, dTheta   []float32
}

// Run computes, with xhat = (y-mean)*rstd, dy = theta*gamma*rstd * (g - sum(g)/n - xhat*sum(g*xhat)/n).
func (n *normGrad) Run() error {
	theta, dTheta := at(n.theta, 0, 1), 0.0
	for c := range n.sums {
		mean, rstd := float64(n.moments[c]), 1/math.Sqrt(float64(n.moments[len(n.sums)+c])+n.eps)
		gamma := at(n.gamma, c, 1)
		sum := float64(n.sums[c])
		hat := rstd * (float64(n.dot[c]) - mean*sum) // sum(g*xhat)
		scale := theta * gamma * rstd
		n.gradCoef[c] = float32(scale)
		n.srcCoef[c] = float32(-scale * rstd * hat / n.rows)
		n.bias[c] = float32(scale * (rstd*mean*hat - sum) / n.rows)
		dTheta += gamma*hat + at(n.beta, c, 0)*sum
		if n.dGamma != nil {
			n.dGamma[c] = float32(theta * hat)
		}
		if n.dBeta != nil {
			n.dBeta[c] = float32(theta * sum)
		}
	}
	if n.dTheta != nil {
		n.dTheta[0] = float32(dTheta)
	}
	return nil
}
