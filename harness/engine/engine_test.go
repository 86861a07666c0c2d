package engine

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"gmnas/harness/engine/kernel"
	"gmnas/harness/engine/kernel/native"
)

// model is a small network with two gated branches, for tests of the graph itself.
type model struct {
	graph                *Graph
	images, theta        kernel.Mem
	gates                [2]*kernel.Gate
	loss, logits, thetaN *Node
	grads                kernel.Mem
	slots                kernel.Mem
}

func alloc(t testing.TB, b kernel.Backend, values ...float32) kernel.Mem {
	m, err := b.Alloc(len(values))
	if err != nil {
		t.Fatal(err)
	}
	b.Upload(m, values)
	return m
}

func random(n int, rng *rand.Rand) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(rng.NormFloat64())
	}
	return v
}

func newModel(t testing.TB, half bool) (*model, kernel.Backend) {
	b, err := native.New(1)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(5, 6))
	m := &model{graph: New(b), gates: [2]*kernel.Gate{{}, {}}}
	g := m.graph
	if half {
		if err := g.HalveConvolutions(); err != nil {
			t.Fatal(err)
		}
	}
	m.images, m.theta = alloc(t, b, random(2*8*8*3, rng)...), alloc(t, b, 0.7, 0.3)
	m.grads, m.slots = alloc(t, b, make([]float32, 4000)...), alloc(t, b, 0, 0)
	used := 0
	param := func(name string, shape ...int) *Node {
		n := 1
		for _, d := range shape {
			n *= d
		}
		used += n
		return g.Param(name, alloc(t, b, random(n, rng)...), m.grads.At(used-n, n), shape...)
	}
	m.thetaN = g.Input("theta", m.theta, 2)
	x := g.Conv(kernel.Conv{Batch: 2, Height: 8, Width: 8, In: 3, Out: 4, Kernel: 3, Stride: 1, Pad: 1, Dilation: 1, Groups: 1},
		g.Input("images", m.images, 2, 8, 8, 3), param("stem", 4, 3, 3, 3), nil)
	r := g.ReLU(x)
	var branches []Branch
	for i, k := range []int{1, 3} {
		y := g.Conv(kernel.Conv{Batch: 2, Height: 8, Width: 8, In: 4, Out: 4, Kernel: k, Stride: 1, Pad: k / 2, Dilation: 1, Groups: 1},
			r, param("branch", 4, k, k, 4), m.gates[i])
		branches = append(branches, Branch{Src: y, Theta: m.thetaN, At: i, Slot: m.slots.At(i, 1), Norm: &Norm{Eps: 1e-5}, Gate: m.gates[i]})
	}
	m.logits = g.Linear(g.GlobalAvgPool(g.ReLU(g.Sum([]int{2, 8, 8, 4}, branches))), param("w", 5, 4), param("b", 5))
	m.loss = g.CrossEntropy(m.logits, g.Input("labels", alloc(t, b, 1, 3), 2), 0)
	return m, b
}

func all(string) bool { return true }

// precisions runs f with convolutions in float32 and in bfloat16.
func precisions(t *testing.T, f func(t *testing.T, half bool)) {
	t.Run("float32", func(t *testing.T) { f(t, false) })
	t.Run("bf16", func(t *testing.T) { f(t, true) })
}

// TestBuffersAlive: no two buffers that are needed at one time share memory.
func TestBuffersAlive(t *testing.T) { precisions(t, checkBuffersAlive) }

func checkBuffersAlive(t *testing.T, half bool) {
	m, _ := newModel(t, half)
	wanted := append(m.graph.Gradients(m.loss, m.thetaN, Want{Params: all, Theta: true}), m.loss, m.logits)
	l := m.graph.layout(wanted)
	made, last := map[*op]int{}, map[*op]int{}
	for i, n := range l.order {
		o := opOf(n)
		if _, ok := made[o]; !ok {
			made[o] = i
		}
		for _, written := range []*op{l.relus[o], l.halves[o]} { // in the same pass
			if written != nil {
				made[written] = made[o]
			}
		}
		last[o] = max(last[o], i)
		for _, in := range o.in {
			for s := opOf(in); s != nil; s = opOf(s.in[0]) {
				last[s] = i
				if !s.isView {
					break
				}
			}
		}
	}
	for _, n := range wanted {
		last[opOf(n)] = len(l.order)
	}
	for a, at := range l.offsets {
		for b, bt := range l.offsets {
			together := made[a] <= last[b] && made[b] <= last[a]
			overlap := at < bt+b.shape.TotalSize() && bt < at+a.shape.TotalSize()
			if a != b && together && overlap {
				t.Errorf("%v and %v live at the same time and share memory", a, b)
			}
		}
	}
}

