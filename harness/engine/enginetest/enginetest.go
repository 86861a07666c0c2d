// Package enginetest is the conformance suite that every kernel.Backend passes.
//
// It knows the backend only through its interface: memory is allocated, uploaded and
// downloaded, never addressed. Whatever a check runs is held to the promises common to
// all commands as well: the same bits twice, no garbage, nothing written but the outputs.
package enginetest

import (
	"runtime"
	"testing"

	"gmnas/harness/engine/kernel"
)

// Run checks the backend that open returns. open is called once for each group of checks,
// on the goroutine that uses the backend, locked to its OS thread.
func Run(t *testing.T, open func(t *testing.T) kernel.Backend) {
	groups := []struct {
		name  string
		check func(*lab)
	}{
		{"Memory", checkMemory},
		{"Vector", checkVector},
		{"Conv", checkConv},
		{"HalfConv", checkHalfConv},
		{"Pool", checkPool},
		{"GlobalAvgPool", checkGlobalAvgPool},
		{"Linear", checkLinear},
		{"Combine", checkCombine},
		{"HalfCombine", checkHalfCombine},
		{"Narrow", checkNarrow},
		{"Moments", checkMoments},
		{"Dots", checkDots},
		{"ReduceSum", checkReduceSum},
		{"Norm", checkNorm},
		{"NormGrad", checkNormGrad},
		{"CrossEntropy", checkCrossEntropy},
		{"SGD", checkSGD},
		{"Golden", checkGolden},
		{"BadArguments", checkBadArguments},
	}
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			l := &lab{T: t, b: open(t)}
			defer l.free()
			g.check(l)
		})
	}
}
