package space

import (
	"fmt"
	"strconv"
	"strings"
)

// maxGenotype bounds the length of a genotype's text; the longest that String writes has about 470 bytes.
const maxGenotype = 2048

// Names of a genotype's fields in the DARTS spelling.
const (
	fieldNormal       = "normal"
	fieldNormalConcat = "normal_concat"
	fieldReduce       = "reduce"
	fieldReduceConcat = "reduce_concat"
)

var genotypeFields = []string{fieldNormal, fieldNormalConcat, fieldReduce, fieldReduceConcat}

// IsGenotype tells whether a text begins as a genotype does.
func IsGenotype(text string) bool {
	s := scan(text)
	return s.may("Genotype") && s.may("(")
}

// ParseGenotype reads what Genotype.String writes. The fields may come in any order, the concatenated nodes also as
// [2, 3, 4, 5], quotes may be double, white space is free, and a comma may end a list. Nothing is executed. Errors name
// the field, the entry and the offending token. The text is bounded to 2048 bytes.
func ParseGenotype(text string) (Genotype, error) {
	if len(text) > maxGenotype {
		return Genotype{}, fmt.Errorf("genotype: %d bytes, at most %d; it begins %q", len(text), maxGenotype, text[:32])
	}
	s := scan(text)
	g, err := s.genotype()
	if err != nil {
		return Genotype{}, fmt.Errorf("genotype, at byte %d: %w", len(text)-len(s.rest), err)
	}
	return g, nil
}

func (s *scanner) genotype() (g Genotype, err error) {
	if err := s.expect("Genotype", "("); err != nil {
		return g, err
	}
	seen := map[string]bool{}
	for len(seen) < len(genotypeFields) {
		if len(seen) > 0 {
			if err := s.expect(","); err != nil {
				return g, err
			}
		}
		name := s.word()
		if seen[name] {
			return g, fmt.Errorf("%s is given twice", name)
		}
		seen[name] = true
		if err := s.field(&g, name); err != nil {
			return g, err
		}
	}
	s.may(",")
	if err := s.expect(")"); err != nil {
		return g, err
	}
	return g, s.end()
}

// field reads name's value.
func (s *scanner) field(g *Genotype, name string) (err error) {
	switch name {
	case fieldNormal, fieldNormalConcat, fieldReduce, fieldReduceConcat:
	default:
		return fmt.Errorf("field %.20q, must be one of %s", name, strings.Join(genotypeFields, ", "))
	}
	if err := s.expect("="); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	switch name {
	case fieldNormal:
		err = s.cell(&g.Normal)
	case fieldReduce:
		err = s.cell(&g.Reduction)
	default:
		err = s.concat()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// cell reads a list of (operation, source node), two for each node.
func (s *scanner) cell(c *GenotypeCell) error {
	if err := s.expect("["); err != nil {
		return err
	}
	for n := range c {
		for k := range c[n] {
			entry := fmt.Sprintf("entry %d of node %d", k+1, DARTS.inputs+n)
			if n+k > 0 {
				if err := s.expect(","); err != nil {
					return fmt.Errorf("%s: %w", entry, err)
				}
			}
			gene, err := s.gene(DARTS.inputs + n)
			if err != nil {
				return fmt.Errorf("%s: %w", entry, err)
			}
			for _, other := range c[n][:k] {
				if other.From == gene.From {
					return fmt.Errorf("%s: reads node %d a second time; a node reads two different ones", entry, gene.From)
				}
			}
			c[n][k] = gene
		}
	}
	s.may(",")
	return s.expect("]")
}

// gene reads ('operation', source node), of which node to reads.
func (s *scanner) gene(to int) (gene Gene, err error) {
	if err := s.expect("("); err != nil {
		return gene, err
	}
	name, err := s.name()
	if err != nil {
		return gene, err
	}
	if gene.Operation, err = DARTS.Operation(name); err != nil {
		return gene, err
	}
	if err := s.expect(","); err != nil {
		return gene, err
	}
	word := s.digits()
	if gene.From, err = strconv.Atoi(word); err != nil || gene.From < 0 || gene.From >= to || strconv.Itoa(gene.From) != word {
		return gene, fmt.Errorf("source node %.20q, must be 0 to %d", word, to-1)
	}
	s.may(",")
	return gene, s.expect(")")
}

// concat reads the nodes that make the output, which are all but the inputs: range(2, 6) or [2, 3, 4, 5].
func (s *scanner) concat() error {
	if s.may("range") {
		return s.expect("(", strconv.Itoa(DARTS.inputs), ",", strconv.Itoa(DARTS.nodes), ")")
	}
	if err := s.expect("["); err != nil {
		return err
	}
	for n := DARTS.inputs; n < DARTS.nodes; n++ {
		if err := s.expect(strconv.Itoa(n)); err != nil {
			return err
		}
		if n < DARTS.nodes-1 {
			if err := s.expect(","); err != nil {
				return err
			}
		}
	}
	s.may(",")
	return s.expect("]")
}
