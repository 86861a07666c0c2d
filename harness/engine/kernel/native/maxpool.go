package native

import "gmnas/harness/engine/kernel"

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

// maximum finds the maximum of every window and writes it to y, or sends dy to its place in dx.
type maximum struct {
	windows
	channels     int
	x, y, dy, dx []float32
	best         [][]float32 // the maxima of a line of pixels, for each thread
	place        [][]int32   // and where in the image they are
}

func newMaximum(b *Backend, p kernel.Pool, x, y, dy, dx []float32) *maximum {
	w := poolWindows(p)
	m := &maximum{w, p.Channels, x, y, dy, dx, perThread(b, w.width*p.Channels), make([][]int32, b.crew.size)}
	for i := range m.place {
		m.place[i] = make([]int32, w.width*p.Channels)
	}
	return m
}

// part does whole images, as windows overlap in dx.
func (m *maximum) part(i, parts int) {
	line, srcImage := m.width*m.channels, m.srcHeight*m.srcWidth*m.channels
	from, to := share(m.batch, i, parts)
	for n := from; n < to; n++ {
		image := m.x[n*srcImage:][:srcImage]
		if m.dx != nil {
			clear(m.dx[n*srcImage:][:srcImage])
		}
		for y := range m.height {
			m.find(image, y, m.best[i], m.place[i])
			out := (n*m.height + y) * line
			if m.dx == nil {
				copy(m.y[out:][:line], m.best[i])
				continue
			}
			dx, dy := m.dx[n*srcImage:][:srcImage], m.dy[out:][:line]
			for j, at := range m.place[i] {
				dx[at] += dy[j]
			}
		}
	}
}

// find looks for the first maxima, in row-major order, of the windows of line y.
func (m *maximum) find(image []float32, y int, best []float32, place []int32) {
	for i := range place {
		place[i] = -1
	}
	c := m.channels
	for _, sy := range m.rows[y*m.kernel:][:m.kernel] {
		if sy < 0 {
			continue
		}
		for _, segments := range m.segments {
			for _, s := range segments {
				at := (int(sy)*m.srcWidth + s.src) * c
				keepMaxima(best[s.x*c:][:s.n*c], place[s.x*c:], image[at:], int32(at))
			}
		}
	}
}

// keepMaxima replaces what is smaller than src, or not there, by src, whose values lie from at on.
func keepMaxima(best []float32, place []int32, src []float32, at int32) {
	place, src = place[:len(best)], src[:len(best)]
	for i, v := range src {
		if v > best[i] || place[i] < 0 || v != v {
			best[i], place[i] = v, at+int32(i)
		}
	}
}
