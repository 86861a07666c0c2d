package native

import (
	"errors"
	"fmt"

	"gmnas/harness/engine/kernel"
)

// shape collects what is wrong with the arguments of one command.
type shape struct {
	doing string
	errs  []error
}

func (s *shape) fail(format string, a ...any) { s.errs = append(s.errs, fmt.Errorf(format, a...)) }

func (s *shape) err() error {
	if len(s.errs) == 0 {
		return nil
	}
	return fmt.Errorf("making %s: %w", s.doing, errors.Join(s.errs...))
}

// positive requires value > 0.
func (s *shape) positive(field string, value int) {
	if value < 1 {
		s.fail("%s is %d, want 1 or more", field, value)
	}
}

// size returns the product of positive dimensions, -1 if one isn't or if it is beyond any allocation.
func size(dims ...int) int {
	n := 1
	for _, d := range dims {
		if d < 1 || d > maxAlloc/n {
			return -1
		}
		n *= d
	}
	return n
}

// mem requires memory of the product of dims and returns its values.
func (s *shape) mem(field string, m kernel.Mem, dims ...int) []float32 {
	switch n := size(dims...); {
	case n < 0:
		s.fail("%s would have the shape %v, want positive sizes and at most %d values", field, dims, maxAlloc)
	case m.None():
		s.fail("%s is missing, want %d values", field, n)
	case m.Len != n:
		s.fail("%s holds %d values, want %d for the shape %v", field, m.Len, n, dims)
	default:
		return values(m)
	}
	return nil
}

// option is mem for memory that may be none.
func (s *shape) option(field string, m kernel.Mem, dims ...int) []float32 {
	if m.None() {
		return nil
	}
	return s.mem(field, m, dims...)
}

// keep requires, where m is some, images that share the rows evenly.
func (s *shape) keep(field string, m kernel.Mem, rows int) []float32 {
	if !m.None() && (m.Len < 1 || rows%m.Len != 0) {
		s.fail("%s is of %d images, want a number that divides the %d rows", field, m.Len, rows)
		return nil
	}
	return values(m)
}

// view is a checked kernel.View: row r is at[r*stride:][:channels].
type view struct {
	at     []float32
	stride int
}

// view requires rows x channels values within v's memory.
func (s *shape) view(field string, v kernel.View, rows, channels int) view {
	switch {
	case v.Mem.None():
		s.fail("%s is missing", field)
	case v.Offset < 0 || v.Offset > v.Mem.Len:
		s.fail("%s.Offset is %d, want 0 to %d", field, v.Offset, v.Mem.Len)
	case rows < 1 || channels < 1:
		s.fail("%s would have %d rows of %d channels, want 1 or more", field, rows, channels)
	case v.Stride < channels:
		s.fail("%s.Stride is %d, want at least the %d channels", field, v.Stride, channels)
	case v.Mem.Len-v.Offset < channels || (v.Mem.Len-v.Offset-channels)/v.Stride < rows-1:
		s.fail("%s holds %d values, too few for %d rows of %d channels at offset %d, stride %d", field, v.Mem.Len, rows, channels, v.Offset, v.Stride)
	default:
		return view{values(v.Mem)[v.Offset:], v.Stride}
	}
	return view{}
}

// optionalView is view for a view that may be none.
func (s *shape) optionalView(field string, v kernel.View, rows, channels int) view {
	if v.Mem.None() {
		return view{}
	}
	return s.view(field, v, rows, channels)
}

// some reports whether the view is there.
func (v view) some() bool { return v.at != nil }

// row returns n channels of row r.
func (v view) row(r, n int) []float32 { return v.at[r*v.stride:][:n] }
