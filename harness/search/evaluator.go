package search

import (
	"context"
	"fmt"

	"gmnas/datasets"
	"gmnas/harness/supernet"
)

// evaluator measures the searcher's supernet over a whole set, in batches of which the last may be smaller.
type evaluator struct {
	x              *Searcher
	net            *supernet.Net
	rest           *supernet.Net // for the last batch; nil where it is whole
	scan           *datasets.Scan
	images, labels []float32
	logits         []float32
}

// newEvaluator builds the net for the last batch; the other batches run on net. A last batch of one image is left out,
// as its norms would be of one image.
func (x *Searcher) newEvaluator(net *supernet.Net, scan *datasets.Scan, records int, opts supernet.Options) (*evaluator, error) {
	e := &evaluator{x: x, net: net, scan: scan}
	if opts.Batch = records % x.setup.Batch; opts.Batch > 1 {
		var err error
		if e.rest, err = supernet.NewNet(x.params, x.mask, opts); err != nil {
			return nil, err
		}
	}
	e.images = make([]float32, x.setup.Batch*x.wSet.Height*x.wSet.Width*x.wSet.Channels)
	e.labels = make([]float32, x.setup.Batch)
	e.logits = make([]float32, x.setup.Batch*x.wSet.Classes)
	return e, nil
}

func (e *evaluator) close() {
	if e.rest != nil {
		e.rest.Close()
	}
}

// measure returns mean cross-entropy and accuracy in percent, with a fresh draw of the mixture for every batch.
func (e *evaluator) measure(ctx context.Context, kind supernet.Kind, draw func() ([]float64, error)) (loss, accuracy float64, err error) {
	e.scan.Rewind()
	seen, right := 0, 0
	for {
		n, err := e.scan.Next(e.images, e.labels)
		if err != nil {
			return 0, 0, err
		}
		net := e.net
		if n < len(e.labels) {
			net = e.rest
		}
		if n == 0 || net == nil {
			break
		}
		if err := ctx.Err(); err != nil {
			return 0, 0, err
		}
		theta, err := draw()
		if err != nil {
			return 0, 0, err
		}
		if err := net.SetTheta(theta); err != nil {
			return 0, 0, err
		}
		labels := e.labels[:n]
		logits := e.logits[:n*e.x.wSet.Classes]
		net.SetBatch(e.images[:n*len(e.images)/len(e.labels)], labels)
		l, err := e.x.run(net, kind)
		if err != nil {
			return 0, 0, err
		}
		net.Logits(kind, logits)
		loss += l * float64(n)
		right += supernet.Correct(logits, labels, e.x.wSet.Classes)
		seen += n
	}
	if seen == 0 {
		return 0, 0, fmt.Errorf("measuring accuracy: no batch of 2 images or more")
	}
	return loss / float64(seen), 100 * float64(right) / float64(seen), nil
}
