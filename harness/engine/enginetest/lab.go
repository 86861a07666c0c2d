package enginetest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gmnas/harness/engine/kernel"
)

// lab holds a backend and all memory that a check has allocated on it.
type lab struct {
	*testing.T
	b    kernel.Backend
	mems []kernel.Mem
}

// free returns all memory to the backend.
func (l *lab) free() {
	for _, m := range l.mems {
		l.b.Free(m)
	}
	l.mems = nil
}

// in allocates memory that holds v.
func (l *lab) in(v []float32) kernel.Mem {
	l.Helper()
	m, err := l.b.Alloc(len(v))
	if err != nil {
		l.Fatalf("allocating %d values: %v", len(v), err)
	}
	l.mems = append(l.mems, m)
	l.b.Upload(m, v)
	return m
}

// out allocates memory that a command must overwrite: it holds not-a-numbers.
func (l *lab) out(n int) kernel.Mem {
	l.Helper()
	return l.in(slices.Repeat([]float32{float32(math.NaN())}, n))
}

// get returns the values in m.
func (l *lab) get(m kernel.Mem) []float32 {
	v := make([]float32, m.Len)
	l.b.Download(v, m)
	return v
}

// run runs a command and requires what holds for every command: running it again on the
// same memory gives the same bits, it allocates nothing, and of all memory in the lab it
// changes only outs. The memory is left as after one run.
func (l *lab) run(cmd kernel.Command, err error, outs ...kernel.Mem) {
	l.Helper()
	if err != nil {
		l.Fatalf("making the command: %v", err)
	}
	before := l.state()
	l.step(cmd)
	after := l.state()
	for i, m := range l.mems {
		if !slices.Contains(outs, m) && !sameBits(before[i], after[i]) {
			l.Errorf("the command changed memory %d of %d values, which is not its output", i, m.Len)
		}
	}
	l.restore(before)
	l.step(cmd)
	for i, v := range l.state() {
		if !sameBits(v, after[i]) {
			l.Errorf("memory %d of %d values differs between two runs of one command", i, len(v))
		}
	}
	if n := testing.AllocsPerRun(5, func() { err = cmd.Run() }); n != 0 || err != nil {
		l.Errorf("Run allocates %v times (error %v), want 0", n, err)
	}
	l.restore(after)
}

func (l *lab) step(cmd kernel.Command) {
	l.Helper()
	if err := cmd.Run(); err != nil {
		l.Fatalf("running the command: %v", err)
	}
}

func (l *lab) state() [][]float32 {
	s := make([][]float32, len(l.mems))
	for i, m := range l.mems {
		s[i] = l.get(m)
	}
	return s
}

func (l *lab) restore(s [][]float32) {
	for i, m := range l.mems {
		l.b.Upload(m, s[i])
	}
}

// near requires |got-want| <= abs + rel*|want| for every value.
func (l *lab) near(what string, got []float32, want []float64, abs, rel float64) {
	l.Helper()
	if len(got) != len(want) {
		l.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	bad := 0
	for i, w := range want {
		if d := math.Abs(float64(got[i]) - w); !(d <= abs+rel*math.Abs(w)) {
			if bad++; bad <= 3 {
				l.Errorf("%s[%d] = %v, want %v (difference %.2g)", what, i, got[i], w, d)
			}
		}
	}
	if bad > 3 {
		l.Errorf("%s: %d of %d values are off", what, bad, len(want))
	}
}

func sameBits(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
}

// random gives reproducible test values.
type random struct{ *rand.Rand }

func newRandom(seed uint64) random { return random{rand.New(rand.NewPCG(seed, 8))} }

// normal returns n standard normal values.
func (r random) normal(n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	return v
}

// distinct returns n values no two of which are closer than 0.01, in random order.
func (r random) distinct(n int) []float32 {
	v := make([]float32, n)
	for i, p := range r.Perm(n) {
		v[i] = float32(p-n/2) * 0.01
	}
	return v
}

func wide(v []float32) []float64 {
	w := make([]float64, len(v))
	for i, x := range v {
		w[i] = float64(x)
	}
	return w
}
