package retrain

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"gmnas/datasets"
	"gmnas/harness/engine"
	"gmnas/harness/engine/enginetest/backends"
	"gmnas/harness/engine/kernel"
	"gmnas/harness/search"
	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

// coloured are n noisy images of 8x8 pixels whose colour tells their class of three.
func coloured(n int, seed uint64) *datasets.Set {
	rng := rand.New(rand.NewPCG(seed, 1))
	s := &datasets.Set{Name: "synthetic", Classes: 3, Height: 8, Width: 8, Channels: 3}
	for range n {
		label := rng.IntN(s.Classes)
		s.Labels = append(s.Labels, uint8(label))
		for i := range 8 * 8 * 3 {
			pixel := rng.IntN(150)
			if i%3 == label {
				pixel += 100
			}
			s.Pixels = append(s.Pixels, uint8(pixel))
		}
	}
	return s
}

// small are settings of a training that takes a moment, and what it trains.
func small(b kernel.Backend, records int) (spec.Retrain, Options) {
	g := space.Genotype{}
	for _, cell := range []*space.GenotypeCell{&g.Normal, &g.Reduction} {
		for j := range cell {
			cell[j] = [2]space.Gene{{Operation: 3 + j%4, From: j % 2}, {Operation: j % 3, From: 1 + j}}
		}
	}
	return spec.Retrain{HeldOut: 11, Test: 20, Net: spec.Net{Channels: 4, Cells: 3}, Batch: 12, Epochs: 4,
			Weights: spec.Weights{LR: 0.025, Momentum: 0.9, WeightDecay: 3e-4, Clip: 5}, DropPath: 0.2, Cutout: 2},
		Options{Backend: b, Genotype: g, Images: coloured(records+11, 1), Test: coloured(20, 2), Key: "k"}
}

func trainer(t testing.TB, r spec.Retrain, o Options) *Trainer {
	t.Helper()
	x, err := New(r, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.Close)
	return x
}

func epoch(t testing.TB, x *Trainer) spec.EpochPoint {
	t.Helper()
	p, err := x.Epoch(context.Background(), func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func saved(t testing.TB, x *Trainer) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := x.Save(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestContinues: a training that was saved and loaded goes on as it would have, bit for bit.
func TestContinues(t *testing.T) {
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		r, o := small(b, 40)
		whole := trainer(t, r, o)
		epoch(t, whole)
		state := saved(t, whole)
		second := epoch(t, whole)

		o.Key = "another"
		if other := trainer(t, r, o); bytes.Equal(saved(t, other), saved(t, trainer(t, r, Options{Backend: b, Genotype: o.Genotype, Images: o.Images, Test: o.Test, Key: "k"}))) {
			t.Error("two trainings begin alike")
		}
		o.Key = "k"
		later := trainer(t, r, o)
		if err := later.Load(state); err != nil {
			t.Fatal(err)
		}
		again := epoch(t, later)
		again.Seconds = second.Seconds
		if again != second || !bytes.Equal(saved(t, whole), saved(t, later)) {
			t.Errorf("continued: %+v, want %+v", again, second)
		}
		if second.LR != 0.0125*(1+math.Cos(math.Pi/4)) || second.Epoch != 1 {
			t.Errorf("second epoch: %+v", second)
		}
	})
}

// TestLearns: images that can be told apart are, and held-out records aren't trained on.
func TestLearns(t *testing.T) {
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		r, o := small(b, 241) // 20 batches and a last image, which is left out
		r.Epochs = 4
		x := trainer(t, r, o)
		if x.Steps() != 20 {
			t.Errorf("%d steps, want 20", x.Steps())
		}
		first := epoch(t, x)
		var last spec.EpochPoint
		for x.Next() < r.Epochs {
			last = epoch(t, x)
		}
		if !(last.TrainLoss < first.TrainLoss/2 && last.TestAcc >= 90) {
			t.Errorf("after %d epochs %+v, after one %+v", r.Epochs, last, first)
		}
		other := *o.Images
		other.Labels = bytes.Clone(o.Images.Labels)
		for i := 241; i < len(other.Labels); i++ {
			other.Labels[i] = (other.Labels[i] + 1) % 3
		}
		o.Images = &other
		y := trainer(t, r, o)
		got := epoch(t, y)
		if got.TrainLoss != first.TrainLoss || got.TestLoss != first.TestLoss || got.ValidLoss == first.ValidLoss {
			t.Errorf("with other labels of the held-out records %+v, want %+v but for valid", got, first)
		}
	})
}

// TestDropsAsOftenAsAsked: images drop branches with the probability, independently, and the scale makes up for it.
func TestDropsAsOftenAsAsked(t *testing.T) {
	b, err := engine.OpenBackend("native", 1)
	if err != nil {
		t.Fatal(err)
	}
	d, err := newDropPath(b, space.Retraining{Skeleton: space.Skeleton{Cells: 20}}, 96)
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	d.branches = 150
	rng := rand.New(rand.NewPCG(1, 2))
	for _, p := range []float64{0, 0.1, 0.5} {
		d.draw(p, rng)
		kept := get(b, d.keep)[:d.branches*d.batch]
		sum, pairs := 0., 0.
		for i, k := range kept {
			sum += float64(k)
			pairs += float64(k * kept[(i+1)%len(kept)])
		}
		n := float64(len(kept))
		if math.Abs(sum/n-(1-p)) > 0.02 || math.Abs(pairs/n-(1-p)*(1-p)) > 0.03 || p == 0 && sum != n {
			t.Errorf("p %g: %g of %g kept, %g neighbours", p, sum, n, pairs)
		}
		if got := get(b, d.scale)[0]; got != float32(1/(1-p)) {
			t.Errorf("p %g: scale %g", p, got)
		}
	}
}

// TestDiverges: infinite weights are a divergence that says where, not a number.
func TestDiverges(t *testing.T) {
	b, err := engine.OpenBackend("native", 1)
	if err != nil {
		t.Fatal(err)
	}
	r, o := small(b, 40)
	r.Weights.LR, r.Weights.Clip = 1e30, 1e30
	if _, err := trainer(t, r, o).Epoch(context.Background(), func(int, int) {}); !errors.Is(err, search.ErrDiverged) {
		t.Errorf("error %v", err)
	}
}

// FuzzLoad: no state makes Load panic, and one that it accepts is what Save writes.
func FuzzLoad(f *testing.F) {
	b, err := engine.OpenBackend("native", 1)
	if err != nil {
		f.Fatal(err)
	}
	r, o := small(b, 40)
	x := trainer(f, r, o)
	good := saved(f, x)
	for _, seed := range [][]byte{good, good[:100], good[:len(good)-1], append(bytes.Clone(good), 0), nil, []byte("\n"), []byte("{}\n"), []byte(`{"Version":1,"Epoch":-1}` + "\n")} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, state []byte) {
		if err := x.Load(state); err != nil {
			return
		}
		end := bytes.IndexByte(state, '\n')
		again := saved(t, x)
		if !bytes.Equal(again[bytes.IndexByte(again, '\n'):], state[end:]) {
			t.Error("what was loaded isn't what is saved")
		}
	})
}
