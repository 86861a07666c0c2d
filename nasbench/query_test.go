package nasbench

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gmnas/nasbench/space"
)

func TestEveryFieldOfAQueryIsNeeded(t *testing.T) {
	table := madeUp(t)
	right := Query{space.NB201, space.Architecture{1, 1, 1, 1, 1, 1}, CIFAR10, Validation, 200}
	if _, err := table.Accuracy(right); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*Query){
		"epochs missing: 12 or 200":                                   func(q *Query) { q.Epochs = 0 },
		"epochs 90: must be 12 or 200":                                func(q *Query) { q.Epochs = 90 },
		"split missing: validation or test":                           func(q *Query) { q.Split = "" },
		`split "valid": must be validation or test`:                   func(q *Query) { q.Split = "valid" },
		"data set missing: cifar10, cifar100 or imagenet16-120":       func(q *Query) { q.Dataset = "" },
		`data set "mnist": must be cifar10, cifar100 or imagenet16`:   func(q *Query) { q.Dataset = "mnist" },
		"space missing: nasbench201 or nasbench201-4op":               func(q *Query) { q.Space = space.Space{} },
		"edge 3 (3<-0): operation index 5 is not in nasbench201":      func(q *Query) { q.Architecture[3] = 5 },
		"edge 0 (1<-0): operation index 4 is not in nasbench201-4op ": func(q *Query) { q.Space = space.NB201NoNone; q.Architecture[0] = 4 },
	} {
		q := right
		change(&q)
		_, err := table.Accuracy(q)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v lacks %q", err, want)
		}
		if _, err := table.SeedAccuracies(q); err == nil {
			t.Errorf("%s: seeds were looked up", want)
		}
		if _, err := table.TrainSeconds(q); err == nil {
			t.Errorf("%s: seconds were looked up", want)
		}
	}
	if _, err := table.Optimum(CIFAR10, Test, 0); err == nil || !strings.Contains(err.Error(), "12 or 200") {
		t.Errorf("optimum without epochs: %v", err)
	}
}

// The same digits are other architectures in the other space; the spelling decides.
func TestBothSpacesFindTheSameRow(t *testing.T) {
	table := madeUp(t)
	for _, four := range []space.Architecture{{}, {3, 2, 1, 0, 1, 2}} {
		five, err := space.NB201.Parse(space.NB201NoNone.String(four))
		if err != nil {
			t.Fatal(err)
		}
		a, errA := table.Accuracy(Query{space.NB201NoNone, four, CIFAR100, Test, 200})
		b, errB := table.Accuracy(Query{space.NB201, five, CIFAR100, Test, 200})
		if a != b || errA != nil || errB != nil {
			t.Errorf("%v, %v; %v, %v", a, errA, b, errB)
		}
	}
}

func TestMissingStaysMissing(t *testing.T) {
	table := madeUp(t)
	a := at(t, table, 7)
	for _, c := range columns {
		q := Query{space.NB201, a, c.dataset, c.split, c.epochs}
		if got, err := table.Accuracy(q); !errors.Is(err, ErrMissing) || got != (Value{}) {
			t.Errorf("%+v: %v, %v", c, got, err)
		}
		if _, err := table.TrainSeconds(q); !errors.Is(err, ErrMissing) {
			t.Errorf("%+v: seconds: %v", c, err)
		}
	}
	if _, err := table.Params(space.NB201, a, CIFAR10); !errors.Is(err, ErrMissing) {
		t.Errorf("parameters: %v", err)
	}
	d, err := Describe(table, space.NB201, a)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range d.Accuracies {
		if m.Accuracy != nil || m.Seeds != 0 || m.TrainSeconds != nil {
			t.Errorf("described as %+v", m)
		}
	}
	if _, err := Null(table, space.NB201, []space.Mask{space.Full(space.NB201)}, Rule{CIFAR10, Test, 200}, 1_000_000,
		rand.New(rand.NewPCG(1, 1))); !errors.Is(err, ErrMissing) {
		t.Errorf("null over a table with a missing row: %v", err)
	}
}

