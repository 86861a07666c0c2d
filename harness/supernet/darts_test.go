package supernet_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gmnas/harness/engine/enginetest/backends"
	"gmnas/harness/engine/kernel"
	"gmnas/harness/golden"
	"gmnas/harness/supernet"
	"gmnas/nasbench/space"
)

// dartsNet is the part of golden G9 that a supernet computes.
type dartsNet struct {
	MaskNormal       golden.Tensor            `json:"mask_normal"`
	MaskReduce       golden.Tensor            `json:"mask_reduce"`
	ThetaNormal      golden.Tensor            `json:"theta_normal"`
	ThetaReduce      golden.Tensor            `json:"theta_reduce"`
	Logits           golden.Tensor            `json:"logits"`
	Loss             float64                  `json:"loss"`
	LogitsEval       golden.Tensor            `json:"logits_eval_before_update"`
	AlphaNormalGrad  golden.Tensor            `json:"alpha_normal_grad"`
	AlphaReduceGrad  golden.Tensor            `json:"alpha_reduce_grad"`
	Grad             map[string]golden.Tensor `json:"grad"`
	SumOfSquares     map[string]float64       `json:"grad_sum_of_squares"`
	BuffersAfterStem map[string]golden.Tensor `json:"buffers_after_stem"`
}

var tinyDARTS = space.Skeleton{Channels: 4, Cells: 3, ImageSize: 16, ImageChannels: 3, Classes: 10}

func dartsMask(n dartsNet) space.Mask {
	m := space.Full(space.DARTS)
	rows := append(append([]float64{}, n.MaskNormal.Data...), n.MaskReduce.Data...)
	for e := range space.DARTS.Edges() {
		var allowed []int
		for o := range space.DARTS.Operations {
			if rows[e*len(space.DARTS.Operations)+o] != 0 {
				allowed = append(allowed, o)
			}
		}
		m = m.With(e, allowed)
	}
	return m
}

// TestDARTSSpace: loss, logits in training and evaluation, gradients of weights and architecture parameters and the stem's
// running statistics are the release's, with all operations and with a mask (golden G9).
func TestDARTSSpace(t *testing.T) {
	var start network
	var full dartsNet
	golden.Read(t, "testdata/g9_darts_supernet.json.gz", &start)
	golden.Read(t, "testdata/g9_darts_supernet.json.gz", &full)
	var masked struct {
		Masked dartsNet `json:"masked"`
	}
	golden.Read(t, "testdata/g9_darts_mask_gm.json.gz", &masked)
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		t.Run("full", func(t *testing.T) { checkDARTSSpace(t, b, start, full) })
		t.Run("masked", func(t *testing.T) { checkDARTSSpace(t, b, start, masked.Masked) })
	})
}

func checkDARTSSpace(t *testing.T, b kernel.Backend, start network, n dartsNet) {
	p, err := supernet.NewParameters(b, supernet.Config{Space: space.DARTS, Skeleton: tinyDARTS, Tracked: true})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	mask := dartsMask(n)
	net, err := supernet.NewNet(p, mask, supernet.Options{Batch: 2,
		Kinds: []supernet.Kind{supernet.Forward, supernet.Evaluate, supernet.Weights, supernet.Theta, supernet.Both}})
	if err != nil {
		t.Fatal(err)
	}
	defer net.Close()
	net.SetBatch(start.Input.ChannelsLast(), golden.Labels(start.Target))
	theta := append(append([]float64{}, n.ThetaNormal.Data...), n.ThetaReduce.Data...)
	if err := net.SetTheta(theta); err != nil {
		t.Fatal(err)
	}
	logits := make([]float32, 20)
	for _, kind := range []supernet.Kind{supernet.Evaluate, supernet.Forward, supernet.Weights, supernet.Theta, supernet.Both} {
		load(t, p, start.Params, start.BuffersBefore)
		b.Zero(p.Gradients)
		loss, err := net.Run(kind)
		if err != nil {
			t.Fatal(err)
		}
		net.Logits(kind, logits)
		if kind == supernet.Evaluate {
			golden.Near(t, "evaluation logits", logits, n.LogitsEval.Floats(), 3e-5, 1e-6)
			continue
		}
		golden.Near(t, "loss", []float32{float32(loss)}, []float32{float32(n.Loss)}, 3e-5, 0)
		golden.Near(t, "logits", logits, n.Logits.Floats(), 3e-5, 1e-6)
		for name, want := range n.BuffersAfterStem {
			golden.Near(t, name, download(b, p.Layout.Stat(name).Of(p.Stats)), want.Floats(), 3e-5, 1e-6)
		}
		if kind == supernet.Weights || kind == supernet.Both {
			checkDARTSGradients(t, p, mask, n)
		}
		if kind == supernet.Theta || kind == supernet.Both {
			checkDARTSAlpha(t, net, theta, n)
		}
	}
}

