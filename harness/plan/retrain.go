package plan

import (
	"fmt"

	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

// retraining is the network that a genotype is trained in, as it is trained: with its auxiliary head where it has one.
func retraining(r spec.Retrain) (space.Retraining, error) {
	k, err := skeleton(r.Data, r.Net)
	if err != nil {
		return space.Retraining{}, err
	}
	n := space.Retraining{Skeleton: k, Auxiliary: r.Auxiliary > 0}
	return n, n.Check()
}

// retrainWork counts an epoch as one pass forward and backward of every record that isn't held out, each in one batch, and
// one forward of the held-out and of the test records, without the auxiliary head.
func retrainWork(r spec.RetrainStage) (spec.Cost, error) {
	n, err := retraining(r.Retrain)
	if err != nil {
		return spec.Cost{}, fmt.Errorf("estimating work: %w", err)
	}
	g, err := space.ParseGenotype(r.Architecture)
	if err != nil {
		return spec.Cost{}, fmt.Errorf("estimating work: %w", err)
	}
	if r.Batch < 1 {
		return spec.Cost{}, fmt.Errorf("estimating work: batch %d must be positive", r.Batch)
	}
	training := g.MACs(n)
	n.Auxiliary = false
	epochs, images := int64(r.To-r.From), int64(r.Data.Records-r.HeldOut)
	forward := float64(training)*backward*float64(images) + float64(g.MACs(n))*float64(r.HeldOut+r.Test)
	return spec.Cost{GradientEvaluations: epochs * ((images + int64(r.Batch) - 1) / int64(r.Batch)), FLOPs: 2 * float64(epochs) * forward}, nil
}
