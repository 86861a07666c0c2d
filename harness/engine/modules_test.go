package engine_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gmnas/harness/engine"
	"gmnas/harness/engine/enginetest/backends"
	"gmnas/harness/engine/kernel"
	"gmnas/harness/golden"
)

// bench builds one module on a graph: its parameters by name, their gradients beside them.
type bench struct {
	t      testing.TB
	b      kernel.Backend
	g      *engine.Graph
	params map[string]param
	stats  map[string]kernel.Mem
	sum    float64 // the loss
	node   *engine.Node
}

type param struct{ value, grad kernel.Mem }

func newBench(t testing.TB, b kernel.Backend) *bench {
	n := &bench{t: t, b: b, g: engine.New(b), params: map[string]param{}, stats: map[string]kernel.Mem{}}
	t.Cleanup(n.g.Close)
	return n
}

func (n *bench) mem(values []float32) kernel.Mem {
	m, err := n.b.Alloc(len(values))
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { n.b.Free(m) })
	n.b.Upload(m, values)
	return m
}

func (n *bench) param(name string, values []float32, shape ...int) *engine.Node {
	p := param{n.mem(values), n.mem(make([]float32, len(values)))}
	n.params[name] = p
	return n.g.Param(name, p.value, p.grad, shape...)
}

func (n *bench) get(m kernel.Mem) []float32 {
	v := make([]float32, m.Len)
	n.b.Download(v, m)
	return v
}

// run compiles and runs forward and backward from the loss.
func (n *bench) run(loss *engine.Node, also ...*engine.Node) *engine.Program {
	n.t.Helper()
	n.node = loss
	wanted := append(n.g.Gradients(loss, nil, engine.Want{Params: func(string) bool { return true }}), loss)
	p, err := n.g.Compile(append(wanted, also...))
	if err != nil {
		n.t.Fatal(err)
	}
	if err := p[0].Run(); err != nil {
		n.t.Fatal(err)
	}
	return p[0]
}

type goldenCase struct {
	Name                                      string
	Stride, Padding, Kernel, Groups, Dilation int
	Input, Output                             golden.Tensor
	GradOutput                                golden.Tensor `json:"grad_output"`
	GradInput                                 golden.Tensor `json:"grad_input"`
	Params                                    map[string]golden.Tensor
	GradParams                                map[string]golden.Tensor `json:"grad_params"`
	Before                                    map[string]golden.Tensor `json:"buffers_before"`
	After                                     map[string]golden.Tensor `json:"buffers_after"`
}

func ohwi(s []int) []int { return []int{s[0], s[2], s[3], s[1]} }

func (n *bench) weights(c goldenCase, name string) *engine.Node {
	w := c.Params[name]
	return n.param(name, w.ChannelsLast(), ohwi(w.Shape)...)
}

func (n *bench) norm(c goldenCase, prefix string) *engine.Norm {
	k := &engine.Norm{Eps: 1e-5, Momentum: 0.1}
	k.RunningMean, k.RunningVar = n.mem(c.Before[prefix+"running_mean"].Floats()), n.mem(c.Before[prefix+"running_var"].Floats())
	n.stats[prefix+"running_mean"], n.stats[prefix+"running_var"] = k.RunningMean, k.RunningVar
	if w, ok := c.Params[prefix+"weight"]; ok {
		k.Gamma, k.Beta = n.param(prefix+"weight", w.Floats(), w.Shape...), n.param(prefix+"bias", c.Params[prefix+"bias"].Floats(), w.Shape...)
	}
	return k
}

func (n *bench) normed(c goldenCase, prefix string, x *engine.Node) *engine.Node {
	if x == nil {
		return nil
	}
	return n.g.Sum(x.Shape(), []engine.Branch{{Src: x, Norm: n.norm(c, prefix)}})
}

func depthwise(x *engine.Node, kernelSize, stride, pad, dilation int) kernel.Conv {
	s := x.Shape()
	return kernel.Conv{Batch: s[0], Height: s[1], Width: s[2], In: s[3], Out: s[3], Kernel: kernelSize, Stride: stride, Pad: pad, Dilation: dilation, Groups: s[3]}
}

func pointwise(x *engine.Node, out int) kernel.Conv {
	s := x.Shape()
	return kernel.Conv{Batch: s[0], Height: s[1], Width: s[2], In: s[3], Out: out, Kernel: 1, Stride: 1, Dilation: 1, Groups: 1}
}

