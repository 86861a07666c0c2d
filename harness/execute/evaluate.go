package execute

import (
	"context"
	"errors"
	"fmt"

	"gmnas/harness/run"
	"gmnas/harness/search"
	"gmnas/harness/spec"
	"gmnas/nasbench"
	"gmnas/nasbench/space"
)

// tableEpochs is the training length of the accuracies that the paper reports.
const tableEpochs = 200

var (
	tableDatasets = []nasbench.Dataset{nasbench.CIFAR10, nasbench.CIFAR100, nasbench.ImageNet16}
	tableSplits   = []nasbench.Split{nasbench.Validation, nasbench.Test}
)

func (x *Executor) evaluate(ctx context.Context, job run.Job, report func(run.Progress), outcome *spec.Outcome) error {
	stage := *job.Stage.Evaluate
	s, err := space.ByName(stage.Space)
	if err != nil {
		return err
	}
	a, err := s.Parse(stage.Architecture)
	if err != nil {
		return err
	}
	if stage.By == spec.ByTable {
		return x.lookUp(s, a, stage.Table, outcome)
	}
	if err := x.open(); err != nil {
		return err
	}
	set, err := x.sets.training(stage.Data)
	if err != nil {
		return err
	}
	test, err := part(stage.Data, "test", stage.Test, x.env.Data)
	if err != nil {
		return err
	}
	outcome.Evaluate = &spec.Evaluated{}
	t, err := search.NewTraining(stage, search.TrainingOptions{Backend: x.backend, Space: s, Architecture: a, Images: set, Test: test, Key: string(outcome.Key)})
	if err != nil {
		return err
	}
	defer t.Close()
	for k := range stage.Epochs {
		point, err := t.Epoch(ctx, k)
		outcome.Cost = t.Cost()
		if err != nil {
			return err
		}
		outcome.Evaluate.Curve = append(outcome.Evaluate.Curve, point)
		report(run.Progress{Done: float64(k + 1), Total: float64(stage.Epochs), Note: fmt.Sprintf("epoch %d/%d", k+1, stage.Epochs), Epoch: &point})
	}
	valid, tested, err := t.Accuracies(ctx)
	outcome.Cost = t.Cost()
	outcome.Evaluate.Accuracy = map[string]float64{stage.Data.Set + "/valid": valid, stage.Data.Set + "/test": tested}
	return err
}

// lookUp takes all 200-epoch accuracies from the table; what it lacks has no entry.
func (x *Executor) lookUp(s space.Space, a space.Architecture, hash string, outcome *spec.Outcome) error {
	table, err := x.tables.get(hash)
	if err != nil {
		return err
	}
	outcome.Evaluate = &spec.Evaluated{Accuracy: map[string]float64{}}
	for _, d := range tableDatasets {
		for _, split := range tableSplits {
			v, err := table.Accuracy(nasbench.Query{Space: s, Architecture: a, Dataset: d, Split: split, Epochs: tableEpochs})
			if errors.Is(err, nasbench.ErrMissing) {
				continue
			}
			if err != nil {
				return err
			}
			outcome.Evaluate.Accuracy[column(d, split)] = v.Accuracy
		}
	}
	return nil
}

// column is the ID of a column (spec.Column).
func column(d nasbench.Dataset, split nasbench.Split) string {
	name := "valid"
	if split == nasbench.Test {
		name = "test"
	}
	return spec.Column{Dataset: string(d), Split: name}.ID()
}
