package train_test

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"gmnas/harness/golden"
	"gmnas/harness/train"
)

// TestAdam: five steps with given gradients end where PyTorch's do (golden G5, adam_trace).
func TestAdam(t *testing.T) {
	var file struct {
		Trace struct {
			Start golden.Tensor   `json:"alpha_start"`
			Grads []golden.Tensor `json:"grads"`
			After []golden.Tensor `json:"alpha_after"`
		} `json:"adam_trace"`
	}
	golden.Read(t, "../search/testdata/g5_nb201_alpha.json.gz", &file)
	values := append([]float64{}, file.Trace.Start.Data...)
	a := train.Adam{LR: 3e-4, Beta1: 0.5, Beta2: 0.999, WeightDecay: 1e-3, First: make([]float64, len(values)), Second: make([]float64, len(values))}
	for k, g := range file.Trace.Grads {
		a.Step(values, g.Data, func(int) bool { return false })
		got := make([]float32, len(values))
		for i, v := range values {
			got[i] = float32(v)
		}
		golden.Near(t, fmt.Sprintf("step %d", k), got, file.Trace.After[k].Floats(), 1e-6, 1e-8)
	}
}

// TestAdamSkips: a skipped entry keeps its value and moments.
func TestAdamSkips(t *testing.T) {
	values := []float64{1, 2}
	a := train.Adam{LR: 0.1, Beta1: 0.5, Beta2: 0.9, First: make([]float64, 2), Second: make([]float64, 2)}
	a.Step(values, []float64{1, 1}, func(i int) bool { return i == 1 })
	if values[1] != 2 || a.First[1] != 0 || values[0] >= 1 {
		t.Errorf("values %v, first moments %v", values, a.First)
	}
}

// TestSchedules: both start and end where they should and never rise.
func TestSchedules(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		total := rapid.IntRange(1, 300).Draw(r, "epochs")
		lr, tau := math.Inf(1), math.Inf(1)
		for k := range total + 1 {
			l, u := train.Cosine(k, total, 0.025, 0.001), train.Temperature(k, total, 1, 0.1)
			if l > lr || u > tau || l < 0.001-1e-12 || u < 0.1 {
				r.Fatalf("epoch %d of %d: learning rate %g after %g, temperature %g after %g", k, total, l, lr, u, tau)
			}
			lr, tau = l, u
		}
		if math.Abs(train.Cosine(0, total, 0.025, 0.001)-0.025) > 1e-12 || math.Abs(lr-0.001) > 1e-12 || math.Abs(tau-0.1) > 1e-12 {
			r.Fatalf("%d epochs end at learning rate %g and temperature %g", total, lr, tau)
		}
	})
}

// TestClip: gradients longer than the bound are cut to it, others stay.
func TestClip(t *testing.T) {
	if f := train.ClipFactor(4, 5); f != 1 {
		t.Errorf("a norm of 4 under a bound of 5 is scaled by %g", f)
	}
	if f := train.ClipFactor(50, 5); math.Abs(50*f-5) > 1e-5 {
		t.Errorf("a norm of 50 under a bound of 5 becomes %g", 50*f)
	}
}