// separable is ReLU, depthwise and pointwise convolution, norm.
func (n *bench) separable(c goldenCase, x *engine.Node, suffix string, stride, pad, dilation int) *engine.Node {
	x = n.g.ReLU(x)
	y := n.g.Conv(depthwise(x, c.Kernel, stride, pad, dilation), x, n.weights(c, "dw"+suffix+".weight"), nil)
	if y == nil {
		return nil
	}
	y = n.g.Conv(pointwise(y, y.Shape()[3]), y, n.weights(c, "pw"+suffix+".weight"), nil)
	return n.normed(c, "bn"+suffix+".", y)
}

// module adds the case's layers, nil if its name is of another kind.
func (n *bench) module(c goldenCase, x *engine.Node) *engine.Node {
	s := x.Shape()
	pool := kernel.Pool{Batch: s[0], Height: s[1], Width: s[2], Channels: s[3], Kernel: c.Kernel, Stride: c.Stride, Pad: c.Padding}
	switch c.Name[:min(8, len(c.Name))] {
	case "max_pool":
		return n.g.MaxPool(pool, x, nil)
	case "avg_pool":
		return n.g.AvgPool(pool, x, nil)
	case "sep_conv":
		y := n.separable(c, x, "1", c.Stride, c.Kernel/2, 1)
		return n.separable(c, y, "2", 1, c.Kernel/2, 1)
	case "dil_conv":
		return n.separable(c, x, "", c.Stride, c.Kernel-1, 2)
	case "factoriz":
		x = n.g.ReLU(x)
		y := n.g.FactorizedReduce(n.g.Subsample(x, 0, nil), n.g.Subsample(x, 1, nil), n.weights(c, "conv1.weight"), n.weights(c, "conv2.weight"), nil)
		return n.normed(c, "bn.", y)
	}
	return nil
}

// TestGoldenModules: the graph's pools, separable and dilated convolutions and factorized reduces are PyTorch's and the
// release's, forward and backward (golden G8).
func TestGoldenModules(t *testing.T) {
	var file struct{ Cases []goldenCase }
	golden.Read(t, "enginetest/testdata/ops.json.gz", &file)
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		seen := map[string]int{}
		for _, c := range file.Cases {
			kind := c.Name[:min(8, len(c.Name))]
			if !strings.Contains("max_pool avg_pool sep_conv dil_conv factoriz", kind) {
				continue
			}
			seen[kind]++
			t.Run(c.Name, func(t *testing.T) { checkModule(t, b, c) })
		}
		for kind, want := range map[string]int{"max_pool": 4, "avg_pool": 4, "sep_conv": 8, "dil_conv": 8, "factoriz": 2} {
			if seen[kind] != want {
				t.Errorf("%d cases of %s, want %d", seen[kind], kind, want)
			}
		}
	})
}

func checkModule(t *testing.T, b kernel.Backend, c goldenCase) {
	n := newBench(t, b)
	s := c.Input.Shape
	x := n.g.Leaf(n.param("input", c.Input.ChannelsLast(), s[0], s[2], s[3], s[1]))
	y := n.module(c, x)
	loss := n.g.Weigh(y, n.mem(c.GradOutput.ChannelsLast()), &n.sum)
	p := n.run(loss, y)
	golden.Near(t, "output", n.get(p.Value(y)), c.Output.ChannelsLast(), 1e-5, 3e-5)
	golden.Near(t, "gradient of the input", n.get(n.params["input"].grad), c.GradInput.ChannelsLast(), 1e-5, 3e-5)
	for name, want := range c.GradParams {
		golden.Near(t, "gradient of "+name, n.get(n.params[name].grad), want.ChannelsLast(), 1e-5, 3e-5)
	}
	for name, want := range c.After {
		if m, ok := n.stats[name]; ok {
			golden.Near(t, name, n.get(m), want.Floats(), 1e-5, 3e-5)
		}
	}
}

func randoms(rng *rand.Rand, n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(rng.NormFloat64())
	}
	return v
}

