package search

import (
	"bytes"
	"context"
	"reflect"
	"testing"

	"gmnas/harness/engine/kernel"
	"gmnas/harness/engine/kernel/native"
	"gmnas/harness/spec"
	"gmnas/harness/supernet"
	"gmnas/nasbench/space"
)

// smallSearch opens a DARTS search on a few synthetic images.
func smallSearch(t testing.TB, key string) *Searcher {
	t.Helper()
	b, err := native.New(1)
	if err != nil {
		t.Fatal(err)
	}
	s := small(space.NB201.Name, 40)
	s.Method = spec.Method{Name: spec.DARTS, Order: 1}
	s.Alpha = spec.Alpha{InitStd: 1e-3, LR: 3e-4, Beta1: 0.5, Beta2: 0.999, WeightDecay: 1e-3}
	x, err := New(s, Options{Backend: b, Mask: space.Full(space.NB201), Images: smallImages(t, "train", 40), Key: key})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.Close)
	return x
}

// snapshot is all that training changes.
func snapshot(x *Searcher) [][]float32 {
	var all [][]float32
	for _, m := range []kernel.Mem{x.params.Weights, x.params.Momentum, x.params.Stats} {
		v := make([]float32, m.Len)
		x.params.Backend.Download(v, m)
		all = append(all, v)
	}
	return append(all, floats(x.alpha.Values), floats(x.alpha.Adam.First), floats(x.alpha.Adam.Second))
}

// TestStateRoundTrip: a child that loads its parent's state is the parent, and trains on as the parent would have.
func TestStateRoundTrip(t *testing.T) {
	parent, child := smallSearch(t, "a"), smallSearch(t, "b")
	stage := spec.TrainStage{Setup: parent.setup, Epochs: 2, CosineTMax: 4}
	if _, err := parent.Epoch(context.Background(), stage, 0, noReport); err != nil {
		t.Fatal(err)
	}
	var state bytes.Buffer
	if err := parent.Save(&state); err != nil {
		t.Fatal(err)
	}
	if reflect.DeepEqual(snapshot(parent), snapshot(child)) {
		t.Fatal("two keys gave the same supernet")
	}
	if err := child.Load(state.Bytes()); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(snapshot(parent), snapshot(child)) {
		t.Error("the loaded state differs from the saved one")
	}
	for _, x := range []*Searcher{parent, child} {
		x.images, x.labels = make([]float32, len(x.images)), make([]float32, len(x.labels))
		for i := range x.images {
			x.images[i] = float32(i%7) - 3
		}
		if err := x.alphaStep(); err != nil {
			t.Fatal(err)
		}
	}
	if !reflect.DeepEqual(snapshot(parent), snapshot(child)) {
		t.Error("parent and child went apart after the same step")
	}
}

// TestSameKeySameBits: everything random of a stage follows from its key.
func TestSameKeySameBits(t *testing.T) {
	var seen [2][][]float32
	for i := range seen {
		x := smallSearch(t, "key")
		if _, err := x.Epoch(context.Background(), spec.TrainStage{Setup: x.setup, Epochs: 1, CosineTMax: 1}, 0, noReport); err != nil {
			t.Fatal(err)
		}
		seen[i] = snapshot(x)
	}
	if !reflect.DeepEqual(seen[0], seen[1]) {
		t.Error("two trainings of one key differ")
	}
}

// TestDivergenceIsSaid: weights that overflow end the epoch as diverged, not with an accuracy.
func TestDivergenceIsSaid(t *testing.T) {
	x := smallSearch(t, "key")
	big := make([]float32, x.params.Weights.Len)
	for i := range big {
		big[i] = 3e38
	}
	x.params.Backend.Upload(x.params.Weights, big)
	_, err := x.Epoch(context.Background(), spec.TrainStage{Setup: x.setup, Epochs: 1, CosineTMax: 1}, 0, noReport)
	if err == nil {
		t.Fatal("an epoch with overflowing weights gave a result")
	}
	if _, _, err := x.Validate(context.Background(), supernet.Forward); err == nil {
		t.Error("a validation with overflowing weights gave a result")
	}
}

// FuzzLoad: no content of a weights file makes Load panic, and what it refuses leaves the supernet as it was.
func FuzzLoad(f *testing.F) {
	x := smallSearch(f, "fuzz")
	var state bytes.Buffer
	if err := x.Save(&state); err != nil {
		f.Fatal(err)
	}
	f.Add(state.Bytes())
	f.Add(state.Bytes()[:state.Len()/2])
	f.Add([]byte("{}\n"))
	f.Add([]byte(`{"Version":1,"Space":"nasbench201","Params":-1,"Stats":99999999999}` + "\n"))
	before := snapshot(x)
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := x.Load(content); err != nil && !reflect.DeepEqual(snapshot(x), before) {
			t.Errorf("a refused state changed the supernet: %v", err)
		}
		if err := x.Load(state.Bytes()); err != nil {
			t.Fatal(err)
		}
	})
}
