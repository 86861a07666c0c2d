package plan

import (
	"math"
	"slices"
	"testing"

	"gmnas/datasets"
	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

func work(t *testing.T, s spec.Stage) spec.Cost {
	t.Helper()
	c, err := Work(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func about(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9*want {
		t.Errorf("%s: got %.9g, want %.9g", what, got, want)
	}
}

// Multiply-adds of an image, from spec.md section 1.4.
const (
	fixed = 7_783_040.
	conv1 = 3_932_160.
	conv3 = 35_389_440.
	full  = fixed + 6*(conv1+conv3)
)

func TestWorkOfTraining(t *testing.T) {
	const images = 521 * 48 // 521 full batches
	train := func(method string, order int, frozen bool) spec.Stage {
		setup := paperSetup(method)
		setup.Method.Order = order
		return spec.Stage{Kind: spec.KindTrain, Train: &spec.TrainStage{Setup: setup, Mask: space.Full(space.NB201).String(), Epochs: 2, AlphaFrozen: frozen}}
	}
	for _, c := range []struct {
		name   string
		stage  spec.Stage
		passes float64
	}{
		{"frozen", train(spec.DARTS, 2, true), 1},
		{"first order", train(spec.DARTS, 1, false), 2},
		{"second order", train(spec.DARTS, 2, false), 5},
		{"snas", train(spec.SNAS, 0, false), 2},
	} {
		got := work(t, c.stage)
		about(t, c.name, got.FLOPs, 2*2*full*(3*images*c.passes+25_000))
		if want := int64(2 * 521 * c.passes); got.GradientEvaluations != want {
			t.Errorf("%s: %d gradient evaluations, want %d", c.name, got.GradientEvaluations, want)
		}
	}
	one := train(spec.RSPS, 0, true)
	one.Train.Mask = "3/3/2/3/1/0"
	about(t, "one path", work(t, one).FLOPs, 2*2*(fixed+conv1+3*conv3)*(3*images+25_000))
	mixed := train(spec.DARTS, 1, true)
	mixed.Train.Mask = "3/3/2/3/14/0"
	about(t, "masked", work(t, mixed).FLOPs, 2*2*(fixed+conv1+3*conv3)*(3*images+25_000))
	none := work(t, train(spec.RSPS, 0, true)).FLOPs / (2 * 2 * (3*images + 25_000))
	if mean := fixed + 6*(conv1+conv3)/5; none < mean || none > 1.02*mean { // connected ones have slightly more convolutions
		t.Errorf("mean path: %v multiply-adds, want just above %v", none, mean)
	}
}

func TestWorkOfTheRest(t *testing.T) {
	level := gmDARTS().Levels[0]
	s := spec.SplitStage{Setup: paperSetup(spec.DARTS), Level: level, Mask: "01234/01234/23/01234/01234/01234"}
	got := work(t, spec.Stage{Kind: spec.KindSplit, Split: &s})
	if got.GradientEvaluations != 5*5*100 { // edges, operations, mini-batches
		t.Errorf("split: %d gradient evaluations, want 2500", got.GradientEvaluations)
	}
	about(t, "split", got.FLOPs, 2*3*48*100*5*(5*fixed+26*(conv1+conv3)))
	s.Edge = spec.EdgeRandom
	about(t, "split of a random edge", work(t, spec.Stage{Kind: spec.KindSplit, Split: &s}).FLOPs, got.FLOPs/5)
	s.Partition = spec.PartitionRandom
	if c := work(t, spec.Stage{Kind: spec.KindSplit, Split: &s}); c != (spec.Cost{}) {
		t.Errorf("random split: %+v, want nothing", c)
	}
	d := spec.DeriveStage{Setup: paperSetup(spec.SNAS), Mask: space.Full(space.NB201).String()}
	about(t, "derivation", work(t, spec.Stage{Kind: spec.KindDerive, Derive: &d}).FLOPs, 2*full*25_000)
	d = spec.DeriveStage{Setup: paperSetup(spec.RSPS), Derive: spec.Derive{Samples: 200}, Mask: "3/3/23/3/3/3"}
	about(t, "derivation from two paths", work(t, spec.Stage{Kind: spec.KindDerive, Derive: &d}).FLOPs, 2*(2*fixed+conv1+11*conv3)*25_000)
	e := spec.EvaluateStage{Evaluate: spec.Evaluate{By: spec.ByTable}, Space: space.NB201.Name, Architecture: "x"}
	if c := work(t, spec.Stage{Kind: spec.KindEvaluate, Evaluate: &e}); c != (spec.Cost{}) {
		t.Errorf("table: %+v, want nothing", c)
	}
	e.Evaluate, e.Architecture = byTraining(), "|skip_connect~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|"
	small := space.Skeleton{Channels: 8, Cells: 1, ImageSize: 16, ImageChannels: 3, Classes: 10}
	a, err := space.NB201.Parse(e.Architecture)
	if err != nil {
		t.Fatal(err)
	}
	about(t, "training", work(t, spec.Stage{Kind: spec.KindEvaluate, Evaluate: &e}).FLOPs,
		2*float64(space.NB201.MACs(a, small))*(10*(3*32*64+2000)+1000))
}

// TestWorkOfGMDARTS: the project's reference count for a second-order GM + DARTS seed on CIFAR-10 is 24.2 PFLOP. It
// runs every operation in every sub-supernet, masks or not, and leaves validation out; here masked operations cost
// nothing and the A-set is passed after each epoch.
func TestWorkOfGMDARTS(t *testing.T) {
	items, _, err := forecast(gmDARTS(), 0, store{}.lookup)
	if err != nil {
		t.Fatal(err)
	}
	total, evaluations := 0., int64(0)
	for _, i := range items {
		total += i.cost.FLOPs
		evaluations += i.cost.GradientEvaluations
	}
	if total < 22.1e15 || total > 22.4e15 {
		t.Errorf("%v FLOPs, want about 22.2e15", total)
	}
	if want := int64(521*(45+120*5) + 100*(30+2*25)); evaluations != want {
		t.Errorf("%d gradient evaluations, want %d", evaluations, want)
	}
	if unmasked := 2 * full * 3 * 48 * float64(evaluations); math.Abs(unmasked-24.2e15) > 0.1e15 {
		t.Errorf("without masks and validation: %v FLOPs, want 24.2e15", unmasked)
	}
}

func TestWorkRefuses(t *testing.T) {
	setup := paperSetup(spec.DARTS)
	mask := space.Full(space.NB201).String()
	noBatch, noSet, noSpace := setup, setup, setup
	noBatch.Batch, noSet.Data.Set, noSpace.Space = 0, "svhn", "x"
	for name, s := range map[string]spec.Stage{
		"empty":    {Kind: spec.KindTrain},
		"no batch": {Train: &spec.TrainStage{Setup: noBatch, Mask: mask}},
		"no set":   {Split: &spec.SplitStage{Setup: noSet, Mask: mask}},
		"no space": {Derive: &spec.DeriveStage{Setup: noSpace, Mask: mask}},
		"no mask":  {Train: &spec.TrainStage{Setup: setup}},
		"bad arch": {Evaluate: &spec.EvaluateStage{Evaluate: byTraining(), Space: space.NB201.Name, Architecture: "|"}},
	} {
		if c, err := Work(s); err == nil {
			t.Errorf("%s: %+v, want an error", name, c)
		}
	}
}

// TestImageSetsAreThoseThatExist keeps this package's facts with the readers'.
func TestImageSetsAreThoseThatExist(t *testing.T) {
	for name := range imageSets {
		if !slices.Contains(datasets.Names, name) {
			t.Errorf("%s can't be loaded", name)
		}
	}
	if len(imageSets) != len(datasets.Names) {
		t.Errorf("%d image sets, %d can be loaded", len(imageSets), len(datasets.Names))
	}
	for part, want := range map[string]int{"train": imageSets["synthetic"].train, "test": imageSets["synthetic"].test} {
		s, err := datasets.Load("synthetic", part, "")
		if err != nil {
			t.Fatal(err)
		}
		if i := imageSets["synthetic"]; s.Len() != want || s.Height != i.side || s.Channels != i.channels || s.Classes != i.classes {
			t.Errorf("synthetic %s: %d images of %dx%dx%d, %d classes; the plan has %d, %+v", part, s.Len(), s.Height, s.Width, s.Channels, s.Classes, want, i)
		}
	}
}
