package engine_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gmnas/harness/engine"
	"gmnas/harness/engine/enginetest/backends"
	"gmnas/harness/engine/kernel"
	"gmnas/harness/golden"
)

// TestDroppedBranches: an image that isn't kept gets nothing of a branch, forward and backward, norms are over all images, and
// gradients predict how a loss changes.
func TestDroppedBranches(t *testing.T) {
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		for seed := range uint64(3) {
			rng := rand.New(rand.NewPCG(seed, 19))
			n := newBench(t, b)
			const images = 5
			c := []int{4, 16, 6}[seed]
			x := n.g.Leaf(n.param("x", randoms(rng, images*4*4*c), images, 4, 4, c))
			scale := n.g.Input("scale", n.mem([]float32{1.25}), 1)
			keep := func(v ...float32) *engine.Node { return n.g.Input("keep", n.mem(v), images) }
			y := n.g.Conv(pointwise(x, c), x, n.param("w", randoms(rng, c*c), c, 1, 1, c), nil)
			norm := &engine.Norm{Eps: 1e-5, Gamma: n.param("gamma", randoms(rng, c), c), Beta: n.param("beta", randoms(rng, c), c)}
			sum := n.g.Sum([]int{images, 4, 4, c}, []engine.Branch{{Src: y, Norm: norm, Theta: scale, Keep: keep(1, 0, 1, 1, 0)},
				{Src: n.g.MaxPool(kernel.Pool{Batch: images, Height: 4, Width: 4, Channels: c, Kernel: 3, Stride: 1, Pad: 1}, x, nil), Theta: scale, Keep: keep(0, 0, 1, 1, 1)},
				{Src: x}})
			r := n.g.ReLU(sum)
			loss := n.g.Weigh(n.g.GlobalAvgPool(n.g.Conv(pointwise(r, 5), r, n.param("v", randoms(rng, 5*c), 5, 1, 1, c), nil)), n.mem(randoms(rng, images*5)), &n.sum)
			p := n.run(loss, sum, y)
			got, ys, xs := n.get(p.Value(sum)), n.get(p.Value(y)), n.get(n.params["x"].value)
			size := 4 * 4 * c
			golden.Near(t, "an image without branches", got[size:2*size], xs[size:2*size], 0, 0)
			var want []float32
			gamma, beta := n.get(n.params["gamma"].value), n.get(n.params["beta"].value)
			for i := range size { // the first image has the norm's branch alone
				mean, square := 0.0, 0.0
				for j := i % c; j < len(ys); j += c {
					mean += float64(ys[j]) * float64(c) / float64(len(ys))
					square += float64(ys[j]) * float64(ys[j]) * float64(c) / float64(len(ys))
				}
				want = append(want, xs[i]+1.25*normalised(ys[i], mean, square-mean*mean, gamma[i%c], beta[i%c]))
			}
			golden.Near(t, "an image with one branch", got[:size], want, 1e-5, 1e-5)
			checkSlopes(t, n, p)
		}
	})
}

// normalised is what an affine batch norm makes of v.
func normalised(v float32, mean, variance float64, gamma, beta float32) float32 {
	return float32((float64(v)-mean)/math.Sqrt(variance+1e-5)*float64(gamma) + float64(beta))
}

// TestWeighedLosses: the gradient of a weighed sum of losses is the weighed sum of their gradients.
func TestWeighedLosses(t *testing.T) {
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		const main, auxiliary = 1, 0.4
		run := func(weights ...float32) (loss float32, gradient []float32) {
			rng := rand.New(rand.NewPCG(4, 4))
			n := newBench(t, b)
			x := n.g.Linear(n.g.Input("x", n.mem(randoms(rng, 3*4)), 3, 4), n.param("w", randoms(rng, 20), 5, 4), n.param("b", randoms(rng, 5), 5))
			labels := n.g.Input("labels", n.mem([]float32{1, 0, 2}), 3)
			first := n.g.Linear(x, n.param("w1", randoms(rng, 15), 3, 5), n.param("b1", randoms(rng, 3), 3))
			second := n.g.Linear(x, n.param("w2", randoms(rng, 15), 3, 5), n.param("b2", randoms(rng, 3), 3))
			total := n.g.WeighLosses(n.g.Input("weights", n.mem(weights), 2), n.g.CrossEntropy(first, labels, 0), n.g.CrossEntropy(second, labels, 0))
			p := n.run(total)
			for _, name := range []string{"w", "b", "w1", "w2"} {
				gradient = append(gradient, n.get(n.params[name].grad)...)
			}
			return n.get(p.Value(total))[0], gradient
		}
		both, got := run(main, auxiliary)
		first, g1 := run(1, 0)
		second, g2 := run(0, 1)
		for i := range g1 {
			g1[i] = main*g1[i] + auxiliary*g2[i]
		}
		golden.Near(t, "loss", []float32{both}, []float32{main*first + auxiliary*second}, 1e-6, 0)
		golden.Near(t, "gradient", got, g1, 1e-6, 1e-7)
	})
}

// TestSharedWorkspace: graphs that take turns in one workspace, of whatever sizes, compute what they compute apart.
func TestSharedWorkspace(t *testing.T) {
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		build := func(images int, share *bench) (*bench, *engine.Program) {
			rng := rand.New(rand.NewPCG(7, 7))
			n := newBench(t, b)
			if share != nil {
				n.g.ShareWorkspace(share.g)
			}
			x := n.g.Leaf(n.param("x", randoms(rng, images*4*4*6), images, 4, 4, 6))
			y := n.g.ReLU(n.g.Conv(pointwise(x, 8), x, n.param("w", randoms(rng, 48), 8, 1, 1, 6), nil))
			return n, n.run(n.g.Weigh(n.g.GlobalAvgPool(y), n.mem(randoms(rng, images*8)), &n.sum))
		}
		for _, images := range []int{2, 5, 9} { // fits, is the same, is too large
			apart, _ := build(images, nil)
			lender, first := build(5, nil)
			lent := lender.sum
			borrower, second := build(images, lender)
			for range 2 {
				for _, p := range []*engine.Program{first, second} {
					if err := p.Run(); err != nil {
						t.Fatal(err)
					}
				}
				golden.Near(t, "gradient", borrower.get(borrower.params["w"].grad), apart.get(apart.params["w"].grad), 0, 0)
				if borrower.sum != apart.sum || lender.sum != lent {
					t.Errorf("%d images: losses %g and %g, apart %g and %g", images, borrower.sum, lender.sum, apart.sum, lent)
				}
			}
			borrower.g.Close()
			if err := first.Run(); err != nil || lender.sum != lent {
				t.Errorf("after the borrower: loss %g, want %g (%v)", lender.sum, lent, err)
			}
		}
	})
}
