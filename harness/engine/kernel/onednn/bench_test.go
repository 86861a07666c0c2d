//go:build onednn

package onednn_test

import (
	"fmt"
	"slices"
	"testing"

	"gmnas/harness/engine/kernel"
	"gmnas/harness/engine/kernel/onednn"
)

// measure runs the command and reports work a second in units of 1e9.
func measure(b *testing.B, cmd kernel.Command, err error, work float64, unit string) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(work*float64(b.N)/b.Elapsed().Seconds()*1e-9, unit)
}

func BenchmarkConv(b *testing.B) {
	var shapes []kernel.Conv
	for _, s := range [][2]int{{16, 32}, {32, 16}, {64, 8}} { // the three stages of a NAS-Bench-201 network
		for _, edges := range []int{1, 3} {
			for _, k := range []int{3, 1} {
				shapes = append(shapes, kernel.Conv{Batch: 64, Height: s[1], Width: s[1], In: s[0], Out: edges * s[0],
					Kernel: k, Stride: 1, Pad: k / 2, Dilation: 1, Groups: 1})
			}
		}
	}
	stem := kernel.Conv{Batch: 64, Height: 32, Width: 32, In: 3, Out: 16, Kernel: 3, Stride: 1, Pad: 1, Dilation: 1, Groups: 1}
	shapes = append(shapes, stem)
	for _, d := range []int{1, 2} { // DARTS: separable and dilated
		for _, k := range []int{3, 5} {
			for _, s := range []int{1, 2} {
				shapes = append(shapes, kernel.Conv{Batch: 64, Height: 32, Width: 32, In: 16, Out: 16,
					Kernel: k, Stride: s, Pad: d * (k - 1) / 2, Dilation: d, Groups: 16})
			}
		}
	}
	for _, c := range slices.Clone(shapes) {
		if c.Half = true; c.Groups == 1 {
			shapes = append(shapes, c)
		}
	}
	for _, c := range shapes {
		name := fmt.Sprintf("%dx%d,%d-%d,k%d,s%d,d%d,g%d", c.Height, c.Width, c.In, c.Out, c.Kernel, c.Stride, c.Dilation, c.Groups)
		read := func(o *onednn.Backend, n int) kernel.Mem { return ramp(b, o, n) }
		if c.Half {
			name += ",half"
			read = func(o *onednn.Backend, n int) kernel.Mem { return ramp(b, o, kernel.HalfLen(n)) }
		}
		work := 2 * float64(c.MACs())
		run := func(pass string, make func(o *onednn.Backend, x, w, y kernel.Mem) (kernel.Command, error)) {
			b.Run(name+"/"+pass, func(b *testing.B) {
				o := open(b, 1)
				size := func(written bool, n int) kernel.Mem {
					if written {
						return ramp(b, o, n)
					}
					return read(o, n)
				}
				x := size(pass == "data", c.Batch*c.Height*c.Width*c.In)
				w := ramp(b, o, c.Out*c.Kernel*c.Kernel*c.In/c.Groups)
				y := size(pass == "forward", c.Rows()*c.Out)
				cmd, err := make(o, x, w, y)
				measure(b, cmd, err, work, "GFLOP/s")
			})
		}
		run("forward", func(o *onednn.Backend, x, w, y kernel.Mem) (kernel.Command, error) { return o.ConvForward(c, x, w, y) })
		run("data", func(o *onednn.Backend, x, w, y kernel.Mem) (kernel.Command, error) {
			return o.ConvBackwardData(c, y, w, x)
		})
		run("weights", func(o *onednn.Backend, x, w, y kernel.Mem) (kernel.Command, error) {
			return o.ConvBackwardWeights(c, x, y, w)
		})
	}
}

// stages are rows and channels of the three stages at batch 64.
var stages = [][2]int{{64 * 32 * 32, 16}, {64 * 16 * 16, 32}, {64 * 8 * 8, 64}}

// sources returns n views; half of them, rounded down, are a third of a wider matrix.
func sources(b *testing.B, o *onednn.Backend, rows, channels, n int) []kernel.View {
	var views []kernel.View
	for i := 0; i < n/2; i++ {
		views = append(views, kernel.View{Mem: ramp(b, o, 3*rows*channels), Offset: channels * (i % 3), Stride: 3 * channels})
	}
	for len(views) < n {
		views = append(views, kernel.View{Mem: ramp(b, o, rows*channels), Stride: channels})
	}
	return views
}

