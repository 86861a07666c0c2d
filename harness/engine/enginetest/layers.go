package enginetest

import "gmnas/harness/engine/kernel"

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
