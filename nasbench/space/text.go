package space

import (
	"fmt"
	"strconv"
	"strings"
)

// maxText bounds the length of an architecture string; the longest right one has 101 bytes.
const maxText = 256

// String spells an architecture as NAS-Bench-201 does: |op~0|+|op~0|op~1|+|op~0|op~1|op~2|, operations in edge
// order. An operation that the space doesn't have is spelled by its index and a question mark; Parse rejects it.
func (s Space) String(a Architecture) string {
	var b strings.Builder
	for e, o := range a {
		from, _ := NB201.Edge(e)
		if from == 0 && e > 0 {
			b.WriteByte('+')
		}
		if from == 0 {
			b.WriteByte('|')
		}
		fmt.Fprintf(&b, "%s~%d|", s.operationName(int(o)), from)
	}
	return b.String()
}

// Parse reads what String writes, with white space around it allowed and none inside. Errors name the edge and
// the offending token. The text is bounded to 256 bytes.
func (s Space) Parse(text string) (Architecture, error) {
	if len(text) > maxText {
		return Architecture{}, fmt.Errorf("architecture string: %d bytes, at most %d; it begins %q", len(text), maxText, text[:32])
	}
	if err := s.checkArchitectures(); err != nil {
		return Architecture{}, fmt.Errorf("architecture string %.120q: %w", text, err)
	}
	a, err := s.parse(strings.TrimSpace(text))
	if err != nil {
		return Architecture{}, fmt.Errorf("architecture string %.120q: %w", text, err)
	}
	return a, nil
}

func (s Space) parse(text string) (a Architecture, err error) {
	if text == "" {
		return a, fmt.Errorf("empty: write it as |op~0|+|op~0|op~1|+|op~0|op~1|op~2|")
	}
	if isSize(text) {
		return a, fmt.Errorf("this is an sss string (channel sizes of NATS-Bench's size space), not a cell: write it as |op~0|+|op~0|op~1|+|op~0|op~1|op~2|")
	}
	nodes := strings.Split(text, "+")
	e := 0
	for n, node := range nodes {
		to := n + 1
		if to > 3 {
			return a, fmt.Errorf("%d nodes where a cell has 3 (separated by +): node %d, token %.40q, is too many", len(nodes), to, node)
		}
		tokens := strings.Split(node, "|")
		if first, last := tokens[0], tokens[len(tokens)-1]; len(tokens) < 2 || first != "" || last != "" {
			return a, fmt.Errorf("%s: node %d, token %.40q, must begin and end with |", s.EdgeName(e), to, node)
		}
		tokens = tokens[1 : len(tokens)-1]
		for from, token := range tokens {
			if from >= to {
				return a, fmt.Errorf("node %d reads %d edges where it has %d: token %.40q is too many", to, len(tokens), to, token)
			}
			if a[e], err = s.parseEdge(token, from); err != nil {
				return a, fmt.Errorf("%s: %w", s.EdgeName(e), err)
			}
			e++
		}
		if len(tokens) < to {
			return a, fmt.Errorf("%s: missing, node %d reads %d edges where it has %d", s.EdgeName(e), to, len(tokens), to)
		}
	}
	if e < len(a) {
		return a, fmt.Errorf("%s: missing, %d nodes where a cell has 3 (separated by +)", s.EdgeName(e), len(nodes))
	}
	return a, nil
}

// parseEdge reads one token, op~from.
func (s Space) parseEdge(token string, from int) (uint8, error) {
	name, source, found := strings.Cut(token, "~")
	if !found {
		return 0, fmt.Errorf("token %.40q: no source node, write it as op~%d", token, from)
	}
	if source != strconv.Itoa(from) {
		return 0, fmt.Errorf("token %.40q: source node %.40q, must be %d", token, source, from)
	}
	o, err := s.Operation(name)
	if err != nil {
		return 0, fmt.Errorf("token %.40q: %w", token, err)
	}
	return uint8(o), nil
}

// isSize tells whether a text is an architecture of NATS-Bench's size space, e.g. 24:24:24:24:24.
func isSize(text string) bool {
	return strings.Contains(text, ":") && strings.Trim(text, "0123456789:") == ""
}
