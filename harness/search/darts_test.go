package search

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"gmnas/datasets"
	"gmnas/harness/engine/enginetest/backends"
	"gmnas/harness/engine/kernel"
	"gmnas/harness/engine/kernel/native"
	"gmnas/harness/golden"
	"gmnas/harness/spec"
	"gmnas/harness/split"
	"gmnas/harness/supernet"
	"gmnas/nasbench/space"
)

// TestDARTSMatching: distances and cuts of normal edges 0 and 7 are the release's, enabled softly and with weight 1 (golden G9).
func TestDARTSMatching(t *testing.T) {
	o := struct {
		origin
		ThetaNormal golden.Tensor `json:"theta_normal"`
		ThetaReduce golden.Tensor `json:"theta_reduce"`
	}{}
	golden.Read(t, "../supernet/testdata/g9_darts_supernet.json.gz", &o)
	var file struct {
		Edges []struct {
			Edge   int
			Hard   int
			D      golden.Tensor
			Shared int `json:"n_shared_scalars"`
			Cut    struct {
				Groups [][]int
				Cost   float64 `json:"cut_cost"`
			} `json:"balanced_3_4_min_cut"`
		} `json:"gradient_matching_one_batch"`
	}
	golden.Read(t, "../supernet/testdata/g9_darts_mask_gm.json.gz", &file)
	theta := append(append([]float64{}, o.ThetaNormal.Data...), o.ThetaReduce.Data...)
	o.Alpha.Data = make([]float64, len(theta))
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		s := setup(space.DARTS.Name, spec.DARTS, 1)
		s.Batch = 2
		x := opened(t, b, s, space.Full(space.DARTS), o.origin, supernet.Matching)
		x.put(o.Batch)
		c, err := x.newCollected(len(space.DARTS.Operations))
		if err != nil {
			t.Fatal(err)
		}
		defer c.close()
		for _, want := range file.Edges {
			enable, operations := spec.EnableOneHot, x.mask.Operations(want.Edge)
			if want.Hard == 0 {
				enable = spec.EnableSoft
			}
			if err := c.collect(want.Edge, operations, theta, enable, func(k int, body kernel.Mem) { b.Copy(c.copies[k], body) }); err != nil {
				t.Fatal(err)
			}
			shared := 0
			for _, r := range c.shared {
				shared += r.To - r.From
			}
			average := split.NewAverage(split.Cosine, want.Edge, operations)
			if err := average.Add(c); err != nil {
				t.Fatal(err)
			}
			d, err := average.Result()
			if err != nil {
				t.Fatal(err)
			}
			what := fmt.Sprintf("edge %d, %s", want.Edge, enable)
			var got []float32
			for _, row := range d.Distance {
				got = append(got, floats(row)...)
			}
			golden.Near(t, "distances of "+what, got, want.D.Floats(), 0, 1e-4)
			cut, err := split.Cut(split.Cosine, d, 2)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "cut cost of "+what, cut.CutCost, want.Cut.Cost, 1e-3)
			if shared != want.Shared || !reflect.DeepEqual(cut.Groups, want.Cut.Groups) {
				t.Errorf("%s: %d shared weights, groups %v; want %d, %v", what, shared, cut.Groups, want.Shared, want.Cut.Groups)
			}
		}
	})
}

// inDARTS is spec.md section 5.2's setup, on synthetic images of 8x8.
func inDARTS(method spec.Method) spec.Setup {
	return spec.Setup{Space: space.DARTS.Name, Data: spec.Data{Set: "synthetic", Records: 20, Pool: 4}, Net: spec.Net{Channels: 4, Cells: 3}, Batch: 4,
		Method: method, Weights: spec.Weights{LR: 0.025, LRMin: 0.001, Momentum: 0.9, WeightDecay: 3e-4, Clip: 5},
		Alpha: spec.Alpha{InitMean: 1e-3, LR: 3e-4, Beta1: 0.5, Beta2: 0.999, WeightDecay: 1e-3}}
}

func openDARTS(t *testing.T, b kernel.Backend, method spec.Method, key string) *Searcher {
	t.Helper()
	mask := space.Full(space.DARTS).With(2, []int{0, 3, 6}).With(20, []int{2, 3})
	x, err := New(inDARTS(method), Options{Backend: b, Mask: mask, Images: smallImages(t, "train", 20), Key: key})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.Close)
	return x
}

// TestDARTSEpoch: every method trains weights and alpha, measures by running statistics, derives a genotype of the mask, and saves
// what a child goes on from.
func TestDARTSEpoch(t *testing.T) {
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		for _, method := range []spec.Method{{Name: spec.DARTS, Order: 1}, {Name: spec.DARTS, Order: 2}, {Name: spec.SNAS, TauMax: 1, TauMin: 0.03}} {
			t.Run(fmt.Sprint(method.Name, method.Order), func(t *testing.T) { checkDARTSEpoch(t, b, method) })
		}
	})
}

