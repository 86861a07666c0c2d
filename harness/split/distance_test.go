package split

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// vectors are gradients of one tensor with two filters, one row an operation.
type vectors [][]float32

func (v vectors) Len() int { return len(v) }

func (v vectors) Inner(i, j int) float64 {
	sum := 0.
	for k, x := range v[i] {
		sum += float64(x) * float64(v[j][k])
	}
	return sum
}

func (v vectors) Tensors(i int) []Tensor {
	return []Tensor{{Name: "w", Data: v[i], Filters: 2}, {Name: "bn", Data: v[i][:1]}}
}

func drawVectors(t *rapid.T, n int) vectors {
	v := make(vectors, n)
	for i := range v {
		v[i] = make([]float32, 6)
		for k := range v[i] {
			v[i][k] = float32(rapid.IntRange(-50, 50).Draw(t, "value"))
		}
	}
	return v
}

func operations(n int) []int { return flat(n, 0).Operations }

func distancesOf(t fataler, c Criterion, batches ...Gradients) EdgeDistances {
	a := NewAverage(c, 2, operations(batches[0].Len()))
	for _, g := range batches {
		if err := a.Add(g); err != nil {
			t.Fatalf("%v", err)
		}
	}
	d, err := a.Result()
	if err != nil {
		t.Fatalf("%v", err)
	}
	return d
}

func TestDistancesAreSymmetricWithZeroDiagonal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawVectors(t, rapid.IntRange(2, 5).Draw(t, "n"))
		for _, c := range Criteria() {
			d := distancesOf(t, c, g)
			if err := d.check(); err != nil {
				t.Fatalf("%s: %v", c.Name, err)
			}
			for i := range g {
				zero := g.Inner(i, i) == 0
				if got := d.Distance[i][i]; c.Name == Cosine.Name && zero && got != 1 || !zero && c.Name != PerFilterCosine.Name && math.Abs(got) > 1e-5 {
					t.Fatalf("%s: operation %d is %v from itself", c.Name, i, got)
				}
			}
		}
	})
}

func TestCosineIgnoresScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawVectors(t, 4)
		scaled := make(vectors, len(g))
		for i := range g {
			factor := float32(rapid.SampledFrom([]float64{0.25, 0.5, 2, 8}).Draw(t, "factor"))
			for _, x := range g[i] {
				scaled[i] = append(scaled[i], factor*x)
			}
		}
		a, b := distancesOf(t, Cosine, g), distancesOf(t, Cosine, scaled)
		for i, row := range a.Distance {
			for j, d := range row {
				// epsilon alone moves it, by at most epsilon over the product of the norms, 1/16 or more.
				if math.Abs(d-b.Distance[i][j]) > 20*epsilon {
					t.Fatalf("distance %v, scaled %v", d, b.Distance[i][j])
				}
			}
		}
		if !reflect.DeepEqual(a.ZeroNorm, b.ZeroNorm) {
			t.Fatalf("zero %v, scaled %v", a.ZeroNorm, b.ZeroNorm)
		}
	})
}

func TestKnownDistances(t *testing.T) {
	g := vectors{{3, 0, 0, 0, 1, 0}, {0, 2, 0, 0, 2, 0}, {-1, 0, 0, 0, -1, 0}}
	for _, c := range []struct {
		criterion Criterion
		i, j      int
		want      float64
	}{
		{Cosine, 0, 1, 1 - 2/math.Sqrt(10*8)},
		{Cosine, 0, 2, 1 + 4/math.Sqrt(10*2)},
		{L2, 0, 1, 9 + 4 + 1},
		{L2, 0, 2, 16 + 4},
		{PerFilterCosine, 0, 1, 1 + 0}, // first filter orthogonal, second parallel; the batch norm counts 0
		{PerFilterCosine, 0, 2, 2 + 2},
	} {
		if got := distancesOf(t, c.criterion, g).Distance[c.i][c.j]; math.Abs(got-c.want) > 1e-5 {
			t.Errorf("%s of %d and %d: got %v, want %v", c.criterion.Name, c.i, c.j, got, c.want)
		}
	}
}

