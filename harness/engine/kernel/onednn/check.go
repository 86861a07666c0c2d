//go:build onednn

package onednn

import (
	"fmt"
	"math"

	"gmnas/harness/engine/kernel"
)

// check collects the first thing that is wrong with a command's arguments: C would read
// and write wherever they say.
type check struct {
	what string // the command, e.g. "dots"
	err  error
}

func (c *check) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf("making "+c.what+": "+format, args...)
	}
}

// atLeast requires a size from min to what C's int holds.
func (c *check) atLeast(min int, name string, n int) {
	if n < min || n > math.MaxInt32 {
		c.fail("%s is %d, want %d to %d", name, n, min, math.MaxInt32)
	}
}

// product multiplies sizes; too large a product is an error and becomes 0.
func (c *check) product(sizes ...int) int {
	n := 1
	for _, s := range sizes {
		if s < 0 || n > 0 && s > math.MaxInt/8/n {
			c.fail("a tensor of sizes %v is too large", sizes)
			return 0
		}
		n *= s
	}
	return n
}

// mem requires memory of exactly the sizes' product.
func (c *check) mem(name string, m kernel.Mem, sizes ...int) {
	if n := c.product(sizes...); m.None() {
		c.fail("%s is missing, want %v values", name, sizes)
	} else if m.Len != n {
		c.fail("%s has %d values, want %v", name, m.Len, sizes)
	}
}

// optional is mem where none is allowed.
func (c *check) optional(name string, m kernel.Mem, sizes ...int) {
	if !m.None() {
		c.mem(name, m, sizes...)
	}
}

// keep requires, where m is some, images that share the rows evenly.
func (c *check) keep(name string, m kernel.Mem, rows int) {
	if !m.None() && (m.Len < 1 || rows%m.Len != 0) {
		c.fail("%s is of %d images, want a number that divides the %d rows", name, m.Len, rows)
	}
}

// view requires that all rows lie within the view's memory.
func (c *check) view(name string, v kernel.View, rows, channels int) {
	switch {
	case v.Mem.None():
		c.fail("%s is missing", name)
	case v.Offset < 0 || v.Stride < channels || v.Offset > v.Stride-channels:
		c.fail("%s has channels %d to %d of rows of %d", name, v.Offset, v.Offset+channels, v.Stride)
	case c.err == nil && c.product(rows-1, v.Stride)+v.Offset+channels > v.Mem.Len:
		c.fail("%s has %d values, too few for %d rows of %d", name, v.Mem.Len, rows, v.Stride)
	}
}
