package curves

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"

	"gmnas/nasbench/pickle"
	"gmnas/nasbench/space"
)

// genotype is an entry of the pickled list.
type genotype struct {
	text string  // in the DARTS spelling
	best float64 // accuracy of the best epoch, in percent
}

// allowed are the names that a pickled numpy number needs.
var allowed = []pickle.Global{"numpy.core.multiarray.scalar", "numpy.dtype"}

// parseGenotypes reads a pickled list of (genotype, numpy float).
func parseGenotypes(data []byte) ([]genotype, error) {
	value, err := pickle.Decode(data, allowed)
	if err != nil {
		return nil, err
	}
	list, err := pickle.As[*pickle.List](value)
	if err != nil {
		return nil, err
	}
	if len(list.Items) > maxCurves {
		return nil, fmt.Errorf("%d genotypes: at most %d", len(list.Items), maxCurves)
	}
	genotypes := make([]genotype, len(list.Items))
	for k, item := range list.Items {
		if genotypes[k], err = parseEntry(item); err != nil {
			return nil, fmt.Errorf("genotype %d: %w", k, err)
		}
	}
	return genotypes, nil
}

func parseEntry(item any) (g genotype, err error) {
	pair, ok := item.(pickle.Tuple)
	if !ok || len(pair) != 2 {
		return g, errors.New("is no tuple of a text and a number")
	}
	text, ok := pair[0].(string)
	if !ok {
		return g, fmt.Errorf("is a %T where a text is needed", pair[0])
	}
	parsed, err := space.ParseGenotype(flat(text))
	if err != nil {
		return g, err
	}
	g.text = parsed.String()
	g.best, err = parseScalar(pair[1])
	return g, err
}

// flat is a genotype that lists each node's edges apart, [[(..), (..)], [..]], in the DARTS spelling, which lists all
// together.
func flat(text string) string {
	return strings.NewReplacer("GENOTYPE=", "", "[[", "[", "]]", "]", "], [", ", ").Replace(text)
}

// parseScalar reads a numpy number of dtype <f8.
func parseScalar(value any) (float64, error) {
	object, err := pickle.As[*pickle.Object](value)
	if err != nil {
		return 0, err
	}
	if object.Global != allowed[0] || len(object.Args) != 2 {
		return 0, fmt.Errorf("%s is no numpy number", object.Global)
	}
	dtype, okType := object.Args[0].(*pickle.Object)
	raw, okRaw := object.Args[1].([]byte)
	if !okType || !okRaw || len(raw) != 8 || dtype.Global != allowed[1] || len(dtype.Args) < 1 || dtype.Args[0] != "f8" {
		return 0, errors.New("numpy number: must be 8 bytes of dtype f8")
	}
	if state, ok := dtype.State.(pickle.Tuple); !ok || len(state) < 2 || state[1] != "<" {
		return 0, errors.New("numpy number: must be little-endian")
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(raw)), nil
}
