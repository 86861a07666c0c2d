package search

import (
	"context"
	"fmt"

	"gmnas/harness/spec"
	"gmnas/harness/supernet"
	"gmnas/nasbench/space"
)

// Derive reads the architecture off the trained supernet: DARTS and SNAS take that of alpha (space.Discretize); RSPS
// the best of d.Samples distinct connected architectures by their accuracy on the A-set (spec.md sections 2.1-2.3). The
// accuracy is measured in evaluation mode, but in NAS-Bench-201 with batch statistics for DARTS.
func (x *Searcher) Derive(ctx context.Context, d spec.DeriveStage, key string, report func(done, total int)) (spec.Derived, error) {
	if x.setup.Method.Name == spec.RSPS {
		return x.deriveByPaths(ctx, d, key, report)
	}
	kind, norms := supernet.Evaluate, "running"
	if x.setup.Method.Name == spec.SNAS {
		x.SetTau(d.Tau)
	} else if !x.space.Genotypes() {
		kind, norms = supernet.Forward, "batch"
	}
	loss, accuracy, err := x.Validate(ctx, kind)
	if err != nil {
		return spec.Derived{}, fmt.Errorf("validating the supernet: %w", err)
	}
	return spec.Derived{Architecture: x.space.Discretize(x.mask, x.alpha.Values), Accuracy: accuracy, Loss: loss, BatchNorm: norms}, nil
}

func (x *Searcher) deriveByPaths(ctx context.Context, d spec.DeriveStage, key string, report func(done, total int)) (spec.Derived, error) {
	sampled, err := x.sample(d.Samples, key)
	if err != nil {
		return spec.Derived{}, err
	}
	best := spec.Derived{BatchNorm: "batch"}
	for i, a := range sampled {
		loss, accuracy, err := x.validation.measure(ctx, supernet.Evaluate, func() ([]float64, error) { return oneHot(x.theta, x.space, a), nil })
		if err != nil {
			return spec.Derived{}, fmt.Errorf("validating %s: %w", x.space.String(a), err)
		}
		best.Tried = append(best.Tried, spec.TriedArchitecture{Architecture: x.space.String(a), Accuracy: accuracy})
		if i == 0 || accuracy > best.Accuracy {
			best.Architecture, best.Accuracy, best.Loss = x.space.String(a), accuracy, loss
		}
		report(i+1, len(sampled))
	}
	return best, nil
}

// sample draws n distinct connected architectures, or all there are in the mask if they are fewer.
func (x *Searcher) sample(n int, key string) ([]space.Architecture, error) {
	connected := 0
	for a := range x.space.Enumerate(x.mask) {
		if x.space.Connected(a) {
			connected++
		}
	}
	rng := Stream(key, "architectures")
	seen := map[space.Architecture]bool{}
	var as []space.Architecture
	for len(as) < min(n, connected) {
		a, err := x.space.Sample(x.mask, rng)
		if err != nil {
			return nil, err
		}
		if !seen[a] {
			seen[a] = true
			as = append(as, a)
		}
	}
	return as, nil
}
