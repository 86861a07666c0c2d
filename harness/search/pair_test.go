package search

import (
	"context"
	"math"
	"slices"
	"testing"

	"gmnas/harness/engine/enginetest/backends"
	"gmnas/harness/engine/kernel"
	"gmnas/harness/supernet"
	"gmnas/nasbench/space"
)

func trainedPair(t *testing.T, b kernel.Backend, first space.Architecture, edge, operation int, key string) *Pair {
	t.Helper()
	p, err := NewPair(small(space.NB201.Name, 64), PairOptions{Backend: b, First: first, Edge: edge, Operation: operation, Images: smallImages(t, "train", 64), Key: key})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	if err := p.Train(context.Background(), 2, func(int) {}); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestPairOfOneFunction: where the edge leads nowhere, both architectures are one function, with one gradient.
func TestPairOfOneFunction(t *testing.T) {
	first := space.Architecture{3, 3, 0, 1, 0, 3} // node 1 is read by nothing
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		cosine, err := trainedPair(t, b, first, 0, 2, "k").Cosine(context.Background(), 3)
		if err != nil || math.Abs(cosine-1) > 1e-4 {
			t.Errorf("cosine %v, want 1 (%v)", cosine, err)
		}
		other, err := trainedPair(t, b, first, 5, 4, "k").Cosine(context.Background(), 3)
		if err != nil || !(other > -1 && other < 0.999) {
			t.Errorf("an edge that matters: cosine %v (%v)", other, err)
		}
	})
}

// TestPairCosineIsItsDefinition takes one batch, and gradients of the two architectures' own networks, tensor by tensor.
func TestPairCosineIsItsDefinition(t *testing.T) {
	first := space.Architecture{3, 2, 1, 4, 3, 2}
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		p := trainedPair(t, b, first, 4, 2, "k")
		got, err := p.Cosine(context.Background(), 1)
		if err != nil {
			t.Fatal(err)
		}
		x := p.x // its buffers hold the batch
		gradient := func(a space.Architecture) []float32 {
			only := space.Full(space.NB201)
			for e, o := range a {
				only = only.With(e, []int{int(o)})
			}
			net, err := supernet.NewNet(x.params, only, supernet.Options{Batch: 8, Kinds: []supernet.Kind{supernet.Weights}})
			if err != nil {
				t.Fatal(err)
			}
			defer net.Close()
			b.Zero(x.params.Gradients)
			if err := net.SetTheta(oneHot(make([]float64, len(x.theta)), x.space, a)); err != nil {
				t.Fatal(err)
			}
			net.SetBatch(x.images, x.labels)
			if _, err := net.Run(supernet.Weights); err != nil {
				t.Fatal(err)
			}
			host := make([]float32, x.params.Gradients.Len)
			b.Download(host, x.params.Gradients)
			return host
		}
		u, v := gradient(p.first), gradient(p.second)
		var uv, uu, vv float64
		for _, tensor := range x.params.Layout.Params {
			if tensor.Cell >= 0 && tensor.Edge == 4 {
				continue
			}
			for i := tensor.Offset; i < tensor.Offset+tensor.Size; i++ {
				uv += float64(u[i]) * float64(v[i])
				uu += float64(u[i]) * float64(u[i])
				vv += float64(v[i]) * float64(v[i])
			}
		}
		if want := uv / math.Sqrt(uu*vv); math.Abs(got-want) > 1e-4 {
			t.Errorf("cosine %v, want %v", got, want)
		}
	})
}

// TestPairTrains: a batch's loss falls, both operations of the edge move, and pairs of one key begin alike.
func TestPairTrains(t *testing.T) {
	first := space.Architecture{3, 2, 1, 4, 3, 2}
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		fresh, err := NewPair(small(space.NB201.Name, 64), PairOptions{Backend: b, First: first, Edge: 4, Operation: 2, Images: smallImages(t, "train", 64), Key: "k"})
		if err != nil {
			t.Fatal(err)
		}
		defer fresh.Close()
		beforeW, _, err := fresh.Losses(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		p := trainedPair(t, b, first, 4, 2, "k")
		for _, o := range []int{3, 2} {
			at := slices.IndexFunc(p.x.params.Layout.Params, func(p supernet.Tensor) bool { return p.Cell == 0 && p.Edge == 4 && p.Operation == o })
			if !p.x.params.Active(at) {
				t.Errorf("operation %d of the edge was never trained", o)
			}
		}
		if err := p.Train(context.Background(), 6, func(int) {}); err != nil {
			t.Fatal(err)
		}
		afterW, afterA, err := p.Losses(context.Background())
		if err != nil || !(afterW < beforeW) || !(afterA > 0) {
			t.Errorf("loss on the W-set %v, before training %v; A-set %v (%v)", afterW, beforeW, afterA, err)
		}
		if p.Cost().GradientEvaluations != 8*4 || p.Cost().FLOPs <= 0 {
			t.Errorf("%+v after 8 epochs of 4 steps", p.Cost())
		}
	})
}
