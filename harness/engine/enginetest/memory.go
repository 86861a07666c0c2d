package enginetest

import (
	"math"
	"slices"

	"gmnas/harness/engine/kernel"
)

func checkMemory(l *lab) {
	if l.b.Name() == "" || l.b.Version() == "" || l.b.InstructionSet() == "" || l.b.Threads() < 1 {
		l.Errorf("name %q, version %q, instruction set %q, threads %d: want all set", l.b.Name(), l.b.Version(), l.b.InstructionSet(), l.b.Threads())
	}
	for _, n := range []int{1, 5, 15, 16, 33, 50, 100, 200, 333, 1000, 1 << 18} {
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
		l.in(make([]float32, n)) // so that the next size doesn't start where this did
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
