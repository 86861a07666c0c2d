package space

import (
	"fmt"
	"iter"
	"math/bits"
	"math/rand/v2"
	"strings"
)

// Mask is a sub-supernet: for each edge a bit set of the operations that it may take, bit o for operation o of
// the mask's space. The zero Mask allows nothing.
type Mask [Edges]uint8

// Full returns the mask of the whole space, the root supernet.
func Full(s Space) Mask {
	var m Mask
	for e := range m {
		m[e] = s.row()
	}
	return m
}

// row is the mask row of an edge that wasn't split.
func (s Space) row() uint8 { return uint8(1<<len(s.Operations) - 1) }

// Allows tells whether edge e may take operation o. It is false for an edge or operation out of range.
func (m Mask) Allows(e, o int) bool {
	return e >= 0 && e < Edges && o >= 0 && o < 8 && m[e]>>o&1 == 1
}

// With returns the mask with edge e limited to the given operations, a child in the partition tree. An edge or
// operation out of range gives the zero Mask, which allows nothing and which CheckMask and Sample reject.
func (m Mask) With(e int, operations []int) Mask {
	if e < 0 || e >= Edges {
		return Mask{}
	}
	m[e] = 0
	for _, o := range operations {
		if o < 0 || o >= 8 {
			return Mask{}
		}
		m[e] |= 1 << o
	}
	return m
}

// Operations returns the operations that edge e may take, ascending; none for an edge out of range.
func (m Mask) Operations(e int) []int {
	var list []int
	for o := range 8 {
		if m.Allows(e, o) {
			list = append(list, o)
		}
	}
	return list
}

// Count returns how many operations edge e may take; 0 for an edge out of range.
func (m Mask) Count(e int) int {
	if e < 0 || e >= Edges {
		return 0
	}
	return bits.OnesCount8(m[e])
}

// Size returns the number of architectures of the mask, disconnected ones included.
func (m Mask) Size() int {
	size := 1
	for e := range m {
		size *= m.Count(e)
	}
	return size
}

// Contains tells whether the mask allows every operation of the architecture.
func (m Mask) Contains(a Architecture) bool {
	for e, o := range a {
		if !m.Allows(e, int(o)) {
			return false
		}
	}
	return true
}

// Unsplit returns the edges that still have every operation of the space: the candidates of the next split
// (an edge is split at most once from root to leaf, spec.md section 3.1).
func (m Mask) Unsplit(s Space) []int {
	var edges []int
	for e, row := range m {
		if row == s.row() {
			edges = append(edges, e)
		}
	}
	return edges
}

// CheckMask returns an error that names the first edge that allows nothing or an operation the space lacks.
func (s Space) CheckMask(m Mask) error {
	for e, row := range m {
		if row == 0 {
			return fmt.Errorf("mask %s: %s allows no operation", m, edgeName(e))
		}
		if extra := row &^ s.row(); extra != 0 {
			return fmt.Errorf("mask %s: %s allows operation %d, %s has 0 to %d",
				m, edgeName(e), bits.TrailingZeros8(extra), s.Name, len(s.Operations)-1)
		}
	}
	return nil
}

// String spells a mask as the allowed operations' digits for each edge, e.g. 01234/01234/23/01234/01234/01234.
func (m Mask) String() string {
	rows := make([]string, Edges)
	for e := range m {
		for _, o := range m.Operations(e) {
			rows[e] += string(rune('0' + o))
		}
	}
	return strings.Join(rows, "/")
}

// ParseMask reads what Mask.String writes. Errors name the edge and the token.
func (s Space) ParseMask(text string) (Mask, error) {
	var m Mask
	if len(text) > maxText {
		return Mask{}, fmt.Errorf("mask: %d bytes, at most %d; it begins %q", len(text), maxText, text[:32])
	}
	rows := strings.Split(strings.TrimSpace(text), "/")
	if len(rows) != Edges {
		return Mask{}, fmt.Errorf("mask %q: %d edges separated by /, a cell has %d", text, len(rows), Edges)
	}
	for e, row := range rows {
		last := rune(-1)
		for _, digit := range row {
			if digit < '0' || int(digit-'0') >= len(s.Operations) || digit <= last {
				return Mask{}, fmt.Errorf("mask %q: %s, token %q: write ascending operation indices, 0 to %d for %s",
					text, edgeName(e), row, len(s.Operations)-1, s.Name)
			}
			m[e] |= 1 << (digit - '0')
			last = digit
		}
	}
	if err := s.CheckMask(m); err != nil {
		return Mask{}, err
	}
	return m, nil
}

// Enumerate yields every architecture of the mask, disconnected ones included, in the order of Index.
func (s Space) Enumerate(m Mask) iter.Seq[Architecture] {
	return func(yield func(Architecture) bool) {
		s.enumerate(m, Architecture{}, 0, yield)
	}
}

func (s Space) enumerate(m Mask, a Architecture, e int, yield func(Architecture) bool) bool {
	if e == Edges {
		return yield(a)
	}
	for o := range s.Operations {
		if !m.Allows(e, o) {
			continue
		}
		a[e] = uint8(o)
		if !s.enumerate(m, a, e+1, yield) {
			return false
		}
	}
	return true
}

// Any draws one architecture uniformly from the mask, disconnected ones included.
func (s Space) Any(m Mask, rng *rand.Rand) (Architecture, error) {
	var a Architecture
	if err := s.CheckMask(m); err != nil {
		return a, err
	}
	for e, row := range m {
		for skip := rng.IntN(bits.OnesCount8(row)); skip > 0; skip-- {
			row &= row - 1
		}
		a[e] = uint8(bits.TrailingZeros8(row))
	}
	return a, nil
}

// Sample draws one architecture uniformly from the mask's connected ones, by rejection (spec.md section 2.3).
// It is an error if the mask allows no connected one; otherwise at least one draw in eight is connected.
func (s Space) Sample(m Mask, rng *rand.Rand) (Architecture, error) {
	if err := s.CheckMask(m); err != nil {
		return Architecture{}, err
	}
	if !s.Connected(s.widest(m)) {
		return Architecture{}, fmt.Errorf("mask %s: none cuts every path from the cell's input to its output", m)
	}
	for range 10000 {
		a, err := s.Any(m, rng)
		if err != nil || s.Connected(a) {
			return a, err
		}
	}
	return Architecture{}, fmt.Errorf("mask %s: 10000 draws gave no connected architecture: the random source repeats itself", m)
}

// widest returns the mask's architecture that has none only where the mask allows nothing else.
func (s Space) widest(m Mask) Architecture {
	var a Architecture
	for e := range m {
		for o := range s.Operations {
			if !m.Allows(e, o) {
				continue
			}
			if a[e] = uint8(o); !s.isNone(a[e]) {
				break
			}
		}
	}
	return a
}
