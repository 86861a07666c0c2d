package space

import (
	"fmt"
	"strings"
)

// parseDict reads a Python or JSON dict from edge, as in '0_1' from node 0 to node 1, to operation. Edges come in any
// order, each once. The convolutions may go by NNI's names, conv_1x1 and conv_3x3.
func parseDict(text string) (Architecture, error) {
	s := scan(text)
	a, err := s.dict()
	if err != nil {
		return Architecture{}, s.failed(err)
	}
	return a, nil
}

func (s *scanner) dict() (a Architecture, err error) {
	if err := s.expect("{"); err != nil {
		return a, err
	}
	var given [architectureEdges]bool
	for n := 0; !s.may("}"); n++ {
		if n > 0 {
			if err := s.expect(","); err != nil {
				return a, err
			}
			if s.may("}") {
				break
			}
		}
		e, o, err := s.entry()
		if err != nil {
			return a, err
		}
		if given[e] {
			return a, fmt.Errorf("%s is there twice", NB201.EdgeName(e))
		}
		a[e], given[e] = o, true
	}
	for e, is := range given {
		if !is {
			return a, fmt.Errorf("%s is missing: give '%s'", NB201.EdgeName(e), dictKey(e))
		}
	}
	return a, s.end()
}

// dictKey is how a dict names an edge, 0_1 from node 0 to node 1.
func dictKey(e int) string {
	from, to := NB201.Edge(e)
	return fmt.Sprintf("%d_%d", from, to)
}

// entry reads '0_1': 'none'.
func (s *scanner) entry() (e int, o uint8, err error) {
	key, err := s.name()
	if err != nil {
		return 0, 0, err
	}
	for e = 0; e < architectureEdges && key != dictKey(e); e++ {
	}
	if e == architectureEdges {
		return 0, 0, fmt.Errorf("edge %.20q: use 0_1, 0_2, 1_2, 0_3, 1_3 and 2_3, from node and to node", key)
	}
	if err := s.expect(":"); err != nil {
		return 0, 0, err
	}
	name, err := s.name()
	if err != nil {
		return 0, 0, err
	}
	if strings.HasPrefix(name, "conv_") {
		name = "nor_" + name
	}
	index, err := NB201.Operation(name)
	if err != nil {
		return 0, 0, fmt.Errorf("%s: %w", NB201.EdgeName(e), err)
	}
	return e, uint8(index), nil
}