func BenchmarkCombine(b *testing.B) {
	for _, s := range stages {
		for _, terms := range []int{1, 4, 13} {
			b.Run(fmt.Sprintf("%dx%d/terms=%d", s[0], s[1], terms), func(b *testing.B) {
				o := open(b, 1)
				k := kernel.Combine{Rows: s[0], Channels: s[1], Dst: kernel.View{Mem: ramp(b, o, s[0]*s[1]), Stride: s[1]}}
				for _, v := range sources(b, o, s[0], s[1], terms) {
					k.Terms = append(k.Terms, kernel.Term{Src: v, Coef: ramp(b, o, s[1]), Bias: ramp(b, o, s[1])})
				}
				cmd, err := o.Combine(k)
				measure(b, cmd, err, float64(4*s[0]*s[1]*(1+terms)), "GB/s")
			})
		}
	}
}

func BenchmarkDots(b *testing.B) {
	for _, s := range stages {
		for _, n := range []int{1, 6} {
			b.Run(fmt.Sprintf("%dx%d/sources=%d", s[0], s[1], n), func(b *testing.B) {
				o := open(b, 1)
				d := kernel.Dots{Rows: s[0], Channels: s[1], Grad: kernel.View{Mem: ramp(b, o, s[0]*s[1]), Stride: s[1]}, Dst: ramp(b, o, (1+n)*s[1])}
				for _, v := range sources(b, o, s[0], s[1], n) {
					d.Srcs = append(d.Srcs, kernel.Source{View: v})
				}
				cmd, err := o.Dots(d)
				measure(b, cmd, err, float64(4*s[0]*s[1]*(1+n)), "GB/s")
			})
		}
	}
}

func BenchmarkMoments(b *testing.B) {
	for _, s := range stages {
		b.Run(fmt.Sprintf("%dx%d", s[0], s[1]), func(b *testing.B) {
			o := open(b, 1)
			cmd, err := o.Moments(kernel.Moments{Rows: s[0], Channels: s[1], Src: kernel.View{Mem: ramp(b, o, s[0]*s[1]), Stride: s[1]}, Dst: ramp(b, o, 2*s[1])})
			measure(b, cmd, err, float64(4*s[0]*s[1]), "GB/s")
		})
	}
}

func BenchmarkPool(b *testing.B) {
	for _, s := range [][2]int{{16, 32}, {32, 16}, {64, 8}} {
		p := kernel.Pool{Batch: 64, Height: s[1], Width: s[1], Channels: s[0], Kernel: 3, Stride: 1, Pad: 1}
		for pass, make := range map[string]func(o *onednn.Backend, x, y, dx kernel.Mem) (kernel.Command, error){
			"avg forward": func(o *onednn.Backend, x, y, dx kernel.Mem) (kernel.Command, error) { return o.AvgPoolForward(p, x, y) },
			"avg backward": func(o *onednn.Backend, x, y, dx kernel.Mem) (kernel.Command, error) {
				return o.AvgPoolBackward(p, y, dx)
			},
			"max forward": func(o *onednn.Backend, x, y, dx kernel.Mem) (kernel.Command, error) { return o.MaxPoolForward(p, x, y) },
			"max backward": func(o *onednn.Backend, x, y, dx kernel.Mem) (kernel.Command, error) {
				return o.MaxPoolBackward(p, x, y, dx)
			},
		} {
			b.Run(fmt.Sprintf("%dx%d,%d/%s", s[1], s[1], s[0], pass), func(b *testing.B) {
				o := open(b, 1)
				n := p.Batch * p.Height * p.Width * p.Channels
				cmd, err := make(o, ramp(b, o, n), ramp(b, o, n), ramp(b, o, n))
				measure(b, cmd, err, float64(8*n), "GB/s")
			})
		}
	}
}

func BenchmarkSGD(b *testing.B) {
	const n = 1 << 20
	o := open(b, 1)
	w, g, m := ramp(b, o, n), ramp(b, o, n), ramp(b, o, n)
	for b.Loop() {
		o.SGDStep(kernel.SGD{LR: 1e-6, Momentum: 0.9, WeightDecay: 1e-4, Scale: 1, Nesterov: true}, w, g, m)
	}
	b.ReportMetric(float64(20*n)*float64(b.N)/b.Elapsed().Seconds()*1e-9, "GB/s")
}
