package native

import "gmnas/harness/engine/kernel"

// GlobalAvgPoolForward computes y [batch, channels], the mean of x [batch, pixels, channels] over pixels.
func (b *Backend) GlobalAvgPoolForward(batch, pixels, channels int, x, y kernel.Mem) (kernel.Command, error) {
	s := &shape{doing: "global average pool"}
	xs, ys := s.mem("x", x, batch, pixels, channels), s.mem("y", y, batch, channels)
	if err := s.err(); err != nil {
		return nil, err
	}
	return b.command(s, &globalAverage{batch, pixels, channels, xs, ys, make([]float64, b.crew.size*channels)})
}

// GlobalAvgPoolBackward computes dx [batch, pixels, channels] from dy [batch, channels].
func (b *Backend) GlobalAvgPoolBackward(batch, pixels, channels int, dy, dx kernel.Mem) (kernel.Command, error) {
	s := &shape{doing: "gradient of global average pool"}
	dxs, dys := s.mem("dx", dx, batch, pixels, channels), s.mem("dy", dy, batch, channels)
	return b.command(s, &globalSpread{batch, pixels, channels, dys, dxs})
}

type globalAverage struct {
	batch, pixels, channels int
	x, y                    []float32
	sums                    []float64
}

func (g *globalAverage) part(i, parts int) {
	c := g.channels
	sums := g.sums[i*c:][:c]
	from, to := share(g.batch, i, parts)
	for n := from; n < to; n++ {
		clear(sums)
		for p := range g.pixels {
			fold(sums, g.x[(n*g.pixels+p)*c:])
		}
		for j, v := range sums {
			g.y[n*c+j] = float32(v / float64(g.pixels))
		}
	}
}

type globalSpread struct {
	batch, pixels, channels int
	dy, dx                  []float32
}

func (g *globalSpread) part(i, parts int) {
	c := g.channels
	scale := 1 / float32(g.pixels)
	from, to := share(g.batch, i, parts)
	for n := from; n < to; n++ {
		image := g.dx[n*g.pixels*c:][:g.pixels*c]
		for j, v := range g.dy[n*c:][:c] {
			image[j] = v * scale
		}
		for p := 1; p < g.pixels; p++ {
			copy(image[p*c:], image[:c])
		}
	}
}
