package enginetest

import (
	"slices"
	"strings"

	"gmnas/harness/engine/kernel"
)

// net composes kernels to a module of the golden cases.
type net struct {
	*lab
	goldenCase
	grads   map[string]kernel.Mem // gradients of the parameters
	buffers map[string]kernel.Mem // running statistics
}

// activation is NHWC memory with its size.
type activation struct {
	kernel.Mem
	size
}

func (a activation) view() kernel.View { return kernel.View{Mem: a.Mem, Stride: a.c} }

// pass turns the gradient of a layer's output into that of its input.
type pass func(dy kernel.Mem) kernel.Mem

// layer computes y from x and returns the pass back.
type layer func(x activation) (y activation, back pass)

// module returns the layers of the case by its name, nil if it isn't known.
func (n *net) module() layer {
	name := n.Name
	is := func(prefix string) bool { return strings.HasPrefix(name, prefix) }
	conv := kernel.Conv{Kernel: n.Kernel, Stride: n.Stride, Pad: n.Padding, Dilation: n.Dilation, Groups: n.Groups}
	switch {
	case is("avg_pool"), is("max_pool"):
		return n.pool(is("max"))
	case is("conv"), is("depthwise"):
		return n.conv("weight", conv)
	case is("nor_conv_1x1"):
		return n.chain(n.relu(), n.conv("conv.weight", kernel.Conv{Kernel: 1, Stride: 1, Dilation: 1, Groups: 1}), n.norm("bn."))
	case is("nor_conv_3x3"):
		return n.chain(n.relu(), n.conv("conv.weight", kernel.Conv{Kernel: 3, Stride: 1, Pad: 1, Dilation: 1, Groups: 1}), n.norm("bn."))
	case is("sep_conv"):
		first := kernel.Conv{Kernel: n.Kernel, Stride: n.Stride, Pad: n.Kernel / 2, Dilation: 1, Groups: 4}
		second := first
		second.Stride = 1
		point := kernel.Conv{Kernel: 1, Stride: 1, Dilation: 1, Groups: 1}
		return n.chain(n.relu(), n.conv("dw1.weight", first), n.conv("pw1.weight", point), n.norm("bn1."),
			n.relu(), n.conv("dw2.weight", second), n.conv("pw2.weight", point), n.norm("bn2."))
	case is("dil_conv"):
		depth := kernel.Conv{Kernel: n.Kernel, Stride: n.Stride, Pad: n.Kernel - 1, Dilation: 2, Groups: 4}
		return n.chain(n.relu(), n.conv("dw.weight", depth), n.conv("pw.weight", kernel.Conv{Kernel: 1, Stride: 1, Dilation: 1, Groups: 1}), n.norm("bn."))
	case is("factorized_reduce"):
		return n.chain(n.relu(), n.factorized(), n.norm("bn."))
	case is("residual_block"):
		return n.residual()
	case is("bn_"):
		return n.norm("")
	case is("global_avg_pool"):
		return n.globalPool()
	case name == "linear":
		return n.linear()
	case name == "relu_at_zero":
		return n.relu()
	}
	return nil
}

// compare requires a result to be the golden tensor.
func (n *net) compare(what string, got kernel.Mem, want tensor) {
	n.Helper()
	if got.None() {
		n.Errorf("%s %s: no such result", n.Name, what)
		return
	}
	n.near(n.Name+" "+what, n.get(got), wide(nhwc(want)), 3e-5, 1e-5)
}

// new returns memory for an activation.
func (n *net) new(s size) activation { return activation{n.out(s.rows() * s.c), s} }

// chain runs layers one after the other.
func (n *net) chain(layers ...layer) layer {
	return func(x activation) (activation, pass) {
		var backs []pass
		for _, l := range layers {
			y, back := l(x)
			x, backs = y, append(backs, back)
		}
		return x, func(dy kernel.Mem) kernel.Mem {
			for _, back := range slices.Backward(backs) {
				dy = back(dy)
			}
			return dy
		}
	}
}

// factorized is the two strided 1x1 convolutions of a factorized reduce, the second over the
// input shifted by (1,1), as one 2x2 convolution with the weights on its diagonal.
func (n *net) factorized() layer {
	w1, w2 := n.Params["conv1.weight"], n.Params["conv2.weight"]
	half, in := w1.Shape[0], w1.Shape[1]
	w := make([]float32, 2*half*4*in)
	for o := range half {
		copy(w[o*4*in:], w1.Data[o*in:(o+1)*in])
		copy(w[((half+o)*4+3)*in:], w2.Data[o*in:(o+1)*in])
	}
	return n.convWith(n.in(w), 2*half, kernel.Conv{Kernel: 2, Stride: 2, Dilation: 1, Groups: 1}, func(dw kernel.Mem) {
		g := n.get(dw)
		var g1, g2 []float32
		for o := range half {
			g1 = append(g1, g[o*4*in:][:in]...)
			g2 = append(g2, g[((half+o)*4+3)*in:][:in]...)
		}
		n.grads["conv1.weight"], n.grads["conv2.weight"] = n.in(g1), n.in(g2)
	})
}

// residual is NAS-Bench-201's reduction block: two ReLU-conv-BN beside an average pool and a 1x1 convolution.
func (n *net) residual() layer {
	three := kernel.Conv{Kernel: 3, Stride: 2, Pad: 1, Dilation: 1, Groups: 1}
	same := three
	same.Stride = 1
	main := n.chain(n.relu(), n.conv("conv_a.conv.weight", three), n.norm("conv_a.bn."),
		n.relu(), n.conv("conv_b.conv.weight", same), n.norm("conv_b.bn."))
	average := func(x activation) (activation, pass) {
		m := *n
		m.Kernel, m.Stride, m.Padding = 2, 2, 0
		return m.pool(false)(x)
	}
	short := n.chain(average, n.conv("shortcut.conv.weight", kernel.Conv{Kernel: 1, Stride: 1, Dilation: 1, Groups: 1}))
	return func(x activation) (activation, pass) {
		a, backA := main(x)
		b, backB := short(x)
		return n.sum(a, b), func(dy kernel.Mem) kernel.Mem {
			return n.sum(activation{backA(dy), x.size}, activation{backB(dy), x.size}).Mem
		}
	}
}

func (n *net) sum(a, b activation) activation {
	y := n.new(a.size)
	cmd, err := n.b.Combine(kernel.Combine{Rows: a.rows(), Channels: a.c, Dst: y.view(), Terms: []kernel.Term{{Src: a.view()}, {Src: b.view()}}})
	n.run(cmd, err, y.Mem)
	return y
}