func checkDARTSGradients(t *testing.T, p *supernet.Parameters, mask space.Mask, n dartsNet) {
	t.Helper()
	checked := 0
	for _, x := range p.Layout.Params {
		got := download(p.Backend, x.Of(p.Gradients))
		if want, ok := n.Grad[x.Name]; ok {
			golden.Near(t, "gradient of "+x.Name, got, want.ChannelsLast(), 3e-5, 3e-8)
			checked++
		}
		sum, want := 0.0, n.SumOfSquares[x.Name]
		for _, v := range got {
			sum += float64(v) * float64(v)
		}
		allowed := x.Cell < 0 || mask.Allows(x.Edge, x.Operation)
		if n.SumOfSquares != nil && math.Abs(sum-want) > 1e-4*want+1e-9 || !allowed && sum != 0 {
			t.Errorf("gradient of %s (allowed %v): sum of squares %g, want %g", x.Name, allowed, sum, want)
		}
	}
	if checked != len(n.Grad) || checked < 20 {
		t.Errorf("%d of %d gradients compared", checked, len(n.Grad))
	}
}

// checkDARTSAlpha takes the mixture weights' gradient through the softmax.
func checkDARTSAlpha(t *testing.T, net *supernet.Net, theta []float64, n dartsNet) {
	t.Helper()
	d, operations := make([]float64, len(theta)), len(space.DARTS.Operations)
	net.ThetaGradient(d)
	got := make([]float32, len(theta))
	for i := range theta {
		dot := 0.0
		for k := i / operations * operations; k < (i/operations+1)*operations; k++ {
			dot += theta[k] * d[k]
		}
		got[i] = float32(theta[i] * (d[i] - dot))
	}
	half := len(got) / 2
	golden.Near(t, "gradient of alpha, normal", got[:half], n.AlphaNormalGrad.Floats(), 3e-5, 1e-7)
	golden.Near(t, "gradient of alpha, reduction", got[half:], n.AlphaReduceGrad.Floats(), 3e-5, 1e-7)
}

// TestDARTSLayout: the paper's search network has the weights that the space counts, those that gradient matching compares lie
// together, and a forward pass multiplies what the space counts.
func TestDARTSLayout(t *testing.T) {
	k := space.DARTSSearch
	l := supernet.NewLayout(supernet.Config{Space: space.DARTS, Skeleton: k, Tracked: true})
	if want := space.DARTS.SupernetParams(k); int64(l.ParamSize) != want || want != 1_930_618 {
		t.Errorf("%d weights, the space counts %d", l.ParamSize, want)
	}
	bodies := l.Ranges(func(_ int, x supernet.Tensor) bool { return x.Shared })
	if len(bodies) != 1 {
		t.Errorf("the body lies in %d ranges", len(bodies))
	}
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		p, err := supernet.NewParameters(b, supernet.Config{Space: space.DARTS, Skeleton: tinyDARTS, Tracked: true})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		mask := space.Full(space.DARTS).With(3, []int{0, 3}).With(20, []int{2})
		net, err := supernet.NewNet(p, mask, supernet.Options{Batch: 2, Kinds: []supernet.Kind{supernet.Forward}})
		if err != nil {
			t.Fatal(err)
		}
		defer net.Close()
		theta := make([]float64, space.DARTS.Edges()*len(space.DARTS.Operations))
		for i := range theta {
			if mask.Allows(i/7, i%7) {
				theta[i] = 0.1
			}
		}
		if err := net.SetTheta(theta); err != nil {
			t.Fatal(err)
		}
		if got, want := net.MACs(supernet.Forward), 2*space.DARTS.SupernetMACs(mask, tinyDARTS); got != want {
			t.Errorf("%d multiply-adds forward, the space counts %d", got, want)
		}
	})
}

