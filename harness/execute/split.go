package execute

import (
	"context"
	"fmt"

	"gmnas/harness/run"
	"gmnas/harness/search"
	"gmnas/harness/spec"
	"gmnas/harness/split"
	"gmnas/nasbench/space"
)

func (x *Executor) split(ctx context.Context, job run.Job, report func(run.Progress), outcome *spec.Outcome) error {
	stage := *job.Stage.Split
	s, err := space.ByName(stage.Space)
	if err != nil {
		return err
	}
	mask, err := s.ParseMask(stage.Mask)
	if err != nil {
		return err
	}
	rng := search.Stream(string(outcome.Key), "split")
	edges, err := split.Narrow(stage.Level, mask.Unsplit(s), rng)
	if err != nil {
		return err
	}
	var candidates []split.EdgeDistances
	if stage.NeedsGradients() {
		n, err := x.searcher(job, stage.Setup, stage.Mask, search.Options{For: search.Match})
		if err != nil {
			return err
		}
		defer n.Close()
		n.SetTau(stage.Tau)
		for i, e := range edges {
			d, err := n.Distances(ctx, stage.Level, e, func(batch int) {
				report(run.Progress{Done: float64(i*stage.Batches + batch), Total: float64(len(edges) * stage.Batches), Note: fmt.Sprintf("edge %d, mini-batch %d/%d", e, batch, stage.Batches)})
			})
			outcome.Cost = n.Cost()
			if err != nil {
				return err
			}
			candidates = append(candidates, d)
		}
	} else {
		for _, e := range edges {
			candidates = append(candidates, split.EdgeDistances{Edge: e, Operations: mask.Operations(e)})
		}
	}
	decided, err := split.Decide(stage.Level, candidates, rng)
	outcome.Split = &decided
	return err
}
