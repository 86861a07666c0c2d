package predictions

import (
	"fmt"
	"strings"

	"gmnas/nasbench/space"
)

// maxTuples bounds an architecture's text; the longest right one has about 140 bytes.
const maxTuples = 512

// parseTuples reads a Python list of three tuples, one a node, of (operation, source node) tuples, ascending by source.
// It is a reader of just that: quotes are ' or ", white space is free, a comma may end a tuple.
func parseTuples(text string) (a space.Architecture, err error) {
	if len(text) > maxTuples {
		return a, fmt.Errorf("architecture %.32q... has %d bytes, at most %d", text, len(text), maxTuples)
	}
	t := tuples{rest: text}
	if err := t.list(&a); err != nil {
		return a, fmt.Errorf("architecture %q, at byte %d: %w", text, len(text)-len(t.rest), err)
	}
	return a, nil
}

type tuples struct{ rest string }

func (t *tuples) list(a *space.Architecture) error {
	if err := t.expect("["); err != nil {
		return err
	}
	e := 0
	for node := 1; node <= 3; node++ {
		if node > 1 {
			if err := t.expect(","); err != nil {
				return err
			}
		}
		if err := t.expect("("); err != nil {
			return err
		}
		for source := range node {
			if source > 0 {
				if err := t.expect(","); err != nil {
					return err
				}
			}
			o, err := t.edge(source)
			if err != nil {
				return err
			}
			a[e] = o
			e++
		}
		t.may(",")
		if err := t.expect(")"); err != nil {
			return err
		}
	}
	t.may(",")
	if err := t.expect("]"); err != nil {
		return err
	}
	if t.space(); t.rest != "" {
		return fmt.Errorf("%q is left over", t.rest)
	}
	return nil
}

// edge reads ('operation', source).
func (t *tuples) edge(source int) (uint8, error) {
	if err := t.expect("("); err != nil {
		return 0, err
	}
	quote := "'"
	if !t.may(quote) {
		quote = `"`
		if err := t.expect(quote); err != nil {
			return 0, err
		}
	}
	name, after, closed := strings.Cut(t.rest, quote)
	if !closed {
		return 0, fmt.Errorf("the operation's name has no closing %s", quote)
	}
	o, err := space.NB201.Operation(name)
	if err != nil {
		return 0, err
	}
	t.rest = after
	for _, token := range []string{",", string(rune('0' + source)), ")"} {
		if err := t.expect(token); err != nil {
			return 0, err
		}
	}
	return uint8(o), nil
}

func (t *tuples) space() { t.rest = strings.TrimLeft(t.rest, " \t\r\n") }

// may takes a token that may be there.
func (t *tuples) may(token string) bool {
	t.space()
	rest, found := strings.CutPrefix(t.rest, token)
	t.rest = rest
	return found
}

func (t *tuples) expect(token string) error {
	if t.may(token) {
		return nil
	}
	if t.rest == "" {
		return fmt.Errorf("it ends where %q should be", token)
	}
	return fmt.Errorf("%.10q where %q should be", t.rest, token)
}
