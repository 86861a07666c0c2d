package experiments

import (
	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

// scale holds all numbers that differ between the profiles.
type scale struct {
	data     spec.Data
	net      spec.Net
	batch    int
	order    int // of DARTS
	matching int // M, mini-batches of a gradient-matching split
	samples  int // architectures that RSPS tries in each leaf
	budgets  map[string]budget
	warmups  [5]int           // of Figure 2, before each split
	equal    map[string]equal // of the equal budget
	retrain  spec.Retrain     // in the DARTS space
	rungs    []int            // of the selection there
	embedded spec.Embedded
}

// budget is a base method's epochs.
type budget struct {
	warmup       int // before each split
	leaf         int // search epochs of each leaf
	fewShot      int // search epochs of Few-Shot's leaves, where they aren't leaf's
	oneShot      int // search epochs of the One-Shot baseline
	oneShotBatch int
}

// equal is the epochs of the equal budget: GM's before each split and of each leaf, and those of each leaf at which the others take
// about as many gradient evaluations as GM does, splits included.
type equal struct{ warmup, gm, oneShot, fewShot int }

// scales are the profiles.
//
// paper: spec.md section 2. GM trains 165 supernet epochs (RSPS: 260), Few-Shot 150 (250; its epochs are not
// printed: spec.md section 10 row 15). The One-Shot rows are literature values in the paper; they run with the
// settings of the NAS-Bench-201 benchmark (DARTS 50 epochs, RSPS 250, batch 64, weight decay 5e-4), and SNAS, which
// the benchmark has not, with GM's total of 165 epochs, which is our choice.
//
// laptop: about 15 minutes on two cores for the whole table. smoke: seconds, for tests.
var scales = map[string]scale{
	spec.Paper: {
		data: spec.Data{Set: "cifar10", Records: 50_000, Pool: 1},
		net:  spec.Net{Channels: 16, Cells: 5}, batch: 48, order: 2, matching: 100, samples: 200,
		budgets: map[string]budget{
			spec.DARTS: {warmup: 15, leaf: 30, oneShot: 50, oneShotBatch: 64},
			spec.SNAS:  {warmup: 15, leaf: 30, oneShot: 165, oneShotBatch: 48},
			spec.RSPS:  {warmup: 20, leaf: 50, oneShot: 250, oneShotBatch: 64},
		},
		warmups: [5]int{0, 5, 10, 15, 20},
		equal: map[string]equal{
			spec.DARTS: {warmup: 15, gm: 30, oneShot: 132, fewShot: 26},
			spec.SNAS:  {warmup: 15, gm: 30, oneShot: 150, fewShot: 30},
			spec.RSPS:  {warmup: 20, gm: 50, oneShot: 275, fewShot: 55},
		},
		embedded: spec.Embedded{
			Data:     spec.Data{Set: "synthetic", Records: 4000, Pool: 1},
			Evaluate: training(spec.Data{Set: "synthetic", Records: 4000, Pool: 1}, spec.Net{Channels: 16, Cells: 5}, 64, 20, 1000),
		},
	},
	spec.Laptop: {
		data: spec.Data{Set: "cifar10", Records: 2560, Pool: 2},
		net:  spec.Net{Channels: 16, Cells: 1}, batch: 32, order: 1, matching: 8, samples: 25,
		budgets: map[string]budget{
			spec.DARTS: {warmup: 2, leaf: 5, oneShot: 8, oneShotBatch: 32},
			spec.SNAS:  {warmup: 2, leaf: 5, oneShot: 8, oneShotBatch: 32},
			spec.RSPS:  {warmup: 2, leaf: 5, oneShot: 8, oneShotBatch: 32},
		},
		warmups: [5]int{0, 1, 2, 3, 4},
		equal: map[string]equal{
			spec.DARTS: {warmup: 1, gm: 3, oneShot: 21, fewShot: 4},
			spec.SNAS:  {warmup: 1, gm: 3, oneShot: 21, fewShot: 4},
			spec.RSPS:  {warmup: 1, gm: 3, oneShot: 31, fewShot: 6},
		},
		embedded: spec.Embedded{
			Data:     spec.Data{Set: "synthetic", Records: 2560, Pool: 2},
			Evaluate: training(spec.Data{Set: "synthetic", Records: 2560, Pool: 2}, spec.Net{Channels: 16, Cells: 1}, 32, 4, 1000),
		},
	},
	spec.Smoke: {
		data: spec.Data{Set: "cifar10", Records: 128, Pool: 4},
		net:  spec.Net{Channels: 4, Cells: 1}, batch: 16, order: 1, matching: 1, samples: 4,
		budgets: map[string]budget{
			spec.DARTS: {warmup: 1, leaf: 1, oneShot: 1, oneShotBatch: 16},
			spec.SNAS:  {warmup: 1, leaf: 1, oneShot: 1, oneShotBatch: 16},
			spec.RSPS:  {warmup: 1, leaf: 1, oneShot: 1, oneShotBatch: 16},
		},
		warmups: [5]int{0, 1, 2, 3, 4},
		equal: map[string]equal{
			spec.DARTS: {warmup: 1, gm: 1, oneShot: 15, fewShot: 3},
			spec.SNAS:  {warmup: 1, gm: 1, oneShot: 15, fewShot: 3},
			spec.RSPS:  {warmup: 1, gm: 1, oneShot: 27, fewShot: 5},
		},
		embedded: spec.Embedded{
			Data:     spec.Data{Set: "synthetic", Records: 128, Pool: 4},
			Evaluate: training(spec.Data{Set: "synthetic", Records: 128, Pool: 4}, spec.Net{Channels: 4, Cells: 1}, 16, 1, 64),
		},
	},
}

// oneShotDecay is the weight decay of the NAS-Bench-201 benchmark for all its weight-sharing methods.
const oneShotDecay = 5e-4

// method completes a base method's name (spec.md sections 2.1-2.3 and 5.2).
func (s scale) method(r recipe) spec.Method {
	name := r.method
	switch {
	case name == spec.DARTS && r.order > 0:
		return spec.Method{Name: name, Order: r.order}
	case name == spec.DARTS:
		return spec.Method{Name: name, Order: s.order}
	case name == spec.SNAS && r.space == space.DARTS.Name:
		return spec.Method{Name: name, TauMax: 1, TauMin: 0.03}
	case name == spec.SNAS:
		return spec.Method{Name: name, TauMax: 1, TauMin: 0.1}
	}
	return spec.Method{Name: name}
}

// weights returns the optimizer of the shared weights (spec.md sections 2 and 5.2; the weight decay of RSPS is 1e-4).
func weights(r recipe) spec.Weights {
	if r.space == space.DARTS.Name {
		return spec.Weights{LR: 0.025, LRMin: 0.001, Momentum: 0.9, WeightDecay: 3e-4, Clip: 5}
	}
	w := spec.Weights{LR: 0.025, LRMin: 0.001, Momentum: 0.9, Nesterov: true, WeightDecay: 5e-4, Clip: 5}
	if r.method == spec.RSPS {
		w.WeightDecay = 1e-4
	}
	return w
}

// alpha returns the optimizer of the architecture parameters (spec.md sections 2.1, 2.2 and 5.2).
func alpha(r recipe) spec.Alpha {
	a := spec.Alpha{InitStd: 1e-3, LR: 3e-4, Beta1: 0.5, Beta2: 0.999, WeightDecay: 1e-3}
	switch {
	case r.space == space.DARTS.Name:
		a.InitMean, a.InitStd = 1e-3, 0
	case r.method == spec.SNAS:
		a.InitMean, a.InitStd = 1, 0.01
	case r.method == spec.RSPS:
		return spec.Alpha{}
	}
	return a
}

// training evaluates a found architecture by training it from scratch; for the embedded set, which no table covers.
func training(data spec.Data, net spec.Net, batch, epochs, test int) spec.Evaluate {
	return spec.Evaluate{
		By: spec.ByTraining, Data: data, Test: test, Net: net, Batch: batch, Epochs: epochs,
		Weights: spec.Weights{LR: 0.025, LRMin: 0.001, Momentum: 0.9, Nesterov: true, WeightDecay: 5e-4, Clip: 5},
	}
}

// embedded returns the replacement of data and evaluation of every profile.
func embedded(scales map[string]scale) map[string]spec.Embedded {
	sets := map[string]spec.Embedded{}
	for profile, s := range scales {
		sets[profile] = s.embedded
	}
	return sets
}
