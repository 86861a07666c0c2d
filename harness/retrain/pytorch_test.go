package retrain

import (
	"fmt"
	"hash/fnv"
	"math"
	"testing"

	"gmnas/harness/engine/enginetest/backends"
	"gmnas/harness/engine/kernel"
	"gmnas/harness/golden"
	"gmnas/harness/supernet"
	"gmnas/nasbench/space"
)

// torchCase is a network with an auxiliary head as PyTorch 1.13 computes it in float64, written for this test from spec.md
// sections 5.4 and 5.5. Its weights are drawn, see drawn.
type torchCase struct {
	Salt                                   string
	Channels, Cells, Image, Classes, Batch int
	Wide                                   bool
	DropPath                               float64       `json:"drop_path"`
	Logits                                 golden.Tensor // of training
	Loss                                   float64
	AuxiliaryLoss                          float64 `json:"auxiliary_loss"`
	Grad                                   map[string]golden.Tensor
	SumOfSquares                           map[string]float64 `json:"grad_sum_of_squares"`
}

// drawn returns n values in [-1, 1) of a linear congruential generator that begins at the name's hash.
func drawn(name string, n int) []float64 {
	h := fnv.New32a()
	h.Write([]byte(name))
	x, out := h.Sum32(), make([]float64, n)
	for i := range out {
		x = x*1664525 + 1013904223
		out[i] = float64(x>>8)/(1<<23) - 1
	}
	return out
}

// drawnTensor is a weight's values, in our order.
func drawnTensor(x supernet.Tensor, salt string) []float32 {
	out := make([]float32, x.Size)
	for i, v := range drawn(x.Name+salt, x.Size) {
		switch {
		case len(x.Shape) == 4:
			v *= math.Sqrt(3 / float64(x.FanIn))
		case len(x.Shape) == 2:
			v = v / math.Sqrt(float64(x.FanIn)) * 2
		case x.FanIn > 0:
			v *= 0.1
		case x.Fill == 1:
			v = 1 + 0.3*v
		default:
			v *= 0.2
		}
		out[i] = float32(v)
	}
	return out
}

// TestAuxiliaryHeadAndDropPath: both losses and every gradient are PyTorch's, with and without dropped paths, and for the
// ImageNet variant.
func TestAuxiliaryHeadAndDropPath(t *testing.T) {
	var file struct {
		Normal, Reduce tuples
		Cases          []torchCase
	}
	golden.Read(t, "testdata/pytorch.json.gz", &file)
	genotype := space.Genotype{Normal: file.Normal.cell(t), Reduction: file.Reduce.cell(t)}
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		for _, c := range file.Cases {
			t.Run(fmt.Sprintf("%dpx drop %g", c.Image, c.DropPath), func(t *testing.T) { checkTorch(t, b, genotype, c) })
		}
	})
}

func checkTorch(t *testing.T, b kernel.Backend, g space.Genotype, c torchCase) {
	r := space.Retraining{Skeleton: space.Skeleton{Channels: c.Channels, Cells: c.Cells, ImageSize: c.Image, ImageChannels: 3, Classes: c.Classes},
		Wide: c.Wide, Auxiliary: true}
	n := open(t, b, g, r, options{batch: c.Batch, train: true, dropPath: c.DropPath > 0, auxiliary: 0.4})
	for _, x := range n.m.Layout.Params {
		b.Upload(x.Of(n.m.Weights), drawnTensor(x, c.Salt))
	}
	images, labels := make([]float32, c.Batch*c.Image*c.Image*3), make([]float32, c.Batch)
	for i, v := range drawn("images"+c.Salt, len(images)) {
		images[i] = float32(v * 1.7)
	}
	for i := range labels {
		labels[i] = float32((3*i + 1) % c.Classes)
	}
	n.set(images, labels)
	if n.drop != nil {
		dropped := 0
		for k := range n.drop.branches {
			for i, v := range drawn(fmt.Sprintf("keep%d", k)+c.Salt, c.Batch) {
				n.drop.host[k*c.Batch+i] = 1
				if v <= 2*c.DropPath-1 {
					n.drop.host[k*c.Batch+i] = 0
					dropped++
				}
			}
		}
		if dropped == 0 || n.drop.branches != 3*7+2*8 { // the normal cell has one identity, the reduction cell none
			t.Fatalf("%d of %d branches dropped", dropped, n.drop.branches)
		}
		n.drop.set(c.DropPath)
	}
	run(t, n.train)
	golden.Near(t, "logits", get(b, n.train.logits), c.Logits.Floats(), 5e-5, 0)
	golden.Near(t, "loss", get(b, n.train.loss), []float32{float32(c.Loss)}, 5e-5, 0)
	golden.Near(t, "auxiliary loss", get(b, n.train.auxiliary), []float32{float32(c.AuxiliaryLoss)}, 5e-5, 0)
	if len(c.SumOfSquares) != len(n.m.Layout.Params) {
		t.Fatalf("%d weights, want %d", len(n.m.Layout.Params), len(c.SumOfSquares))
	}
	for _, x := range n.m.Layout.Params {
		got, want := x.Of(n.m.Gradients), c.SumOfSquares[x.Name]
		if sum := b.Inner(got, got); math.Abs(sum-want) > 4e-4*want+1e-9 {
			t.Errorf("gradient of %s: sum of squares %g, want %g", x.Name, sum, want)
		}
		if g, ok := c.Grad[x.Name]; ok {
			golden.Near(t, "gradient of "+x.Name, get(b, got), g.ChannelsLast(), 2e-4, 1e-6)
		}
	}
}
