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

// AvgPoolForward makes y, the means of x's windows.
func (b *Backend) AvgPoolForward(p kernel.Pool, x, y kernel.Mem) (kernel.Command, error) {
	k := checkPool("average pool forward", p, x, y)
	return b.pool(k, C.GM_AVG_FORWARD, C.gm_pool{x: floats(x), out: floats(y)}, p)
}

// AvgPoolBackward makes dx.
func (b *Backend) AvgPoolBackward(p kernel.Pool, dy, dx kernel.Mem) (kernel.Command, error) {
	k := checkPool("average pool backward", p, dx, dy)
	return b.pool(k, C.GM_AVG_BACKWARD, C.gm_pool{dy: floats(dy), out: floats(dx)}, p)
}

// MaxPoolForward makes y, the maxima of x's windows.
func (b *Backend) MaxPoolForward(p kernel.Pool, x, y kernel.Mem) (kernel.Command, error) {
	k := checkPool("max pool forward", p, x, y)
	return b.pool(k, C.GM_MAX_FORWARD, C.gm_pool{x: floats(x), out: floats(y)}, p)
}

// MaxPoolBackward makes dx; a window's gradient goes to its first maximum.
func (b *Backend) MaxPoolBackward(p kernel.Pool, x, dy, dx kernel.Mem) (kernel.Command, error) {
	k := checkPool("max pool backward", p, x, dy)
	k.mem("gradient of the input", dx, p.Batch, p.Height, p.Width, p.Channels)
	return b.pool(k, C.GM_MAX_BACKWARD, C.gm_pool{x: floats(x), dy: floats(dy), out: floats(dx)}, p)
}

// checkPool requires that every window has a valid pixel, and x and y of the input's and output's shape.
func checkPool(what string, p kernel.Pool, x, y kernel.Mem) *check {
	k := &check{what: fmt.Sprintf("%s %+v", what, p)}
	k.atLeast(1, "batch", p.Batch)
	k.atLeast(1, "height", p.Height)
	k.atLeast(1, "width", p.Width)
	k.atLeast(1, "channels", p.Channels)
	k.atLeast(1, "kernel", p.Kernel)
	k.atLeast(1, "stride", p.Stride)
	k.atLeast(0, "pad", p.Pad)
	k.atLeast(0, "shift", p.Shift)
	if k.err != nil {
		return k
	}
	if p.Pad >= p.Kernel {
		k.fail("pad is %d, want less than the kernel's %d", p.Pad, p.Kernel)
	}
	if p.Shift >= p.Height || p.Shift >= p.Width {
		k.fail("shift is %d, want less than the image's %dx%d", p.Shift, p.Height, p.Width)
	}
	if p.Kernel > p.Height-p.Shift+2*p.Pad || p.Kernel > p.Width-p.Shift+2*p.Pad {
		k.fail("the kernel is larger than the padded input")
	}
	if k.err != nil {
		return k
	}
	h, w := p.OutSize()
	k.mem("input or its gradient", x, p.Batch, p.Height, p.Width, p.Channels)
	k.mem("output or its gradient", y, p.Batch, h, w, p.Channels)
	return k
}

func (b *Backend) pool(k *check, kind C.gm_pool_kind, c C.gm_pool, p kernel.Pool) (kernel.Command, error) {
	if k.err != nil {
		return nil, k.err
	}
	h, w := p.OutSize()
	c.batch, c.height, c.width, c.channels = C.int(p.Batch), C.int(p.Height), C.int(p.Width), C.int(p.Channels)
	c.out_height, c.out_width = C.int(h), C.int(w)
	c.kernel, c.stride, c.pad = C.int(p.Kernel), C.int(p.Stride), C.int(p.Pad-p.Shift)
	made := C.gm_pool_new(b.c, kind, &c)
	if made == nil {
		return nil, fmt.Errorf("making %s: out of memory", k.what)
	}
	return b.newCommand(k.what, &made.job)
}
