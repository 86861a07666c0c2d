package search

import (
	"fmt"
	"math"
	"testing"

	"gmnas/datasets"
	"gmnas/harness/engine/enginetest/backends"
	"gmnas/harness/engine/kernel"
	"gmnas/harness/golden"
	"gmnas/harness/spec"
	"gmnas/harness/supernet"
	"gmnas/harness/train"
	"gmnas/nasbench/space"
)

// origin is the network that golden files G3 to G6 start from.
type origin struct {
	Params        map[string]golden.Tensor `json:"params"`
	BuffersBefore map[string]golden.Tensor `json:"buffers_before"`
	Alpha         golden.Tensor            `json:"alpha"`
	golden.Batch
}

func readOrigin(t *testing.T) origin {
	var o origin
	golden.Read(t, "../supernet/testdata/g1_nb201_darts.json.gz", &o)
	return o
}

// opened returns a searcher with the golden network's parameters and no data; batches are put into its buffers.
func opened(t *testing.T, b kernel.Backend, setup spec.Setup, mask space.Mask, o origin, kinds ...supernet.Kind) *Searcher {
	t.Helper()
	s, err := space.ByName(setup.Space)
	if err != nil {
		t.Fatal(err)
	}
	k := space.Skeleton{Channels: 4, Cells: 1, ImageSize: 8, ImageChannels: 3, Classes: 10}
	if s.Genotypes() {
		k.Cells, k.ImageSize = 3, 16
	}
	x := &Searcher{setup: setup, space: s, mask: mask, wSet: &datasets.Set{Classes: 10, Height: k.ImageSize, Width: k.ImageSize, Channels: 3}}
	x.params, err = supernet.NewParameters(b, supernet.Config{Space: s, Tracked: setup.Method.Name != spec.RSPS, Skeleton: k})
	if err != nil {
		t.Fatal(err)
	}
	shift := 0
	if s.Name == space.NB201NoNone.Name {
		shift = 1 // golden names count none
	}
	for _, p := range x.params.Layout.Params {
		b.Upload(p.Of(x.params.Weights), o.Params[goldenName(p, shift)].ChannelsLast())
	}
	for _, st := range x.params.Layout.Stats {
		if g, ok := o.BuffersBefore[st.Name]; ok {
			b.Upload(st.Of(x.params.Stats), g.Floats())
		}
	}
	if setup.Method.Name != spec.RSPS {
		x.alpha = &Alpha{Space: s, Mask: mask, Values: append([]float64{}, o.Alpha.Data...), Adam: newAdam(setup.Alpha, len(o.Alpha.Data))}
	}
	if x.net, err = supernet.NewNet(x.params, mask, supernet.Options{Batch: setup.Batch, Kinds: kinds}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.Close)
	x.buffers()
	return x
}

func goldenName(p supernet.Tensor, shift int) string {
	if p.Cell < 0 || shift == 0 {
		return p.Name
	}
	return fmt.Sprintf("cell%d.edge%d.op%d.conv.weight", p.Cell, p.Edge, p.Operation+shift)
}

func (x *Searcher) put(b golden.Batch) {
	x.images, x.labels = b.Input.ChannelsLast(), golden.Labels(b.Target)
}

func maskOf(s space.Space, t golden.Tensor) space.Mask {
	m := space.Full(s)
	n := len(s.Operations)
	for e := range s.Edges() {
		var allowed []int
		for o := range n {
			if t.Data[e*n+o] != 0 {
				allowed = append(allowed, o)
			}
		}
		m = m.With(e, allowed)
	}
	return m
}

func setup(space, method string, order int) spec.Setup {
	return spec.Setup{Space: space, Batch: 4, Method: spec.Method{Name: method, Order: order, TauMax: 1, TauMin: 0.1},
		Weights: spec.Weights{LR: 0.025, LRMin: 0.001, Momentum: 0.9, Nesterov: true, WeightDecay: 5e-4, Clip: 5},
		Alpha:   spec.Alpha{LR: 3e-4, Beta1: 0.5, Beta2: 0.999, WeightDecay: 1e-3}}
}

