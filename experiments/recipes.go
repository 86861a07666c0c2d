// Package experiments declares the paper's tables and figures, one file each. It runs nothing.
package experiments

import (
	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

// recipe is a search as a row of a table states it: independent choices, which a profile's numbers complete.
type recipe struct {
	space   string
	method  string
	levels  int        // splits between the root and a leaf; 0 is One-Shot
	split   spec.Level // what each level does; its epochs and mini-batches come from the profile
	restart string
}

// Two ways to split.
var (
	// gradientMatching: each supernet's edge of the lowest cut cost, in two balanced groups (paper 3.3, 3.4).
	gradientMatching = spec.Level{
		Edge: spec.EdgeCutCost, Partition: spec.PartitionMinCut, Groups: 2,
		Criterion: spec.CriterionCosine, Enable: spec.EnableOneHot, Average: spec.AverageDistances,
	}
	// exhaustive: a random edge, an operation a group (Few-Shot NAS), on the space of five operations.
	exhaustive = spec.Level{Edge: spec.EdgeRandom, Partition: spec.PartitionExhaustive, Groups: 5}
)

// The main rows on NAS-Bench-201 with five operations.
func oneShot(method string) recipe {
	return recipe{space: space.NB201.Name, method: method, restart: spec.RestartNone}
}

func fewShot(method string) recipe {
	return recipe{space: space.NB201.Name, method: method, levels: 1, split: exhaustive, restart: spec.RestartFinal}
}

func gm(method string) recipe {
	return recipe{space: space.NB201.Name, method: method, levels: 2, split: gradientMatching, restart: spec.RestartFinal}
}

// runs completes the recipe with each profile's numbers.
func (r recipe) runs() map[string]spec.Run {
	runs := map[string]spec.Run{}
	for profile, s := range scales {
		runs[profile] = r.run(s)
	}
	return runs
}

// run completes the recipe with one profile's numbers. Only splits that look at gradients are warmed up for: before
// the others there is nothing to learn from, and all main rows restart after the last split.
func (r recipe) run(s scale) spec.Run {
	budget := s.budgets[r.method]
	run := spec.Run{
		Setup: spec.Setup{
			Space: r.space, Data: s.data, Net: s.net, Batch: s.batch,
			Method: s.method(r.method), Weights: weights(r.method), Alpha: alpha(r.method),
		},
		Restart:      r.restart,
		SearchEpochs: budget.leaf,
		Schedule:     spec.ScheduleSearch,
		Evaluate:     spec.Evaluate{By: spec.ByTable},
	}
	if r.method == spec.RSPS {
		run.Derive.Samples = s.samples
	}
	if r.levels == 0 {
		run.SearchEpochs, run.Batch = budget.oneShot, budget.oneShotBatch
		run.Weights.WeightDecay = oneShotDecay
	}
	for range r.levels {
		level := r.split
		if level.NeedsGradients() {
			level.WarmupEpochs, level.Batches = budget.warmup, s.matching
		}
		run.Levels = append(run.Levels, level)
	}
	return run
}
