package supernet_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gmnas/harness/engine/enginetest/backends"
	"gmnas/harness/engine/kernel"
	"gmnas/harness/supernet"
	"gmnas/nasbench/space"
)

// TestGradients: the gradients of weights and mixture weights predict how the loss changes along them, by
// central differences, for random masks and mixtures of all spaces, two cells a stage and three in all.
func TestGradients(t *testing.T) {
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		rng := rand.New(rand.NewPCG(3, 4))
		for trial := range 6 {
			s := []space.Space{space.NB201, space.NB201NoNone, space.DARTS}[trial%3]
			t.Run(fmt.Sprint(trial), func(t *testing.T) { checkSlope(t, b, s, rng) })
		}
	})
}

func randomMask(s space.Space, rng *rand.Rand) space.Mask {
	m := space.Full(s)
	for e := range s.Edges() {
		var allowed []int
		for o := range s.Operations {
			if rng.IntN(3) > 0 {
				allowed = append(allowed, o)
			}
		}
		if len(allowed) == 0 {
			allowed = []int{len(s.Operations) - 2} // a convolution
		}
		m = m.With(e, allowed)
	}
	return m
}

func checkSlope(t *testing.T, b kernel.Backend, s space.Space, rng *rand.Rand) {
	k := space.Skeleton{Channels: 4, Cells: 2, ImageSize: 16, ImageChannels: 3, Classes: 10}
	if s.Genotypes() {
		k.Cells = 3
	}
	p, err := supernet.NewParameters(b, supernet.Config{Space: s, Tracked: true, Skeleton: k})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	p.Init(rng)
	mask := randomMask(s, rng)
	net, err := supernet.NewNet(p, mask, supernet.Options{Batch: 16, Kinds: []supernet.Kind{supernet.Forward, supernet.Both}})
	if err != nil {
		t.Fatal(err)
	}
	defer net.Close()
	images, labels := make([]float32, 16*16*16*3), make([]float32, 16)
	for i := range images {
		images[i] = float32(rng.NormFloat64())
	}
	for i := range labels {
		labels[i] = float32(rng.IntN(10))
	}
	net.SetBatch(images, labels)
	n := len(s.Operations)
	theta := make([]float64, s.Edges()*n)
	for i := range theta {
		if mask.Allows(i/n, i%n) {
			theta[i] = 0.1 + rng.Float64()
		}
	}
	loss := func(theta []float64, kind supernet.Kind) float64 {
		if err := net.SetTheta(theta); err != nil {
			t.Fatal(err)
		}
		l, err := net.Run(kind)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	loss(theta, supernet.Both)
	gradient := download(b, p.Gradients)
	dTheta := make([]float64, len(theta))
	net.ThetaGradient(dTheta)

	// Along the gradients themselves, where the slope is largest and stands out of the noise.
	slope := 0.0
	for _, v := range gradient {
		slope += float64(v) * float64(v)
	}
	slope = math.Sqrt(slope)
	direction := make([]float32, len(gradient))
	for i, v := range gradient {
		direction[i] = v / float32(slope)
	}
	d, err := b.Alloc(len(direction))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Free(d)
	b.Upload(d, direction)
	compareSlope(t, "weights", slope, func(h float64) float64 {
		defer b.Upload(p.Weights, download(b, p.Weights))
		b.Axpy(float32(h), d, p.Weights)
		up := loss(theta, supernet.Forward)
		b.Axpy(float32(-2*h), d, p.Weights)
		return up - loss(theta, supernet.Forward)
	})

	slope = 0
	for _, v := range dTheta {
		slope += v * v
	}
	slope = math.Sqrt(slope)
	compareSlope(t, "mixture weights", slope, func(h float64) float64 {
		up, down := append([]float64{}, theta...), append([]float64{}, theta...)
		for i, v := range dTheta {
			up[i] += h * v / slope
			down[i] -= h * v / slope
		}
		return loss(up, supernet.Forward) - loss(down, supernet.Forward)
	})
}

// compareSlope wants the slope from one of several step sizes: large ones cross kinks of the rectifications, small
// ones drown in float32's rounding of the loss.
func compareSlope(t *testing.T, what string, slope float64, difference func(h float64) float64) {
	t.Helper()
	var got []float64
	for _, h := range []float64{0.01, 0.003, 0.001} {
		d := difference(h) / (2 * h)
		if math.Abs(slope-d) <= 0.06*math.Abs(d) {
			return
		}
		got = append(got, d)
	}
	t.Errorf("%s: slope %g by gradient, %g by differences", what, slope, got)
}

// TestMaskedTensorsStay: what a mask forbids receives no gradient and is not marked active.
func TestMaskedTensorsStay(t *testing.T) {
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		p, err := supernet.NewParameters(b, supernet.Config{Space: space.NB201, Skeleton: tiny, Tracked: true})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		p.Init(rand.New(rand.NewPCG(1, 1)))
		mask := space.Full(space.NB201).With(0, []int{0}).With(2, []int{2})
		net, err := supernet.NewNet(p, mask, supernet.Options{Batch: 4, Kinds: []supernet.Kind{supernet.Weights}})
		if err != nil {
			t.Fatal(err)
		}
		defer net.Close()
		theta := make([]float64, 30)
		for i := range theta {
			if mask.Allows(i/5, i%5) {
				theta[i] = 0.5
			}
		}
		net.SetBatch(make([]float32, 4*8*8*3), make([]float32, 4))
		if err := net.SetTheta(theta); err != nil {
			t.Fatal(err)
		}
		if _, err := net.Run(supernet.Weights); err != nil {
			t.Fatal(err)
		}
		for i, x := range p.Layout.Params {
			allowed := x.Cell < 0 || mask.Allows(x.Edge, x.Operation)
			if p.Active(i) != allowed {
				t.Errorf("%s: active %v, allowed %v", x.Name, p.Active(i), allowed)
			}
		}
		theta[1] = 1 // edge 0 allows only none
		if err := net.SetTheta(theta); err == nil {
			t.Error("a weight on a masked operation was accepted")
		}
	})
}
