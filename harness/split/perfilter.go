package split

import (
	"math"

	"gmnas/harness/spec"
)

// PerFilterCosine adds 1 - cosine over all output filters of all weight tensors; one-dimensional tensors count 0
// (spec.md section 3.6). A tensor that neither operation's forward pass reached is skipped, where the release adds 1
// for each of its filters (spec.md row 40); a filter with a zero gradient in a tensor that was reached counts 1, as in
// the release. Its similarity is the negative distance: the number of filters is the same for all pairs of an edge.
var PerFilterCosine = Register(Criterion{
	Name:       spec.CriterionPerFilterCosine,
	Doc:        "sum over output filters of 1 - cosine",
	Distance:   perFilterCosine,
	Similarity: func(d float64) float64 { return -d },
})

// perFilterCosine is NaN where the two operations' tensors don't have the same sizes.
func perFilterCosine(g Gradients, i, j int) float64 {
	a, b := g.Tensors(i), g.Tensors(j)
	if len(a) != len(b) {
		return math.NaN()
	}
	sum := 0.
	for t := range a {
		sum += filterDistances(a[t], b[t])
	}
	return sum
}

func filterDistances(a, b Tensor) float64 {
	switch {
	case a.Filters == 0 || a.Data == nil && b.Data == nil:
		return 0
	case a.Filters != b.Filters:
		return math.NaN()
	case a.Data == nil || b.Data == nil: // zero against something
		return float64(a.Filters)
	case len(a.Data) != len(b.Data) || len(a.Data)%a.Filters != 0:
		return math.NaN()
	}
	sum, size := 0., len(a.Data)/a.Filters
	for from := 0; from < len(a.Data); from += size {
		sum += 1 - cosine(a.Data[from:][:size], b.Data[from:][:size])
	}
	return sum
}

func cosine(a, b []float32) float64 {
	var aa, ab, bb float64
	for k, x := range a {
		x, y := float64(x), float64(b[k])
		aa += x * x
		ab += x * y
		bb += y * y
	}
	return ab / (math.Sqrt(aa)*math.Sqrt(bb) + epsilon)
}
