package nasbench

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gmnas/nasbench/space"
)

func seeded() *rand.Rand { return rand.New(rand.NewPCG(20, 26)) }

// full returns k times the whole space.
func full(k int) []space.Mask { return slices.Repeat([]space.Mask{space.Full(space.NB201)}, k) }

// exact returns mean and standard deviation of column c for the best of k uniform draws by column by: of n rows
// in ascending order, row i is picked with probability ((i+1)/n)^k - (i/n)^k.
func exact(table *Table, k, by, c int) (mean, std float64) {
	rows := make([]int, Size)
	for row := range rows {
		rows[row] = row
	}
	key := func(column, row int) float64 {
		v, _ := table.value(column, row)
		return v.Accuracy
	}
	slices.SortStableFunc(rows, func(a, b int) int { return cmp.Compare(key(by, a), key(by, b)) })
	square := 0.0
	for i, row := range rows {
		p := math.Pow(float64(i+1)/Size, float64(k)) - math.Pow(float64(i)/Size, float64(k))
		mean += p * key(c, row)
		square += p * key(c, row) * key(c, row)
	}
	return mean, math.Sqrt(square - mean*mean)
}

// The figures of design.md section 7, which an independent program measured by sampling: picked by the
// validation accuracy of each column's own data set, disconnected architectures included.
func TestNullReproducesMeasuredFigures(t *testing.T) {
	table := publicTable(t)
	const samples = 40000
	for _, c := range []struct {
		k         int
		dataset   Dataset
		mean, std float64 // std 0 where it wasn't measured
	}{
		{1, CIFAR10, 87.06, 12.94}, {4, CIFAR10, 92.39, 1.12}, {4, CIFAR100, 68.50, 0}, {4, ImageNet16, 41.30, 0}, {5, CIFAR10, 92.62, 0.88},
	} {
		null, err := Null(table, space.NB201, full(c.k), Rule{c.dataset, Validation, 200}, samples, seeded())
		if err != nil {
			t.Fatal(err)
		}
		mean, std, err := null.Summary(c.dataset, Test)
		if err != nil {
			t.Fatal(err)
		}
		by, _ := columnOf(c.dataset, Validation, 200)
		wantMean, wantStd := exact(table, c.k, by, by+1)
		if limit := 4 * wantStd / math.Sqrt(samples); math.Abs(mean-wantMean) > limit {
			t.Errorf("best of %d, %s: mean %.3f, exact %.3f", c.k, c.dataset, mean, wantMean)
		}
		if math.Abs(std/wantStd-1) > 0.1 {
			t.Errorf("best of %d, %s: std %.3f, exact %.3f", c.k, c.dataset, std, wantStd)
		}
		if math.Abs(wantMean-c.mean) > 0.03 || c.std > 0 && math.Abs(wantStd-c.std) > 0.03 {
			t.Errorf("best of %d, %s: exact %.3f, %.3f, measured %g, %g", c.k, c.dataset, wantMean, wantStd, c.mean, c.std)
		}
	}
}

// One random architecture from each of four {convolution | rest} leaves, split on the edges 1<-0 and 3<-2:
// measured 92.72, std 0.78.
func TestNullOfLeaves(t *testing.T) {
	table := publicTable(t)
	var leaves []space.Mask
	for _, first := range [][]int{{2, 3}, {0, 1, 4}} {
		for _, second := range [][]int{{2, 3}, {0, 1, 4}} {
			leaves = append(leaves, space.Full(space.NB201).With(0, first).With(5, second))
		}
	}
	null, err := Null(table, space.NB201, leaves, Rule{CIFAR10, Validation, 200}, 40000, seeded())
	if err != nil {
		t.Fatal(err)
	}
	mean, std, err := null.Summary(CIFAR10, Test)
	if err != nil || math.Abs(mean-92.72) > 0.03 || math.Abs(std-0.78) > 0.05 {
		t.Errorf("%.3f +- %.3f, %v", mean, std, err)
	}
}

func TestOracleRulePicksTheBestTest(t *testing.T) {
	table := madeUp(t)
	leaf := space.Full(space.NB201)
	for e := range space.NB201.Edges() {
		leaf = leaf.With(e, []int{4}) // all avg_pool: row 0, the worst of madeUp
	}
	best := space.Full(space.NB201)
	for e := range space.NB201.Edges() {
		best = best.With(e, []int{0}) // all none: the last row, the best
	}
	null, err := Null(table, space.NB201, []space.Mask{best, leaf}, Rule{CIFAR10, Test, 200}, 3, seeded())
	if err != nil {
		t.Fatal(err)
	}
	want := accuracy(t, table, Size-1, CIFAR100, Test).Accuracy
	mean, std, err := null.Summary(CIFAR100, Test)
	if err != nil || math.Abs(mean-want) > 1e-9 || std > 1e-9 {
		t.Errorf("%g +- %g, %v, want %g", mean, std, err, want)
	}
}

func TestNullOfASeedIsOne(t *testing.T) {
	table := publicTable(t)
	null, err := Null(table, space.NB201, full(4), Rule{CIFAR10, Validation, 200}, 40000, seeded())
	if err != nil {
		t.Fatal(err)
	}
	again, err := Null(table, space.NB201, full(4), Rule{CIFAR10, Validation, 200}, 40000, seeded())
	if err != nil || !slices.Equal(again.columns[3], null.columns[3]) {
		t.Errorf("the same seed gave another null: %v", err)
	}
}

func TestNullRefusesBadInput(t *testing.T) {
	table := madeUp(t)
	rule := Rule{CIFAR10, Validation, 200}
	for name, call := range map[string]func() error{
		"no masks":   func() error { _, err := Null(table, space.NB201, nil, rule, 10, seeded()); return err },
		"no samples": func() error { _, err := Null(table, space.NB201, full(1), rule, 0, seeded()); return err },
		"no rule":    func() error { _, err := Null(table, space.NB201, full(1), Rule{}, 10, seeded()); return err },
		"empty mask": func() error {
			_, err := Null(table, space.NB201, make([]space.Mask, 1), rule, 10, seeded())
			return err
		},
		"other space": func() error {
			_, err := Null(table, space.NB201NoNone, full(1), rule, 10, seeded())
			return err
		},
	} {
		if call() == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	null, err := Null(table, space.NB201, full(1), rule, 10, seeded())
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := null.Summary("", Test); err == nil {
		t.Error("no data set was accepted")
	}
}
