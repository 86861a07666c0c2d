package enginetest

import (
	"fmt"
	"math"

	"gmnas/harness/engine/kernel"
)

func checkNorm(l *lab) {
	for i := range 16 {
		l.norm(fmt.Sprintf("norm %04b", i), i)
	}
	// One row: the biased variance moves the running one.
	mv, rm, rv := l.in([]float32{2, 0}), l.in([]float32{1}), l.in([]float32{4})
	coef, bias := l.out(1), l.out(1)
	cmd, err := l.b.Norm(kernel.Norm{Channels: 1, Rows: 1, Eps: 1e-5, Momentum: 0.5, Moments: mv, RunningMean: rm, RunningVar: rv, Coef: coef, Bias: bias})
	l.run(cmd, err, rm, rv, coef, bias)
	l.near("running mean of one row", l.get(rm), []float64{1.5}, 1e-6, 0)
	l.near("running variance of one row", l.get(rv), []float64{2}, 1e-6, 0)
	l.near("coef of a constant", l.get(coef), []float64{1 / math.Sqrt(1e-5)}, 0, 1e-5)
}

// norm checks one kind of Norm: bit 0 batch statistics, 1 gamma and beta, 2 theta, 3 running statistics beside the batch's.
func (l *lab) norm(name string, shape int) {
	defer l.free()
	const channels, rows, eps, momentum = 5, 12, 1e-3, 0.1
	r := newRandom(uint64(shape))
	positive := func() []float32 {
		v := r.normal(channels)
		for i := range v {
			v[i] = v[i]*v[i] + 0.1
		}
		return v
	}
	n := kernel.Norm{Channels: channels, Rows: rows, Eps: eps, Momentum: momentum, Coef: l.out(channels), Bias: l.out(channels)}
	batch := shape&1 != 0
	means, vars := r.normal(channels), positive()
	runMeans, runVars := r.normal(channels), positive()
	if batch {
		n.Moments = l.in(append(append([]float32{}, means...), vars...))
	}
	if !batch || shape&8 != 0 {
		n.RunningMean, n.RunningVar = l.in(runMeans), l.in(runVars)
	}
	gamma, beta, theta := []float32{1, 1, 1, 1, 1}, make([]float32, channels), []float32{1}
	if shape&2 != 0 {
		gamma, beta = r.normal(channels), r.normal(channels)
		n.Gamma, n.Beta = l.in(gamma), l.in(beta)
	}
	if shape&4 != 0 {
		theta = r.normal(1)
		n.Theta = l.in(theta)
	}
	outs := []kernel.Mem{n.Coef, n.Bias}
	if batch && shape&8 != 0 {
		outs = append(outs, n.RunningMean, n.RunningVar)
	}
	cmd, err := l.b.Norm(n)
	l.run(cmd, err, outs...)

	m, v := wide(means), wide(vars)
	if !batch {
		m, v = wide(runMeans), wide(runVars)
	}
	var coef, bias, newMean, newVar []float64
	for c := range channels {
		k := float64(theta[0]) * float64(gamma[c]) / math.Sqrt(v[c]+eps)
		coef = append(coef, k)
		bias = append(bias, float64(theta[0])*float64(beta[c])-k*m[c])
		newMean = append(newMean, (1-momentum)*float64(runMeans[c])+momentum*m[c])
		newVar = append(newVar, (1-momentum)*float64(runVars[c])+momentum*v[c]*rows/(rows-1))
	}
	l.near(name+" coef", l.get(n.Coef), coef, 1e-6, 1e-6)
	l.near(name+" bias", l.get(n.Bias), bias, 1e-6, 1e-6)
	if batch && shape&8 != 0 {
		l.near(name+" running mean", l.get(n.RunningMean), newMean, 1e-6, 1e-6)
		l.near(name+" running variance", l.get(n.RunningVar), newVar, 1e-6, 1e-6)
	}
}

func checkNormGrad(l *lab) {
	for i, s := range [][2]int{{2, 1}, {9, 3}, {50, 4}, {36, 12}} {
		for shape := range 4 {
			l.normGrad(fmt.Sprintf("%d rows, %d channels, %02b", s[0], s[1], shape), uint64(i), s[0], s[1], shape)
		}
	}
	l.normGradOfConstant()
}

