package split

import (
	"fmt"
	"slices"
	"strings"
)

// Gradients are the gradients of the weights that all operations of an edge share, one for each enabled operation,
// of one mini-batch (or averaged over mini-batches, for gradients first).
type Gradients interface {
	// Len is the number of operations.
	Len() int
	// Inner is the inner product of the concatenated gradients of operations i and j, summed in float64.
	Inner(i, j int) float64
	// Tensors is operation i's gradient on the host, tensor by tensor in the same order for every operation.
	Tensors(i int) []Tensor
}

// Tensor is the gradient of one weight tensor. Nil Data means that the operation's forward pass didn't reach it.
type Tensor struct {
	Name    string
	Data    []float32
	Filters int // output filters, filter-major; 0 for one-dimensional tensors
}

// A Criterion measures how far apart the gradients of two operations point. To add one, write a file like cosine.go
// that registers one value.
type Criterion struct {
	Name string // of spec.Level.Criterion
	Doc  string
	// Distance is symmetric in i and j; it may ask for i == j.
	Distance func(g Gradients, i, j int) float64
	// Similarity of two operations at that mean distance: what the minimum cut adds up. It falls with the distance
	// at slope -1, so the minimum cut is also the largest sum of distances over the cut pairs.
	Similarity func(distance float64) float64
}

// epsilon keeps the cosine of a zero gradient defined (the release's match_loss): it is 0.
const epsilon = 1e-6

var registered []Criterion

// Register enters a criterion in the list; it returns it for a package variable's initialiser.
func Register(c Criterion) Criterion {
	registered = append(registered, c)
	return c
}

// Criteria lists all criteria by name.
func Criteria() []Criterion {
	return slices.SortedFunc(slices.Values(registered), func(a, b Criterion) int { return strings.Compare(a.Name, b.Name) })
}

// ByName returns the criterion of that name, or an error that lists the names there are.
func ByName(name string) (Criterion, error) {
	var names []string
	for _, c := range Criteria() {
		if c.Name == name {
			return c, nil
		}
		names = append(names, c.Name)
	}
	return Criterion{}, fmt.Errorf("unknown criterion %q: use %s", name, strings.Join(names, ", "))
}
