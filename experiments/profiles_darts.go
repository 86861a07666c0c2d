package experiments

import "gmnas/harness/spec"

// dartsScales are the profiles in the DARTS space.
//
// paper: spec.md sections 5.2 and 5.4. GM trains 134 supernet epochs, Few-Shot 140. The retraining's learning rate and
// drop-path are the released code's (section 10, rows 17 and 18). It holds 5,000 of the 50,000 training images out for the
// selection, which the paper makes on the test images (row 19).
//
// laptop: images of a quarter of the side, and networks and trainings
// so much smaller that accuracies are on a scale of their own. Such images are too small for the auxiliary head.
// smoke: seconds, for tests.
var dartsScales = map[string]scale{
	spec.Paper: {
		data: spec.Data{Set: "cifar10", Records: 50_000, Pool: 1},
		net:  spec.Net{Channels: 16, Cells: 8}, batch: 64, matching: 100,
		budgets: map[string]budget{
			spec.DARTS: {warmup: 2, leaf: 15, fewShot: 20},
			spec.SNAS:  {warmup: 2, leaf: 15, fewShot: 20},
		},
		retrain: retraining(spec.Retrain{
			Data: spec.Data{Set: "cifar10", Records: 50_000, Pool: 1}, HeldOut: 5000, Test: 10_000,
			Net: spec.Net{Channels: 36, Cells: 20}, Batch: 96, Epochs: 600, Auxiliary: 0.4, Cutout: 16,
		}),
		rungs: []int{30, 100, 600},
		embedded: spec.Embedded{
			Data: spec.Data{Set: spec.Synthetic, Records: 4000, Pool: 1},
			Retrain: retraining(spec.Retrain{
				Data: spec.Data{Set: spec.Synthetic, Records: 4000, Pool: 1}, HeldOut: 1000, Test: 1000,
				Net: spec.Net{Channels: 36, Cells: 20}, Batch: 96, Epochs: 600, Auxiliary: 0.4, Cutout: 16,
			}),
		},
	},
	spec.Laptop: {
		data: spec.Data{Set: "cifar10", Records: 512, Pool: 4},
		net:  spec.Net{Channels: 8, Cells: 4}, batch: 32, matching: 1,
		budgets: map[string]budget{
			spec.DARTS: {warmup: 1, leaf: 2, fewShot: 3},
			spec.SNAS:  {warmup: 1, leaf: 2, fewShot: 3},
		},
		retrain: retraining(spec.Retrain{
			Data: spec.Data{Set: "cifar10", Records: 2048, Pool: 4}, HeldOut: 1024, Test: 1000,
			Net: spec.Net{Channels: 8, Cells: 5}, Batch: 32, Epochs: 20, Cutout: 2,
		}),
		rungs: []int{1, 3, 20},
		embedded: spec.Embedded{
			Data: spec.Data{Set: spec.Synthetic, Records: 512, Pool: 4},
			Retrain: retraining(spec.Retrain{
				Data: spec.Data{Set: spec.Synthetic, Records: 2048, Pool: 4}, HeldOut: 1024, Test: 1000,
				Net: spec.Net{Channels: 8, Cells: 5}, Batch: 32, Epochs: 20, Cutout: 2,
			}),
		},
	},
	spec.Smoke: {
		data: spec.Data{Set: "cifar10", Records: 32, Pool: 8},
		net:  spec.Net{Channels: 2, Cells: 3}, batch: 8, matching: 1,
		budgets: map[string]budget{
			spec.DARTS: {warmup: 1, leaf: 1, fewShot: 1},
			spec.SNAS:  {warmup: 1, leaf: 1, fewShot: 1},
		},
		retrain: retraining(spec.Retrain{
			Data: spec.Data{Set: "cifar10", Records: 96, Pool: 8}, HeldOut: 32, Test: 32,
			Net: spec.Net{Channels: 2, Cells: 3}, Batch: 16, Epochs: 3, Cutout: 1,
		}),
		rungs: []int{1, 2, 3},
		embedded: spec.Embedded{
			Data: spec.Data{Set: spec.Synthetic, Records: 32, Pool: 8},
			Retrain: retraining(spec.Retrain{
				Data: spec.Data{Set: spec.Synthetic, Records: 96, Pool: 8}, HeldOut: 32, Test: 32,
				Net: spec.Net{Channels: 2, Cells: 3}, Batch: 16, Epochs: 3, Cutout: 1,
			}),
		},
	},
}

// retraining adds what is the same in every profile (spec.md section 5.4).
func retraining(r spec.Retrain) spec.Retrain {
	r.Weights = spec.Weights{LR: 0.025, Momentum: 0.9, WeightDecay: 3e-4, Clip: 5}
	r.DropPath = 0.2
	return r
}
