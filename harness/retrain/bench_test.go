package retrain

import (
	"math/rand/v2"
	"runtime"
	"syscall"
	"testing"

	"gmnas/harness/engine"
	"gmnas/harness/spec"
	"gmnas/harness/train"
	"gmnas/nasbench/space"
)

// released is the best genotype of the released GM + DARTS searches of first order: seed 2, leaf 5 (spec.md section 5.6).
const released = "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('dil_conv_3x3', 2), ('sep_conv_5x5', 1), ('sep_conv_3x3', 1), ('dil_conv_5x5', 3), ('skip_connect', 0), ('dil_conv_3x3', 2)], normal_concat=range(2, 6), " +
	"reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('dil_conv_5x5', 2), ('sep_conv_3x3', 0), ('dil_conv_3x3', 3), ('skip_connect', 1), ('dil_conv_5x5', 4), ('sep_conv_5x5', 3)], reduce_concat=range(2, 6))"

// BenchmarkStep is one step of training on one thread of the fastest backend.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		name string
		r    space.Retraining
		drop bool
	}{
		{"C=36 L=20 32px batch 96", space.CIFARRetraining, true},
		{"C=16 L=8 16px batch 96", space.Retraining{Skeleton: space.Skeleton{Channels: 16, Cells: 8, ImageSize: 16, ImageChannels: 3, Classes: 10}}, true},
		{"C=16 L=8 16px batch 96 without drop-path", space.Retraining{Skeleton: space.Skeleton{Channels: 16, Cells: 8, ImageSize: 16, ImageChannels: 3, Classes: 10}}, false},
	} {
		b.Run(c.name, func(b *testing.B) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			backend, err := engine.OpenBackend(engine.Backends()[0], 1)
			if err != nil {
				b.Fatal(err)
			}
			g, err := space.ParseGenotype(released)
			if err != nil {
				b.Fatal(err)
			}
			c.r.Auxiliary = c.r.ImageSize == 32
			n := open(b, backend, g, c.r, options{batch: 96, train: true, dropPath: c.drop, auxiliary: 0.4})
			n.m.Init(rand.New(rand.NewPCG(1, 2)))
			images := make([]float32, n.images.Len)
			for i := range images {
				images[i] = float32(rand.NormFloat64())
			}
			n.set(images, make([]float32, 96))
			rng := rand.New(rand.NewPCG(3, 4))
			step := func() {
				if n.drop != nil {
					n.drop.draw(0.1, rng)
				}
				if err := n.train.Run(); err != nil {
					b.Fatal(err)
				}
				train.SGD(n.m.Parameters, spec.Weights{Momentum: 0.9, Clip: 5}, 0.01, train.GradientNorm(n.m.Parameters))
			}
			step()
			begin := cpu()
			for b.Loop() {
				step()
			}
			b.ReportMetric((cpu()-begin)/float64(b.N), "cpu-s/op")
			b.ReportMetric(2*float64(n.train.MACs())/1e9, "GFLOP/op")
		})
	}
}

// cpu is the processor time of this process in seconds, which a busy machine disturbs less than it does the time of day.
func cpu() float64 {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
