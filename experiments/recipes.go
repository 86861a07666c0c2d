// Package experiments declares the paper's tables and figures, one file each. It runs nothing.
package experiments

import (
	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

// recipe is a search as a row of a table states it: independent choices, which a profile's numbers complete.
type recipe struct {
	space     string
	method    string
	order     int        // of DARTS where the row says it; 0 is the profile's
	levels    int        // splits between the root and a leaf; 0 is One-Shot
	split     spec.Level // what each level does; its epochs and mini-batches come from the profile
	restart   string
	selection string                         // spec.Select.Rule, in the DARTS space
	benchmark bool                           // One-Shot with the settings of the NAS-Bench-201 benchmark
	sweep     func(s scale, b budget) budget // changes the profile's epochs; nil leaves them
}

// Ways to split.
var (
	// gradientMatching: each supernet's edge of the lowest cut cost, in two balanced groups (paper 3.3, 3.4).
	gradientMatching = spec.Level{
		Edge: spec.EdgeCutCost, Partition: spec.PartitionMinCut, Groups: 2,
		Criterion: spec.CriterionCosine, Enable: spec.EnableOneHot, Average: spec.AverageDistances,
	}
	// exhaustive: a random edge, an operation a group (Few-Shot NAS), on the space of five operations.
	exhaustive = spec.Level{Edge: spec.EdgeRandom, Partition: spec.PartitionExhaustive, Groups: 5}
	// random: a random edge in two random balanced groups (Table 1).
	random = spec.Level{Edge: spec.EdgeRandom, Partition: spec.PartitionRandom, Groups: 2}
)

// The main rows on NAS-Bench-201 with five operations.
func oneShot(method string) recipe {
	return recipe{space: space.NB201.Name, method: method, restart: spec.RestartNone, benchmark: true}
}

func fewShot(method string) recipe {
	return recipe{space: space.NB201.Name, method: method, levels: 1, split: exhaustive, restart: spec.RestartFinal}
}

func gm(method string) recipe {
	return recipe{space: space.NB201.Name, method: method, levels: 2, split: gradientMatching, restart: spec.RestartFinal}
}

// unsplit is One-Shot with the settings of GM's leaves.
func unsplit(method string) recipe {
	return recipe{space: space.NB201.Name, method: method, restart: spec.RestartNone}
}

// Changes to a recipe; each returns another one.

// inDARTS is the search in the DARTS space (spec.md section 5.2) with DARTS of that order, 0 for the other methods. GM splits
// three edges, Few-Shot one; enabled operations keep their mixture weight, as in the released code (section 10, row 5). The
// planner offers edges of the normal cell only (row 7).
func (r recipe) inDARTS(order int) recipe {
	r.space, r.order, r.selection = space.DARTS.Name, order, spec.SelectHalving
	if r.split.Partition == spec.PartitionExhaustive {
		r.split.Groups = len(space.DARTS.Operations)
		return r
	}
	r.levels, r.split.Enable = 3, spec.EnableSoft
	return r
}

// selected takes another rule to select among the leaves.
func (r recipe) selected(rule string) recipe {
	r.selection = rule
	return r
}

// fourOperations is the space of the paper's sections 3 and 5.
func (r recipe) fourOperations() recipe {
	r.space = space.NB201NoNone.Name
	if r.split.Partition == spec.PartitionExhaustive {
		r.split.Groups = len(space.NB201NoNone.Operations)
	}
	return r
}

func (r recipe) splitBy(level spec.Level) recipe {
	r.split = level
	return r
}

func (r recipe) edge(edge string) recipe {
	r.split.Edge = edge
	return r
}

func (r recipe) criterion(name string) recipe {
	r.split.Criterion = name
	return r
}

func (r recipe) splits(levels int) recipe {
	r.levels = levels
	return r
}

func (r recipe) restarted(restart string) recipe {
	r.restart = restart
	return r
}

// warmup takes the profile's warm-up of that step of Figure 2.
func (r recipe) warmup(step int) recipe {
	r.sweep = func(s scale, b budget) budget {
		b.warmup = s.warmups[step]
		return b
	}
	return r
}

// equal takes the profile's epochs of the equal budget.
func (r recipe) equal() recipe {
	r.sweep = func(s scale, b budget) budget {
		e := s.equal[r.method]
		b.warmup, b.leaf = e.warmup, e.gm
		switch {
		case r.levels == 0:
			b.leaf = e.oneShot
		case r.split.Partition == spec.PartitionExhaustive:
			b.leaf = e.fewShot
		}
		return b
	}
	return r
}

// runs completes the recipe with each profile's numbers.
func (r recipe) runs() map[string]spec.Run {
	runs := map[string]spec.Run{}
	numbers := scales
	if r.space == space.DARTS.Name {
		numbers = dartsScales
	}
	for profile, s := range numbers {
		runs[profile] = r.run(s)
	}
	return runs
}

// run completes the recipe with one profile's numbers. Only splits that look at gradients are warmed up for: before
// the others there is nothing to learn from, and all main rows restart after the last split.
func (r recipe) run(s scale) spec.Run {
	budget := s.budgets[r.method]
	if r.sweep != nil {
		budget = r.sweep(s, budget)
	}
	run := spec.Run{
		Setup: spec.Setup{
			Space: r.space, Data: s.data, Net: s.net, Batch: s.batch,
			Method: s.method(r), Weights: weights(r), Alpha: alpha(r),
		},
		Restart:      r.restart,
		SearchEpochs: budget.leaf,
		Schedule:     spec.ScheduleSearch,
		Evaluate:     spec.Evaluate{By: spec.ByTable},
	}
	if r.split.Partition == spec.PartitionExhaustive && budget.fewShot > 0 {
		run.SearchEpochs = budget.fewShot
	}
	if r.space == space.DARTS.Name {
		run.Evaluate, run.Retrain, run.Select = spec.Evaluate{}, s.retrain, spec.Select{Rule: r.selection, Rungs: s.rungs}
	}
	if r.method == spec.RSPS {
		run.Derive.Samples = s.samples
	}
	if r.benchmark {
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
