package enginetest

import (
	"fmt"
	"math"

	"gmnas/harness/engine/kernel"
)

func checkCrossEntropy(l *lab) {
	for i, s := range []struct {
		batch, classes int
		smoothing      float32
	}{{1, 1, 0}, {1, 2, 0}, {5, 10, 0}, {3, 7, 0.1}, {64, 100, 0.1}} {
		r := newRandom(uint64(i))
		logits, labels := r.normal(s.batch*s.classes), make([]float32, s.batch)
		for b := range labels {
			labels[b] = float32(r.IntN(s.classes))
		}
		c := kernel.CrossEntropy{Batch: s.batch, Classes: s.classes, Smoothing: s.smoothing, Logits: l.in(logits), Labels: l.in(labels), Loss: l.out(1)}
		cmd, err := l.b.CrossEntropy(c)
		l.run(cmd, err, c.Loss)
		x, y := wide(logits), wide(labels)
		ref := func() float64 { return refCrossEntropy(s.batch, s.classes, float64(s.smoothing), x, y) }
		l.near(fmt.Sprintf("%+v loss", s), l.get(c.Loss), []float64{ref()}, 1e-6, 1e-6)
		c.DLogits = l.out(len(logits))
		cmd, err = l.b.CrossEntropy(c)
		l.run(cmd, err, c.Loss, c.DLogits)
		l.near(fmt.Sprintf("%+v loss", s), l.get(c.Loss), []float64{ref()}, 1e-6, 1e-6)
		l.slope(fmt.Sprintf("%+v dlogits", s), r, l.get(c.DLogits), ref, x)
		l.free()
	}

	// Logits far beyond the range of exp.
	c := kernel.CrossEntropy{Batch: 2, Classes: 2, Logits: l.in([]float32{1000, 0, -1000, 0}), Labels: l.in([]float32{1, 1}), Loss: l.out(1), DLogits: l.out(4)}
	cmd, err := l.b.CrossEntropy(c)
	l.run(cmd, err, c.Loss, c.DLogits)
	l.near("loss of large logits", l.get(c.Loss), []float64{500}, 0, 1e-6)
	l.near("dlogits of large logits", l.get(c.DLogits), []float64{0.5, -0.5, 0, 0}, 1e-6, 0)
	for _, label := range []float32{-1, 2, 1e30, float32(math.NaN())} {
		l.b.Upload(c.Labels, []float32{0, label})
		if err := cmd.Run(); err == nil {
			l.Errorf("label %v of 2 classes gives no error", label)
		}
	}
}
