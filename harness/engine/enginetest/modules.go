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

func (n *net) relu() layer {
	return func(x activation) (activation, pass) {
		y := n.new(x.size)
		k := kernel.Combine{Rows: x.rows(), Channels: x.c, Relu: y.view(), Terms: []kernel.Term{{Src: x.view()}}}
		cmd, err := n.b.Combine(k)
		n.run(cmd, err, y.Mem)
		return y, func(dy kernel.Mem) kernel.Mem {
			dx := n.new(x.size)
			k := kernel.Combine{Rows: x.rows(), Channels: x.c, Dst: dx.view(), Terms: []kernel.Term{{Src: activation{dy, x.size}.view(), Mask: y.view()}}}
			cmd, err := n.b.Combine(k)
			n.run(cmd, err, dx.Mem)
			return dx.Mem
		}
	}
}

// conv is a convolution with the parameter name; c lacks only the sizes.
func (n *net) conv(name string, c kernel.Conv) layer {
	w := n.in(nhwc(n.Params[name]))
	return n.convWith(w, n.Params[name].Shape[0], c, func(dw kernel.Mem) { n.grads[name] = dw })
}

func (n *net) convWith(w kernel.Mem, out int, c kernel.Conv, keep func(dw kernel.Mem)) layer {
	return func(x activation) (activation, pass) {
		c.Batch, c.Height, c.Width, c.In, c.Out = x.n, x.h, x.w, x.c, out
		h, v := c.OutSize()
		y := n.new(size{x.n, h, v, out})
		cmd, err := n.b.ConvForward(c, x.Mem, w, y.Mem)
		n.run(cmd, err, y.Mem)
		return y, func(dy kernel.Mem) kernel.Mem {
			dx, dw := n.new(x.size), n.out(w.Len)
			cmd, err := n.b.ConvBackwardData(c, dy, w, dx.Mem)
			n.run(cmd, err, dx.Mem)
			cmd, err = n.b.ConvBackwardWeights(c, x.Mem, dy, dw)
			n.run(cmd, err, dw)
			keep(dw)
			return dx.Mem
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

// norm is a batch norm whose parameters and buffers start with prefix.
func (n *net) norm(prefix string) layer {
	return func(x activation) (activation, pass) {
		rows, c := x.rows(), x.c
		eps := n.Eps
		if eps == 0 {
			eps = 1e-5
		}
		k := kernel.Norm{Channels: c, Rows: rows, Eps: eps, Momentum: 0.1, Coef: n.out(c), Bias: n.out(c)}
		k.RunningMean, k.RunningVar = n.in(n.Before[prefix+"running_mean"].Data), n.in(n.Before[prefix+"running_var"].Data)
		n.buffers[prefix+"running_mean"], n.buffers[prefix+"running_var"] = k.RunningMean, k.RunningVar
		outs := []kernel.Mem{k.Coef, k.Bias}
		if n.Mode == "train" {
			k.Moments = n.out(2 * c)
			cmd, err := n.b.Moments(kernel.Moments{Rows: rows, Channels: c, Src: x.view(), Dst: k.Moments})
			n.run(cmd, err, k.Moments)
			outs = append(outs, k.RunningMean, k.RunningVar)
		}
		affine := len(n.Params[prefix+"weight"].Data) > 0
		if affine {
			k.Gamma, k.Beta = n.in(n.Params[prefix+"weight"].Data), n.in(n.Params[prefix+"bias"].Data)
		}
		cmd, err := n.b.Norm(k)
		n.run(cmd, err, outs...)
		y := n.new(x.size)
		cmd, err = n.b.Combine(kernel.Combine{Rows: rows, Channels: c, Dst: y.view(), Terms: []kernel.Term{{Src: x.view(), Coef: k.Coef, Bias: k.Bias}}})
		n.run(cmd, err, y.Mem)
		return y, func(dy kernel.Mem) kernel.Mem {
			if n.Mode != "train" {
				return n.evalNormBack(x, k, prefix, dy)
			}
			g, dx, sums := activation{dy, x.size}, n.new(x.size), n.out(2*c)
			cmd, err := n.b.Dots(kernel.Dots{Rows: rows, Channels: c, Grad: g.view(), Srcs: []kernel.Source{{View: x.view()}}, Dst: sums})
			n.run(cmd, err, sums)
			b := kernel.NormGrad{Channels: c, Rows: rows, Eps: eps, Moments: k.Moments, Gamma: k.Gamma, Beta: k.Beta,
				Sums: sums.At(0, c), Dot: sums.At(c, c), GradCoef: n.out(c), SrcCoef: n.out(c), Bias: n.out(c)}
			outs := []kernel.Mem{b.GradCoef, b.SrcCoef, b.Bias}
			if affine {
				b.DGamma, b.DBeta = n.out(c), n.out(c)
				n.grads[prefix+"weight"], n.grads[prefix+"bias"] = b.DGamma, b.DBeta
				outs = append(outs, b.DGamma, b.DBeta)
			}
			cmd, err = n.b.NormGrad(b)
			n.run(cmd, err, outs...)
			cmd, err = n.b.Combine(kernel.Combine{Rows: rows, Channels: c, Dst: dx.view(),
				Terms: []kernel.Term{{Src: g.view(), Coef: b.GradCoef}, {Src: x.view(), Coef: b.SrcCoef, Bias: b.Bias}}})
			n.run(cmd, err, dx.Mem)
			return dx.Mem
		}
	}
}

// evalNormBack is the pass back through a norm with fixed statistics: dx = coef*g. The parameters'
// gradients are sums over rows of g and of the normalised input times g.
func (n *net) evalNormBack(x activation, k kernel.Norm, prefix string, dy kernel.Mem) kernel.Mem {
	rows, c := x.rows(), x.c
	g, dx := activation{dy, x.size}, n.new(x.size)
	cmd, err := n.b.Combine(kernel.Combine{Rows: rows, Channels: c, Dst: dx.view(), Terms: []kernel.Term{{Src: g.view(), Coef: k.Coef}}})
	n.run(cmd, err, dx.Mem)
	if !k.Gamma.None() {
		unit := k
		unit.Gamma, unit.Beta, unit.Coef, unit.Bias = kernel.Mem{}, kernel.Mem{}, n.out(c), n.out(c)
		cmd, err = n.b.Norm(unit)
		n.run(cmd, err, unit.Coef, unit.Bias)
		z, sums := n.new(x.size), n.out(2*c)
		cmd, err = n.b.Combine(kernel.Combine{Rows: rows, Channels: c, Dst: z.view(), Terms: []kernel.Term{{Src: x.view(), Coef: unit.Coef, Bias: unit.Bias}}})
		n.run(cmd, err, z.Mem)
		cmd, err = n.b.Dots(kernel.Dots{Rows: rows, Channels: c, Grad: g.view(), Srcs: []kernel.Source{{View: z.view()}}, Dst: sums})
		n.run(cmd, err, sums)
		n.grads[prefix+"bias"], n.grads[prefix+"weight"] = sums.At(0, c), sums.At(c, c)
	}
	return dx.Mem
}

func (n *net) pool(maximum bool) layer {
	return func(x activation) (activation, pass) {
		p := kernel.Pool{Batch: x.n, Height: x.h, Width: x.w, Channels: x.c, Kernel: n.Kernel, Stride: n.Stride, Pad: n.Padding}
		h, w := p.OutSize()
		y := n.new(size{x.n, h, w, x.c})
		forward := n.b.AvgPoolForward
		if maximum {
			forward = n.b.MaxPoolForward
		}
		cmd, err := forward(p, x.Mem, y.Mem)
		n.run(cmd, err, y.Mem)
		return y, func(dy kernel.Mem) kernel.Mem {
			dx := n.new(x.size)
			if maximum {
				cmd, err = n.b.MaxPoolBackward(p, x.Mem, dy, dx.Mem)
			} else {
				cmd, err = n.b.AvgPoolBackward(p, dy, dx.Mem)
			}
			n.run(cmd, err, dx.Mem)
			return dx.Mem
		}
	}
}

func (n *net) globalPool() layer {
	return func(x activation) (activation, pass) {
		y := n.new(size{x.n, 1, 1, x.c})
		cmd, err := n.b.GlobalAvgPoolForward(x.n, x.h*x.w, x.c, x.Mem, y.Mem)
		n.run(cmd, err, y.Mem)
		return y, func(dy kernel.Mem) kernel.Mem {
			dx := n.new(x.size)
			cmd, err := n.b.GlobalAvgPoolBackward(x.n, x.h*x.w, x.c, dy, dx.Mem)
			n.run(cmd, err, dx.Mem)
			return dx.Mem
		}
	}
}

func (n *net) linear() layer {
	return func(x activation) (activation, pass) {
		w, b := n.in(n.Params["weight"].Data), n.in(n.Params["bias"].Data)
		s := kernel.Linear{Batch: x.n, In: x.c, Out: b.Len}
		y := n.new(size{x.n, 1, 1, s.Out})
		cmd, err := n.b.LinearForward(s, x.Mem, w, b, y.Mem)
		n.run(cmd, err, y.Mem)
		return y, func(dy kernel.Mem) kernel.Mem {
			dx, dw, db := n.new(x.size), n.out(w.Len), n.out(b.Len)
			cmd, err := n.b.LinearBackwardData(s, dy, w, dx.Mem)
			n.run(cmd, err, dx.Mem)
			cmd, err = n.b.LinearBackwardWeights(s, x.Mem, dy, dw, db)
			n.run(cmd, err, dw, db)
			n.grads["weight"], n.grads["bias"] = dw, db
			return dx.Mem
		}
	}
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
