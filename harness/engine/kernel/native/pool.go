package native

import (
	"math"

	"gmnas/harness/engine/kernel"
)

// AvgPoolForward computes the mean of the valid pixels of every window.
func (b *Backend) AvgPoolForward(p kernel.Pool, x, y kernel.Mem) (kernel.Command, error) {
	s := &shape{doing: "average pool"}
	xs, ys := s.pool(p, "x", x, "y", y)
	if err := s.err(); err != nil {
		return nil, err
	}
	w := poolWindows(p)
	return b.command(s, &average{w, p.Channels, xs, ys, w.weigh(), nil})
}

// AvgPoolBackward computes the gradient dx of x.
func (b *Backend) AvgPoolBackward(p kernel.Pool, dy, dx kernel.Mem) (kernel.Command, error) {
	s := &shape{doing: "gradient of average pool"}
	dxs, dys := s.pool(p, "dx", dx, "dy", dy)
	if err := s.err(); err != nil {
		return nil, err
	}
	w := poolWindows(p)
	return b.command(s, &average{w.backward(), p.Channels, dys, dxs, w.weigh(), perThread(b, len(dys)/p.Batch)})
}

// pool requires a sound pool, none of whose windows is empty, and the memory of its input and output.
func (s *shape) pool(p kernel.Pool, xField string, x kernel.Mem, yField string, y kernel.Mem) (xs, ys []float32) {
	s.positive("Batch", p.Batch)
	s.positive("Height", p.Height)
	s.positive("Width", p.Width)
	s.positive("Channels", p.Channels)
	s.positive("Kernel", p.Kernel)
	s.positive("Stride", p.Stride)
	if p.Pad < 0 || p.Pad > p.Kernel/2 {
		s.fail("Pad is %d, want 0 to half the kernel, %d", p.Pad, p.Kernel/2)
	}
	if p.Shift < 0 || p.Shift >= p.Height || p.Shift >= p.Width {
		s.fail("Shift is %d, want 0 or more and less than the image of %d x %d", p.Shift, p.Height, p.Width)
	}
	s.within("Kernel, dilation and Pad", p.Height-p.Shift, p.Width-p.Shift, p.Kernel, p.Pad, 1)
	if n := size(p.Height, p.Width, p.Channels); n > math.MaxInt32 {
		s.fail("an image of %d x %d with %d channels has %d values, want at most %d", p.Height, p.Width, p.Channels, n, math.MaxInt32)
	}
	if len(s.errs) > 0 {
		return nil, nil
	}
	h, w := p.OutSize()
	xs = s.mem(xField, x, p.Batch, p.Height, p.Width, p.Channels)
	ys = s.mem(yField, y, p.Batch, h, w, p.Channels)
	return xs, ys
}

func poolWindows(p kernel.Pool) windows {
	h, w := p.OutSize()
	return newWindows(p.Batch, h, w, p.Height, p.Width, p.Kernel, p.Stride, p.Pad-p.Shift, 1)
}

// average is dst = the sum over the window of src, each output pixel of the pool scaled: dst's
// in the forward pass, src's in the backward pass.
type average struct {
	windows
	channels int
	src, dst []float32
	scale    []float32
	scaled   [][]float32 // in the backward pass, workspace for a scaled image of src
}

// weigh returns 1/valid pixels for the window of each pixel of an image.
func (w *windows) weigh() []float32 {
	valid := func(t []int32) []float32 {
		n := make([]float32, len(t)/w.kernel)
		for i, j := range t {
			if j >= 0 {
				n[i/w.kernel]++
			}
		}
		return n
	}
	var scale []float32
	for _, r := range valid(w.rows) {
		for _, c := range valid(w.cols) {
			scale = append(scale, 1/(r*c))
		}
	}
	return scale
}

// scaleTo writes an image or a line of pixels to dst, each pixel scaled.
func (a *average) scaleTo(dst, src, scale []float32) {
	for p, v := range scale {
		d, s := dst[p*a.channels:][:a.channels], src[p*a.channels:][:a.channels]
		for i := range d {
			d[i] = v * s[i]
		}
	}
}

func (a *average) part(i, parts int) {
	c, k := a.channels, a.kernel
	from, to := share(a.batch, i, parts)
	for n := from; n < to; n++ {
		image := a.src[n*a.srcHeight*a.srcWidth*c:]
		if a.scaled != nil {
			a.scaleTo(a.scaled[i], image, a.scale)
			image = a.scaled[i]
		}
		for y := range a.height {
			dst := a.dst[(n*a.height+y)*a.width*c:][:a.width*c]
			clear(dst)
			for _, sy := range a.rows[y*k:][:k] {
				if sy < 0 {
					continue
				}
				for _, segments := range a.segments {
					for _, s := range segments {
						addScaled(dst[s.x*c:][:s.n*c], image[(int(sy)*a.srcWidth+s.src)*c:], 1)
					}
				}
			}
			if a.scaled == nil {
				a.scaleTo(dst, dst, a.scale[y*a.width:][:a.width])
			}
		}
	}
}
