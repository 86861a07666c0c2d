//go:build onednn

package onednn

/*
#include "commands.h"
*/
import "C"

import (
	"runtime"

	"gmnas/harness/engine/kernel"
)

// Inner returns the float64 sum of the products of x and y.
func (b *Backend) Inner(x, y kernel.Mem) float64 {
	host(y, x.Len)
	s := C.gm_inner(b.c, floats(x), floats(y), C.long(x.Len))
	runtime.KeepAlive(b)
	return float64(s)
}

// Axpy adds a*x to y.
func (b *Backend) Axpy(a float32, x, y kernel.Mem) {
	host(y, x.Len)
	C.gm_axpy(b.c, C.float(a), floats(x), floats(y), C.long(x.Len))
	runtime.KeepAlive(b)
}

// SGDStep moves w and m by one step against the gradient g.
func (b *Backend) SGDStep(s kernel.SGD, w, g, m kernel.Mem) {
	host(g, w.Len)
	host(m, w.Len)
	c := C.gm_sgd{
		lr: C.float(s.LR), momentum: C.float(s.Momentum), decay: C.float(s.WeightDecay), scale: C.float(s.Scale),
		nesterov: truth(s.Nesterov), first: truth(s.First),
	}
	C.gm_sgd_step(b.c, c, floats(w), floats(g), floats(m), C.long(w.Len))
	runtime.KeepAlive(b)
}

func truth(b bool) C.int {
	if b {
		return 1
	}
	return 0
}
