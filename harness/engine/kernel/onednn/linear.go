//go:build onednn

package onednn

/*
#include "commands.h"
*/
import "C"

import (
	"fmt"

	"gmnas/harness/engine/kernel"
)

// LinearForward makes y = x*w' + b.
func (b *Backend) LinearForward(l kernel.Linear, x, w, bias, y kernel.Mem) (kernel.Command, error) {
	k := checkLinear("linear forward", l)
	k.mem("x", x, l.Batch, l.In)
	k.mem("w", w, l.Out, l.In)
	k.mem("b", bias, l.Out)
	k.mem("y", y, l.Batch, l.Out)
	c, cmd, err := b.linear(k, C.GM_LINEAR_FORWARD, l)
	if err != nil {
		return nil, err
	}
	c.x, c.w, c.b, c.y = floats(x), floats(w), floats(bias), floats(y)
	return cmd, nil
}

// LinearBackwardData makes dx = dy*w.
func (b *Backend) LinearBackwardData(l kernel.Linear, dy, w, dx kernel.Mem) (kernel.Command, error) {
	k := checkLinear("linear data", l)
	k.mem("dy", dy, l.Batch, l.Out)
	k.mem("w", w, l.Out, l.In)
	k.mem("dx", dx, l.Batch, l.In)
	c, cmd, err := b.linear(k, C.GM_LINEAR_DATA, l)
	if err != nil {
		return nil, err
	}
	c.dy, c.w, c.dx = floats(dy), floats(w), floats(dx)
	return cmd, nil
}

// LinearBackwardWeights makes dw = dy'*x and db, the sum of dy's rows.
func (b *Backend) LinearBackwardWeights(l kernel.Linear, x, dy, dw, db kernel.Mem) (kernel.Command, error) {
	k := checkLinear("linear weights", l)
	k.mem("x", x, l.Batch, l.In)
	k.mem("dy", dy, l.Batch, l.Out)
	k.mem("dw", dw, l.Out, l.In)
	k.mem("db", db, l.Out)
	c, cmd, err := b.linear(k, C.GM_LINEAR_WEIGHTS, l)
	if err != nil {
		return nil, err
	}
	c.x, c.dy, c.dw, c.db = floats(x), floats(dy), floats(dw), floats(db)
	return cmd, nil
}

func checkLinear(what string, l kernel.Linear) *check {
	k := &check{what: what}
	k.atLeast(1, "batch", l.Batch)
	k.atLeast(1, "in", l.In)
	k.atLeast(1, "out", l.Out)
	return k
}

func (b *Backend) linear(k *check, kind C.gm_linear_kind, l kernel.Linear) (*C.gm_linear, *command, error) {
	if k.err != nil {
		return nil, nil, k.err
	}
	c := C.gm_linear_new(b.c, kind, C.long(l.Batch), C.int(l.In), C.int(l.Out))
	if c == nil {
		return nil, nil, fmt.Errorf("making %s: out of memory", k.what)
	}
	cmd, err := b.newCommand(k.what, &c.job)
	return c, cmd, err
}
