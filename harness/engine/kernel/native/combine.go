package native

import (
	"fmt"

	"gmnas/harness/engine/kernel"
)

// blockValues is how many values of a mixture are worked on at once: 16 KiB.
const blockValues = 4096

// Combine returns the command of a mixture.
func (b *Backend) Combine(c kernel.Combine) (kernel.Command, error) {
	s := &shape{doing: "combine"}
	s.positive("Rows", c.Rows)
	s.positive("Channels", c.Channels)
	if c.Dst.Mem.None() && c.Relu.Mem.None() && c.DstHalf.None() && c.ReluHalf.None() {
		s.fail("none of Dst, Relu, DstHalf and ReluHalf is given, want one or more")
	}
	m := &mixture{rows: c.Rows, channels: c.Channels,
		dst: s.optionalView("Dst", c.Dst, c.Rows, c.Channels), relu: s.optionalView("Relu", c.Relu, c.Rows, c.Channels),
		dstHalf: s.optionalHalf("DstHalf", c.DstHalf, c.Rows, c.Channels), reluHalf: s.optionalHalf("ReluHalf", c.ReluHalf, c.Rows, c.Channels)}
	for i, t := range c.Terms {
		field := fmt.Sprintf("Terms[%d].", i)
		a := addend{src: s.view(field+"Src", t.Src, c.Rows, c.Channels), mask: s.optionalView(field+"Mask", t.Mask, c.Rows, c.Channels), gate: t.Gate}
		if t.Coef.Len == 1 {
			a.coef = s.mem(field+"Coef", t.Coef, 1)
		} else {
			a.coef = s.option(field+"Coef", t.Coef, c.Channels)
		}
		a.bias = s.option(field+"Bias", t.Bias, c.Channels)
		a.keep = s.keep(field+"Keep", t.Keep, c.Rows)
		if a.keep != nil {
			if m.images != 0 && m.images != len(a.keep) {
				s.fail("%sKeep is of %d images, another term's of %d", field, len(a.keep), m.images)
			}
			m.images = len(a.keep)
		}
		m.terms = append(m.terms, a)
	}
	if err := s.err(); err != nil {
		return nil, err
	}
	m.step = max(1, blockValues/c.Channels)
	m.acc = perThread(b, m.step*c.Channels)
	m.period = repeats(c.Channels, c.Rows) * c.Channels
	for i := range m.terms {
		m.terms[i].prepare(m.period)
	}
	return &mixtureCommand{command{&b.crew, m}, m}, nil
}

// addend is a checked kernel.Term; coef, bias, keep and mask are nil where the term has none.
type addend struct {
	src, mask          view
	coef, bias, keep   []float32
	gate               *kernel.Gate
	wideCoef, wideBias []float32 // coef, if it has a value a channel, and bias, repeated for several rows
}

// prepare allocates the repeated values.
func (t *addend) prepare(period int) {
	if len(t.coef) > 1 {
		t.wideCoef = make([]float32, period)
	}
	if t.bias != nil {
		t.wideBias = make([]float32, period)
	}
}

type mixture struct {
	rows, channels int
	step           int // rows of a block
	images         int // of the terms' keep; 0 where none has one
	period         int // values after which coefficients and biases repeat
	dst, relu      view
	dstHalf        []uint16 // nil where they aren't wanted
	reluHalf       []uint16
	terms          []addend
	acc            [][]float32
}

// mixtureCommand repeats the open terms' coefficients and runs the mixture.
type mixtureCommand struct {
	command
	m *mixture
}

func (c *mixtureCommand) Run() error {
	for i := range c.m.terms {
		if t := &c.m.terms[i]; !t.gate.Shut() {
			repeat(t.wideCoef, t.coef)
			repeat(t.wideBias, t.bias)
		}
	}
	return c.command.Run()
}

// part adds all terms of a block of rows before it writes them, so that outputs may replace sources.
func (m *mixture) part(i, parts int) {
	from, to := share(m.rows, i, parts)
	for ; from < to; from += m.step {
		rows := min(m.step, to-from)
		acc := m.acc[i][:rows*m.channels]
		clear(acc)
		for k := range m.terms {
			if t := &m.terms[k]; !t.gate.Shut() {
				m.addKept(t, acc, from)
			}
		}
		if m.dst.some() {
			m.dst.store(acc, from, rows, m.channels)
		}
		if m.dstHalf != nil {
			narrowTo(m.dstHalf[from*m.channels:], acc)
		}
		if m.relu.some() || m.reluHalf != nil {
			for j, v := range acc {
				acc[j] = max(v, 0)
			}
		}
		if m.relu.some() {
			m.relu.store(acc, from, rows, m.channels)
		}
		if m.reluHalf != nil {
			narrowTo(m.reluHalf[from*m.channels:], acc)
		}
	}
}

// store writes rows of n channels from acc.
func (v view) store(acc []float32, from, rows, n int) {
	if v.stride == n {
		copy(v.at[from*n:], acc)
		return
	}
	for r := range rows {
		copy(v.row(from+r, n), acc[r*n:])
	}
}

// addKept adds a term's rows, from row from on, to acc, but for those of images that the term leaves out.
func (m *mixture) addKept(t *addend, acc []float32, from int) {
	if t.keep == nil {
		m.add(t, acc, from)
		return
	}
	image := m.rows / m.images
	for len(acc) > 0 {
		n := min(image-from%image, len(acc)/m.channels)
		if t.keep[from/image] != 0 {
			m.add(t, acc[:n*m.channels], from)
		}
		acc, from = acc[n*m.channels:], from+n
	}
}

// add adds a term's rows, from row from on, to acc: several rows at once where they lie without gaps.
func (m *mixture) add(t *addend, acc []float32, from int) {
	n := m.channels
	if t.src.stride == n && (!t.mask.some() || t.mask.stride == n) {
		n = m.period
	}
	at, maskAt := from*t.src.stride, from*t.mask.stride
	for rest := acc; len(rest) > 0; {
		a := rest[:min(n, len(rest))]
		src := t.src.at[at:][:len(a)]
		switch {
		case t.wideCoef != nil && t.mask.some():
			addMaskedProduct(a, src, t.mask.at[maskAt:], t.wideCoef)
		case t.wideCoef != nil:
			multiplyAdd(a, src, t.wideCoef)
		case t.mask.some():
			addMasked(a, src, t.mask.at[maskAt:], t.scale())
		default:
			addScaled(a, src, t.scale())
		}
		rest = rest[len(a):]
		at += len(a) / m.channels * t.src.stride
		maskAt += len(a) / m.channels * t.mask.stride
	}
	for rest := acc; t.wideBias != nil && len(rest) > 0; {
		a := rest[:min(m.period, len(rest))]
		addScaled(a, t.wideBias, 1)
		rest = rest[len(a):]
	}
}

// scale returns the one coefficient of all channels.
func (t *addend) scale() float32 {
	if t.coef == nil {
		return 1
	}
	return t.coef[0]
}
