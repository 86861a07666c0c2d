package space

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Discretize reads an architecture off values, [edge][operation] row after row, of which only what the mask allows
// counts, and returns its text. NAS-Bench-201: each edge's operation of the highest value (spec.md section 2.1). DARTS:
// spec.md section 5.3. Ties go to the lower operation and source node. The mask must pass CheckMask.
func (s Space) Discretize(m Mask, values []float64) string {
	if s.Genotypes() {
		return s.genotype(m, values).String()
	}
	var a Architecture
	for e := range a {
		a[e] = uint8(s.strongest(m, e, values))
	}
	return s.String(a)
}

// strongest returns the operation of the highest value that the mask allows on edge e.
func (s Space) strongest(m Mask, e int, values []float64) int {
	n, best := len(s.Operations), -1
	for o := range n {
		if m.Allows(e, o) && (best < 0 || values[e*n+o] > values[e*n+best]) {
			best = o
		}
	}
	return max(0, best)
}

// genotype keeps the two strongest edges into each node, an edge being as strong as the softmax of its strongest
// operation; they are listed by strength.
func (s Space) genotype(m Mask, values []float64) Genotype {
	var g Genotype
	for e := 0; e < s.Edges(); {
		_, to := s.Edge(e)
		cell := &g.Normal
		if s.Reduction(e) {
			cell = &g.Reduction
		}
		genes := &cell[to-s.inputs]
		first, second := -1., -1.
		for from := range to {
			o := s.strongest(m, e, values)
			gene, weight := Gene{Operation: o, From: from}, s.softmax(m, e, o, values)
			switch {
			case weight > first:
				genes[0], genes[1] = gene, genes[0]
				first, second = weight, first
			case weight > second:
				genes[1], second = gene, weight
			}
			e++
		}
	}
	return g
}

// softmax is the weight of operation o among those that the mask allows on edge e, in single precision as the released
// code computes it, so that its ties are ties here.
func (s Space) softmax(m Mask, e, o int, values []float64) float64 {
	n, sum := len(s.Operations), float32(0)
	for other := range n {
		if m.Allows(e, other) {
			sum += float32(math.Exp(values[e*n+other] - values[e*n+o]))
		}
	}
	return float64(1 / sum)
}

// Member returns the text of an architecture in the space's own spelling, or an error where it isn't an architecture
// of the mask.
func (s Space) Member(m Mask, text string) (string, error) {
	if s.Genotypes() {
		g, err := ParseGenotype(text)
		if err != nil {
			return "", err
		}
		return g.String(), s.allows(m, g)
	}
	a, err := s.Parse(text)
	if err != nil {
		return "", err
	}
	if !m.Contains(a) {
		return "", fmt.Errorf("%s is not in the mask %s", s.String(a), m)
	}
	return s.String(a), nil
}

// allows returns an error that names the first gene that the mask doesn't allow.
func (s Space) allows(m Mask, g Genotype) error {
	for reduction, cell := range g.cells() {
		for n, genes := range cell {
			for _, gene := range genes {
				if e := s.edgeOf(reduction, gene.From, s.inputs+n); !m.Allows(e, gene.Operation) {
					return fmt.Errorf("%s has %s on %s, which the mask %s doesn't allow", g, s.Operations[gene.Operation], s.EdgeName(e), m)
				}
			}
		}
	}
	return nil
}

// Feasible returns an error where no architecture of the mask can be trained: in NAS-Bench-201 because none is
// connected. The mask must pass CheckMask.
func (s Space) Feasible(m Mask) error {
	if err := s.CheckMask(m); err != nil {
		return err
	}
	if !s.Genotypes() && !s.Connected(s.widest(m)) {
		return fmt.Errorf("mask %s allows no connected architecture: none cuts every path from the cell's input to its output", m)
	}
	return nil
}

// Draw draws an architecture that could be derived from the mask, and returns its text: of NAS-Bench-201 uniformly from
// the connected ones, of DARTS by random values.
func (s Space) Draw(m Mask, rng *rand.Rand) (string, error) {
	if !s.Genotypes() {
		a, err := s.Sample(m, rng)
		return s.String(a), err
	}
	if err := s.CheckMask(m); err != nil {
		return "", err
	}
	values := make([]float64, s.Edges()*len(s.Operations))
	for i := range values {
		values[i] = rng.NormFloat64()
	}
	return s.Discretize(m, values), nil
}
