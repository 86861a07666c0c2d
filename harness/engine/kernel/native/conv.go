package native

import "gmnas/harness/engine/kernel"

// ConvForward computes y = x * w.
func (b *Backend) ConvForward(c kernel.Conv, x, w, y kernel.Mem) (kernel.Command, error) {
	if c.Half {
		c.Half = false
		var r rounded
		return r.of(b.ConvForward(c, r.half(x, inputs(c)), r.weights(w), y))
	}
	s := &shape{doing: "forward convolution"}
	xs, ws, ys := s.conv(c, "x", x, "w", w, "y", y)
	if err := s.err(); err != nil {
		return nil, err
	}
	win := convWindows(c)
	if depthwise(c) {
		return newDepthwise(b, win, c.In, xs, ws, ys), nil
	}
	return b.command(s, newProduct(b, win, c.In, c.Out, xs, ws, ys))
}

// ConvBackwardData computes the gradient dx of x.
func (b *Backend) ConvBackwardData(c kernel.Conv, dy, w, dx kernel.Mem) (kernel.Command, error) {
	if c.Half {
		c.Half = false
		var r rounded
		return r.of(b.ConvBackwardData(c, r.half(dy, outputs(c)), r.weights(w), dx))
	}
	s := &shape{doing: "data gradient of convolution"}
	dxs, ws, dys := s.conv(c, "dx", dx, "w", w, "dy", dy)
	if err := s.err(); err != nil {
		return nil, err
	}
	win := convWindows(c).backward()
	if depthwise(c) {
		return newDepthwise(b, win, c.In, dys, ws, dxs), nil
	}
	turned := make([]float32, len(ws))
	return &turnedProduct{c, ws, turned, command{&b.crew, newProduct(b, win, c.Out, c.In, dys, turned, dxs)}}, nil
}

// ConvBackwardWeights computes the gradient dw of w.
func (b *Backend) ConvBackwardWeights(c kernel.Conv, x, dy, dw kernel.Mem) (kernel.Command, error) {
	if c.Half {
		c.Half = false
		var r rounded
		return r.of(b.ConvBackwardWeights(c, r.half(x, inputs(c)), r.half(dy, outputs(c)), dw))
	}
	s := &shape{doing: "weight gradient of convolution"}
	xs, dws, dys := s.conv(c, "x", x, "dw", dw, "dy", dy)
	if err := s.err(); err != nil {
		return nil, err
	}
	win := convWindows(c)
	if depthwise(c) {
		return newDepthWeights(b, win, c.In, xs, dys, dws), nil
	}
	t := &weights{win, c.In, c.Out, xs, dys, make([]float64, b.crew.size*len(dws)), perThread(b, len(dws)), columns(b, win, c.In)}
	return &summed{command{&b.crew, t}, t.sums, dws}, nil
}

// conv requires a sound convolution and the memory of its input, weights and output.
func (s *shape) conv(c kernel.Conv, xField string, x kernel.Mem, wField string, w kernel.Mem, yField string, y kernel.Mem) (xs, ws, ys []float32) {
	s.positive("Batch", c.Batch)
	s.positive("Height", c.Height)
	s.positive("Width", c.Width)
	s.positive("In", c.In)
	s.positive("Out", c.Out)
	s.positive("Kernel", c.Kernel)
	s.positive("Stride", c.Stride)
	s.positive("Dilation", c.Dilation)
	if c.Pad < 0 {
		s.fail("Pad is %d, want 0 or more", c.Pad)
	}
	if c.Groups != 1 && (c.Groups != c.In || c.Groups != c.Out) {
		s.fail("Groups is %d with In %d and Out %d, want 1, or all three equal", c.Groups, c.In, c.Out)
	}
	s.within("Kernel, Dilation and Pad", c.Height, c.Width, c.Kernel, c.Pad, c.Dilation)
	if len(s.errs) > 0 {
		return nil, nil, nil
	}
	h, v := c.OutSize()
	xs = s.mem(xField, x, c.Batch, c.Height, c.Width, c.In)
	ws = s.mem(wField, w, c.Out, c.Kernel, c.Kernel, c.In/c.Groups)
	ys = s.mem(yField, y, c.Batch, h, v, c.Out)
	return xs, ws, ys
}