// TestSGD: six steps with cosine, clipping, Nesterov momentum and weight decay end at the release's weights, momentum and
// statistics; RSPS's operations keep moving once they were active and never before (golden G4).
func TestSGD(t *testing.T) {
	o := readOrigin(t)
	var file struct {
		Batches   []golden.Batch `json:"batches"`
		Sequences []struct {
			Name          string                   `json:"name"`
			WeightDecay   float64                  `json:"weight_decay"`
			Clip          float64                  `json:"grad_clip"`
			LR            []float64                `json:"lr"`
			Loss          []float64                `json:"loss"`
			Norm          []float64                `json:"grad_norm_before_clip"`
			Paths         [][]int                  `json:"paths"`
			Never         []string                 `json:"never_updated_tensors"`
			Final         map[string]golden.Tensor `json:"final"`
			FinalMomentum map[string]golden.Tensor `json:"final_momentum"`
			FinalBuffers  map[string]golden.Tensor `json:"final_buffers"`
			SumOfSquares  float64                  `json:"final_weights_sum_of_squares"`
		} `json:"sequences"`
	}
	golden.Read(t, "testdata/g4_nb201_sgd.json.gz", &file)
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		for _, q := range file.Sequences {
			t.Run(q.Name, func(t *testing.T) {
				method := spec.DARTS
				if q.Paths != nil {
					method = spec.RSPS
				}
				s := setup("nasbench201", method, 0)
				s.Weights.WeightDecay, s.Weights.Clip = q.WeightDecay, q.Clip
				x := opened(t, b, s, space.Full(space.NB201), o, supernet.Weights)
				before := values(b, x.params.Weights)
				for i, batch := range file.Batches {
					x.put(batch)
					lr := train.Cosine(i, 6, s.Weights.LR, s.Weights.LRMin)
					near(t, "learning rate", lr, q.LR[i], 1e-8)
					var theta []float64
					if q.Paths != nil {
						theta = oneHot(x.theta, x.space, architecture(q.Paths[i]))
					} else {
						theta = x.alpha.Softmax(x.theta, nil, 1)
					}
					loss, _, err := x.weightStepAt(theta, lr)
					if err != nil {
						t.Fatal(err)
					}
					near(t, fmt.Sprintf("loss of step %d", i), loss, q.Loss[i], 2e-5)
					near(t, fmt.Sprintf("norm of step %d", i), train.GradientNorm(x.params)/q.Norm[i], 1, 1e-5)
				}
				after, sum := values(b, x.params.Weights), 0.0
				for _, v := range after {
					sum += float64(v) * float64(v)
				}
				near(t, "sum of squares", sum/q.SumOfSquares, 1, 1e-5)
				for _, p := range x.params.Layout.Params {
					if w, ok := q.Final[p.Name]; ok {
						golden.Near(t, p.Name, after[p.Offset:][:p.Size], w.ChannelsLast(), 1e-5, 0)
					}
					if m, ok := q.FinalMomentum[p.Name]; ok {
						golden.Near(t, "momentum of "+p.Name, values(b, p.Of(x.params.Momentum)), m.ChannelsLast(), 2e-5, 1e-7)
					}
				}
				for _, st := range x.params.Layout.Stats {
					if g, ok := q.FinalBuffers[st.Name]; ok {
						golden.Near(t, st.Name, values(b, st.Of(x.params.Stats)), g.Floats(), 2e-5, 1e-6)
					}
				}
				for _, name := range q.Never {
					p := x.params.Layout.Param(name)
					golden.Near(t, name, after[p.Offset:][:p.Size], before[p.Offset:][:p.Size], 0, 0)
				}
			})
		}
	})
}

func architecture(path []int) space.Architecture {
	var a space.Architecture
	for e, o := range path {
		a[e] = uint8(o)
	}
	return a
}

func values(b kernel.Backend, m kernel.Mem) []float32 {
	v := make([]float32, m.Len)
	b.Download(v, m)
	return v
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: %.9g, want %.9g within %g", what, got, want, tolerance)
	}
}