// TestAccuracyWithoutTime: a record without times (cases.md B4) keeps its accuracy through a file, and its cost is unknown, not 0.
func TestAccuracyWithoutTime(t *testing.T) {
	table := madeUp(t)
	for i := range table.seconds {
		table.seconds[i][5] = math.NaN()
	}
	table, err := decode(table.encode())
	if err != nil {
		t.Fatal(err)
	}
	d, err := Describe(table, space.NB201, at(t, table, 5))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := d.Write(&text); err != nil {
		t.Fatal(err)
	}
	for _, m := range d.Accuracies {
		if m.Accuracy == nil || m.TrainSeconds != nil {
			t.Errorf("%s %s, %d epochs: %+v", m.Dataset, m.Split, m.Epochs, m)
		}
	}
	if raw, err := d.JSON(); err != nil || strings.Contains(string(raw), `"train_seconds": 0`) || strings.Count(text.String(), " -\n") != len(columns) {
		t.Errorf("%v\n%s", err, &text)
	}
}

func TestTrainSecondsOnlyWhereTheyWereMeasured(t *testing.T) {
	table := madeUp(t)
	a := at(t, table, 100)
	for _, c := range columns {
		got, err := table.TrainSeconds(Query{space.NB201, a, c.dataset, c.split, c.epochs})
		if c.epochs == 12 || c.dataset == CIFAR10 && c.split == Test {
			if !errors.Is(err, ErrMissing) {
				t.Errorf("%+v: %g, %v", c, got, err)
			}
			continue
		}
		want := map[Dataset]float64{CIFAR10: 1100, CIFAR100: 1101, ImageNet16: 1102}[c.dataset]
		if err != nil || got != want {
			t.Errorf("%+v: %g, %v", c, got, err)
		}
	}
}

// One training is a single seed and not a mean; both are told apart.
func TestAggregation(t *testing.T) {
	table := madeUp(t)
	for index, want := range map[int]Value{0: {N: 1, Aggregation: SingleSeed}, 1: {N: 2, Aggregation: MeanOfSeeds}, 2: {N: 3, Aggregation: MeanOfSeeds}} {
		got := accuracy(t, table, index, CIFAR10, Validation)
		seeds, err := table.SeedAccuracies(Query{space.NB201, at(t, table, index), CIFAR10, Validation, 200})
		if err != nil || len(seeds) != want.N || got.N != want.N || got.Aggregation != want.Aggregation {
			t.Errorf("row %d: %+v, seeds %v, %v", index, got, seeds, err)
		}
		total := 0.0
		for _, seed := range seeds {
			total += seed
		}
		if mean := total / float64(len(seeds)); mean-got.Accuracy > 1e-9 || got.Accuracy-mean > 1e-9 {
			t.Errorf("row %d: mean %g of %v", index, got.Accuracy, seeds)
		}
	}
	if _, err := table.SeedAccuracies(Query{space.NB201, at(t, table, 1), CIFAR100, Test, 200}); !errors.Is(err, ErrMissing) {
		t.Errorf("seeds of cifar100: %v", err)
	}
}

func TestDescribe(t *testing.T) {
	table := publicTable(t)
	d, err := Describe(table, space.NB201, at(t, table, 9930))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := d.Write(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{d.Architecture, "9930 of NAS-Bench-201's own order", "184.730 M", "1.289 M", "91.55", "94.36", "mean of seeds", "single trainings, cifar10 validation, 200 epochs: "} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("text lacks %q:\n%s", want, &text)
		}
	}
	raw, err := d.JSON()
	if err != nil || !strings.Contains(string(raw), `"nats_index": 9930`) || !strings.Contains(string(raw), `"train_seconds": null`) {
		t.Errorf("%s, %v", raw, err)
	}
}

func BenchmarkAccuracy(b *testing.B) {
	table := madeUp(b)
	for _, s := range []space.Space{space.NB201, space.NB201NoNone} {
		b.Run(s.Name, func(b *testing.B) {
			q := Query{s, space.Architecture{1, 2, 3, 3, 2, 1}, ImageNet16, Test, 12}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := table.Accuracy(q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
