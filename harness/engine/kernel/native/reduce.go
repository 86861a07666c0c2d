package native

import (
	"fmt"

	"gmnas/harness/engine/kernel"
)

// Moments returns the command of a channel-wise mean and variance.
func (b *Backend) Moments(m kernel.Moments) (kernel.Command, error) {
	s := &shape{doing: "moments"}
	src, dst := s.view("Src", m.Src, m.Rows, m.Channels), s.mem("Dst", m.Dst, 2, m.Channels)
	if err := s.err(); err != nil {
		return nil, err
	}
	t := &moments{m.Rows, m.Channels, src, make([]float64, b.crew.size*2*m.Channels)}
	return &momentsCommand{command{&b.crew, t}, t, dst}, nil
}

// moments sums x-shift and its square, shift the channel's first value: near the mean, so that the
// variance of values far from zero is not lost.
type moments struct {
	rows, channels int
	src            view
	sums           []float64 // for each thread, sums then sums of squares
}

type momentsCommand struct {
	command
	m   *moments
	dst []float32
}

func (m *moments) part(i, parts int) {
	c := m.channels
	sum, square := m.sums[2*i*c:][:c], m.sums[(2*i+1)*c:][:c]
	clear(sum)
	clear(square)
	shift := m.src.row(0, c)
	from, to := share(m.rows, i, parts)
	for r := from; r < to; r++ {
		row := m.src.row(r, c)
		shift, sum, square := shift[:len(row)], sum[:len(row)], square[:len(row)]
		for j, v := range row {
			d := float64(v) - float64(shift[j])
			sum[j] += d
			square[j] += d * d
		}
	}
}

func (c *momentsCommand) Run() error {
	err := c.command.Run()
	n, rows := c.m.channels, float64(c.m.rows)
	for j := range n {
		sum, square := 0.0, 0.0
		for k := j; k < len(c.m.sums); k += 2 * n {
			sum += c.m.sums[k]
			square += c.m.sums[k+n]
		}
		mean := sum / rows
		c.dst[j] = float32(float64(c.m.src.at[j]) + mean)
		c.dst[n+j] = float32(max(0, square/rows-mean*mean))
	}
	return err
}

// Dots returns the command of channel-wise sums of a gradient and of its products with sources.
func (b *Backend) Dots(d kernel.Dots) (kernel.Command, error) {
	s := &shape{doing: "dots"}
	t := &dots{rows: d.Rows, channels: d.Channels, grad: s.view("Grad", d.Grad, d.Rows, d.Channels)}
	for i, src := range d.Srcs {
		t.srcs = append(t.srcs, s.view(fmt.Sprintf("Srcs[%d]", i), src.View, d.Rows, d.Channels))
		t.gates = append(t.gates, src.Gate)
	}
	t.keep = s.keep("Keep", d.Keep, d.Rows)
	dst := s.mem("Dst", d.Dst, 1+len(d.Srcs), d.Channels)
	if err := s.err(); err != nil {
		return nil, err
	}
	t.sums = make([]float64, b.crew.size*len(dst))
	return &summed{command{&b.crew, t}, t.sums, dst}, nil
}

type dots struct {
	rows, channels int
	grad           view
	srcs           []view
	gates          []*kernel.Gate
	keep           []float32 // nil where all images count
	sums           []float64
}

// kept reports whether row r counts.
func (d *dots) kept(r int) bool { return d.keep == nil || d.keep[r/(d.rows/len(d.keep))] != 0 }

func (d *dots) part(i, parts int) {
	c := d.channels
	sums := d.sums[i*(1+len(d.srcs))*c:][:(1+len(d.srcs))*c]
	clear(sums)
	from, to := share(d.rows, i, parts)
	for r := from; r < to; r++ {
		if d.kept(r) {
			fold(sums[:c], d.grad.row(r, c))
		}
	}
	for k, src := range d.srcs {
		if d.gates[k].Shut() {
			continue
		}
		sums := sums[(1+k)*c:][:c]
		for r := from; r < to; r++ {
			if d.kept(r) {
				foldProducts(sums, d.grad.row(r, c), src.row(r, c))
			}
		}
	}
}

// ReduceSum returns the command that writes the sum of src to dst.
func (b *Backend) ReduceSum(src, dst kernel.Mem) (kernel.Command, error) {
	s := &shape{doing: "sum"}
	t := &sum{s.mem("src", src, src.Len), s.mem("dst", dst, 1)}
	return b.command(s, t)
}

type sum struct{ src, dst []float32 }

// part leaves the work to the first thread: it is small.
func (t *sum) part(i, _ int) {
	if i != 0 {
		return
	}
	s := 0.0
	for _, v := range t.src {
		s += float64(v)
	}
	t.dst[0] = float32(s)
}
