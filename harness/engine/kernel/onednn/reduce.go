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

// Moments makes the mean and variance of every channel.
func (b *Backend) Moments(m kernel.Moments) (kernel.Command, error) {
	k := check{what: "moments"}
	k.atLeast(1, "rows", m.Rows)
	k.atLeast(1, "channels", m.Channels)
	k.view("src", m.Src, m.Rows, m.Channels)
	k.mem("dst", m.Dst, 2, m.Channels)
	if k.err != nil {
		return nil, k.err
	}
	c := C.gm_moments_new(b.c, C.long(m.Rows), C.int(m.Channels))
	if c == nil {
		return nil, fmt.Errorf("making moments: out of memory")
	}
	c.src, c.dst = view(m.Src), floats(m.Dst)
	return b.newCommand("moments", &c.job)
}

// dots keeps all sources; each run gives C the open ones.
type dots struct {
	*command
	srcs  []C.gm_view
	gates []*kernel.Gate
	open  []C.gm_view // C's memory
}

// Dots makes the sums of g and of g times every source.
func (b *Backend) Dots(d kernel.Dots) (kernel.Command, error) {
	k := check{what: "dots"}
	k.atLeast(1, "rows", d.Rows)
	k.atLeast(1, "channels", d.Channels)
	k.view("grad", d.Grad, d.Rows, d.Channels)
	for i, s := range d.Srcs {
		k.view(fmt.Sprintf("source %d", i), s.View, d.Rows, d.Channels)
	}
	k.keep("keep", d.Keep, d.Rows)
	k.mem("dst", d.Dst, 1+len(d.Srcs), d.Channels)
	if k.err != nil {
		return nil, k.err
	}
	c := C.gm_dots_new(b.c, C.long(d.Rows), C.int(d.Channels), C.int(len(d.Srcs)))
	if c == nil {
		return nil, fmt.Errorf("making dots: out of memory")
	}
	cmd, err := b.newCommand("dots", &c.job)
	if err != nil {
		return nil, err
	}
	c.grad, c.dst = view(d.Grad), floats(d.Dst)
	c.keep, c.images = floats(d.Keep), C.long(d.Keep.Len)
	x := &dots{command: cmd, open: unsafe.Slice(c.srcs, len(d.Srcs))}
	for _, s := range d.Srcs {
		x.srcs = append(x.srcs, view(s.View))
		x.gates = append(x.gates, s.Gate)
	}
	return x, nil
}

// Run reads the sources that are open now.
func (x *dots) Run() error {
	for i, g := range x.gates {
		if g.Shut() {
			x.open[i] = C.gm_view{}
		} else {
			x.open[i] = x.srcs[i]
		}
	}
	return x.command.Run()
}

// ReduceSum makes the sum of src.
func (b *Backend) ReduceSum(src, dst kernel.Mem) (kernel.Command, error) {
	k := check{what: "reduce sum"}
	k.mem("src", src, src.Len)
	k.mem("dst", dst, 1)
	if k.err != nil {
		return nil, k.err
	}
	return b.newCommand("reduce sum", C.gm_reduce_new(b.c, floats(src), C.long(src.Len), floats(dst)))
}

// GlobalAvgPoolForward makes y [batch, channels], the mean of x [batch, pixels, channels].
func (b *Backend) GlobalAvgPoolForward(batch, pixels, channels int, x, y kernel.Mem) (kernel.Command, error) {
	return b.global("global average pool forward", 0, batch, pixels, channels, x, y, x, y)
}

// GlobalAvgPoolBackward makes dx [batch, pixels, channels] from dy [batch, channels].
func (b *Backend) GlobalAvgPoolBackward(batch, pixels, channels int, dy, dx kernel.Mem) (kernel.Command, error) {
	return b.global("global average pool backward", 1, batch, pixels, channels, dx, dy, dy, dx)
}

// global checks the large and the small memory and makes a command from in to out.
func (b *Backend) global(what string, backward C.int, batch, pixels, channels int, large, small, in, out kernel.Mem) (kernel.Command, error) {
	k := check{what: what}
	k.atLeast(1, "batch", batch)
	k.atLeast(1, "pixels", pixels)
	k.atLeast(1, "channels", channels)
	k.mem("pixels' memory", large, batch, pixels, channels)
	k.mem("averages' memory", small, batch, channels)
	if k.err != nil {
		return nil, k.err
	}
	c := C.gm_global_new(b.c, backward, C.long(batch), C.long(pixels), C.int(channels))
	if c == nil {
		return nil, fmt.Errorf("making %s: out of memory", what)
	}
	c.in, c.out = floats(in), floats(out)
	return b.newCommand(what, &c.job)
}
