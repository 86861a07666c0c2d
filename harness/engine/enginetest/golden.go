package enginetest

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"

	"gmnas/harness/engine/kernel"
)

// goldenOps holds single operations as PyTorch 1.13 computes them on the CPU and modules of the
// GM-NAS release (commit a69837d), float32, one thread: NCHW activations, OIHW weights.
//
//go:embed testdata/ops.json.gz
var goldenOps []byte

// Of the 73 operations recorded these are not here, as the interface has no kernel for them:
// relu6, h_swish, h_sigmoid, h_swish_at_kinks, h_sigmoid_at_kinks, squeeze_excite_4_6, squeeze_excite_16_7.

type tensor struct {
	Shape []int
	Data  []float32
}

type goldenCase struct {
	Name, Mode                                string
	Stride, Padding, Kernel, Groups, Dilation int
	Eps                                       float32
	Input, Output                             tensor
	GradOutput                                tensor `json:"grad_output"`
	GradInput                                 tensor `json:"grad_input"`
	Params                                    map[string]tensor
	GradParams                                map[string]tensor `json:"grad_params"`
	Before                                    map[string]tensor `json:"buffers_before"`
	After                                     map[string]tensor `json:"buffers_after"`
}

type goldenLoss struct {
	Name       string
	Smoothing  float32 `json:"label_smoothing"`
	Logits     tensor
	Target     []float32
	Loss       float64
	GradLogits tensor `json:"grad_logits"`
}

type goldenSGD struct {
	Nesterov     bool
	WeightDecay  float32 `json:"weight_decay"`
	LR, Momentum float32
	Start        tensor
	Grads, After []tensor
}

type golden struct {
	Cases     []goldenCase
	SoftmaxCE []goldenLoss `json:"softmax_ce"`
	SGD       []goldenSGD
}

func (l *lab) golden() golden {
	var g golden
	z, err := gzip.NewReader(bytes.NewReader(goldenOps))
	if err == nil {
		err = json.NewDecoder(z).Decode(&g)
	}
	if err != nil {
		l.Fatalf("reading the golden operations: %v", err)
	}
	return g
}

// nhwc moves the second axis of a tensor last: NCHW to NHWC, OIHW to OHWI. Vectors and matrices stay.
func nhwc(t tensor) []float32 {
	if len(t.Shape) != 4 {
		return t.Data
	}
	n, c, p := t.Shape[0], t.Shape[1], t.Shape[2]*t.Shape[3]
	v := make([]float32, len(t.Data))
	for i := range n {
		for j := range c {
			for k := range p {
				v[(i*p+k)*c+j] = t.Data[(i*c+j)*p+k]
			}
		}
	}
	return v
}

// size is the NHWC size of an activation.
type size struct{ n, h, w, c int }

func sizeOf(t tensor) size {
	if len(t.Shape) == 2 {
		return size{t.Shape[0], 1, 1, t.Shape[1]}
	}
	return size{t.Shape[0], t.Shape[2], t.Shape[3], t.Shape[1]}
}

func (s size) rows() int { return s.n * s.h * s.w }

func checkGolden(l *lab) {
	g := l.golden()
	for _, c := range g.Cases {
		net := &net{lab: l, goldenCase: c, grads: map[string]kernel.Mem{}, buffers: map[string]kernel.Mem{}}
		build := net.module()
		if build == nil {
			l.Errorf("%s: the suite knows no such operation", c.Name)
			continue
		}
		y, back := build(activation{net.in(nhwc(c.Input)), sizeOf(c.Input)})
		net.compare("output", y.Mem, c.Output)
		net.compare("grad_input", back(net.in(nhwc(c.GradOutput))), c.GradInput)
		for name, want := range c.GradParams {
			net.compare("gradient of "+name, net.grads[name], want)
		}
		for name, want := range c.After {
			net.compare(name, net.buffers[name], want)
		}
		l.free()
	}
	for _, c := range g.SoftmaxCE {
		ce := kernel.CrossEntropy{Batch: c.Logits.Shape[0], Classes: c.Logits.Shape[1], Smoothing: c.Smoothing,
			Logits: l.in(c.Logits.Data), Labels: l.in(c.Target), Loss: l.out(1), DLogits: l.out(len(c.Logits.Data))}
		cmd, err := l.b.CrossEntropy(ce)
		l.run(cmd, err, ce.Loss, ce.DLogits)
		l.near(c.Name+" loss", l.get(ce.Loss), []float64{c.Loss}, 3e-5, 1e-5)
		l.near(c.Name+" grad_logits", l.get(ce.DLogits), wide(c.GradLogits.Data), 3e-5, 1e-5)
		l.free()
	}
}
