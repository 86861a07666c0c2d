package supernet

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gmnas/harness/engine/kernel"
)

// Parameters is the memory that training changes. Weights, Gradients and Momentum are laid out by
// Layout.Params, Stats by Layout.Stats.
type Parameters struct {
	Config    Config
	Layout    *Layout
	Backend   kernel.Backend
	Weights   kernel.Mem
	Gradients kernel.Mem
	Momentum  kernel.Mem
	Stats     kernel.Mem
	// active marks the tensors that have received a gradient; the optimizer moves no other (spec.md row 39).
	active []bool
	moving []Range // of the active tensors
}

// NewParameters allocates the memory, all zero; Init or Upload fills it.
func NewParameters(b kernel.Backend, c Config) (*Parameters, error) {
	if err := c.Space.CheckSkeleton(c.Skeleton); err != nil {
		return nil, fmt.Errorf("making a supernet: %w", err)
	}
	p, err := Allocate(b, NewLayout(c))
	if err != nil {
		return nil, fmt.Errorf("making a supernet: %w", err)
	}
	p.Config = c
	return p, nil
}

// Allocate allocates the memory of any network's layout, all zero.
func Allocate(b kernel.Backend, l *Layout) (*Parameters, error) {
	p := &Parameters{Layout: l, Backend: b, active: make([]bool, len(l.Params))}
	for _, m := range []struct {
		mem  *kernel.Mem
		size int
	}{{&p.Weights, p.Layout.ParamSize}, {&p.Gradients, p.Layout.ParamSize}, {&p.Momentum, p.Layout.ParamSize}, {&p.Stats, p.Layout.StatSize}} {
		var err error
		if *m.mem, err = b.Alloc(m.size); err != nil {
			p.Close()
			return nil, fmt.Errorf("allocating %d weights: %w", l.ParamSize, err)
		}
	}
	return p, nil
}

// Close frees the memory.
func (p *Parameters) Close() {
	for _, m := range []kernel.Mem{p.Weights, p.Gradients, p.Momentum, p.Stats} {
		if !m.None() {
			p.Backend.Free(m)
		}
	}
}

// Init fills weights and statistics as PyTorch initialises such a network (spec.md section 1.3); the draws follow the layout.
func (p *Parameters) Init(rng *rand.Rand) {
	p.Backend.Upload(p.Weights, initial(p.Layout.Params, p.Layout.ParamSize, rng))
	p.Backend.Upload(p.Stats, initial(p.Layout.Stats, p.Layout.StatSize, rng))
	p.Backend.Zero(p.Momentum)
}

func initial(tensors []Tensor, size int, rng *rand.Rand) []float32 {
	values := make([]float32, size)
	for _, t := range tensors {
		bound := 0.0
		if t.FanIn > 0 {
			bound = 1 / math.Sqrt(float64(t.FanIn))
		}
		for i := range t.Size {
			if bound > 0 {
				values[t.Offset+i] = float32((2*rng.Float64() - 1) * bound)
			} else {
				values[t.Offset+i] = t.Fill
			}
		}
	}
	return values
}

// Of returns the part of m, laid out by Layout.Params, that holds t.
func (t Tensor) Of(m kernel.Mem) kernel.Mem { return m.At(t.Offset, t.Size) }

// Range is values [From, To) of a layout.
type Range struct{ From, To int }

// Active reports whether the i-th tensor has received a gradient.
func (p *Parameters) Active(i int) bool { return p.active[i] }

// Moving returns the ranges of the tensors that have received a gradient. The slice belongs to p.
func (p *Parameters) Moving() []Range { return p.moving }

// Activate marks the i-th tensor as having received a gradient.
func (p *Parameters) Activate(i int) {
	if !p.active[i] {
		p.active[i] = true
		p.moving = p.Layout.Ranges(func(i int, _ Tensor) bool { return p.active[i] })
	}
}

// Ranges returns the parts of the layout whose tensors are wanted, neighbours joined.
func (l *Layout) Ranges(want func(i int, t Tensor) bool) []Range {
	var rs []Range
	for i, t := range l.Params {
		if !want(i, t) {
			continue
		}
		if n := len(rs); n > 0 && rs[n-1].To == t.Offset {
			rs[n-1].To += t.Size
		} else {
			rs = append(rs, Range{t.Offset, t.Offset + t.Size})
		}
	}
	return rs
}
