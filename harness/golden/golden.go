// Package golden reads the reference values that tests compare with: numbers that PyTorch computed from
// the authors' release, as gzip-compressed JSON.
package golden

import (
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"testing"
)

// Tensor is a tensor of the files: row-major, convolution weights OIHW, activations NCHW.
type Tensor struct {
	Shape []int     `json:"shape"`
	Data  []float64 `json:"data"`
}

// Batch is a mini-batch of the files.
type Batch struct {
	Input  Tensor `json:"input"`
	Target []int  `json:"target"`
}

// Read decodes the file into v.
func Read(t testing.TB, path string, v any) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(z).Decode(v); err != nil {
		t.Fatal(err)
	}
}

// ChannelsLast returns the values with the second dimension moved to the end: NCHW as NHWC, OIHW as OHWI. Tensors of
// one or two dimensions stay as they are.
func (x Tensor) ChannelsLast() []float32 {
	out := make([]float32, len(x.Data))
	if len(x.Shape) != 4 {
		for i, v := range x.Data {
			out[i] = float32(v)
		}
		return out
	}
	n, c, area := x.Shape[0], x.Shape[1], x.Shape[2]*x.Shape[3]
	for i := range n {
		for ch := range c {
			for p := range area {
				out[(i*area+p)*c+ch] = float32(x.Data[(i*c+ch)*area+p])
			}
		}
	}
	return out
}

// Floats returns the values in their own order.
func (x Tensor) Floats() []float32 {
	out := make([]float32, len(x.Data))
	for i, v := range x.Data {
		out[i] = float32(v)
	}
	return out
}

// Labels returns class indices as the kernels take them.
func Labels(target []int) []float32 {
	out := make([]float32, len(target))
	for i, c := range target {
		out[i] = float32(c)
	}
	return out
}

// Near fails unless every value is within rel of the largest reference value, plus abs.
func Near(t testing.TB, what string, got, want []float32, rel, abs float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d values, want %d", what, len(got), len(want))
		return
	}
	largest := 0.0
	for _, v := range want {
		largest = max(largest, math.Abs(float64(v)))
	}
	worst, at := 0.0, -1
	for i := range want {
		if d := math.Abs(float64(got[i]) - float64(want[i])); d > worst || math.IsNaN(d) {
			worst, at = d, i
			if math.IsNaN(d) {
				break
			}
		}
	}
	if !(worst <= rel*largest+abs) {
		t.Errorf("%s: value %d is %g, want %g: off by %.3g, allowed %.3g", what, at, got[at], want[at], worst, rel*largest+abs)
	}
}
