//go:build onednn

package onednn

/*
#include "commands.h"
*/
import "C"

import (
	"fmt"
	"unsafe"

	"gmnas/harness/engine/kernel"
)

// combine keeps all terms; each run gives C the open ones.
type combine struct {
	*command
	c     *C.gm_combine
	terms []C.gm_term
	gates []*kernel.Gate
	open  []C.gm_term // C's memory
}

// Combine makes the sum of terms, one pass over memory.
func (b *Backend) Combine(k kernel.Combine) (kernel.Command, error) {
	if err := checkCombine(k); err != nil {
		return nil, err
	}
	c := C.gm_combine_new(b.c, C.long(k.Rows), C.int(k.Channels), C.int(len(k.Terms)))
	if c == nil {
		return nil, fmt.Errorf("making combine: out of memory")
	}
	cmd, err := b.newCommand("combine", &c.job)
	if err != nil {
		return nil, err
	}
	c.dst, c.relu = view(k.Dst), view(k.Relu)
	c.dst_half, c.relu_half = halves(k.DstHalf), halves(k.ReluHalf)
	x := &combine{command: cmd, c: c, open: unsafe.Slice(c.terms, len(k.Terms))}
	for _, t := range k.Terms {
		x.gates = append(x.gates, t.Gate)
		x.terms = append(x.terms, C.gm_term{
			src: view(t.Src), mask: view(t.Mask), coef: floats(t.Coef), bias: floats(t.Bias), keep: floats(t.Keep), coefs: C.int(t.Coef.Len),
		})
		c.images = max(c.images, C.long(t.Keep.Len))
	}
	return x, nil
}

// Run adds up the terms that are open now.
func (x *combine) Run() error {
	n := 0
	for i, g := range x.gates {
		if !g.Shut() {
			x.open[n] = x.terms[i]
			n++
		}
	}
	x.c.open = C.int(n)
	return x.command.Run()
}

// view returns v for C, with the offset applied; NULL if it has no memory.
func view(v kernel.View) C.gm_view {
	if v.Mem.None() {
		return C.gm_view{}
	}
	return C.gm_view{p: (*C.float)(unsafe.Add(v.Mem.Ptr, 4*v.Offset)), stride: C.long(v.Stride)}
}

func checkCombine(k kernel.Combine) error {
	c := check{what: "combine"}
	c.atLeast(1, "rows", k.Rows)
	c.atLeast(1, "channels", k.Channels)
	if c.err != nil {
		return c.err
	}
	if k.Dst.Mem.None() && k.Relu.Mem.None() && k.DstHalf.None() && k.ReluHalf.None() {
		c.fail("none of dst, relu, and their halves is given")
	}
	optional := func(name string, v kernel.View) {
		if !v.Mem.None() {
			c.view(name, v, k.Rows, k.Channels)
		}
	}
	optional("dst", k.Dst)
	optional("relu", k.Relu)
	c.optional("half of dst", k.DstHalf, kernel.HalfLen(c.product(k.Rows, k.Channels)))
	c.optional("half of relu", k.ReluHalf, kernel.HalfLen(c.product(k.Rows, k.Channels)))
	images := 0
	for i, t := range k.Terms {
		c.view(fmt.Sprintf("source of term %d", i), t.Src, k.Rows, k.Channels)
		optional(fmt.Sprintf("mask of term %d", i), t.Mask)
		if t.Coef.Len != 1 {
			c.optional(fmt.Sprintf("coef of term %d", i), t.Coef, k.Channels)
		}
		c.optional(fmt.Sprintf("bias of term %d", i), t.Bias, k.Channels)
		c.keep(fmt.Sprintf("keep of term %d", i), t.Keep, k.Rows)
		if !t.Keep.None() && images != 0 && t.Keep.Len != images {
			c.fail("keep of term %d is of %d images, another term's of %d", i, t.Keep.Len, images)
		}
		images = max(images, t.Keep.Len)
	}
	return c.err
}
