package enginetest

import (
	"fmt"
	"math"
	"slices"

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

func checkMemory(l *lab) {
	if l.b.Name() == "" || l.b.Version() == "" || l.b.InstructionSet() == "" || l.b.Threads() < 1 {
		l.Errorf("name %q, version %q, instruction set %q, threads %d: want all set", l.b.Name(), l.b.Version(), l.b.InstructionSet(), l.b.Threads())
	}
	for _, n := range []int{1, 15, 16, 1000, 1 << 18} {
		m, err := l.b.Alloc(n)
		if err != nil {
			l.Fatalf("allocating %d values: %v", n, err)
		}
		if m.Len != n || m.None() || uintptr(m.Ptr)%64 != 0 {
			l.Errorf("allocating %d values gives %d at %v, want them aligned to 64 bytes", n, m.Len, m.Ptr)
		}
		if slices.ContainsFunc(l.get(m), func(v float32) bool { return v != 0 }) {
			l.Errorf("%d fresh values are not zero", n)
		}
		l.b.Upload(m, slices.Repeat([]float32{7}, n)) // so that memory used again is dirty
		l.b.Free(m)
	}
	for _, n := range []int{0, -1, math.MaxInt / 2} {
		if m, err := l.b.Alloc(n); err == nil {
			l.Errorf("allocating %d values gives %d and no error", n, m.Len)
		}
	}
	l.b.Free(kernel.Mem{})
}

func checkVector(l *lab) {
	for _, n := range []int{1, 5, 64, 1003} {
		r := newRandom(uint64(n))
		xs, ys := r.normal(n), r.normal(n)
		x, y, z := l.in(xs), l.in(ys), l.out(n)
		if got, want := l.b.Inner(x, y), dot(wide(xs), wide(ys)); math.Abs(got-want) > 1e-6*float64(n) {
			l.Errorf("inner product of %d values %v, want %v", n, got, want)
		}
		l.b.Copy(z, x)
		l.near("copy", l.get(z), wide(xs), 0, 0)
		l.b.Axpy(-0.5, y, z)
		want := wide(xs)
		for i := range want {
			want[i] -= 0.5 * float64(ys[i])
		}
		l.near("axpy", l.get(z), want, 1e-6, 1e-6)
		l.b.Zero(z)
		l.near("zero", l.get(z), make([]float64, n), 0, 0)
		l.near("source of axpy", l.get(y), wide(ys), 0, 0)
		l.free()
	}

	// A norm over many weights: one large value must not swallow the small ones.
	v := slices.Repeat([]float32{1e-3}, 1<<20)
	v[0] = 100
	x := l.in(v)
	if got, want := l.b.Inner(x, x), dot(wide(v), wide(v)); math.Abs(got-want) > 1e-7*want {
		l.Errorf("squared norm of %d values %v, want %v", len(v), got, want)
	}
}
