package halving

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gmnas/harness/spec"
)

func rng() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// TestReplayOfOnePool is worked out by hand: the curve that ends best is dropped at the first rung.
func TestReplayOfOnePool(t *testing.T) {
	curves := [][]float64{{50, 60, 90}, {60, 70, 85}, {10, 95, 80}, {55, 65, 87}}
	r := spec.Replay{Pool: 4, Pools: 1, Score: spec.ScorePlain, Rungs: []int{1, 2, 3}}
	got, err := Replay(curves, r, rng())
	if err != nil {
		t.Fatal(err)
	}
	exactly := func(v float64) spec.Estimate { return spec.Estimate{Mean: v, Low: v, High: v} }
	want := spec.Replayed{Curves: 4, Epochs: 4 + 2 + 1,
		Last: spec.Halved{Recall: exactly(0), Regret: exactly(5), Error: exactly(15), Chance: exactly(14.5)},
		Best: spec.Halved{Recall: exactly(0), Regret: exactly(10), Error: exactly(15), Chance: exactly(100 - (90+85+95+87)/4.)},
	}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	r.Rungs = []int{3}
	if got, _ := Replay(curves, r, rng()); got.Last.Recall.Mean != 100 || got.Last.Regret.Mean != 0 || got.Epochs != 12 {
		t.Errorf("trained to the end: %+v", got)
	}
}

// TestReleaseScores: an independent evaluation of the release's formula.
func TestReleaseScores(t *testing.T) {
	curve := []float64{40, 50, 60, 70, 65}
	got := atRungs(curve, spec.Replay{Score: spec.ScoreRelease, Rungs: []int{2, 4, 5}})
	// Windows: epochs 1 and 2; epoch 4, as epoch 3 is left out; the best of all.
	want := []float64{(0.1*1*(0.9*40) + 0.9*50) / 2, 0.9 * 70, 70}
	for k := range want {
		if math.Abs(got[k]-want[k]) > 1e-12 {
			t.Errorf("rung %d: %v, want %v", k, got[k], want[k])
		}
	}
}

// TestIntervals: halving by accuracies that say nothing of the truth recalls one in four, and the interval says how
// sure that is.
func TestIntervals(t *testing.T) {
	noise := rng()
	curves := make([][]float64, 60)
	for k := range curves {
		curves[k] = []float64{100 * noise.Float64(), 100 * noise.Float64()}
	}
	r := spec.Replay{Pool: 4, Pools: 20_000, Score: spec.ScorePlain, Rungs: []int{1, 2}}
	got, err := Replay(curves, r, rng())
	if err != nil {
		t.Fatal(err)
	}
	recall := got.Last.Recall // of the two that stay, the better one is picked: one in two
	if recall.Low > 50 || recall.High < 50 || recall.High-recall.Low < 5 || recall.High-recall.Low > 60 || got.Last.Error.Mean >= got.Last.Chance.Mean {
		t.Errorf("%+v", got)
	}
	again, _ := Replay(curves, r, rng())
	if again != got {
		t.Error("the same random numbers gave another outcome")
	}
}

func TestReplayRefuses(t *testing.T) {
	good := [][]float64{{1, 2}, {3, 4}}
	for want, c := range map[string]struct {
		curves [][]float64
		replay spec.Replay
	}{
		"pool of 3: there are 2 curves":        {good, spec.Replay{Pool: 3, Pools: 1, Rungs: []int{1}}},
		"0 pools":                              {good, spec.Replay{Pool: 2, Rungs: []int{1}}},
		"0 rungs":                              {good, spec.Replay{Pool: 2, Pools: 1}},
		"curve 0 has 2 epochs, the schedule 3": {good, spec.Replay{Pool: 2, Pools: 1, Rungs: []int{3}}},
		"rungs [0 1]":                          {good, spec.Replay{Pool: 2, Pools: 1, Rungs: []int{0, 1}}},
		"rungs [2 1]":                          {good, spec.Replay{Pool: 2, Pools: 1, Rungs: []int{2, 1}}},
		"rungs [1 1]":                          {good, spec.Replay{Pool: 2, Pools: 1, Rungs: []int{1, 1}}},
		"curve 1: accuracy NaN after epoch 0":  {[][]float64{{1, 2}, {math.NaN(), 4}}, spec.Replay{Pool: 2, Pools: 1, Rungs: []int{1}}},
	} {
		if _, err := Replay(c.curves, c.replay, rng()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
