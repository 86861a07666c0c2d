package split

import "gmnas/harness/spec"

// L2 is the squared Euclidean distance of the concatenated gradients, without the root (spec.md section 3.6; the
// paper's Table 6). Its similarity is the negative distance.
var L2 = Register(Criterion{
	Name: spec.CriterionL2,
	Doc:  "squared Euclidean distance of the concatenated gradients",
	Distance: func(g Gradients, i, j int) float64 {
		return max(0, g.Inner(i, i)-2*g.Inner(i, j)+g.Inner(j, j))
	},
	Similarity: func(d float64) float64 { return -d },
})
