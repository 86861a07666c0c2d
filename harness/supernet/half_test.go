package supernet_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gmnas/harness/engine/enginetest/backends"
	"gmnas/harness/engine/kernel"
	"gmnas/harness/golden"
	"gmnas/harness/supernet"
	"gmnas/nasbench/space"
)

// halfNet opens a net whose convolutions are in bfloat16, or skips.
func halfNet(t *testing.T, b kernel.Backend, c supernet.Config, mask space.Mask, opts supernet.Options) (*supernet.Parameters, *supernet.Net) {
	t.Helper()
	if err := b.CheckHalf(); err != nil {
		t.Skip(err)
	}
	c.Half = true
	p, err := supernet.NewParameters(b, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	n, err := supernet.NewNet(p, mask, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	return p, n
}

// off is the relative deviation |got - want| / |want| of vectors.
func off(got []float32, want []float64) float64 {
	var d, w float64
	for i, v := range want {
		d += (float64(got[i]) - v) * (float64(got[i]) - v)
		w += v * v
	}
	return math.Sqrt(d / w)
}

func wide(v []float32) []float64 {
	w := make([]float64, len(v))
	for i, x := range v {
		w[i] = float64(x)
	}
	return w
}

// gradients returns the deviation of all weights' gradients together.
func gradients(p *supernet.Parameters, want map[string]golden.Tensor) float64 {
	var got []float32
	var all []float64
	for _, x := range p.Layout.Params {
		if w, ok := want[x.Name]; ok {
			got = append(got, download(p.Backend, x.Of(p.Gradients))...)
			all = append(all, wide(w.ChannelsLast())...)
		}
	}
	return off(got, all)
}

// within requires a deviation that rounding explains: above none, within the bound.
func within(t *testing.T, what string, deviation, bound float64) {
	t.Helper()
	t.Logf("%s: %.2g", what, deviation)
	if !(deviation > 1e-7 && deviation <= bound) {
		t.Errorf("%s deviates by %.2g, want some and at most %g", what, deviation, bound)
	}
}

// TestHalfDARTS: in bfloat16 the mixture supernet is the release's (golden G1) but for rounding.
func TestHalfDARTS(t *testing.T) {
	var n network
	golden.Read(t, "testdata/g1_nb201_darts.json.gz", &n)
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		p, net := halfNet(t, b, supernet.Config{Space: space.NB201, Skeleton: tiny, Tracked: true}, maskOf(n.Mask),
			supernet.Options{Batch: 4, Kinds: []supernet.Kind{supernet.Both}})
		load(t, p, n.Params, n.BuffersBefore)
		net.SetBatch(n.Input.ChannelsLast(), golden.Labels(n.Target))
		if err := net.SetTheta(n.Theta.Data); err != nil {
			t.Fatal(err)
		}
		loss, err := net.Run(supernet.Both)
		if err != nil {
			t.Fatal(err)
		}
		within(t, "loss", math.Abs(loss-n.Loss)/n.Loss, 5e-3)
		logits := make([]float32, 40)
		net.Logits(supernet.Both, logits)
		within(t, "logits", off(logits, wide(n.Logits.Floats())), 3e-2)
		within(t, "gradients", gradients(p, n.Grad), 0.25)
	})
}

// TestHalfPath: likewise single paths, in training and in evaluation (golden G2).
func TestHalfPath(t *testing.T) {
	var full network
	golden.Read(t, "testdata/g1_nb201_darts.json.gz", &full)
	var file paths
	golden.Read(t, "testdata/g2_nb201_path.json.gz", &file)
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		p, net := halfNet(t, b, supernet.Config{Space: space.NB201, Skeleton: tiny}, space.Full(space.NB201),
			supernet.Options{Batch: 4, Kinds: []supernet.Kind{supernet.Weights, supernet.Evaluate}})
		net.SetBatch(full.Input.ChannelsLast(), golden.Labels(full.Target))
		logits := make([]float32, 40)
		for _, c := range file.Paths {
			theta := make([]float64, 30)
			for e, o := range c.Path {
				theta[e*5+o] = 1
			}
			load(t, p, full.Params, full.BuffersBefore)
			if err := net.SetTheta(theta); err != nil {
				t.Fatal(err)
			}
			if _, err := net.Run(supernet.Evaluate); err != nil {
				t.Fatal(err)
			}
			net.Logits(supernet.Evaluate, logits)
			within(t, "evaluation logits", off(logits, wide(c.LogitsEval.Floats())), 3e-2)
			loss, err := net.Run(supernet.Weights)
			if err != nil {
				t.Fatal(err)
			}
			net.Logits(supernet.Weights, logits)
			within(t, "logits", off(logits, wide(c.LogitsTrain.Floats())), 3e-2)
			within(t, "loss", math.Abs(loss-c.LossTrain)/c.LossTrain, 5e-3)
			within(t, "gradients", gradients(p, c.Grad), 0.25)
		}
	})
}