func checkDARTSEpoch(t *testing.T, b kernel.Backend, method spec.Method) {
	x := openDARTS(t, b, method, "a")
	for i, v := range x.alpha.Values {
		if v != 1e-3 {
			t.Fatalf("alpha %d begins at %g, want 1e-3", i, v)
		}
	}
	before := snapshot(x)
	stage := spec.TrainStage{Setup: x.setup, Epochs: 2, CosineTMax: 2}
	if method.Name == spec.SNAS {
		stage.TauEpochs = 2
	}
	var points []spec.EpochPoint
	for k := range 2 {
		p, err := x.Epoch(context.Background(), stage, k, noReport)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := space.DARTS.Member(x.mask, p.Genotype); err != nil {
			t.Errorf("epoch %d: genotype: %v", k, err)
		}
		points = append(points, p)
	}
	if method.Name == spec.SNAS && (points[0].Tau != 1 || math.Abs(points[1].Tau-0.515) > 1e-9) {
		t.Errorf("temperatures %g and %g, want 1 and 0.515", points[0].Tau, points[1].Tau)
	}
	for i, what := range []string{"weights", "momentum", "statistics", "alpha"} {
		if reflect.DeepEqual(before[i], snapshot(x)[i]) {
			t.Errorf("%s didn't change", what)
		}
	}
	for i, v := range x.alpha.Values {
		if forbidden := x.alpha.forbidden(i); forbidden != (v == 1e-3) {
			t.Errorf("alpha %d, forbidden %v, is %g", i, forbidden, v)
		}
	}

	child := openDARTS(t, b, method, "b")
	var state bytes.Buffer
	if err := x.Save(&state); err != nil {
		t.Fatal(err)
	}
	if err := child.Load(state.Bytes()); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(snapshot(x), snapshot(child)) {
		t.Error("the loaded state differs from the saved one")
	}
	checkDARTSDerived(t, child, state.Bytes())
}

// checkDARTSDerived wants the genotype of alpha, and the accuracy by the running statistics, which measuring doesn't move.
func checkDARTSDerived(t *testing.T, x *Searcher, state []byte) {
	m, err := New(x.setup, Options{Backend: x.params.Backend, Mask: x.mask, Images: smallImages(t, "train", 20), Key: "m", For: Measure})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if err := m.Load(state); err != nil {
		t.Fatal(err)
	}
	before := snapshot(m)
	d, err := m.Derive(context.Background(), spec.DeriveStage{Setup: x.setup, Tau: 0.03}, "k", noReport)
	if err != nil {
		t.Fatal(err)
	}
	if want := space.DARTS.Discretize(x.mask, x.alpha.Values); d.Architecture != want || d.BatchNorm != "running" || !(d.Loss > 0) {
		t.Errorf("derived %+v, want the genotype %s by running statistics", d, want)
	}
	if !reflect.DeepEqual(before, snapshot(m)) {
		t.Error("deriving changed the supernet")
	}
}

// TestDARTSLearns: a few epochs of weight steps lower the training loss well below that of chance.
func TestDARTSLearns(t *testing.T) {
	b, err := native.New(1)
	if err != nil {
		t.Fatal(err)
	}
	s := inDARTS(spec.Method{Name: spec.DARTS, Order: 1})
	s.Batch, s.Data.Records, s.Weights.LR = 16, 64, 0.1
	x, err := New(s, Options{Backend: b, Mask: space.Full(space.DARTS), Images: smallImages(t, "train", 64), Key: "k", For: TrainWeights})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	var losses []float64
	for k := range 8 {
		p, err := x.Epoch(context.Background(), spec.TrainStage{Setup: s, Epochs: 8, CosineTMax: 8, AlphaFrozen: true}, k, noReport)
		if err != nil {
			t.Fatal(err)
		}
		losses = append(losses, p.TrainLoss)
	}
	if last := losses[len(losses)-1]; !(last < 0.75*math.Log(10)) {
		t.Errorf("training losses %v, the last isn't well below chance, %.3f", losses, math.Log(10))
	}
}

// TestDARTSHasNoPaths: what needs single paths is refused, not answered.
func TestDARTSHasNoPaths(t *testing.T) {
	b, err := native.New(1)
	if err != nil {
		t.Fatal(err)
	}
	_, err = New(inDARTS(spec.Method{Name: spec.RSPS}), Options{Backend: b, Mask: space.Full(space.DARTS), Images: smallImages(t, "train", 20), Key: "k"})
	if err == nil || !strings.Contains(err.Error(), "single paths") {
		t.Errorf("RSPS: error %v", err)
	}
	if _, err := NewPair(inDARTS(spec.Method{Name: spec.RSPS}), PairOptions{Backend: b, Images: smallImages(t, "train", 20), Key: "k"}); err == nil || !strings.Contains(err.Error(), "single paths") {
		t.Errorf("a pair: error %v", err)
	}
	odd := &datasets.Set{Name: "synthetic", Classes: 10, Height: 6, Width: 6, Channels: 3, Pixels: make([]uint8, 20*108), Labels: make([]uint8, 20)}
	if _, err := New(inDARTS(spec.Method{Name: spec.DARTS, Order: 1}), Options{Backend: b, Mask: space.Full(space.DARTS), Images: odd, Key: "k"}); err == nil || !strings.Contains(err.Error(), "image size 6: must be a multiple of 4") {
		t.Errorf("images of 6x6: error %v", err)
	}
}
