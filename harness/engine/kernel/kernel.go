// Package kernel is the contract between the engine and the machine: a Backend
// allocates memory and makes commands over it. A command is made once, with its
// shapes, memory and gates fixed, and run many times; running it allocates nothing.
//
// Activations are float32 NHWC: Rows = batch x height x width rows of Channels
// values. Convolution weights are OHWI (out, height, width, in), so that several
// convolutions over the same input whose weights lie one after the other are one
// convolution with more outputs. Depthwise weights are [channels, height, width].
// Sums over rows are accumulated so that the error stays at the level of a float64
// sum of float32 terms. A backend gives the same bits for the same input and the
// same number of threads.
//
// Half memory holds bfloat16 values, two in each value of a Mem: n of them take HalfLen(n). They are made by
// Narrow and Combine, rounded to the nearest, ties to even, NaN to NaN, and read by convolutions with Half set; the rest of
// the last Mem value may hold anything.
//
// No code outside this package's backends may assume that Mem is host memory.
package kernel

import "unsafe"

// Mem is a run of Len float32 values in the memory of the backend that made it.
// The zero Mem means "none" wherever a field is called optional.
type Mem struct {
	Ptr unsafe.Pointer
	Len int
}

// At returns the n values that start at value i of m.
func (m Mem) At(i, n int) Mem {
	if i < 0 || n < 0 || i+n > m.Len {
		panic("kernel: memory range out of bounds")
	}
	return Mem{unsafe.Add(m.Ptr, 4*i), n}
}

// HalfLen returns the Len of a Mem for n bfloat16 values.
func HalfLen(n int) int { return n/2 + n%2 }

// None reports whether m is the zero Mem.
func (m Mem) None() bool { return m.Ptr == nil }

// Gate opens and closes a part of a program between runs. A nil gate is open.
type Gate struct{ Closed bool }

// Shut reports whether g keeps its part from running.
func (g *Gate) Shut() bool { return g != nil && g.Closed }

// Command is a kernel with everything it needs.
type Command interface {
	Run() error
}

// Conv is the shape of a convolution: square kernel, symmetric padding, no bias.
// Groups is 1, or In = Out = Groups for a depthwise convolution.
type Conv struct {
	Batch, Height, Width, In int // input N, H, W, C
	Out                      int
	Kernel, Stride, Pad      int
	Dilation                 int // 1 is dense
	Groups                   int
	// Half says that the activations that the convolution reads, x and dy, are half memory. Weights are rounded to
	// bfloat16 as they are read; products are added up in float32, and y, dx and dw are float32.
	Half bool
}

// OutSize returns the output's height and width.
func (c Conv) OutSize() (h, w int) {
	k := c.Dilation*(c.Kernel-1) + 1
	return (c.Height+2*c.Pad-k)/c.Stride + 1, (c.Width+2*c.Pad-k)/c.Stride + 1
}

// Rows returns the number of output rows, batch x height x width.
func (c Conv) Rows() int { h, w := c.OutSize(); return c.Batch * h * w }

// MACs returns the multiply-adds of one pass (forward, data or weight gradient) over the batch.
func (c Conv) MACs() int64 {
	return int64(c.Rows()) * int64(c.Out) * int64(c.Kernel*c.Kernel) * int64(c.In/c.Groups)
}

// Pool is the shape of a pooling window; average pooling counts valid pixels only.
type Pool struct {
	Batch, Height, Width, Channels int // input
	Kernel, Stride, Pad            int
	Shift                          int // how many rows and columns further down and right the first window begins
}

// OutSize returns the output's height and width.
func (p Pool) OutSize() (h, w int) {
	return (p.Height+2*p.Pad-p.Shift-p.Kernel)/p.Stride + 1, (p.Width+2*p.Pad-p.Shift-p.Kernel)/p.Stride + 1
}

// View is a window of channels in a matrix of rows: value (r, c) of the view is
// Mem[r*Stride+Offset+c].
type View struct {
	Mem    Mem
	Offset int
	Stride int
}

// Term is one addend of Combine. Coef scales it: none means 1, one value is used for
// all channels, otherwise one value a channel. Bias (optional, one value a channel) is
// added once a row. Where Mask (optional; Mask.Mem none) is not above zero the scaled source
// counts 0. A term whose Gate is shut is left out, its bias too, and its memory is not read. Keep (optional) holds one value
// for each of so many images that share the rows evenly; where it is 0 the image's rows are left out in the same way.
type Term struct {
	Src  View
	Coef Mem
	Bias Mem
	Mask View
	Keep Mem
	Gate *Gate
}

// Combine writes dst[r,c] = sum over open terms of (mask > 0) * coef[c]*src[r,c] + bias[c],
// zero if no term is open. Relu receives max(0, dst); DstHalf and ReluHalf are half memory, Rows x Channels values without
// gaps, that receives the same as Dst and Relu. Of these outputs one is enough. Dst or Relu may be the memory of a term's
// source with the same offset and stride. All terms that have a Keep have it of the same length.
type Combine struct {
	Rows, Channels    int
	Dst, Relu         View
	DstHalf, ReluHalf Mem
	Terms             []Term
}

// Moments writes mean and biased variance of every channel: Dst holds 2*Channels values.
type Moments struct {
	Rows, Channels int
	Src            View
	Dst            Mem
}

