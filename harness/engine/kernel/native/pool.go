package native

import "gmnas/harness/engine/kernel"

// AvgPoolForward computes the mean of the valid pixels of every window.
func (b *Backend) AvgPoolForward(p kernel.Pool, x, y kernel.Mem) (kernel.Command, error) {
	s := &shape{doing: "average pool"}
	xs, ys := s.pool(p, "x", x, "y", y)
	if err := s.err(); err != nil {
		return nil, err
	}
	w := poolWindows(p)
	return b.command(s, &average{w, p.Channels, xs, ys, w.weigh(), false})
}

// AvgPoolBackward computes the gradient dx of x.
func (b *Backend) AvgPoolBackward(p kernel.Pool, dy, dx kernel.Mem) (kernel.Command, error) {
	s := &shape{doing: "gradient of average pool"}
	dxs, dys := s.pool(p, "dx", dx, "dy", dy)
	if err := s.err(); err != nil {
		return nil, err
	}
	w := poolWindows(p)
	return b.command(s, &average{w.backward(), p.Channels, dys, dxs, w.weigh(), true})
}

// MaxPoolForward computes the maximum of every window; a not-a-number in it wins.
func (b *Backend) MaxPoolForward(p kernel.Pool, x, y kernel.Mem) (kernel.Command, error) {
	s := &shape{doing: "maximum pool"}
	xs, ys := s.pool(p, "x", x, "y", y)
	if err := s.err(); err != nil {
		return nil, err
	}
	return b.command(s, newMaximum(b, p, xs, ys, nil, nil))
}

// MaxPoolBackward computes the gradient dx of x: dy goes to the first maximum of its window in row-major order.
func (b *Backend) MaxPoolBackward(p kernel.Pool, x, dy, dx kernel.Mem) (kernel.Command, error) {
	s := &shape{doing: "gradient of maximum pool"}
	xs, dys := s.pool(p, "x", x, "dy", dy)
	dxs := s.mem("dx", dx, p.Batch, p.Height, p.Width, p.Channels)
	if err := s.err(); err != nil {
		return nil, err
	}
	return b.command(s, newMaximum(b, p, xs, nil, dys, dxs))
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
	s.within("Kernel, dilation and Pad", p.Height, p.Width, p.Kernel, p.Pad, 1)
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
	return newWindows(p.Batch, h, w, p.Height, p.Width, p.Kernel, p.Stride, p.Pad, 1)
}

// average is dst = the sum over the window of scale*src.
type average struct {
	windows
	channels int
	src, dst []float32
	scale    []float32 // one for each output pixel of the pool
	backward bool      // the outputs are src
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

func (a *average) part(i, parts int) {
	c, k := a.channels, a.kernel
	from, to := share(a.batch*a.height, i, parts)
	for line := from; line < to; line++ {
		y := line % a.height
		dst := a.dst[line*a.width*c:][:a.width*c]
		clear(dst)
		image := a.src[line/a.height*a.srcHeight*a.srcWidth*c:]
		for _, sy := range a.rows[y*k:][:k] {
			if sy < 0 {
				continue
			}
			for x := range a.width {
				for _, sx := range a.cols[x*k:][:k] {
					if sx < 0 {
						continue
					}
					pixel := int(sy)*a.srcWidth + int(sx)
					if a.backward {
						addScaled(dst[x*c:][:c], image[pixel*c:], a.scale[pixel])
					} else {
						addScaled(dst[x*c:][:c], image[pixel*c:], a.scale[y*a.width+x])
					}
				}
			}
		}
	}
}

// addScaled adds scale*src to dst.
func addScaled(dst, src []float32, scale float32) {
	src = src[:len(dst)]
	for len(dst) >= 4 && len(src) >= 4 {
		dst[0] += scale * src[0]
		dst[1] += scale * src[1]
		dst[2] += scale * src[2]
		dst[3] += scale * src[3]
		dst, src = dst[4:], src[4:]
	}
	for i := range dst {
		dst[i] += scale * src[i]
	}
}

// maximum finds the maximum of every window and writes it to y, or sends dy to its place in dx.
type maximum struct {
	windows
	channels     int
	x, y, dy, dx []float32
	best         [][]float32 // a pixel's maxima, for each thread
	place        [][]int32   // and their pixels in the image
}

func newMaximum(b *Backend, p kernel.Pool, x, y, dy, dx []float32) *maximum {
	m := &maximum{poolWindows(p), p.Channels, x, y, dy, dx, perThread(b, p.Channels), make([][]int32, b.crew.size)}
	for i := range m.place {
		m.place[i] = make([]int32, p.Channels)
	}
	return m
}

// part does whole images, as windows overlap in dx.
func (m *maximum) part(i, parts int) {
	c := m.channels
	pixels, srcPixels := m.height*m.width*c, m.srcHeight*m.srcWidth*c
	from, to := share(m.batch, i, parts)
	for n := from; n < to; n++ {
		image := m.x[n*srcPixels:][:srcPixels]
		if m.dx != nil {
			clear(m.dx[n*srcPixels:][:srcPixels])
		}
		for p := range m.height * m.width {
			m.find(image, p/m.width, p%m.width, m.best[i], m.place[i])
			if m.dx == nil {
				copy(m.y[n*pixels+p*c:][:c], m.best[i])
				continue
			}
			dx, dy := m.dx[n*srcPixels:][:srcPixels], m.dy[n*pixels+p*c:][:c]
			for j, at := range m.place[i] {
				dx[int(at)*c+j] += dy[j]
			}
		}
	}
}

// find looks for the first maximum of each channel in the window of pixel (y, x).
func (m *maximum) find(image []float32, y, x int, best []float32, place []int32) {
	first := true
	for _, sy := range m.rows[y*m.kernel:][:m.kernel] {
		for _, sx := range m.cols[x*m.kernel:][:m.kernel] {
			if sy < 0 || sx < 0 {
				continue
			}
			at := sy*int32(m.srcWidth) + sx
			src := image[int(at)*len(best):][:len(best)]
			place := place[:len(best)]
			for j, v := range src {
				if first || v > best[j] || v != v {
					best[j], place[j] = v, at
				}
			}
			first = false
		}
	}
}
