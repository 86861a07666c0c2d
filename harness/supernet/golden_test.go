package supernet_test

import (
	"fmt"
	"testing"

	"gmnas/harness/engine/enginetest/backends"
	"gmnas/harness/engine/kernel"
	"gmnas/harness/golden"
	"gmnas/harness/supernet"
	"gmnas/nasbench/space"
)

// network is the part of the golden files that holds a net and what it computes.
type network struct {
	Params        map[string]golden.Tensor `json:"params"`
	BuffersBefore map[string]golden.Tensor `json:"buffers_before"`
	BuffersAfter  map[string]golden.Tensor `json:"buffers_after"`
	Alpha         golden.Tensor            `json:"alpha"`
	Mask          golden.Tensor            `json:"mask"`
	Theta         golden.Tensor            `json:"theta"`
	golden.Batch
	Logits    golden.Tensor            `json:"logits"`
	Loss      float64                  `json:"loss"`
	Grad      map[string]golden.Tensor `json:"grad"`
	AlphaGrad golden.Tensor            `json:"alpha_grad"`
}

var tiny = space.Skeleton{Channels: 4, Cells: 1, ImageSize: 8, ImageChannels: 3, Classes: 10}

func maskOf(t golden.Tensor) space.Mask {
	m := space.Full(space.NB201)
	for e := range 6 {
		var allowed []int
		for o := range 5 {
			if t.Data[e*5+o] != 0 {
				allowed = append(allowed, o)
			}
		}
		m = m.With(e, allowed)
	}
	return m
}

// load fills parameters from golden tensors; tensors without a golden value keep their initial one.
func load(t *testing.T, p *supernet.Parameters, params, stats map[string]golden.Tensor) {
	t.Helper()
	for _, x := range p.Layout.Params {
		g, ok := params[x.Name]
		if !ok {
			t.Fatalf("no golden value for %s", x.Name)
		}
		p.Backend.Upload(x.Of(p.Weights), g.ChannelsLast())
	}
	for _, x := range p.Layout.Stats {
		if g, ok := stats[x.Name]; ok {
			p.Backend.Upload(x.Of(p.Stats), g.Floats())
		}
	}
}

func download(b kernel.Backend, m kernel.Mem) []float32 {
	out := make([]float32, m.Len)
	b.Download(out, m)
	return out
}

// TestDARTS: loss, logits, gradients of weights and mixture weights and running statistics of the mixture supernet
// are those of the authors' release, with all operations and with a mask (golden G1).
func TestDARTS(t *testing.T) {
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		for _, file := range []string{"g1_nb201_darts", "g1_nb201_darts_mask"} {
			t.Run(file, func(t *testing.T) {
				var full, n network
				golden.Read(t, "testdata/g1_nb201_darts.json.gz", &full)
				golden.Read(t, "testdata/"+file+".json.gz", &n)
				if n.Params == nil {
					n.Params, n.BuffersBefore = full.Params, full.BuffersBefore
				}
				if n.Input.Data == nil {
					n.Batch = full.Batch
				}
				checkDARTS(t, b, n)
			})
		}
	})
}

func checkDARTS(t *testing.T, b kernel.Backend, n network) {
	p, err := supernet.NewParameters(b, supernet.Config{Space: space.NB201, Skeleton: tiny, Tracked: true})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	net, err := supernet.NewNet(p, maskOf(n.Mask), supernet.Options{Batch: 4,
		Kinds: []supernet.Kind{supernet.Forward, supernet.Weights, supernet.Theta, supernet.Both}})
	if err != nil {
		t.Fatal(err)
	}
	defer net.Close()
	net.SetBatch(n.Input.ChannelsLast(), golden.Labels(n.Target))
	if err := net.SetTheta(n.Theta.Data); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []supernet.Kind{supernet.Forward, supernet.Weights, supernet.Theta, supernet.Both} {
		load(t, p, n.Params, n.BuffersBefore)
		b.Zero(p.Gradients)
		loss, err := net.Run(kind)
		if err != nil {
			t.Fatal(err)
		}
		golden.Near(t, "loss", []float32{float32(loss)}, []float32{float32(n.Loss)}, 2e-5, 1e-6)
		logits := make([]float32, 40)
		net.Logits(kind, logits)
		golden.Near(t, "logits", logits, n.Logits.Floats(), 2e-5, 1e-6)
		for _, s := range p.Layout.Stats {
			if want, ok := n.BuffersAfter[s.Name]; ok {
				golden.Near(t, s.Name, download(b, s.Of(p.Stats)), want.Floats(), 2e-5, 1e-6)
			}
		}
		if kind == supernet.Weights || kind == supernet.Both {
			for _, x := range p.Layout.Params {
				got := download(b, x.Of(p.Gradients))
				if want, ok := n.Grad[x.Name]; ok {
					golden.Near(t, "gradient of "+x.Name, got, want.ChannelsLast(), 2e-5, 1e-6)
				} else {
					golden.Near(t, "gradient of masked "+x.Name, got, make([]float32, len(got)), 0, 0)
				}
			}
		}
		if kind == supernet.Theta || kind == supernet.Both {
			checkAlphaGradient(t, net, n)
		}
	}
}