// TestDARTSRefuses: sizes that the network can't be built for are errors that say why.
func TestDARTSRefuses(t *testing.T) {
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		for want, change := range map[string]func(*space.Skeleton){
			"cells 2: must be 3 or more in darts": func(k *space.Skeleton) { k.Cells = 2 },
			"channels 5: must be even":            func(k *space.Skeleton) { k.Channels = 5 },
			"image size 14: must be a":            func(k *space.Skeleton) { k.ImageSize = 14 },
		} {
			k := tinyDARTS
			change(&k)
			if _, err := supernet.NewParameters(b, supernet.Config{Space: space.DARTS, Skeleton: k, Tracked: true}); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%+v: error %v, want %q", k, err, want)
			}
		}
	})
}

// TestClosedIsMasked: an operation whose mixture weight is 0 gives the same loss, gradients and statistics as one that the mask
// forbids, for the same multiply-adds, also after it was open.
func TestClosedIsMasked(t *testing.T) {
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		rng := rand.New(rand.NewPCG(7, 7))
		part, n := randomMask(space.DARTS, rng), len(space.DARTS.Operations)
		images, labels := make([]float32, 4*16*16*3), []float32{1, 2, 3, 4}
		for i := range images {
			images[i] = float32(rng.NormFloat64())
		}
		theta, all := make([]float64, space.DARTS.Edges()*n), make([]float64, space.DARTS.Edges()*n)
		for i := range theta {
			all[i] = 0.1 + rng.Float64()
			if part.Allows(i/n, i%n) {
				theta[i] = all[i]
			}
		}
		type result struct {
			loss            float64
			macs            int64
			gradient, stats []float32
		}
		run := func(mask space.Mask, first []float64) result {
			p, err := supernet.NewParameters(b, supernet.Config{Space: space.DARTS, Skeleton: tinyDARTS, Tracked: true})
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			net, err := supernet.NewNet(p, mask, supernet.Options{Batch: 4, Kinds: []supernet.Kind{supernet.Weights}})
			if err != nil {
				t.Fatal(err)
			}
			defer net.Close()
			net.SetBatch(images, labels)
			var r result
			for _, values := range [][]float64{first, theta} {
				p.Init(rand.New(rand.NewPCG(1, 1)))
				if err := net.SetTheta(values); err != nil {
					t.Fatal(err)
				}
				if r.loss, err = net.Run(supernet.Weights); err != nil {
					t.Fatal(err)
				}
			}
			r.macs, r.gradient, r.stats = net.MACs(supernet.Weights), download(b, p.Gradients), download(b, p.Stats)
			return r
		}
		closed, masked := run(space.Full(space.DARTS), all), run(part, theta)
		if closed.macs != masked.macs || math.Abs(closed.loss-masked.loss) > 1e-6 {
			t.Errorf("loss %v and %d multiply-adds with closed operations, %v and %d with a mask", closed.loss, closed.macs, masked.loss, masked.macs)
		}
		l := supernet.NewLayout(supernet.Config{Space: space.DARTS, Skeleton: tinyDARTS, Tracked: true})
		for _, x := range l.Params { // the order in which gradients are summed may differ
			golden.Near(t, "gradient of "+x.Name, closed.gradient[x.Offset:][:x.Size], masked.gradient[x.Offset:][:x.Size], 1e-4, 1e-7)
		}
		golden.Near(t, "statistics", closed.stats, masked.stats, 1e-6, 0)
	})
}
