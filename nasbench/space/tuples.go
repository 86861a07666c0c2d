package space

import "fmt"

// parseTuples reads a Python list of three tuples, one a node, of (operation, source node) tuples, ascending by source.
// It is a reader of just that: a comma may end a tuple.
func parseTuples(text string) (Architecture, error) {
	s := scan(text)
	a, err := s.nodes()
	if err != nil {
		return Architecture{}, s.failed(err)
	}
	return a, nil
}

func (s *scanner) nodes() (a Architecture, err error) {
	if err := s.expect("["); err != nil {
		return a, err
	}
	for e := range a {
		from, to := NB201.Edge(e)
		if from == 0 {
			if err := s.openNode(to); err != nil {
				return a, err
			}
		} else if err := s.expect(","); err != nil {
			return a, fmt.Errorf("%s: %w", NB201.EdgeName(e), err)
		}
		if a[e], err = s.source(from); err != nil {
			return a, fmt.Errorf("%s: %w", NB201.EdgeName(e), err)
		}
		if from == to-1 {
			s.may(",")
			if err := s.expect(")"); err != nil {
				return a, err
			}
		}
	}
	s.may(",")
	if err := s.expect("]"); err != nil {
		return a, err
	}
	return a, s.end()
}

func (s *scanner) openNode(to int) error {
	if to > 1 {
		if err := s.expect(","); err != nil {
			return err
		}
	}
	return s.expect("(")
}

// source reads ('operation', from).
func (s *scanner) source(from int) (uint8, error) {
	if err := s.expect("("); err != nil {
		return 0, err
	}
	name, err := s.name()
	if err != nil {
		return 0, err
	}
	o, err := NB201.Operation(name)
	if err != nil {
		return 0, err
	}
	for _, token := range []string{",", fmt.Sprint(from), ")"} {
		if err := s.expect(token); err != nil {
			return 0, err
		}
	}
	return uint8(o), nil
}
