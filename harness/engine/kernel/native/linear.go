package native

import "gmnas/harness/engine/kernel"

// LinearForward computes y = x*w' + b.
func (b *Backend) LinearForward(l kernel.Linear, x, w, bias, y kernel.Mem) (kernel.Command, error) {
	s := &shape{doing: "linear layer"}
	t := &linear{l, s.mem("x", x, l.Batch, l.In), s.mem("w", w, l.Out, l.In), s.mem("b", bias, l.Out), s.mem("y", y, l.Batch, l.Out)}
	return b.command(s, t)
}

// LinearBackwardData computes the gradient dx = dy*w of x.
func (b *Backend) LinearBackwardData(l kernel.Linear, dy, w, dx kernel.Mem) (kernel.Command, error) {
	s := &shape{doing: "data gradient of linear layer"}
	t := &linearData{l, s.mem("dy", dy, l.Batch, l.Out), s.mem("w", w, l.Out, l.In), s.mem("dx", dx, l.Batch, l.In)}
	return b.command(s, t)
}

// LinearBackwardWeights computes the gradients dw = dy'*x of w and db, dy's sum over the batch, of b.
func (b *Backend) LinearBackwardWeights(l kernel.Linear, x, dy, dw, db kernel.Mem) (kernel.Command, error) {
	s := &shape{doing: "weight gradient of linear layer"}
	t := &linearWeights{Linear: l, x: s.mem("x", x, l.Batch, l.In), dy: s.mem("dy", dy, l.Batch, l.Out),
		dw: s.mem("dw", dw, l.Out, l.In), db: s.mem("db", db, l.Out)}
	if err := s.err(); err != nil {
		return nil, err
	}
	t.sums, t.block, t.biases = make([]float64, len(t.dw)), make([]float32, len(t.dw)), make([]float64, l.Out)
	return b.command(s, t)
}

type linear struct {
	kernel.Linear
	x, w, b, y []float32
}

func (l *linear) part(i, parts int) {
	from, to := share(l.Batch, i, parts)
	for ; from < to; from += blockRows {
		end := min(to, from+blockRows)
		timesTransposed(end-from, l.Out, l.In, l.x[from*l.In:], l.w, l.y[from*l.Out:])
	}
	from, _ = share(l.Batch, i, parts)
	for n := from; n < to; n++ {
		addScaled(l.y[n*l.Out:][:l.Out], l.b, 1)
	}
}

type linearData struct {
	kernel.Linear
	dy, w, dx []float32
}

func (l *linearData) part(i, parts int) {
	from, to := share(l.Batch, i, parts)
	for n := from; n < to; n++ {
		dx := l.dx[n*l.In:][:l.In]
		clear(dx)
		for o, g := range l.dy[n*l.Out:][:l.Out] {
			addScaled(dx, l.w[o*l.In:], g)
		}
	}
}

type linearWeights struct {
	kernel.Linear
	x, dy, dw, db []float32
	sums, biases  []float64
	block         []float32
}

// part leaves all the work to the first thread: it is small.
func (l *linearWeights) part(i, _ int) {
	if i != 0 {
		return
	}
	clear(l.sums)
	clear(l.biases)
	for from := 0; from < l.Batch; from += blockRows {
		end := min(l.Batch, from+blockRows)
		transposedTimes(l.Out, l.In, end-from, l.dy[from*l.Out:], l.x[from*l.In:], l.block)
		fold(l.sums, l.block)
	}
	for n := range l.Batch {
		fold(l.biases, l.dy[n*l.Out:])
	}
	total(l.dw, l.sums)
	total(l.db, l.biases)
}
