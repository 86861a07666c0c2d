//go:build onednn

package onednn

/*
#include "commands.h"
*/
import "C"

import (
	"fmt"
	"math"

	"gmnas/harness/engine/kernel"
)

// Norm makes a batch norm's coefficients and moves its running statistics.
func (b *Backend) Norm(n kernel.Norm) (kernel.Command, error) {
	k := check{what: "norm"}
	k.atLeast(1, "channels", n.Channels)
	k.atLeast(1, "rows", n.Rows)
	k.eps(n.Eps)
	k.optional("moments", n.Moments, 2, n.Channels)
	k.optional("running mean", n.RunningMean, n.Channels)
	k.optional("running variance", n.RunningVar, n.Channels)
	if n.RunningMean.None() != n.RunningVar.None() {
		k.fail("one of running mean and running variance is missing")
	}
	if n.Moments.None() && n.RunningMean.None() {
		k.fail("neither moments nor running statistics are given")
	}
	k.optional("theta", n.Theta, 1)
	k.optional("gamma", n.Gamma, n.Channels)
	k.optional("beta", n.Beta, n.Channels)
	k.mem("coef", n.Coef, n.Channels)
	k.mem("bias", n.Bias, n.Channels)
	if k.err != nil {
		return nil, k.err
	}
	c := C.gm_norm_new(b.c)
	if c == nil {
		return nil, fmt.Errorf("making norm: out of memory")
	}
	c.channels, c.rows = C.int(n.Channels), C.double(n.Rows)
	c.eps, c.momentum = C.double(n.Eps), C.double(n.Momentum)
	c.moments, c.running_mean, c.running_var = floats(n.Moments), floats(n.RunningMean), floats(n.RunningVar)
	c.theta, c.gamma, c.beta = floats(n.Theta), floats(n.Gamma), floats(n.Beta)
	c.coef, c.bias = floats(n.Coef), floats(n.Bias)
	return b.newCommand("norm", &c.job)
}

// NormGrad makes the coefficients of a batch norm's gradient.
func (b *Backend) NormGrad(n kernel.NormGrad) (kernel.Command, error) {
	k := check{what: "norm gradient"}
	k.atLeast(1, "channels", n.Channels)
	k.atLeast(1, "rows", n.Rows)
	k.eps(n.Eps)
	k.mem("moments", n.Moments, 2, n.Channels)
	k.optional("theta", n.Theta, 1)
	k.optional("gamma", n.Gamma, n.Channels)
	k.optional("beta", n.Beta, n.Channels)
	k.mem("sums", n.Sums, n.Channels)
	k.mem("dot", n.Dot, n.Channels)
	k.mem("grad coef", n.GradCoef, n.Channels)
	k.mem("src coef", n.SrcCoef, n.Channels)
	k.mem("bias", n.Bias, n.Channels)
	k.optional("gradient of gamma", n.DGamma, n.Channels)
	k.optional("gradient of beta", n.DBeta, n.Channels)
	k.optional("gradient of theta", n.DTheta, 1)
	if k.err != nil {
		return nil, k.err
	}
	c := C.gm_norm_grad_new(b.c)
	if c == nil {
		return nil, fmt.Errorf("making norm gradient: out of memory")
	}
	c.channels, c.rows, c.eps = C.int(n.Channels), C.double(n.Rows), C.double(n.Eps)
	c.moments, c.theta, c.gamma, c.beta = floats(n.Moments), floats(n.Theta), floats(n.Gamma), floats(n.Beta)
	c.sums, c.dot = floats(n.Sums), floats(n.Dot)
	c.grad_coef, c.src_coef, c.bias = floats(n.GradCoef), floats(n.SrcCoef), floats(n.Bias)
	c.dgamma, c.dbeta, c.dtheta = floats(n.DGamma), floats(n.DBeta), floats(n.DTheta)
	return b.newCommand("norm gradient", &c.job)
}

func (c *check) eps(eps float32) {
	if !(eps >= 0) || math.IsInf(float64(eps), 0) {
		c.fail("eps is %v, want a number not below 0", eps)
	}
}
