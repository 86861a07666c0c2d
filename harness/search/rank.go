package search

import (
	"context"
	"fmt"

	"gmnas/datasets"
	"gmnas/harness/supernet"
)

// Rank returns the accuracy in percent of every architecture of the mask on the set, in the order of
// space.Enumerate: with the supernet's weights, all norms by the statistics of the batch (spec.md section 7, T7), and the
// setup's batch. Images are as they are, or with the training augmentation where augmented, which is then the same for
// every architecture. A disconnected architecture isn't run: its accuracy is that of chance. report is called after each.
func (x *Searcher) Rank(ctx context.Context, set *datasets.Set, augmented bool, key string, report func(done, total int)) ([]float64, error) {
	augment, err := datasets.Standard(set.Name, set.Height)
	if err != nil {
		return nil, err
	}
	if !augmented {
		augment = augment.Plain()
	}
	e, err := x.newEvaluator(x.net, nil, set.Len(), supernet.Options{Kinds: []supernet.Kind{supernet.Forward}})
	if err != nil {
		return nil, err
	}
	defer e.close()
	var accuracies []float64
	for a := range x.space.Enumerate(x.mask) {
		accuracy := 100 / float64(set.Classes)
		if x.space.Connected(a) {
			if e.scan, err = datasets.NewScan(set, augment, x.setup.Batch, Stream(key, "ranked images")); err != nil {
				return nil, err
			}
			if _, accuracy, err = e.measure(ctx, supernet.Forward, func() ([]float64, error) { return oneHot(x.theta, x.space, a), nil }); err != nil {
				return nil, fmt.Errorf("ranking %s: %w", x.space.String(a), err)
			}
		}
		accuracies = append(accuracies, accuracy)
		report(len(accuracies), x.space.SizeOf(x.mask))
	}
	return accuracies, nil
}
