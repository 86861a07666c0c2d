package search

import (
	"gmnas/harness/engine/kernel"
	"gmnas/harness/spec"
	"gmnas/harness/split"
)

// TimedStep is one weight step on a batch that stays as it is; for benchmarks.
func (x *Searcher) TimedStep() error {
	_, _, err := x.weightStep(x.setup.Weights.LR)
	return err
}

// TimedSearchStep is one alpha step and one weight step on fresh batches; for benchmarks.
func (x *Searcher) TimedSearchStep() error {
	images, labels := make([]float32, len(x.images)), make([]float32, len(x.labels))
	_, _, err := x.step(images, labels, false, x.setup.Weights.LR)
	return err
}

// TimedMatching returns a function that compares the gradients of all operations of all candidate edges on one mini-batch, as the
// space's release enables them; for benchmarks.
func (x *Searcher) TimedMatching() (func() error, error) {
	c, err := x.newCollected(len(x.space.Operations))
	if err != nil {
		return nil, err
	}
	enable := spec.EnableOneHot
	if x.space.Genotypes() {
		enable = spec.EnableSoft
	}
	return func() error {
		theta, err := x.draw()
		if err != nil {
			return err
		}
		for _, e := range x.mask.Unsplit(x.space) {
			operations := x.mask.Operations(e)
			if err := c.collect(e, operations, theta, enable, func(k int, body kernel.Mem) { x.params.Backend.Copy(c.copies[k], body) }); err != nil {
				return err
			}
			if err := split.NewAverage(split.Cosine, e, operations).Add(c); err != nil {
				return err
			}
		}
		return nil
	}, nil
}
