package native

import "gmnas/harness/engine/kernel"

// depthwise reports whether every channel has its own filter.
func depthwise(c kernel.Conv) bool { return c.Groups > 1 }

// depthProduct is dst[pixel, c] = sum over taps of src[tap, c] * w[c, tap].
type depthProduct struct {
	windows
	channels    int
	src, w, dst []float32
	taps        []float32 // w as [tap, channel]
}

// depthCommand turns the weights and runs the product.
type depthCommand struct {
	command
	p *depthProduct
}

func newDepthwise(b *Backend, win windows, channels int, src, w, dst []float32) kernel.Command {
	p := &depthProduct{win, channels, src, w, dst, make([]float32, len(w))}
	return &depthCommand{command{&b.crew, p}, p}
}

func (d *depthCommand) Run() error {
	taps := d.p.kernel * d.p.kernel
	for i, v := range d.p.w {
		d.p.taps[i%taps*d.p.channels+i/taps] = v
	}
	return d.command.Run()
}

func (p *depthProduct) part(i, parts int) {
	c, k := p.channels, p.kernel
	from, to := share(p.batch*p.height, i, parts)
	for line := from; line < to; line++ {
		dst := p.dst[line*p.width*c:][:p.width*c]
		clear(dst)
		image := p.src[line/p.height*p.srcHeight*p.srcWidth*c:]
		for ky, sy := range p.rows[line%p.height*k:][:k] {
			if sy < 0 {
				continue
			}
			src := image[int(sy)*p.srcWidth*c:][:p.srcWidth*c]
			for x := range p.width {
				to := dst[x*c:][:c]
				for kx, sx := range p.cols[x*k:][:k] {
					if sx >= 0 {
						multiplyAdd(to, src[int(sx)*c:], p.taps[(ky*k+kx)*c:])
					}
				}
			}
		}
	}
}

// multiplyAdd adds the products of a and b to dst.
func multiplyAdd(dst, a, b []float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	for len(dst) >= 4 && len(a) >= 4 && len(b) >= 4 {
		dst[0] += a[0] * b[0]
		dst[1] += a[1] * b[1]
		dst[2] += a[2] * b[2]
		dst[3] += a[3] * b[3]
		dst, a, b = dst[4:], a[4:], b[4:]
	}
	for i := range dst {
		dst[i] += a[i] * b[i]
	}
}

// depthWeights is dw[tap, c] = sum over pixels of x[tap, c] * dy[pixel, c], each thread's in its part of sums.
type depthWeights struct {
	windows
	channels int
	x, dy    []float32
	sums     []float64
	line     [][]float32 // float32 sums over one line of pixels
}

// depthWeightsCommand adds up the threads' sums and turns them to [c, tap].
type depthWeightsCommand struct {
	command
	w  *depthWeights
	dw []float32
}

func newDepthWeights(b *Backend, win windows, channels int, x, dy, dw []float32) kernel.Command {
	w := &depthWeights{win, channels, x, dy, make([]float64, b.crew.size*len(dw)), perThread(b, len(dw))}
	return &depthWeightsCommand{command{&b.crew, w}, w, dw}
}

func (d *depthWeightsCommand) Run() error {
	err := d.command.Run()
	line := d.w.line[0]
	total(line, d.w.sums)
	taps := d.w.kernel * d.w.kernel
	for i := range d.dw {
		d.dw[i] = line[i%taps*d.w.channels+i/taps]
	}
	return err
}

func (w *depthWeights) part(i, parts int) {
	c, k := w.channels, w.kernel
	sums, acc := w.sums[i*k*k*c:][:k*k*c], w.line[i]
	clear(sums)
	from, to := share(w.batch*w.height, i, parts)
	for line := from; line < to; line++ {
		clear(acc)
		dy := w.dy[line*w.width*c:][:w.width*c]
		image := w.x[line/w.height*w.srcHeight*w.srcWidth*c:]
		for ky, sy := range w.rows[line%w.height*k:][:k] {
			if sy < 0 {
				continue
			}
			src := image[int(sy)*w.srcWidth*c:][:w.srcWidth*c]
			for x := range w.width {
				for kx, sx := range w.cols[x*k:][:k] {
					if sx >= 0 {
						multiplyAdd(acc[(ky*k+kx)*c:][:c], src[int(sx)*c:], dy[x*c:])
					}
				}
			}
		}
		fold(sums, acc)
	}
}
