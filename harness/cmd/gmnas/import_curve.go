package main

import (
	"fmt"
	"math"
	"slices"

	"gmnas/harness/spec"
	"gmnas/nasbench/curves"
	"gmnas/nasbench/space"
)

// takeCurve reads a retraining that somebody else did. Its accuracies are claims: nothing of it is computed here.
func takeCurve(e *spec.Evidence, into spec.Experiment, content []byte, seed int64, genotype string) error {
	if !slices.ContainsFunc(into.Columns, func(c spec.Column) bool { return c.Figure == spec.FigureError && c.Rule == "" }) {
		return fmt.Errorf("%s has no column for a retraining's error; use table4", into.Label)
	}
	if seed < 0 || seed > maxSeed {
		return fmt.Errorf("--seed %d: 0 to %d", seed, maxSeed)
	}
	if e.Encoding != "" {
		return fmt.Errorf("--encoding %q: a curve's architecture is given by --genotype; leave it out", short(e.Encoding))
	}
	r, err := curves.ReadRetraining(content)
	if err != nil {
		return err
	}
	e.Claim = &spec.Claimed{Seed: seed, Params: int64(math.Round(r.Params * 1e6))}
	for k, p := range r.Epochs {
		e.Claim.Curve = append(e.Claim.Curve, spec.EpochPoint{Epoch: k, LR: p.LR, TrainAcc: p.Train, TestAcc: p.Test})
	}
	if genotype == "" {
		return nil
	}
	g, err := space.ParseGenotype(genotype)
	if err != nil {
		return fmt.Errorf("--genotype: %w", err)
	}
	e.Claim.Architecture = g.String()
	return nil
}