// within requires a window that fits into the padded input.
func (s *shape) within(fields string, height, width, kernel, pad, dilation int) {
	const most = 1 << 20 // keeps the sums below from overflowing
	if kernel > most || pad > most || dilation > most || height > maxAlloc || width > maxAlloc {
		s.fail("%s are %d, %d and %d for an input of %d x %d, want at most %d", fields, kernel, dilation, pad, height, width, most)
	} else if dilation*(kernel-1)+1 > min(height, width)+2*pad {
		s.fail("%s are %d, %d and %d: the window is larger than the padded input of %d x %d", fields, kernel, dilation, pad, height, width)
	}
}

func convWindows(c kernel.Conv) windows {
	h, w := c.OutSize()
	return newWindows(c.Batch, h, w, c.Height, c.Width, c.Kernel, c.Stride, c.Pad, c.Dilation)
}

// perThread returns a workspace of n values for each thread.
func perThread(b *Backend, n int) [][]float32 {
	w := make([][]float32, b.crew.size)
	for i := range w {
		w[i] = make([]float32, n)
	}
	return w
}

// columns returns each thread's workspace for unfolded rows, none where rows need no unfolding.
func columns(b *Backend, w windows, channels int) [][]float32 {
	if w.identity() {
		return make([][]float32, b.crew.size)
	}
	return perThread(b, blockRows*w.kernel*w.kernel*channels)
}

// block returns the unfolded windows of pixels from..to.
func (w *windows) block(from, to, channels int, src, col []float32) []float32 {
	if col == nil {
		return src[from*channels:]
	}
	w.unfold(from, to, channels, src, col)
	return col
}

// product is dst = unfold(src) * w', w [out, kernel*kernel*in].
type product struct {
	windows
	in, out     int
	src, w, dst []float32
	col         [][]float32
}

func newProduct(b *Backend, w windows, in, out int, src, weights, dst []float32) *product {
	return &product{w, in, out, src, weights, dst, columns(b, w, in)}
}

func (p *product) part(i, parts int) {
	k := p.kernel * p.kernel * p.in
	from, to := share(p.pixels(), i, parts)
	for ; from < to; from += blockRows {
		end := min(to, from+blockRows)
		timesTransposed(end-from, p.out, k, p.block(from, end, p.in, p.src, p.col[i]), p.w, p.dst[from*p.out:])
	}
}

// turnedProduct is a product whose weights are first turned from [out, taps, in] to [in, taps, out].
type turnedProduct struct {
	conv      kernel.Conv
	w, turned []float32
	command
}

func (t *turnedProduct) Run() error {
	in, out, taps := t.conv.In, t.conv.Out, t.conv.Kernel*t.conv.Kernel
	for o := range out {
		for k := range taps {
			for i, v := range t.w[(o*taps+k)*in:][:in] {
				t.turned[(i*taps+k)*out+o] = v
			}
		}
	}
	return t.command.Run()
}

// weights is dw = dy' * unfold(x), each thread's in its part of sums.
type weights struct {
	windows
	in, out  int
	x, dy    []float32
	sums     []float64
	dw       [][]float32
	unfolded [][]float32
}

func (w *weights) part(i, parts int) {
	k := w.kernel * w.kernel * w.in
	sums := w.sums[i*w.out*k:][:w.out*k]
	clear(sums)
	from, to := share(w.pixels(), i, parts)
	for ; from < to; from += blockRows {
		end := min(to, from+blockRows)
		transposedTimes(w.out, k, end-from, w.dy[from*w.out:], w.block(from, end, w.in, w.x, w.unfolded[i]), w.dw[i])
		fold(sums, w.dw[i])
	}
}

// summed is a command whose threads' sums are added up at its end.
type summed struct {
	command
	sums []float64
	dst  []float32
}

func (s *summed) Run() error {
	err := s.command.Run()
	total(s.dst, s.sums)
	return err
}
