package enginetest

import (
	"fmt"

	"gmnas/harness/engine/kernel"
)

func checkLinear(l *lab) {
	for i, s := range []kernel.Linear{{Batch: 1, In: 1, Out: 1}, {Batch: 3, In: 5, Out: 4}, {Batch: 64, In: 64, Out: 10}, {Batch: 70, In: 33, Out: 200}} {
		r := newRandom(uint64(i))
		xs, ws, bs, dys := r.normal(s.Batch*s.In), r.normal(s.Out*s.In), r.normal(s.Out), r.normal(s.Batch*s.Out)
		x, w, b, dy := l.in(xs), l.in(ws), l.in(bs), l.in(dys)
		y, dx, dw, db := l.out(len(dys)), l.out(len(xs)), l.out(len(ws)), l.out(len(bs))
		cmd, err := l.b.LinearForward(s, x, w, b, y)
		l.run(cmd, err, y)
		cmd, err = l.b.LinearBackwardData(s, dy, w, dx)
		l.run(cmd, err, dx)
		cmd, err = l.b.LinearBackwardWeights(s, x, dy, dw, db)
		l.run(cmd, err, dw, db)
		x64, w64, b64, dy64 := wide(xs), wide(ws), wide(bs), wide(dys)
		ref := func() []float64 {
			var y []float64
			for n := range s.Batch {
				for o := range s.Out {
					y = append(y, b64[o]+dot(x64[n*s.In:(n+1)*s.In], w64[o*s.In:(o+1)*s.In]))
				}
			}
			return y
		}
		loss := func() float64 { return dot(dy64, ref()) }
		l.near(fmt.Sprintf("%+v y", s), l.get(y), ref(), 2e-5, 1e-5)
		l.slope(fmt.Sprintf("%+v dx", s), r, l.get(dx), loss, x64)
		l.slope(fmt.Sprintf("%+v dw", s), r, l.get(dw), loss, w64)
		l.slope(fmt.Sprintf("%+v db", s), r, l.get(db), loss, b64)
		l.free()
	}
}
