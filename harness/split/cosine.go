package split

import (
	"math"

	"gmnas/harness/spec"
)

// Cosine is the gradient matching score of paper Eq. 2: the global cosine of the concatenated gradients, not the mean
// of a cosine for each layer. A zero gradient has distance 1 to everything, itself included (spec.md row 41).
var Cosine = Register(Criterion{
	Name: spec.CriterionCosine,
	Doc:  "1 - cosine of the concatenated gradients",
	Distance: func(g Gradients, i, j int) float64 {
		return 1 - g.Inner(i, j)/(math.Sqrt(g.Inner(i, i))*math.Sqrt(g.Inner(j, j))+epsilon)
	},
	Similarity: func(d float64) float64 { return 1 - d },
})
