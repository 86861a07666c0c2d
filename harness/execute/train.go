package execute

import (
	"context"
	"fmt"

	"gmnas/harness/run"
	"gmnas/harness/search"
	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

// open opens the stage's supernet, with the state of its input where it has one.
func (x *Executor) searcher(job run.Job, setup spec.Setup, mask string, opts search.Options) (*search.Searcher, error) {
	s, err := space.ByName(setup.Space)
	if err != nil {
		return nil, err
	}
	if opts.Mask, err = s.ParseMask(mask); err != nil {
		return nil, err
	}
	if err := x.open(); err != nil {
		return nil, err
	}
	if opts.Images, err = x.sets.training(setup.Data); err != nil {
		return nil, err
	}
	opts.Backend, opts.Key = x.backend, string(job.Stage.Key())
	var state []byte
	if len(job.Stage.Inputs) > 0 {
		if state, err = run.ReadWeights(job.Weights, job.Stage.Inputs[0]); err != nil {
			return nil, err
		}
	}
	n, err := search.New(setup, opts)
	if err != nil {
		return nil, err
	}
	if state != nil {
		if err := n.Load(state); err != nil {
			n.Close()
			return nil, err
		}
	}
	return n, nil
}

func (x *Executor) train(ctx context.Context, job run.Job, report func(run.Progress), outcome *spec.Outcome) error {
	stage := *job.Stage.Train
	purpose := search.TrainBoth
	if stage.AlphaFrozen {
		purpose = search.TrainWeights
	}
	n, err := x.searcher(job, stage.Setup, stage.Mask, search.Options{For: purpose})
	if err != nil {
		return err
	}
	defer n.Close()
	outcome.Train = &spec.Trained{}
	for k := range stage.Epochs {
		point, err := n.Epoch(ctx, stage, k, func(step, steps int) {
			report(run.Progress{Done: float64(k) + float64(step)/float64(steps), Total: float64(stage.Epochs), Note: fmt.Sprintf("epoch %d/%d", k+1, stage.Epochs)})
		})
		outcome.Cost = n.Cost()
		if err != nil {
			return err
		}
		outcome.Train.Curve = append(outcome.Train.Curve, point)
		report(run.Progress{Done: float64(k + 1), Total: float64(stage.Epochs), Note: fmt.Sprintf("epoch %d/%d", k+1, stage.Epochs), Epoch: &point})
	}
	outcome.Train.Theta = n.Theta()
	return run.WriteWeights(job.Weights, outcome.Key, n.Save)
}

func (x *Executor) derive(ctx context.Context, job run.Job, report func(run.Progress), outcome *spec.Outcome) error {
	stage := *job.Stage.Derive
	n, err := x.searcher(job, stage.Setup, stage.Mask, search.Options{For: search.Measure})
	if err != nil {
		return err
	}
	defer n.Close()
	derived, err := n.Derive(ctx, stage, string(outcome.Key), func(done, total int) {
		report(run.Progress{Done: float64(done), Total: float64(total), Note: fmt.Sprintf("architecture %d/%d", done, total)})
	})
	outcome.Cost = n.Cost()
	outcome.Derive = &derived
	return err
}
