package execute

import (
	"context"
	"fmt"

	"gmnas/datasets"
	"gmnas/harness/retrain"
	"gmnas/harness/run"
	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

// retrain trains a genotype from scratch, or goes on where its input ended.
func (x *Executor) retrain(ctx context.Context, job run.Job, report func(run.Progress), outcome *spec.Outcome) error {
	stage := *job.Stage.Retrain
	t, err := x.trainer(job)
	if err != nil {
		return err
	}
	defer t.Close()
	if stage.From != t.Next() {
		return fmt.Errorf("retraining from epoch %d: its input ended at epoch %d", stage.From, t.Next())
	}
	outcome.Retrain = &spec.Retrained{Params: t.Params(), MACs: t.MACs()}
	for t.Next() < stage.To {
		k := t.Next() - stage.From
		note := fmt.Sprintf("epoch %d/%d", t.Next()+1, stage.To)
		total := float64(stage.To - stage.From)
		point, err := t.Epoch(ctx, func(step, steps int) {
			report(run.Progress{Done: float64(k) + float64(step)/float64(steps+1), Total: total, Note: note}) // a last step measures
		})
		outcome.Cost = t.Cost()
		if err != nil {
			return err
		}
		outcome.Retrain.Curve = append(outcome.Retrain.Curve, point)
		report(run.Progress{Done: float64(k + 1), Total: total, Note: note, Epoch: &point})
	}
	return run.WriteWeights(job.Weights, outcome.Key, t.Save)
}

// trainer opens the stage's network, with the state of its input where it has one.
func (x *Executor) trainer(job run.Job) (*retrain.Trainer, error) {
	stage := *job.Stage.Retrain
	if stage.Space != space.DARTS.Name {
		return nil, fmt.Errorf("retraining in space %q: only %q has genotypes", stage.Space, space.DARTS.Name)
	}
	g, err := space.ParseGenotype(stage.Architecture)
	if err != nil {
		return nil, err
	}
	if err := x.open(); err != nil {
		return nil, err
	}
	images, err := x.sets.training(stage.Data)
	if err != nil {
		return nil, err
	}
	var test *datasets.Set
	if stage.Test > 0 {
		if test, err = part(stage.Data, "test", stage.Test, x.env.Data); err != nil {
			return nil, err
		}
	}
	var state []byte
	if len(job.Stage.Inputs) > 0 {
		if state, err = run.ReadWeights(job.Weights, job.Stage.Inputs[0]); err != nil {
			return nil, err
		}
	}
	t, err := retrain.New(stage.Retrain, retrain.Options{Backend: x.backend, Genotype: g, Images: images, Test: test, Key: string(training(job.Stage))})
	if err != nil || state == nil {
		return t, err
	}
	if err := t.Load(state); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// training names the training that a retrain stage is a part of: the same for all its parts, however it is cut.
func training(s spec.Stage) spec.Key {
	r := *s.Retrain
	r.From, r.To = 0, 0
	s.Retrain, s.Inputs = &r, nil
	return s.Key()
}