// TestAlpha: the first- and second-order gradients of alpha and Adam's step are the release's (golden G5); momentum
// is per tensor, where the release drops all of it if one tensor has none (spec.md row 38).
func TestAlpha(t *testing.T) {
	o := readOrigin(t)
	type result struct {
		AlphaGrad golden.Tensor `json:"alpha_grad"`
		After     golden.Tensor `json:"alpha_after_adam"`
	}
	var file struct {
		Eta      float64                  `json:"eta"`
		Train    golden.Batch             `json:"train"`
		Valid    golden.Batch             `json:"valid"`
		Momentum map[string]golden.Tensor `json:"momentum_buffers"`
		Cases    []struct {
			Name       string        `json:"name"`
			Mask       golden.Tensor `json:"mask"`
			Momentum   string        `json:"momentum"`
			FirstOrder result        `json:"first_order"`
			Second     struct {
				result
				PerTensor *struct {
					AlphaGrad golden.Tensor `json:"alpha_grad"`
				} `json:"own_f64_if_momentum_kept_per_tensor"`
			} `json:"second_order"`
		} `json:"cases"`
	}
	golden.Read(t, "testdata/g5_nb201_alpha.json.gz", &file)
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		for _, c := range file.Cases {
			t.Run(c.Name, func(t *testing.T) {
				for _, order := range []int{1, 2} {
					x := opened(t, b, setup("nasbench201", spec.DARTS, order), maskOf(space.NB201, c.Mask), o,
						supernet.Weights, supernet.Theta, supernet.Both)
					if c.Momentum != "none" {
						for _, p := range x.params.Layout.Params {
							b.Upload(p.Of(x.params.Momentum), file.Momentum[p.Name].ChannelsLast())
						}
					}
					want, tolerance := c.FirstOrder, 2e-5
					x.put(file.Valid)
					weights := values(b, x.params.Weights)
					var grad []float64
					var err error
					if order == 1 {
						grad, err = x.alphaGradient()
					} else {
						want, tolerance = c.Second.result, 1e-4
						grad, err = x.unrolledGradient(file.Train.Input.ChannelsLast(), golden.Labels(file.Train.Target), file.Eta)
					}
					if err != nil {
						t.Fatal(err)
					}
					golden.Near(t, "weights afterwards", values(b, x.params.Weights), weights, 0, 0)
					if order == 2 && c.Second.PerTensor != nil {
						golden.Near(t, "gradient with momentum per tensor", floats(grad), c.Second.PerTensor.AlphaGrad.Floats(), tolerance, 1e-7)
						continue
					}
					golden.Near(t, fmt.Sprintf("gradient of order %d", order), floats(grad), want.AlphaGrad.Floats(), tolerance, 1e-7)
					x.alpha.Step(grad)
					checkStep(t, x.alpha, o.Alpha, want.After)
				}
			})
		}
	})
}

// checkStep compares allowed entries; Adam's first step is the sign of the gradient, so entries with a tiny one are loose.
func checkStep(t *testing.T, a *Alpha, before, after golden.Tensor) {
	t.Helper()
	for i, v := range a.Values {
		if a.forbidden(i) {
			near(t, fmt.Sprintf("forbidden alpha %d", i), v, before.Data[i], 0)
		} else {
			near(t, fmt.Sprintf("alpha %d", i), v, after.Data[i], 1e-6)
		}
	}
}

func floats(v []float64) []float32 {
	f := make([]float32, len(v))
	for i := range v {
		f[i] = float32(v[i])
	}
	return f
}

// TestSNAS: the relaxed sample for given noise, its loss and the gradient of alpha through it; schedules (golden G6).
func TestSNAS(t *testing.T) {
	o := readOrigin(t)
	var file struct {
		Alpha golden.Tensor `json:"alpha"`
		Cases []struct {
			Tau       float64       `json:"tau"`
			Mask      golden.Tensor `json:"mask"`
			Gumbel    golden.Tensor `json:"gumbel"`
			Theta     golden.Tensor `json:"theta"`
			Loss      float64       `json:"loss"`
			Logits    golden.Tensor `json:"logits"`
			AlphaGrad golden.Tensor `json:"alpha_grad"`
		} `json:"cases"`
		Temperatures map[int][]float64 `json:"temperature_by_total_epochs"`
		Cosines      map[int]struct {
			LR []float64 `json:"optimizer_lr"`
		} `json:"cosine_by_T_max"`
	}
	golden.Read(t, "testdata/g6_nb201_snas.json.gz", &file)
	for total, taus := range file.Temperatures {
		for k, tau := range taus {
			near(t, fmt.Sprintf("temperature %d/%d", k, total), train.Temperature(k, total, 1, 0.1), tau, 1e-8)
		}
	}
	for tMax, c := range file.Cosines {
		for k, lr := range c.LR {
			near(t, fmt.Sprintf("learning rate %d/%d", k, tMax), train.Cosine(k, tMax, 0.025, 0.001), lr, 1e-8)
		}
	}
	o.Alpha = file.Alpha
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		for i, c := range file.Cases {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				x := opened(t, b, setup("nasbench201", spec.SNAS, 0), maskOf(space.NB201, c.Mask), o, supernet.Theta)
				x.SetTau(c.Tau)
				theta := x.alpha.Softmax(x.theta, c.Gumbel.Data, c.Tau)
				golden.Near(t, "mixture", floats(theta), c.Theta.Floats(), 1e-6, 0)
				x.put(o.Batch)
				grad, err := x.gradientThrough(theta, supernet.Theta)
				if err != nil {
					t.Fatal(err)
				}
				logits := make([]float32, 40)
				x.net.Logits(supernet.Theta, logits)
				golden.Near(t, "logits", logits, c.Logits.Floats(), 3e-5, 1e-6)
				golden.Near(t, "gradient of alpha", floats(grad), c.AlphaGrad.Floats(), 3e-5, 1e-6)
			})
		}
	})
}