// checkAlphaGradient takes the mixture weights' gradient through the softmax.
func checkAlphaGradient(t *testing.T, net *supernet.Net, n network) {
	d := make([]float64, 30)
	net.ThetaGradient(d)
	got := make([]float32, 30)
	for e := range 6 {
		var dot float64
		for o := range 5 {
			dot += n.Theta.Data[e*5+o] * d[e*5+o]
		}
		for o := range 5 {
			got[e*5+o] = float32(n.Theta.Data[e*5+o] * (d[e*5+o] - dot))
		}
	}
	golden.Near(t, "gradient of alpha", got, n.AlphaGrad.Floats(), 2e-5, 1e-6)
}

// paths is the part of golden G2 that holds single paths.
type paths struct {
	Paths []struct {
		Path         []int                    `json:"path"`
		LogitsTrain  golden.Tensor            `json:"logits_train"`
		LossTrain    float64                  `json:"loss_train"`
		Grad         map[string]golden.Tensor `json:"grad"`
		BuffersAfter map[string]golden.Tensor `json:"buffers_after"`
		LogitsEval   golden.Tensor            `json:"logits_eval"`
		LossEval     float64                  `json:"loss_eval"`
	} `json:"paths"`
}

// TestPath: single paths of RSPS, in training and in evaluation mode, also with dead nodes (golden G2).
func TestPath(t *testing.T) {
	var full network
	golden.Read(t, "testdata/g1_nb201_darts.json.gz", &full)
	var file paths
	golden.Read(t, "testdata/g2_nb201_path.json.gz", &file)
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		p, err := supernet.NewParameters(b, supernet.Config{Space: space.NB201, Skeleton: tiny})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		net, err := supernet.NewNet(p, space.Full(space.NB201), supernet.Options{Batch: 4, Kinds: []supernet.Kind{supernet.Weights, supernet.Evaluate}})
		if err != nil {
			t.Fatal(err)
		}
		defer net.Close()
		net.SetBatch(full.Input.ChannelsLast(), golden.Labels(full.Target))
		for _, c := range file.Paths {
			theta := make([]float64, 30)
			for e, o := range c.Path {
				theta[e*5+o] = 1
			}
			load(t, p, full.Params, full.BuffersBefore)
			if err := net.SetTheta(theta); err != nil {
				t.Fatal(err)
			}
			loss, err := net.Run(supernet.Evaluate)
			if err != nil {
				t.Fatal(err)
			}
			logits := make([]float32, 40)
			net.Logits(supernet.Evaluate, logits)
			golden.Near(t, "evaluation logits", logits, c.LogitsEval.Floats(), 2e-5, 1e-6)
			golden.Near(t, "evaluation loss", []float32{float32(loss)}, []float32{float32(c.LossEval)}, 2e-5, 1e-6)
			if loss, err = net.Run(supernet.Weights); err != nil {
				t.Fatal(err)
			}
			net.Logits(supernet.Weights, logits)
			golden.Near(t, "training logits", logits, c.LogitsTrain.Floats(), 2e-5, 1e-6)
			golden.Near(t, "training loss", []float32{float32(loss)}, []float32{float32(c.LossTrain)}, 2e-5, 1e-6)
			for _, s := range p.Layout.Stats {
				if want, ok := c.BuffersAfter[s.Name]; ok {
					golden.Near(t, s.Name, download(b, s.Of(p.Stats)), want.Floats(), 2e-5, 1e-6)
				}
			}
			for _, x := range p.Layout.Params {
				got := download(b, x.Of(p.Gradients))
				want, ok := c.Grad[x.Name]
				if !ok {
					want.Data = make([]float64, len(got))
				}
				golden.Near(t, fmt.Sprintf("path %v: gradient of %s", c.Path, x.Name), got, want.ChannelsLast(), 2e-5, 1e-6)
			}
		}
	})
}
