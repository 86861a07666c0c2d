package space

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Encoding is how a code base writes architectures of NB201 down.
type Encoding struct {
	Name  string
	Doc   string // what it looks like
	parse func(string) (Architecture, error)
}

// Encodings lists those that are read. Their orders of operations and of edges differ, so that the same numbers are
// another architecture in each: who gives numbers names the encoding.
func Encodings() []Encoding {
	return []Encoding{
		{"nasbench201", "NAS-Bench-201's own string, |op~0|+|op~0|op~1|+|op~0|op~1|op~2|", NB201.Parse},
		{"fewshot", "Few-Shot NAS's keys, [(('op', 0),), (('op', 0), ('op', 1)), (('op', 0), ('op', 1), ('op', 2))]", parseTuples},
		{"nni", "NNI's dicts, {'0_1': 'op', '0_2': 'op', ...}, edges in any order", parseDict},
		{"gmnas", "numbers of the operations in GM-NAS's order, (0, 1, 2, 3, 4, 0)", gmnas.parse},
		{"naslib", "numbers of the operations in NASLib's order, (0, 1, 2, 3, 4, 0)", naslib.parse},
	}
}

// encodingNames are the names of Encodings.
func encodingNames() string {
	var names []string
	for _, e := range Encodings() {
		names = append(names, e.Name)
	}
	return strings.Join(names, ", ")
}

// maxEncoded bounds a text; the longest right one has about 140 bytes.
const maxEncoded = 512

// ParseEncoded reads an architecture of NB201 in the encoding of that name. With no name it takes every spelling that
// names its operations and edges, and refuses numbers. Errors name the edge and the token.
func ParseEncoded(encoding, text string) (Architecture, error) {
	if len(text) > maxEncoded {
		return Architecture{}, fmt.Errorf("architecture %.32q... has %d bytes, at most %d", text, len(text), maxEncoded)
	}
	if encoding == "" {
		var err error
		if encoding, err = spelling(text); err != nil {
			return Architecture{}, err
		}
	}
	for _, e := range Encodings() {
		if e.Name == encoding {
			return e.parse(text)
		}
	}
	return Architecture{}, fmt.Errorf("encoding %.40q: is not known; use one of %s", encoding, encodingNames())
}

// spelling tells the encoding of a text from its first marks.
func spelling(text string) (string, error) {
	s := scan(text)
	switch {
	case s.may("{"):
		return "nni", nil
	case s.may("["), s.may("("):
		if s.digits() == "" {
			return "fewshot", nil
		}
		return "", fmt.Errorf("architecture %.120q: the same numbers are another architecture in each code base; name its encoding, gmnas or naslib", text)
	}
	return "nasbench201", nil
}

// numbered is an encoding by operation numbers, one for each edge.
type numbered struct {
	operations []string               // by number
	edges      [architectureEdges]int // the edge that each place stands for
}

var (
	gmnas  = numbered{NB201.Operations, [architectureEdges]int{0, 1, 2, 3, 4, 5}}
	naslib = numbered{[]string{skip, none, "nor_conv_3x3", "nor_conv_1x1", "avg_pool_3x3"}, [architectureEdges]int{0, 1, 3, 2, 4, 5}}
)

// parse reads a Python tuple or list of six numbers.
func (n numbered) parse(text string) (a Architecture, err error) {
	s := scan(text)
	closing := ")"
	if !s.may("(") {
		if err := s.expect("["); err != nil {
			return a, s.failed(err)
		}
		closing = "]"
	}
	for place, e := range n.edges {
		if place > 0 {
			if err := s.expect(","); err != nil {
				return a, s.failed(fmt.Errorf("%d numbers, a cell has %d edges: %w", place, architectureEdges, err))
			}
		}
		token := s.digits()
		number, err := strconv.Atoi(token)
		if err != nil || number < 0 || number >= len(n.operations) {
			return a, s.failed(fmt.Errorf("%s: operation number %.40q, must be 0 to %d (%s)", NB201.EdgeName(e), token, len(n.operations)-1, strings.Join(n.operations, ", ")))
		}
		a[e] = uint8(slices.Index(NB201.Operations, n.operations[number]))
	}
	if err := s.expect(closing); err != nil {
		return a, s.failed(err)
	}
	if err := s.end(); err != nil {
		return a, s.failed(err)
	}
	return a, nil
}
