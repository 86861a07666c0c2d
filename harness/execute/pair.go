package execute

import (
	"context"
	"fmt"
	"math/rand/v2"

	"gmnas/datasets"
	"gmnas/harness/run"
	"gmnas/harness/search"
	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

// pairing is a pair stage on its way.
type pairing struct {
	x       *Executor
	ctx     context.Context
	stage   spec.PairStage
	images  *datasets.Set
	outcome *spec.Outcome
	report  func(run.Progress)
	done    int // trainings
	total   int // at most
}

// pair samples an architecture, probes the architectures next to it in random order until one is similar and one
// dissimilar by their gradients, and trains both pairs from scratch (spec.md section 7, T2).
func (x *Executor) pair(ctx context.Context, job run.Job, report func(run.Progress), outcome *spec.Outcome) error {
	stage := *job.Stage.Pair
	s, err := space.ByName(stage.Space)
	if err != nil {
		return err
	}
	if err := x.open(); err != nil {
		return err
	}
	set, err := x.sets.training(stage.Data)
	if err != nil {
		return err
	}
	rng := search.Stream(string(outcome.Key), "architecture")
	a, err := s.Sample(space.Full(s), rng)
	if err != nil {
		return err
	}
	candidates := neighbours(s, a, rng)
	outcome.Pair = &spec.Paired{Architecture: s.String(a)}
	p := pairing{x: x, ctx: ctx, stage: stage, images: set, outcome: outcome, report: report, total: len(candidates) + 2}
	var similar, dissimilar *spec.Probe
	for _, c := range candidates {
		if similar != nil && dissimilar != nil {
			break
		}
		if c.Cosine, err = p.probe(a, c); err != nil {
			return fmt.Errorf("probing operation %s on edge %d: %w", s.Operations[c.Operation], c.Edge, err)
		}
		outcome.Pair.Probes = append(outcome.Pair.Probes, c)
		if similar == nil && c.Cosine > stage.Similar {
			similar = &c
		}
		if dissimilar == nil && c.Cosine < stage.Dissimilar {
			dissimilar = &c
		}
	}
	if outcome.Pair.Similar, err = p.joint(a, similar); err != nil {
		return fmt.Errorf("training the similar pair: %w", err)
	}
	if outcome.Pair.Dissimilar, err = p.joint(a, dissimilar); err != nil {
		return fmt.Errorf("training the dissimilar pair: %w", err)
	}
	return nil
}

// neighbours are the connected architectures that differ from a on one edge, in random order.
func neighbours(s space.Space, a space.Architecture, rng *rand.Rand) []spec.Probe {
	var list []spec.Probe
	for e := range s.Edges() {
		for o := range s.Operations {
			other := a
			other[e] = uint8(o)
			if other != a && s.Connected(other) {
				list = append(list, spec.Probe{Edge: e, Operation: o})
			}
		}
	}
	rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// probe returns the cosine after a short training together.
func (p *pairing) probe(a space.Architecture, c spec.Probe) (float64, error) {
	pair, err := p.train(a, c, fmt.Sprintf("probe %d/%d", c.Edge, c.Operation), p.stage.ProbeEpochs)
	if err != nil {
		return 0, err
	}
	defer p.close(pair)
	return pair.Cosine(p.ctx, p.stage.Batches)
}

// joint trains an accepted pair; nil where there is none.
func (p *pairing) joint(a space.Architecture, accepted *spec.Probe) (*spec.JointlyTrained, error) {
	if accepted == nil {
		return nil, nil
	}
	pair, err := p.train(a, *accepted, "joint", p.stage.JointEpochs) // both pairs start alike and see the same images
	if err != nil {
		return nil, err
	}
	defer p.close(pair)
	j := &spec.JointlyTrained{Probe: *accepted}
	if j.Trained, err = pair.Cosine(p.ctx, p.stage.Batches); err != nil {
		return nil, err
	}
	j.TrainLoss, j.ValidLoss, err = pair.Losses(p.ctx)
	return j, err
}

// train opens a pair and trains it; whoever gets it closes it.
func (p *pairing) train(a space.Architecture, c spec.Probe, purpose string, epochs int) (*search.Pair, error) {
	pair, err := search.NewPair(p.stage.Setup, search.PairOptions{Backend: p.x.backend, First: a, Edge: c.Edge, Operation: c.Operation,
		Images: p.images, Key: string(p.outcome.Key) + "|" + purpose})
	if err != nil {
		return nil, err
	}
	err = pair.Train(p.ctx, epochs, func(epoch int) {
		p.report(run.Progress{Done: float64(p.done) + float64(epoch)/float64(epochs), Total: float64(p.total), Note: fmt.Sprintf("%s, epoch %d/%d", purpose, epoch, epochs)})
	})
	p.done++
	if err != nil {
		p.close(pair)
		return nil, err
	}
	return pair, nil
}

// close adds up what the pair cost and frees it.
func (p *pairing) close(pair *search.Pair) {
	cost := pair.Cost()
	p.outcome.Cost.GradientEvaluations += cost.GradientEvaluations
	p.outcome.Cost.FLOPs += cost.FLOPs
	pair.Close()
}
