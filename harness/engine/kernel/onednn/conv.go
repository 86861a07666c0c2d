//go:build onednn

package onednn

/*
#include "commands.h"
#include "conv.h"
*/
import "C"

import (
	"fmt"
	"strings"

	"gmnas/harness/engine/kernel"
)

// ConvForward makes y = x convolved with w.
func (b *Backend) ConvForward(c kernel.Conv, x, w, y kernel.Mem) (kernel.Command, error) {
	return b.conv("forward", C.GM_FORWARD, c, x, w, y)
}

// ConvBackwardData makes the gradient dx of the input.
func (b *Backend) ConvBackwardData(c kernel.Conv, dy, w, dx kernel.Mem) (kernel.Command, error) {
	return b.conv("data", C.GM_BACKWARD_DATA, c, dx, w, dy)
}

// ConvBackwardWeights makes the gradient dw of the weights.
func (b *Backend) ConvBackwardWeights(c kernel.Conv, x, dy, dw kernel.Mem) (kernel.Command, error) {
	return b.conv("weights", C.GM_BACKWARD_WEIGHTS, c, x, dw, dy)
}

func (b *Backend) conv(name string, direction C.gm_direction, c kernel.Conv, x, w, y kernel.Mem) (kernel.Command, error) {
	what := fmt.Sprintf("convolution %s %+v", name, c)
	if err := checkConv(what, c, direction, x, w, y); err != nil {
		return nil, err
	}
	if c.Half {
		if err := b.CheckHalf(); err != nil {
			return nil, fmt.Errorf("making %s: %w", what, err)
		}
	}
	h, wd := c.OutSize()
	shape := C.gm_shape{
		batch: C.int(c.Batch), height: C.int(c.Height), width: C.int(c.Width), in: C.int(c.In), out: C.int(c.Out),
		out_height: C.int(h), out_width: C.int(wd), kernel: C.int(c.Kernel), stride: C.int(c.Stride),
		pad: C.int(c.Pad), dilation: C.int(c.Dilation), groups: C.int(c.Groups), half: truth(c.Half),
	}
	var job *C.gm_job
	var step *C.char
	if s := C.gm_conv_new(b.c, direction, &shape, x.Ptr, floats(w), y.Ptr, &job, &step); s != C.dnnl_success {
		return nil, fmt.Errorf("making %s: %s: %s", what, C.GoString(step), status(s))
	}
	if c.Groups > 1 && !c.Half && !libraryDepthwise(c, direction, C.GoString(C.gm_conv_info(job))) {
		C.gm_job_destroy(job)
		d := C.gm_depthwise_new(b.c, direction, &shape, floats(x), floats(w), floats(y))
		if d == nil {
			return nil, fmt.Errorf("making %s: out of memory", what)
		}
		return b.newCommand(what, &d.job)
	}
	cmd, err := b.newCommand(what, job)
	if err != nil {
		return nil, err
	}
	cmd.failed = func(s C.int) error { return fmt.Errorf("running %s: %s", what, status(s)) }
	return cmd, nil
}

// libraryDepthwise reports whether oneDNN's depthwise convolution is the faster one: where it has code for it, which its name for
// the implementation tells, the forward pass of dilated ones and the weights of 3x3 ones. Ours was measured to be up to twice as
// fast for the others, up to five times with few channels, and ten times where the library falls back on general code.
func libraryDepthwise(c kernel.Conv, direction C.gm_direction, info string) bool {
	if !strings.Contains(info, "dw") || c.In < C.GM_WIDEST && c.Stride == 1 {
		return false
	}
	return direction == C.GM_FORWARD && c.Dilation > 1 || direction == C.GM_BACKWARD_WEIGHTS && c.Kernel == 3
}

func checkConv(what string, c kernel.Conv, direction C.gm_direction, x, w, y kernel.Mem) error {
	k := check{what: what}
	k.atLeast(1, "batch", c.Batch)
	k.atLeast(1, "height", c.Height)
	k.atLeast(1, "width", c.Width)
	k.atLeast(1, "in", c.In)
	k.atLeast(1, "out", c.Out)
	k.atLeast(1, "kernel", c.Kernel)
	k.atLeast(1, "stride", c.Stride)
	k.atLeast(0, "pad", c.Pad)
	k.atLeast(1, "dilation", c.Dilation)
	if c.Groups != 1 && (c.Groups < 1 || c.Groups != c.In || c.Groups != c.Out) {
		k.fail("groups is %d, want 1 or both in and out (%d, %d)", c.Groups, c.In, c.Out)
	}
	if k.err != nil {
		return k.err
	}
	if reach := c.Dilation*(c.Kernel-1) + 1; reach > c.Height+2*c.Pad || reach > c.Width+2*c.Pad {
		k.fail("the kernel reaches over %d pixels, more than the padded input", reach)
		return k.err
	}
	h, wd := c.OutSize()
	activation := func(name string, m kernel.Mem, read bool, sizes ...int) {
		if c.Half && read {
			sizes = []int{kernel.HalfLen(k.product(sizes...))}
		}
		k.mem(name, m, sizes...)
	}
	activation("input", x, direction != C.GM_BACKWARD_DATA, c.Batch, c.Height, c.Width, c.In)
	k.mem("weights", w, c.Out, c.Kernel, c.Kernel, c.In/c.Groups)
	activation("output", y, direction != C.GM_FORWARD, c.Batch, h, wd, c.Out)
	return k.err
}