// TestModuleSlopes: gradients through concatenations, slices of which flow back to several readers, factorized reduces, pools
// and dilated convolutions predict how a loss changes, by central differences.
func TestModuleSlopes(t *testing.T) {
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		for seed := range uint64(3) {
			rng := rand.New(rand.NewPCG(seed, 9))
			n := newBench(t, b)
			c := []int{4, 16, 6}[seed]
			x := n.g.Leaf(n.param("x", randoms(rng, 2*8*8*c), 2, 8, 8, c))
			weights := func(name string, shape ...int) *engine.Node {
				size := 1
				for _, d := range shape {
					size *= d
				}
				return n.param(name, randoms(rng, size), shape...)
			}
			norm := func(y *engine.Node) engine.Branch { return engine.Branch{Src: y, Norm: &engine.Norm{Eps: 1e-5}} }
			r := n.g.ReLU(x)
			pool := kernel.Pool{Batch: 2, Height: 8, Width: 8, Channels: c, Kernel: 3, Stride: 2, Pad: 1}
			reduced := n.g.FactorizedReduce(n.g.Subsample(r, 0, nil), n.g.Subsample(r, 1, nil), weights("w1", c/2, 1, 1, c), weights("w2", c/2, 1, 1, c), nil)
			dilated := n.g.Conv(depthwise(r, 3, 2, 2, 2), r, weights("dw", c, 3, 3, 1), nil)
			first := n.g.Sum([]int{2, 4, 4, c}, []engine.Branch{norm(reduced), norm(dilated), norm(n.g.MaxPool(pool, x, nil))})
			second := n.g.Sum([]int{2, 4, 4, c}, []engine.Branch{norm(n.g.AvgPool(pool, x, nil)), {Src: first}})
			all := n.g.Concat([]*engine.Node{n.g.ReLU(first), second, first}, nil)
			y := n.g.Conv(pointwise(all, 5), all, weights("pw", 5, 1, 1, 3*c), nil)
			loss := n.g.Weigh(n.g.GlobalAvgPool(n.g.ReLU(y)), n.mem(randoms(rng, 2*5)), &n.sum)
			checkSlopes(t, n, n.run(loss))
		}
	})
}

// checkSlopes moves each parameter along its gradient, where the slope is largest.
func checkSlopes(t *testing.T, n *bench, p *engine.Program) {
	t.Helper()
	grads := map[string][]float32{} // before other runs change them
	for name, m := range n.params {
		grads[name] = n.get(m.grad)
	}
	for name, m := range n.params {
		grad, start := grads[name], n.get(m.value)
		n.b.Upload(m.grad, grad)
		slope := math.Sqrt(n.b.Inner(m.grad, m.grad))
		direction := make([]float32, len(grad))
		for i, v := range grad {
			direction[i] = v / float32(slope)
		}
		d := n.mem(direction)
		at := func(h float64) float64 {
			n.b.Upload(m.value, start)
			n.b.Axpy(float32(h), d, m.value)
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
			return n.sum
		}
		good := false
		var tried []string
		for _, h := range []float64{1e-2, 3e-3, 1e-3, 3e-4} {
			got := (at(h) - at(-h)) / (2 * h)
			good = good || slope > 0 && math.Abs(got-slope) <= 0.01*slope
			tried = append(tried, fmt.Sprintf("%g by %g", got, h))
		}
		n.b.Upload(m.value, start)
		if !good {
			t.Errorf("%s: slope %g by gradient, by differences %v", name, slope, tried)
		}
	}
}

// TestOddReduceIsRefused: a factorized reduce of an odd side is an error that says so (spec.md row 43).
func TestOddReduceIsRefused(t *testing.T) {
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		for _, s := range [][2]int{{7, 8}, {8, 7}, {1, 1}} {
			n := newBench(t, b)
			x := n.param("x", make([]float32, 2*s[0]*s[1]*4), 2, s[0], s[1], 4)
			n.g.Subsample(x, 1, nil)
			if err := n.g.Err(); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%dx%d pixels, both sides must be even", s[0], s[1])) {
				t.Errorf("%v: error %v", s, err)
			}
		}
		n := newBench(t, b)
		x, y := n.param("x", make([]float32, 2*4*4*4), 2, 4, 4, 4), n.param("y", make([]float32, 2*2*2*4), 2, 2, 2, 4)
		n.g.Concat([]*engine.Node{x, y}, nil)
		if err := n.g.Err(); err == nil || !strings.Contains(err.Error(), "must agree") {
			t.Errorf("parts of different sizes: error %v", err)
		}
	})
}
