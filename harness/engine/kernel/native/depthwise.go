package native

import "gmnas/harness/engine/kernel"

// depthwise reports whether every channel has its own filter.
func depthwise(c kernel.Conv) bool { return c.Groups > 1 }

// depthProduct is dst[pixel, c] = sum over taps of src[tap, c] * w[c, tap].
type depthProduct struct {
	windows
	channels    int
	src, w, dst []float32
	taps        []float32 // w as [tap, channel], the channels repeated for several pixels
	period      int       // values after which a tap's channels repeat
}

// depthCommand turns the weights and runs the product.
type depthCommand struct {
	command
	p *depthProduct
}

func newDepthwise(b *Backend, win windows, channels int, src, w, dst []float32) kernel.Command {
	period := repeats(channels, win.width) * channels
	p := &depthProduct{win, channels, src, w, dst, make([]float32, len(w)/channels*period), period}
	return &depthCommand{command{&b.crew, p}, p}
}

func (d *depthCommand) Run() error {
	taps := d.p.kernel * d.p.kernel
	for tap := range taps {
		wide := d.p.taps[tap*d.p.period:][:d.p.period]
		for c := range d.p.channels {
			wide[c] = d.p.w[c*taps+tap]
		}
		repeat(wide[d.p.channels:], wide[:d.p.channels])
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
			for kx, segments := range p.segments {
				tap := p.taps[(ky*k+kx)*p.period:][:p.period]
				for _, s := range segments {
					to, src := dst[s.x*c:][:s.n*c], image[(int(sy)*p.srcWidth+s.src)*c:][:s.n*c]
					for len(to) > 0 {
						n := min(p.period, len(to))
						multiplyAdd(to[:n], src, tap)
						to, src = to[n:], src[n:]
					}
				}
			}
		}
	}
}

// depthWeights is dw[tap, c] = sum over pixels of x[tap, c] * dy[pixel, c], each thread's in its part of sums.
type depthWeights struct {
	windows
	channels int
	x, dy    []float32
	sums     []float64
	line     [][]float32 // float32 sums over one line of pixels, [tap, several pixels' channels]
	period   int         // values of a tap in line
}

// depthWeightsCommand adds up the threads' sums and turns them to [c, tap].
type depthWeightsCommand struct {
	command
	w  *depthWeights
	dw []float32
}

func newDepthWeights(b *Backend, win windows, channels int, x, dy, dw []float32) kernel.Command {
	period := repeats(channels, win.width) * channels
	w := &depthWeights{win, channels, x, dy, make([]float64, b.crew.size*len(dw)), perThread(b, len(dw)/channels*period), period}
	return &depthWeightsCommand{command{&b.crew, w}, w, dw}
}

func (d *depthWeightsCommand) Run() error {
	err := d.command.Run()
	line := d.w.line[0][:len(d.dw)]
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
			for kx, segments := range w.segments {
				tap := acc[(ky*k+kx)*w.period:][:w.period]
				for _, s := range segments {
					src, dy := image[(int(sy)*w.srcWidth+s.src)*c:][:s.n*c], dy[s.x*c:][:s.n*c]
					for len(dy) > 0 {
						n := min(w.period, len(dy))
						multiplyAdd(tap[:n], src, dy)
						src, dy = src[n:], dy[n:]
					}
				}
			}
		}
		for rest, tap := acc, 0; len(rest) > 0; rest = rest[c:] {
			fold(sums[tap/w.period*c:][:c], rest)
			tap += c
		}
	}
}