// Dots writes, for every channel, sum over rows of g, and of g*src for every open
// source: Dst holds (1+len(Srcs))*Channels values. A source whose gate is shut
// leaves its values in Dst zero. Keep (optional) is as in Term: rows of images
// where it is 0 aren't read.
type Dots struct {
	Rows, Channels int
	Grad           View
	Srcs           []Source
	Keep           Mem
	Dst            Mem
}

// Source is a view that a gate can take out of a reduction.
type Source struct {
	View View
	Gate *Gate
}

// Norm turns the statistics of a batch norm into the Coef and Bias of the Term that applies it
// (Channels values each): coef = theta*gamma*rstd, bias = theta*(beta - gamma*rstd*mean), with
// rstd = 1/sqrt(variance+Eps). Theta is one value, the mixture weight of the operation the
// norm ends, optional (1); Gamma and Beta are optional (1, 0). Moments (optional) holds the batch's mean and
// biased variance; then RunningMean and RunningVar (optional) move by Momentum, the variance with the unbiased
// n/(n-1) of Rows (the biased one when Rows is 1). Without Moments the running statistics are used and not changed.
type Norm struct {
	Channels, Rows          int
	Eps, Momentum           float32
	Moments                 Mem
	RunningMean, RunningVar Mem
	Theta, Gamma, Beta      Mem
	Coef, Bias              Mem
}

// NormGrad is the backward pass of a Norm that used batch statistics, as the two Terms of
// dy = GradCoef*g + SrcCoef*y + Bias, where g is the gradient of the normalised, scaled
// output and y the input of the norm. Sums holds sum(g), Dot holds sum(g*y) per channel,
// both from Dots. DGamma and DBeta (optional, Channels values) and DTheta (optional, one value) are written.
type NormGrad struct {
	Channels, Rows          int
	Eps                     float32
	Moments                 Mem
	Theta, Gamma, Beta      Mem
	Sums, Dot               Mem
	GradCoef, SrcCoef, Bias Mem
	DGamma, DBeta, DTheta   Mem
}

// Linear is y = x*w' + b: x [Batch, In], w [Out, In], b [Out], y [Batch, Out].
type Linear struct{ Batch, In, Out int }

// CrossEntropy is the mean over the batch of softmax cross-entropy with label smoothing.
// Labels holds Batch class indices as float32; Loss one value; DLogits (optional) the gradient.
type CrossEntropy struct {
	Batch, Classes int
	Smoothing      float32
	Logits, Labels Mem
	Loss, DLogits  Mem
}

// SGD is one step of stochastic gradient descent as PyTorch defines it, over all of
// W, G and M: g = Scale*g + WeightDecay*w; m = Momentum*m + g (m = g when First); w -= LR*(g + Momentum*m) with
// Nesterov, w -= LR*m without. G is read, not changed.
type SGD struct {
	LR, Momentum, WeightDecay, Scale float32
	Nesterov, First                  bool
}

// Backend allocates and computes. Its methods are called from one goroutine locked to one OS thread.
type Backend interface {
	Name() string           // "native", "onednn"
	Version() string        // of the library behind it
	InstructionSet() string // what its kernels use here, e.g. "avx512"
	Threads() int
	CheckHalf() error // nil where convolutions with Half run, else what is missing and what to do

	Alloc(n int) (Mem, error) // zeroed, aligned to 64 bytes
	Free(Mem)
	Upload(dst Mem, src []float32)   // equal lengths
	Download(dst []float32, src Mem) // equal lengths
	Copy(dst, src Mem)
	Zero(dst Mem)

	ConvForward(c Conv, x, w, y Mem) (Command, error)
	ConvBackwardData(c Conv, dy, w, dx Mem) (Command, error)
	ConvBackwardWeights(c Conv, x, dy, dw Mem) (Command, error)
	AvgPoolForward(p Pool, x, y Mem) (Command, error)
	AvgPoolBackward(p Pool, dy, dx Mem) (Command, error)
	MaxPoolForward(p Pool, x, y Mem) (Command, error)
	MaxPoolBackward(p Pool, x, dy, dx Mem) (Command, error) // first maximum in row-major order
	GlobalAvgPoolForward(batch, pixels, channels int, x, y Mem) (Command, error)
	GlobalAvgPoolBackward(batch, pixels, channels int, dy, dx Mem) (Command, error)
	LinearForward(l Linear, x, w, b, y Mem) (Command, error)
	LinearBackwardData(l Linear, dy, w, dx Mem) (Command, error)
	LinearBackwardWeights(l Linear, x, dy, dw, db Mem) (Command, error)
	Combine(c Combine) (Command, error)
	Narrow(src, dst Mem) (Command, error) // dst is half memory
	Moments(m Moments) (Command, error)
	Dots(d Dots) (Command, error)
	Norm(n Norm) (Command, error)
	NormGrad(n NormGrad) (Command, error)
	ReduceSum(src, dst Mem) (Command, error) // dst holds one value
	CrossEntropy(c CrossEntropy) (Command, error)

	// Whole-vector operations, run at once.
	Inner(x, y Mem) float64   // float64 sum of products; Inner(x, x) is the squared norm
	Axpy(a float32, x, y Mem) // y += a*x
	SGDStep(s SGD, w, g, m Mem)
}