// TestGates: a shut branch costs no multiply-adds, forward and backward, and the result is that of the net without it.
func TestGates(t *testing.T) { precisions(t, checkGates) }

func checkGates(t *testing.T, half bool) {
	m, b := newModel(t, half)
	programs, err := m.graph.Compile(append(m.graph.Gradients(m.loss, m.thetaN, Want{Params: all}), m.loss))
	if err != nil {
		t.Fatal(err)
	}
	p := programs[0]
	loss := func() float32 {
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		var v [1]float32
		b.Download(v[:], p.Value(m.loss))
		return v[0]
	}
	open, both := p.MACs(), loss()
	m.gates[1].Closed = true
	shut := loss()
	if want := open - 3*2*64*4*4*9; p.MACs() != want {
		t.Errorf("%d multiply-adds with the 3x3 branch shut, want %d", p.MACs(), want)
	}
	b.Upload(m.theta, []float32{0.7, math.Float32frombits(0x7fc00000)}) // NaN: nothing may read what is shut
	if again := loss(); again != shut || shut == both {
		t.Errorf("losses: both open %g, one shut %g, with its weight NaN %g", both, shut, again)
	}
}

// TestRunAllocatesNothing holds for a whole program.
func TestRunAllocatesNothing(t *testing.T) { precisions(t, checkRunAllocatesNothing) }

func checkRunAllocatesNothing(t *testing.T, half bool) {
	m, _ := newModel(t, half)
	programs, err := m.graph.Compile(append(m.graph.Gradients(m.loss, m.thetaN, Want{Params: all, Theta: true}), m.loss))
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(10, func() { err = programs[0].Run() }); n != 0 || err != nil {
		t.Errorf("a run allocates %v times (error %v)", n, err)
	}
}

// TestProgramsAgree: what is wanted besides changes no value, whatever gates do.
func TestProgramsAgree(t *testing.T) { precisions(t, checkProgramsAgree) }

func checkProgramsAgree(t *testing.T, half bool) {
	m, b := newModel(t, half)
	forward := []*Node{m.loss}
	theta := append(m.graph.Gradients(m.loss, m.thetaN, Want{Theta: true}), m.loss)
	both := append(m.graph.Gradients(m.loss, m.thetaN, Want{Params: all, Theta: true}), m.loss)
	programs, err := m.graph.Compile(forward, theta, both)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(r *rapid.T) {
		for _, g := range m.gates {
			g.Closed = rapid.Bool().Draw(r, "shut")
		}
		var losses [3]float32
		var slots [3][2]float32
		for i, p := range programs {
			b.Zero(m.slots)
			if err := p.Run(); err != nil {
				r.Fatal(err)
			}
			b.Download(losses[i:i+1], p.Value(m.loss))
			b.Download(slots[i][:], m.slots)
		}
		if losses[0] != losses[1] || losses[1] != losses[2] || slots[1] != slots[2] {
			r.Errorf("losses %v, gradients of the mixture weights %v", losses, slots[1:])
		}
	})
}

// TestErrorsAreKept: building goes on after an error without a panic, and says the first one.
func TestErrorsAreKept(t *testing.T) {
	b, err := native.New(1)
	if err != nil {
		t.Fatal(err)
	}
	g := New(b)
	x := g.Input("x", alloc(t, b, make([]float32, 12)...), 1, 2, 2, 3)
	y := g.Conv(kernel.Conv{Batch: 1, Height: 4, Width: 4, In: 3, Out: 2, Kernel: 1, Stride: 1, Dilation: 1, Groups: 1}, x, x, nil)
	loss := g.CrossEntropy(g.Linear(g.GlobalAvgPool(g.ReLU(y)), x, x), x, 0)
	if g.Err() == nil {
		t.Fatal("a convolution of another input shape was accepted")
	}
	if _, err := g.Compile(append(g.Gradients(loss, nil, Want{Params: all}), loss)); err != g.Err() {
		t.Errorf("compiling gave %v, want the first error %v", err, g.Err())
	}
	if _, err := opOf(New(b).ReLU(New(b).Input("x", alloc(t, b, 1), 1))).Do(); err == nil {
		t.Error("an operation recorded outside a compilation")
	}
}
