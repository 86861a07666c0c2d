package space

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
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
	t := scanner{rest: text}
	return t.may("Genotype") && t.may("(")
}

// ParseGenotype reads what Genotype.String writes. The fields may come in any order, the concatenated nodes also as
// [2, 3, 4, 5], quotes may be double, white space is free, and a comma may end a list. Nothing is executed. Errors name
// the field, the entry and the offending token. The text is bounded to 2048 bytes.
func ParseGenotype(text string) (Genotype, error) {
	if len(text) > maxGenotype {
		return Genotype{}, fmt.Errorf("genotype: %d bytes, at most %d; it begins %q", len(text), maxGenotype, text[:32])
	}
	t := scanner{rest: text}
	g, err := t.genotype()
	if err != nil {
		return Genotype{}, fmt.Errorf("genotype, at byte %d: %w", len(text)-len(t.rest), err)
	}
	return g, nil
}

// scanner reads a text token by token.
type scanner struct{ rest string }

func (t *scanner) genotype() (g Genotype, err error) {
	if err := t.expect("Genotype", "("); err != nil {
		return g, err
	}
	seen := map[string]bool{}
	for len(seen) < len(genotypeFields) {
		if len(seen) > 0 {
			if err := t.expect(","); err != nil {
				return g, err
			}
		}
		name := t.word()
		if seen[name] {
			return g, fmt.Errorf("%s is given twice", name)
		}
		seen[name] = true
		if err := t.field(&g, name); err != nil {
			return g, err
		}
	}
	t.may(",")
	if err := t.expect(")"); err != nil {
		return g, err
	}
	if t.space(); t.rest != "" {
		return g, fmt.Errorf("%.20q is left over", t.rest)
	}
	return g, nil
}

// field reads name's value.
func (t *scanner) field(g *Genotype, name string) (err error) {
	switch name {
	case fieldNormal, fieldNormalConcat, fieldReduce, fieldReduceConcat:
	default:
		return fmt.Errorf("field %.20q, must be one of %s", name, strings.Join(genotypeFields, ", "))
	}
	if err := t.expect("="); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	switch name {
	case fieldNormal:
		err = t.cell(&g.Normal)
	case fieldReduce:
		err = t.cell(&g.Reduction)
	default:
		err = t.concat()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// cell reads a list of (operation, source node), two for each node.
func (t *scanner) cell(c *GenotypeCell) error {
	if err := t.expect("["); err != nil {
		return err
	}
	for n := range c {
		for k := range c[n] {
			entry := fmt.Sprintf("entry %d of node %d", k+1, DARTS.inputs+n)
			if n+k > 0 {
				if err := t.expect(","); err != nil {
					return fmt.Errorf("%s: %w", entry, err)
				}
			}
			gene, err := t.gene(DARTS.inputs + n)
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
	t.may(",")
	return t.expect("]")
}

// gene reads ('operation', source node), of which node to reads.
func (t *scanner) gene(to int) (gene Gene, err error) {
	if err := t.expect("("); err != nil {
		return gene, err
	}
	quote := "'"
	if !t.may(quote) {
		quote = `"`
		if err := t.expect(quote); err != nil {
			return gene, err
		}
	}
	name, after, closed := strings.Cut(t.rest, quote)
	if !closed {
		return gene, fmt.Errorf("the operation's name has no closing %s", quote)
	}
	if gene.Operation, err = DARTS.Operation(name); err != nil {
		return gene, err
	}
	t.rest = after
	if err := t.expect(","); err != nil {
		return gene, err
	}
	word := t.word()
	if gene.From, err = strconv.Atoi(word); err != nil || gene.From < 0 || gene.From >= to || strconv.Itoa(gene.From) != word {
		return gene, fmt.Errorf("source node %.20q, must be 0 to %d", word, to-1)
	}
	t.may(",")
	return gene, t.expect(")")
}

// concat reads the nodes that make the output, which are all but the inputs: range(2, 6) or [2, 3, 4, 5].
func (t *scanner) concat() error {
	if t.may("range") {
		return t.expect("(", strconv.Itoa(DARTS.inputs), ",", strconv.Itoa(DARTS.nodes), ")")
	}
	if err := t.expect("["); err != nil {
		return err
	}
	for n := DARTS.inputs; n < DARTS.nodes; n++ {
		if err := t.expect(strconv.Itoa(n)); err != nil {
			return err
		}
		if n < DARTS.nodes-1 {
			if err := t.expect(","); err != nil {
				return err
			}
		}
	}
	t.may(",")
	return t.expect("]")
}

func (t *scanner) space() { t.rest = strings.TrimLeftFunc(t.rest, unicode.IsSpace) }

// word takes letters, digits, _ and -, perhaps none.
func (t *scanner) word() string {
	t.space()
	end := strings.IndexFunc(t.rest, func(r rune) bool {
		return r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	if end < 0 {
		end = len(t.rest)
	}
	word := t.rest[:end]
	t.rest = t.rest[end:]
	return word
}

// may takes a token that may be there.
func (t *scanner) may(token string) bool {
	t.space()
	rest, found := strings.CutPrefix(t.rest, token)
	t.rest = rest
	return found
}

func (t *scanner) expect(tokens ...string) error {
	for _, token := range tokens {
		if t.may(token) {
			continue
		}
		if t.rest == "" {
			return fmt.Errorf("it ends where %q should be", token)
		}
		return fmt.Errorf("%.20q where %q should be", t.rest, token)
	}
	return nil
}
