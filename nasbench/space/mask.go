package space

import (
	"fmt"
	"iter"
	"math/bits"
	"math/rand/v2"
	"strings"
)

// MaxEdges is the most edges that a space has (Space.Edges), DARTS's 28.
const MaxEdges = 28

// Mask is a sub-supernet: for each edge a bit set of the operations that it may take, bit o for operation o of
// the mask's space. Rows from Space.Edges on are zero. The zero Mask allows nothing.
type Mask [MaxEdges]uint8

// Full returns the mask of the whole space, the root supernet.
func Full(s Space) Mask {
	var m Mask
	for e := range s.Edges() {
		m[e] = s.row()
	}
	return m
}

// row is the mask row of an edge that wasn't split.
func (s Space) row() uint8 { return uint8(1<<len(s.Operations) - 1) }

// Allows tells whether edge e may take operation o. It is false for an edge or operation out of range.
func (m Mask) Allows(e, o int) bool {
	return e >= 0 && e < MaxEdges && o >= 0 && o < 8 && m[e]>>o&1 == 1
}

// With returns the mask with edge e limited to the given operations, a child in the partition tree. An edge or
// operation out of range gives a mask that CheckMask, Sample and Draw reject.
func (m Mask) With(e int, operations []int) Mask {
	if e < 0 || e >= MaxEdges {
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
	if e < 0 || e >= MaxEdges {
		return 0
	}
	return bits.OnesCount8(m[e])
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
// (an edge is split at most once from root to leaf, spec.md section 3.1). A reduction cell's are never split
// (spec.md section 10, row 7).
func (m Mask) Unsplit(s Space) []int {
	var edges []int
	for e := range s.CellEdges() {
		if m[e] == s.row() {
			edges = append(edges, e)
		}
	}
	return edges
}

// CheckMask returns an error that names the first edge that allows nothing, an operation the space lacks, or anything
// although the space lacks the edge.
func (s Space) CheckMask(m Mask) error {
	for e, row := range m {
		if e >= s.Edges() {
			if row != 0 {
				return fmt.Errorf("mask %s: edge %d is not in %s (0 to %d)", m, e, s.Name, s.Edges()-1)
			}
			continue
		}
		if row == 0 {
			return fmt.Errorf("mask %s: %s allows no operation", m, s.EdgeName(e))
		}
		if extra := row &^ s.row(); extra != 0 {
			return fmt.Errorf("mask %s: %s allows operation %d, %s has 0 to %d",
				m, s.EdgeName(e), bits.TrailingZeros8(extra), s.Name, len(s.Operations)-1)
		}
	}
	return nil
}

// String spells a mask as the allowed operations' digits for each edge, e.g. 01234/01234/23/01234/01234/01234. It ends
// with the last edge that allows something.
func (m Mask) String() string {
	last := MaxEdges
	for last > 0 && m[last-1] == 0 {
		last--
	}
	rows := make([]string, last)
	for e := range rows {
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
	if len(rows) != s.Edges() {
		return Mask{}, fmt.Errorf("mask %.120q: %d edges separated by /, %s has %d", text, len(rows), s.Name, s.Edges())
	}
	for e, row := range rows {
		last := rune(-1)
		for _, digit := range row {
			if digit < '0' || int(digit-'0') >= len(s.Operations) || digit <= last {
				return Mask{}, fmt.Errorf("mask %.120q: %s, token %.40q: write ascending operation indices, 0 to %d for %s",
					text, s.EdgeName(e), row, len(s.Operations)-1, s.Name)
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

// Enumerate yields every architecture of the mask, disconnected ones included, in the order of Index; none of DARTS.
func (s Space) Enumerate(m Mask) iter.Seq[Architecture] {
	return func(yield func(Architecture) bool) {
		if !s.Genotypes() {
			s.enumerate(m, Architecture{}, 0, yield)
		}
	}
}

func (s Space) enumerate(m Mask, a Architecture, e int, yield func(Architecture) bool) bool {
	if e == len(a) {
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
	if err := s.checkArchitectures(); err != nil {
		return a, err
	}
	if err := s.CheckMask(m); err != nil {
		return a, err
	}
	for e := range a {
		row := m[e]
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
	if err := s.Feasible(m); err != nil {
		return Architecture{}, err
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
	for e := range a {
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
