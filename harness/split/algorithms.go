package split

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// An Algorithm parts operations by their similarities without asking for balanced groups. The paper compares such
// algorithms with the balanced minimum cut (appendix B.3); no split uses them.
type Algorithm struct {
	Name string
	Doc  string
	// Part gives each operation a label, 0 for the first's group. It wants a square, symmetric, finite matrix.
	Part func(similarity [][]float64) ([]int, error)
}

// Algorithms are those of appendix B.3.
func Algorithms() []Algorithm {
	return []Algorithm{
		{"ncut", "normalized cut: the second generalized eigenvector, cut where the Ncut value is lowest (Shi and Malik 2000)", normalizedCut},
		{"spectral", "spectral clustering: 2-means of the rows of two normalized eigenvectors (Ng, Jordan and Weiss 2002)", spectral},
	}
}

// AlgorithmByName returns the algorithm of that name, or an error that lists the names there are.
func AlgorithmByName(name string) (Algorithm, error) {
	var names []string
	for _, a := range Algorithms() {
		if a.Name == name {
			return a, nil
		}
		names = append(names, a.Name)
	}
	return Algorithm{}, fmt.Errorf("unknown partition algorithm %q: use %s", name, strings.Join(names, ", "))
}

// weakest stands in for similarities of 0 and below, which a graph of the two algorithms can't have: it keeps every
// operation joined to the others.
const weakest = 1e-6

// affinity is the graph's weights, and the degree of each operation.
func affinity(similarity [][]float64) (*mat.SymDense, []float64, error) {
	n := len(similarity)
	if n < 2 || n > maxParted {
		return nil, nil, fmt.Errorf("parting %d operations: want 2 to %d", n, maxParted)
	}
	w := mat.NewSymDense(n, nil)
	degrees := make([]float64, n)
	for i, row := range similarity {
		if len(row) != n {
			return nil, nil, fmt.Errorf("parting operations: row %d of the similarities has %d entries, want %d", i, len(row), n)
		}
		for j, v := range row {
			if !finite(v) || v != similarity[j][i] {
				return nil, nil, fmt.Errorf("parting operations: similarity of %d and %d is %v: want a finite, symmetric matrix", i, j, v)
			}
			if i != j {
				w.SetSym(i, j, max(v, weakest))
				degrees[i] += max(v, weakest)
			}
		}
	}
	return w, degrees, nil
}

// maxParted bounds the enumeration of 2-means.
const maxParted = 16

// normalized returns the eigenvectors of D^-1/2 W D^-1/2, the one of the largest eigenvalue last.
func normalized(w *mat.SymDense, degrees []float64) (*mat.Dense, error) {
	n := len(degrees)
	m := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i {
			m.SetSym(i, j, w.At(i, j)/math.Sqrt(degrees[i]*degrees[j]))
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(m, true) {
		return nil, errors.New("parting operations: the eigenvectors of the similarities don't converge")
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	return &vectors, nil
}

func normalizedCut(similarity [][]float64) ([]int, error) {
	w, degrees, err := affinity(similarity)
	if err != nil {
		return nil, err
	}
	vectors, err := normalized(w, degrees)
	if err != nil {
		return nil, err
	}
	n := len(degrees)
	order := make([]int, n) // operations along the eigenvector
	along := make([]float64, n)
	for i := range n {
		order[i], along[i] = i, vectors.At(i, n-2)/math.Sqrt(degrees[i])
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case along[a] < along[b]:
			return -1
		case along[a] > along[b]:
			return 1
		}
		return 0
	})
	var best []int
	lowest := 0.
	for size := 1; size < n; size++ {
		labels := make([]int, n)
		for _, i := range order[:size] {
			labels[i] = 1
		}
		if value := ncutValue(w, degrees, labels); best == nil || value < lowest {
			best, lowest = labels, value
		}
	}
	return fromFirst(best), nil
}

// ncutValue is the cut's weight as a share of each side's degrees, added.
func ncutValue(w *mat.SymDense, degrees []float64, labels []int) float64 {
	var cut float64
	var volume [2]float64
	for i, label := range labels {
		volume[label] += degrees[i]
		for j := range i {
			if labels[j] != label {
				cut += w.At(i, j)
			}
		}
	}
	return cut/volume[0] + cut/volume[1]
}

func spectral(similarity [][]float64) ([]int, error) {
	w, degrees, err := affinity(similarity)
	if err != nil {
		return nil, err
	}
	vectors, err := normalized(w, degrees)
	if err != nil {
		return nil, err
	}
	n := len(degrees)
	points := make([][2]float64, n)
	for i := range points {
		x, y := vectors.At(i, n-1), vectors.At(i, n-2)
		norm := math.Hypot(x, y)
		points[i] = [2]float64{x / norm, y / norm} // the last eigenvector has no zero, as all weights are positive
	}
	var best []int
	lowest := 0.
	for set := 1; set < 1<<(n-1); set++ { // operation 0 stays in group 0: every partition once, the exact 2-means
		labels := make([]int, n)
		for i := 1; i < n; i++ {
			labels[i] = set >> (i - 1) & 1
		}
		if value := scatter(points, labels); best == nil || value < lowest-1e-12 {
			best, lowest = labels, value
		}
	}
	return best, nil
}

// scatter adds the squared distances of the points from the mean of their group.
func scatter(points [][2]float64, labels []int) float64 {
	sum := 0.
	for group := range 2 {
		var mean [2]float64
		count := 0.
		for i, p := range points {
			if labels[i] == group {
				mean[0], mean[1], count = mean[0]+p[0], mean[1]+p[1], count+1
			}
		}
		for i, p := range points {
			if labels[i] == group {
				x, y := p[0]-mean[0]/count, p[1]-mean[1]/count
				sum += x*x + y*y
			}
		}
	}
	return sum
}

// fromFirst swaps the labels where the first operation has 1.
func fromFirst(labels []int) []int {
	if labels[0] == 0 {
		return labels
	}
	swapped := make([]int, len(labels))
	for i, l := range labels {
		swapped[i] = 1 - l
	}
	return swapped
}
