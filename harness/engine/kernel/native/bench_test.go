package native_test

import (
	"fmt"
	"testing"

	"gmnas/harness/engine/kernel"
)

// shapes of a NAS-Bench-201 supernet at batch 64.
var benchConvs = []kernel.Conv{
	{Batch: 64, Height: 32, Width: 32, In: 16, Out: 16, Kernel: 3, Stride: 1, Pad: 1, Dilation: 1, Groups: 1},
	{Batch: 64, Height: 32, Width: 32, In: 16, Out: 16, Kernel: 1, Stride: 1, Pad: 0, Dilation: 1, Groups: 1},
	{Batch: 64, Height: 32, Width: 32, In: 16, Out: 48, Kernel: 3, Stride: 1, Pad: 1, Dilation: 1, Groups: 1},
	{Batch: 64, Height: 8, Width: 8, In: 64, Out: 64, Kernel: 3, Stride: 1, Pad: 1, Dilation: 1, Groups: 1},
	{Batch: 64, Height: 32, Width: 32, In: 16, Out: 32, Kernel: 3, Stride: 2, Pad: 1, Dilation: 1, Groups: 1},
	{Batch: 64, Height: 32, Width: 32, In: 16, Out: 16, Kernel: 5, Stride: 1, Pad: 2, Dilation: 1, Groups: 16},
}

func BenchmarkConv(b *testing.B) {
	for _, c := range benchConvs {
		be := open(b, 1)
		mem := func(n int) kernel.Mem {
			m, err := be.Alloc(n)
			if err != nil {
				b.Fatal(err)
			}
			v := make([]float32, n)
			for i := range v {
				v[i] = float32(i%17) - 8
			}
			be.Upload(m, v)
			return m
		}
		x, w, y := mem(c.Batch*c.Height*c.Width*c.In), mem(c.Out*c.Kernel*c.Kernel*(c.In/c.Groups)), mem(c.Rows()*c.Out)
		for _, pass := range []struct {
			name string
			make func() (kernel.Command, error)
		}{
			{"forward", func() (kernel.Command, error) { return be.ConvForward(c, x, w, y) }},
			{"data", func() (kernel.Command, error) { return be.ConvBackwardData(c, y, w, x) }},
			{"weights", func() (kernel.Command, error) { return be.ConvBackwardWeights(c, x, y, w) }},
		} {
			name := fmt.Sprintf("%dx%d_%dto%d_k%d_s%d_g%d/%s", c.Height, c.Width, c.In, c.Out, c.Kernel, c.Stride, c.Groups, pass.name)
			b.Run(name, func(b *testing.B) {
				run(b, pass.make)
				b.ReportMetric(float64(2*c.MACs())*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}

// run times a command.
func run(b *testing.B, build func() (kernel.Command, error)) {
	cmd, err := build()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRows times the memory-bound commands on the 4 MiB activation of a 16-channel, 32x32, batch 64 layer.
func BenchmarkRows(b *testing.B) {
	const rows, channels = 64 * 32 * 32, 16
	be := open(b, 1)
	view := func() kernel.View {
		m, err := be.Alloc(rows * channels)
		if err != nil {
			b.Fatal(err)
		}
		return kernel.View{Mem: m, Stride: channels}
	}
	x, y, z := view(), view(), view()
	v, err := be.Alloc(3 * channels)
	if err != nil {
		b.Fatal(err)
	}
	coef, bias := v.At(0, channels), v.At(channels, channels)
	pool := kernel.Pool{Batch: 64, Height: 32, Width: 32, Channels: channels, Kernel: 3, Stride: 1, Pad: 1}
	combine := func(terms ...kernel.Term) func() (kernel.Command, error) {
		return func() (kernel.Command, error) {
			return be.Combine(kernel.Combine{Rows: rows, Channels: channels, Dst: z, Terms: terms})
		}
	}
	for _, c := range []struct {
		name string
		make func() (kernel.Command, error)
	}{
		{"combine normalised", combine(kernel.Term{Src: x, Coef: coef, Bias: bias})},
		{"combine sum of two", combine(kernel.Term{Src: x}, kernel.Term{Src: y})},
		{"combine relu", func() (kernel.Command, error) {
			return be.Combine(kernel.Combine{Rows: rows, Channels: channels, Relu: z, Terms: []kernel.Term{{Src: x, Coef: coef, Bias: bias}}})
		}},
		{"combine masked", combine(kernel.Term{Src: x, Mask: y})},
		{"moments", func() (kernel.Command, error) {
			return be.Moments(kernel.Moments{Rows: rows, Channels: channels, Src: x, Dst: v.At(0, 2*channels)})
		}},
		{"dots of two", func() (kernel.Command, error) {
			return be.Dots(kernel.Dots{Rows: rows, Channels: channels, Grad: x, Srcs: []kernel.Source{{View: y}, {View: z}}, Dst: v})
		}},
		{"average pool", func() (kernel.Command, error) { return be.AvgPoolForward(pool, x.Mem, y.Mem) }},
		{"average pool back", func() (kernel.Command, error) { return be.AvgPoolBackward(pool, x.Mem, y.Mem) }},
		{"maximum pool", func() (kernel.Command, error) { return be.MaxPoolForward(pool, x.Mem, y.Mem) }},
		{"maximum pool back", func() (kernel.Command, error) { return be.MaxPoolBackward(pool, x.Mem, y.Mem, z.Mem) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(4 * rows * channels)
			run(b, c.make)
		})
	}
}
