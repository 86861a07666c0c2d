package published

import (
	"math"
	"testing"

	"gmnas/nasbench/space"
)

// TestGenotypes: what the tool counts is what is printed, to the digit, and the figures come in the paper's order.
func TestGenotypes(t *testing.T) {
	if len(Genotypes()) != 13 {
		t.Fatalf("%d released genotypes", len(Genotypes()))
	}
	for k, r := range Genotypes() {
		if k < 12 && (r.Figure != 3+k || r.Seed != int64(k%4) || r.Leaf < 0 || r.Leaf > 7) {
			t.Errorf("entry %d: figure %d, seed %d, leaf %d", k, r.Figure, r.Seed, r.Leaf)
		}
		for _, c := range []struct {
			what    string
			counted int64
			printed float64
			digits  float64
		}{
			{"parameters", r.Genotype.Params(space.CIFARRetraining), r.Params, 1e6},
			{"multiply-adds", r.Genotype.MACs(space.CIFARRetraining), r.MACs, 10},
			{"ImageNet parameters", r.Genotype.Params(space.ImageNetRetraining), r.ImageNetParams, 1e3},
			{"ImageNet multiply-adds", r.Genotype.MACs(space.ImageNetRetraining), r.ImageNetMACs, 10},
			{"logged parameters", r.Genotype.Params(space.CIFARRetraining), r.Logged, 1e6},
		} {
			if rounded := math.Round(float64(c.counted)/1e6*c.digits) / c.digits; c.printed != 0 && rounded != c.printed {
				t.Errorf("%s, seed %d: %s %v M, printed %v M", r.Name, r.Seed, c.what, rounded, c.printed)
			}
		}
		if g, err := space.ParseGenotype(r.Genotype.String()); err != nil || g != r.Genotype {
			t.Errorf("%s, seed %d: %v", r.Name, r.Seed, err)
		}
	}
}
