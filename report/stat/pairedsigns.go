package stat

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
)

// randomSigns is how many are drawn where there are too many pairs to enumerate.
const randomSigns = 100_000

// PairedAny is Paired for any number of pairs: above 20, P is the share of 100,000 random signs of the differences (the
// observed ones counted among them) whose sum is at least as far from 0, the same every time.
func PairedAny(x, y map[int64]float64) (PairedTest, error) {
	test, err := Paired(x, y)
	if !errors.Is(err, ErrLarge) {
		return test, err
	}
	var differences []float64
	var sum, size float64
	for seed, v := range x {
		w, ok := y[seed]
		if d := v - w; ok && !math.IsNaN(d) && !math.IsInf(d, 0) {
			differences = append(differences, math.Abs(d))
			sum += d
			size += math.Abs(d)
		}
	}
	slices.Sort(differences) // signs are random, so that neither the map's order nor the observed signs matter
	random := rand.New(rand.NewPCG(1, uint64(len(differences))))
	far := 1
	for range randomSigns {
		s := 0.0
		for _, d := range differences {
			if random.Uint64()&1 == 1 {
				d = -d
			}
			s += d
		}
		if math.Abs(s) >= math.Abs(sum)-1e-12*size {
			far++
		}
	}
	test.Mean = sum / float64(len(differences))
	test.P = float64(far) / (randomSigns + 1)
	return test, nil
}