// normGrad checks the whole chain Moments, Norm, Combine and back through Dots, NormGrad,
// Combine against differences; shape bit 0 adds gamma and beta, bit 1 theta.
func (l *lab) normGrad(name string, seed uint64, rows, channels, shape int) {
	defer l.free()
	const eps = 1e-2
	r := newRandom(seed)
	ys, gs := r.normal(rows*channels), r.normal(rows*channels)
	gamma, beta, theta := make([]float32, channels), make([]float32, channels), []float32{1}
	for c := range gamma {
		gamma[c] = 1
	}
	moments, coef, bias := l.out(2*channels), l.out(channels), l.out(channels)
	n := kernel.Norm{Channels: channels, Rows: rows, Eps: eps, Moments: moments, Coef: coef, Bias: bias}
	sums := l.out(2 * channels)
	ng := kernel.NormGrad{Channels: channels, Rows: rows, Eps: eps, Moments: moments, Sums: sums.At(0, channels), Dot: sums.At(channels, channels),
		GradCoef: l.out(channels), SrcCoef: l.out(channels), Bias: l.out(channels)}
	outs := []kernel.Mem{ng.GradCoef, ng.SrcCoef, ng.Bias}
	if shape&1 != 0 {
		gamma, beta = r.normal(channels), r.normal(channels)
		n.Gamma, n.Beta = l.in(gamma), l.in(beta)
		ng.Gamma, ng.Beta, ng.DGamma, ng.DBeta = n.Gamma, n.Beta, l.out(channels), l.out(channels)
		outs = append(outs, ng.DGamma, ng.DBeta)
	}
	if shape&2 != 0 {
		theta = r.normal(1)
		n.Theta = l.in(theta)
		ng.Theta, ng.DTheta = n.Theta, l.out(1)
		outs = append(outs, ng.DTheta)
	}
	view := func(m kernel.Mem) kernel.View { return kernel.View{Mem: m, Stride: channels} }
	y, g, z, dy := view(l.in(ys)), view(l.in(gs)), view(l.out(len(ys))), view(l.out(len(ys)))

	cmd, err := l.b.Moments(kernel.Moments{Rows: rows, Channels: channels, Src: y, Dst: moments})
	l.run(cmd, err, moments)
	cmd, err = l.b.Norm(n)
	l.run(cmd, err, coef, bias)
	cmd, err = l.b.Combine(kernel.Combine{Rows: rows, Channels: channels, Dst: z, Terms: []kernel.Term{{Src: y, Coef: coef, Bias: bias}}})
	l.run(cmd, err, z.Mem)
	cmd, err = l.b.Dots(kernel.Dots{Rows: rows, Channels: channels, Grad: g, Srcs: []kernel.Source{{View: y}}, Dst: sums})
	l.run(cmd, err, sums)
	cmd, err = l.b.NormGrad(ng)
	l.run(cmd, err, outs...)
	cmd, err = l.b.Combine(kernel.Combine{Rows: rows, Channels: channels, Dst: dy,
		Terms: []kernel.Term{{Src: g, Coef: ng.GradCoef}, {Src: y, Coef: ng.SrcCoef, Bias: ng.Bias}}})
	l.run(cmd, err, dy.Mem)

	y64, g64, gamma64, beta64, theta64 := wide(ys), wide(gs), wide(gamma), wide(beta), wide(theta)
	ref := func() []float64 {
		return refBatchNorm(rows, channels, float64(float32(eps)), y64, gamma64, beta64, theta64[0])
	}
	loss := func() float64 { return dot(g64, ref()) }
	l.near(name+" z", l.get(z.Mem), ref(), 5e-6, 5e-6)
	l.slope(name+" dy", r, l.get(dy.Mem), loss, y64)
	if shape&1 != 0 {
		l.slope(name+" dgamma", r, l.get(ng.DGamma), loss, gamma64)
		l.slope(name+" dbeta", r, l.get(ng.DBeta), loss, beta64)
	}
	if shape&2 != 0 {
		l.slope(name+" dtheta", r, l.get(ng.DTheta), loss, theta64)
	}
}

// normGradOfConstant checks that a norm of zeros (an edge behind a dead node) has no gradient beyond rounding.
func (l *lab) normGradOfConstant() {
	defer l.free()
	out := func() kernel.Mem { return l.out(2) }
	n := kernel.NormGrad{Channels: 2, Rows: 4, Eps: 1e-5, Moments: l.in(make([]float32, 4)), Sums: l.in([]float32{3, -4}), Dot: l.in(make([]float32, 2)),
		GradCoef: out(), SrcCoef: out(), Bias: out(), DGamma: out(), DBeta: out(), DTheta: l.out(1)}
	cmd, err := l.b.NormGrad(n)
	l.run(cmd, err, n.GradCoef, n.SrcCoef, n.Bias, n.DGamma, n.DBeta, n.DTheta)
	l.near("SrcCoef of a constant", l.get(n.SrcCoef), []float64{0, 0}, 0, 0)
	l.near("DGamma of a constant", l.get(n.DGamma), []float64{0, 0}, 0, 0)
	l.near("DBeta of a constant", l.get(n.DBeta), []float64{3, -4}, 0, 0)
	l.near("DTheta of a constant", l.get(n.DTheta), []float64{0}, 0, 0)
}
