package search

import (
	"context"
	"math"
	"slices"
	"testing"

	"gmnas/datasets"
	"gmnas/harness/engine/enginetest/backends"
	"gmnas/harness/engine/kernel"
	"gmnas/harness/spec"
	"gmnas/harness/supernet"
	"gmnas/nasbench/space"
)

// small is a setup for synthetic images of 8x8.
func small(spaceName string, records int) spec.Setup {
	return spec.Setup{Space: spaceName, Data: spec.Data{Set: "synthetic", Records: records, Pool: 4}, Net: spec.Net{Channels: 4, Cells: 1}, Batch: 8,
		Method: spec.Method{Name: spec.RSPS}, Weights: spec.Weights{LR: 0.025, LRMin: 0.001, Momentum: 0.9, Nesterov: true, WeightDecay: 1e-4, Clip: 5}}
}

func smallImages(t testing.TB, part string, n int) *datasets.Set {
	t.Helper()
	s, err := datasets.Synthetic(1, part, n)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = s.Pool(4); err != nil {
		t.Fatal(err)
	}
	return s
}

func noReport(int, int) {}

// TestRank: every accuracy is the share of right answers that the architecture's own network gives, batch by batch; what
// is disconnected has that of chance; the weights stay as they are.
func TestRank(t *testing.T) {
	const n = 20 // batches of 8, 8 and 4
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		s := space.NB201
		mask := space.Full(s).With(0, []int{3}).With(1, []int{0, 2}).With(2, []int{4}).With(3, []int{0}).With(4, []int{0, 3}).With(5, []int{0, 1})
		x, err := New(small(s.Name, 32), Options{Backend: b, Mask: mask, Images: smallImages(t, "train", 32), Key: "k", For: Measure})
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		before := make([]float32, x.params.Weights.Len)
		b.Download(before, x.params.Weights)
		test := smallImages(t, "test", n)
		got, err := x.Rank(context.Background(), test, false, "k", noReport)
		if err != nil {
			t.Fatal(err)
		}
		after := make([]float32, len(before))
		b.Download(after, x.params.Weights)
		if !slices.Equal(before, after) {
			t.Error("ranking changed the weights")
		}
		k, different := 0, map[float64]bool{}
		for a := range s.Enumerate(mask) {
			want := 10.
			if s.Connected(a) {
				want = 100 * float64(rightAnswers(t, x, a, test)) / n
				different[want] = true
			}
			if math.Abs(got[k]-want) > 1e-9 {
				t.Errorf("%s: %v, want %v", s.String(a), got[k], want)
			}
			k++
		}
		if k != 8 || len(got) != 8 || len(different) < 2 {
			t.Errorf("%d accuracies of %d architectures, %d different", len(got), k, len(different))
		}
	})
}

// rightAnswers runs one architecture on a net that allows nothing else.
func rightAnswers(t *testing.T, x *Searcher, a space.Architecture, set *datasets.Set) int {
	t.Helper()
	only := x.mask
	for e, o := range a {
		only = only.With(e, []int{int(o)})
	}
	augment, err := datasets.Standard(set.Name, set.Height)
	if err != nil {
		t.Fatal(err)
	}
	scan, err := datasets.NewScan(set, augment.Plain(), 8, nil)
	if err != nil {
		t.Fatal(err)
	}
	images, labels := make([]float32, 8*8*8*3), make([]float32, 8)
	right := 0
	for {
		n, err := scan.Next(images, labels)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return right
		}
		net, err := supernet.NewNet(x.params, only, supernet.Options{Batch: n, Kinds: []supernet.Kind{supernet.Forward}})
		if err != nil {
			t.Fatal(err)
		}
		if err := net.SetTheta(oneHot(make([]float64, len(x.theta)), x.space, a)); err != nil {
			t.Fatal(err)
		}
		net.SetBatch(images[:n*8*8*3], labels[:n])
		if _, err := net.Run(supernet.Forward); err != nil {
			t.Fatal(err)
		}
		logits := make([]float32, n*10)
		net.Logits(supernet.Forward, logits)
		right += supernet.Correct(logits, labels[:n], 10)
		net.Close()
	}
}

// TestRankAugmented: the same architectures see the same crops, so that ranking twice gives the same.
func TestRankAugmented(t *testing.T) {
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		s := space.NB201NoNone
		mask := space.Full(s)
		for e := range 5 {
			mask = mask.With(e, []int{2})
		}
		images := smallImages(t, "train", 64)
		x, err := New(small(s.Name, 64), Options{Backend: b, Mask: mask, Images: images, Key: "k", For: Measure})
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		rank := func(augmented bool, key string) []float64 {
			got, err := x.Rank(context.Background(), x.aSet, augmented, key, noReport)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		if !slices.Equal(rank(true, "a"), rank(true, "a")) || !slices.Equal(rank(false, "a"), rank(false, "b")) {
			t.Error("ranking again gives something else")
		}
		plain := rank(false, "a")
		if slices.Equal(plain, rank(true, "a")) && slices.Equal(plain, rank(true, "b")) {
			t.Error("augmentation changes nothing")
		}
	})
}