// TestHalfTrains: 20 steps from the same weights on the same images end at about the same loss in bfloat16 and float32.
func TestHalfTrains(t *testing.T) {
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		rng := rand.New(rand.NewPCG(1, 2))
		images, labels := make([]float32, 16*8*8*3), make([]float32, 16)
		for i := range labels {
			labels[i] = float32(i % 10)
			for j := range 192 {
				images[i*192+j] = float32(rng.NormFloat64()/2 + math.Sin(float64(i%10*j)))
			}
		}
		theta := make([]float64, 30)
		for i := range theta {
			theta[i] = 0.2
		}
		train := func(half bool) (first, last float64) {
			c := supernet.Config{Space: space.NB201, Skeleton: space.Skeleton{Channels: 16, Cells: 1, ImageSize: 8, ImageChannels: 3, Classes: 10}, Tracked: true}
			if half {
				if err := b.CheckHalf(); err != nil {
					t.Skip(err)
				}
				c.Half = true
			}
			p, err := supernet.NewParameters(b, c)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			p.Init(rand.New(rand.NewPCG(3, 4)))
			net, err := supernet.NewNet(p, space.Full(space.NB201), supernet.Options{Batch: 16, Kinds: []supernet.Kind{supernet.Weights}})
			if err != nil {
				t.Fatal(err)
			}
			defer net.Close()
			net.SetBatch(images, labels)
			if err := net.SetTheta(theta); err != nil {
				t.Fatal(err)
			}
			for step := range 20 {
				if last, err = net.Run(supernet.Weights); err != nil {
					t.Fatal(err)
				}
				if step == 0 {
					first = last
				}
				b.SGDStep(kernel.SGD{LR: 0.025, Momentum: 0.9, WeightDecay: 5e-4, Scale: 1, Nesterov: true, First: step == 0}, p.Weights, p.Gradients, p.Momentum)
			}
			return first, last
		}
		first, want := train(false)
		_, got := train(true)
		t.Logf("loss %.5f, after 20 steps %.5f in float32 and %.5f in bfloat16", first, want, got)
		if !(want < first/2 && math.Abs(got-want) < 0.05*first) {
			t.Errorf("loss %g, after 20 steps %g in float32 and %g in bfloat16: want less than half, alike within 5 %% of the start", first, want, got)
		}
	})
}

// TestHalfDARTSSpace: likewise the DARTS space's supernet (golden G9), whose depthwise convolutions stay float32.
func TestHalfDARTSSpace(t *testing.T) {
	var start network
	var n dartsNet
	golden.Read(t, "testdata/g9_darts_supernet.json.gz", &start)
	golden.Read(t, "testdata/g9_darts_supernet.json.gz", &n)
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		p, net := halfNet(t, b, supernet.Config{Space: space.DARTS, Skeleton: tinyDARTS, Tracked: true}, dartsMask(n),
			supernet.Options{Batch: 2, Kinds: []supernet.Kind{supernet.Weights}})
		load(t, p, start.Params, start.BuffersBefore)
		net.SetBatch(start.Input.ChannelsLast(), golden.Labels(start.Target))
		if err := net.SetTheta(append(append([]float64{}, n.ThetaNormal.Data...), n.ThetaReduce.Data...)); err != nil {
			t.Fatal(err)
		}
		loss, err := net.Run(supernet.Weights)
		if err != nil {
			t.Fatal(err)
		}
		within(t, "loss", math.Abs(loss-n.Loss)/n.Loss, 1e-2)
		logits := make([]float32, 20)
		net.Logits(supernet.Weights, logits)
		within(t, "logits", off(logits, wide(n.Logits.Floats())), 5e-2)
	})
}
