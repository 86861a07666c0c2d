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
	if c.Dst.Mem.None() && c.Relu.Mem.None() {
		s.fail("neither Dst nor Relu is given, want one or both")
	}
	m := &mixture{rows: c.Rows, channels: c.Channels,
		dst: s.optionalView("Dst", c.Dst, c.Rows, c.Channels), relu: s.optionalView("Relu", c.Relu, c.Rows, c.Channels)}
	for i, t := range c.Terms {
		field := fmt.Sprintf("Terms[%d].", i)
		a := addend{src: s.view(field+"Src", t.Src, c.Rows, c.Channels), mask: s.optionalView(field+"Mask", t.Mask, c.Rows, c.Channels), gate: t.Gate}
		if t.Coef.Len == 1 {
			a.coef = s.mem(field+"Coef", t.Coef, 1)
		} else {
			a.coef = s.option(field+"Coef", t.Coef, c.Channels)
		}
		a.bias = s.option(field+"Bias", t.Bias, c.Channels)
		m.terms = append(m.terms, a)
	}
	if err := s.err(); err != nil {
		return nil, err
	}
	m.step = max(1, blockValues/c.Channels)
	m.acc = perThread(b, m.step*c.Channels)
	return b.command(s, m)
}

// addend is a checked kernel.Term; coef, bias and mask are nil where the term has none.
type addend struct {
	src, mask  view
	coef, bias []float32
	gate       *kernel.Gate
}

type mixture struct {
	rows, channels, step int
	dst, relu            view
	terms                []addend
	acc                  [][]float32
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
				t.add(acc, from, rows, m.channels)
			}
		}
		if m.dst.some() {
			m.dst.store(acc, from, rows, m.channels)
		}
		if m.relu.some() {
			for j, v := range acc {
				acc[j] = max(v, 0)
			}
			m.relu.store(acc, from, rows, m.channels)
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

// add adds rows of n channels to acc. Rows without gaps that are treated alike are one row.
func (t *addend) add(acc []float32, from, rows, n int) {
	channels, width := n, rows // of bias
	src, mask := t.src, t.mask
	if len(t.coef) <= 1 && src.stride == n && (!mask.some() || mask.stride == n) {
		src.at, mask.at, from = src.at[from*n:], tail(mask.at, from*n), 0
		n, rows = n*rows, 1
	}
	scale := float32(1)
	if len(t.coef) == 1 {
		scale = t.coef[0]
	}
	for r := range rows {
		a, s := acc[r*n:][:n], src.row(from+r, n)
		switch {
		case len(t.coef) > 1 && mask.some():
			addMaskedProduct(a, s, mask.row(from+r, n), t.coef)
		case len(t.coef) > 1:
			multiplyAdd(a, s, t.coef)
		case mask.some():
			addMasked(a, s, mask.row(from+r, n), scale)
		default:
			addScaled(a, s, scale)
		}
	}
	if t.bias != nil {
		for r := range width {
			addScaled(acc[r*channels:][:channels], t.bias, 1)
		}
	}
}

func tail(v []float32, from int) []float32 {
	if v == nil {
		return nil
	}
	return v[from:]
}

// addMasked adds scale*src to dst where mask is above zero.
func addMasked(dst, src, mask []float32, scale float32) {
	src, mask = src[:len(dst)], mask[:len(dst)]
	for i := range dst {
		if mask[i] > 0 {
			dst[i] += scale * src[i]
		}
	}
}

// addMaskedProduct adds coef*src to dst where mask is above zero.
func addMaskedProduct(dst, src, mask, coef []float32) {
	src, mask, coef = src[:len(dst)], mask[:len(dst)], coef[:len(dst)]
	for i := range dst {
		if mask[i] > 0 {
			dst[i] += coef[i] * src[i]
		}
	}
}