func TestZeroGradients(t *testing.T) {
	zero := vectors{{0, 0, 0, 0, 0, 0}, {1, 0, 0, 2, 0, 0}, {1, 0, 0, 2, 0, 0}}
	d := distancesOf(t, Cosine, zero)
	if want := []float64{1, 1, 1}; !reflect.DeepEqual(d.Distance[0], want) {
		t.Errorf("zero row: got %v, want %v", d.Distance[0], want)
	}
	if !reflect.DeepEqual(d.ZeroNorm, []int{0}) {
		t.Errorf("zero operations %v, want [0]", d.ZeroNorm)
	}
	alive := vectors{{1, 0, 0, 0, 0, 0}, {1, 0, 0, 2, 0, 0}, {0, 0, 0, 0, 0, 0}}
	if d := distancesOf(t, Cosine, zero, alive); d.ZeroNorm != nil {
		t.Errorf("zero operations %v, each had a gradient in one mini-batch", d.ZeroNorm)
	}
}

// absent has one tensor that only some operations reach.
type absent struct {
	vectors
	reached []bool
}

func (a absent) Tensors(i int) []Tensor {
	extra := Tensor{Name: "inactive", Filters: 3}
	if a.reached[i] {
		extra.Data = []float32{0, 1, 2}
	}
	return append(a.vectors.Tensors(i), extra)
}

func TestPerFilterSkipsTensorsThatNeitherReaches(t *testing.T) {
	g := absent{vectors{{1, 0, 0, 1, 0, 0}, {1, 0, 0, 1, 0, 0}, {1, 0, 0, 1, 0, 0}}, []bool{false, false, true}}
	d := distancesOf(t, PerFilterCosine, g)
	if math.Abs(d.Distance[0][1]) > 1e-5 {
		t.Errorf("reached by neither: %v, want 0", d.Distance[0][1])
	}
	if math.Abs(d.Distance[0][2]-3) > 1e-5 {
		t.Errorf("reached by one: %v, want 1 for each of 3 filters", d.Distance[0][2])
	}
	if math.Abs(d.Distance[2][2]-1) > 1e-5 {
		t.Errorf("one zero filter of a tensor that was reached: %v, want 1 as in the release", d.Distance[2][2])
	}
}

func TestMeanOverMiniBatches(t *testing.T) {
	a := vectors{{1, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0}}
	b := vectors{{1, 0, 0, 0, 0, 0}, {0, 1, 0, 0, 0, 0}}
	if got := distancesOf(t, Cosine, a, b).Distance[0][1]; math.Abs(got-0.5) > 1e-5 {
		t.Errorf("got %v, want the mean of 0 and 1", got)
	}
}

func TestNotANumberIsAnError(t *testing.T) {
	inf := float32(math.Inf(1))
	nan := float32(math.NaN())
	good := vectors{{1, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0}}
	for name, bad := range map[string]Gradients{
		"NaN":      vectors{{1, 0, 0, 0, 0, 0}, {nan, 0, 0, 0, 0, 0}},
		"infinite": vectors{{1, 0, 0, 0, 0, 0}, {0, 0, inf, 0, 0, 0}},
	} {
		for _, c := range Criteria() {
			a := NewAverage(c, 4, []int{0, 3})
			if err := a.Add(good); err != nil {
				t.Fatal(err)
			}
			err := a.Add(bad)
			if err == nil || !strings.Contains(err.Error(), "operation 3 on edge 4, mini-batch 1") {
				t.Errorf("%s, %s: got %v, want an error that names operation, edge and mini-batch", name, c.Name, err)
			}
		}
	}
	ragged := absent{vectors{{1, 0, 0, 1, 0, 0}, {1, 0, 0, 1}}, []bool{true, true}}
	err := NewAverage(PerFilterCosine, 1, []int{0, 1}).Add(raggedInner{ragged})
	if err == nil || !strings.Contains(err.Error(), "operations 0 and 1 on edge 1, mini-batch 0") {
		t.Errorf("tensors of other sizes: got %v", err)
	}
}

// raggedInner has norms although its tensors don't fit.
type raggedInner struct{ absent }

func (raggedInner) Inner(i, j int) float64 { return 1 }

func TestAverageRefuses(t *testing.T) {
	a := NewAverage(Cosine, 1, []int{0, 1, 2})
	if _, err := a.Result(); err == nil || !strings.Contains(err.Error(), "no mini-batch") {
		t.Errorf("no mini-batch: got %v", err)
	}
	if err := a.Add(vectors{{1, 0, 0, 0, 0, 0}}); err == nil || !strings.Contains(err.Error(), "gradients of 1 operations, want 3") {
		t.Errorf("too few operations: got %v", err)
	}
}
