package published

import "gmnas/harness/spec"

// ablations are the paper's CIFAR-10 test accuracies on NAS-Bench-201 with four operations, by experiment and row.
// Table 1 (page 3) prints means alone; Table 6 and section 5.1 (page 9) most deviations (spec.md section 8).
var ablations = map[string]map[string]spec.Printed{
	"table1": {
		"exhaustive+darts": {Mean: 88.55}, "random+darts": {Mean: 70.47}, "gradient+darts": {Mean: 93.95},
		"exhaustive+rsps": {Mean: 88.96}, "random+rsps": {Mean: 88.83}, "gradient+rsps": {Mean: 92.52},
	},
	"table6": {
		"l2":                {Mean: 92.52, Std: 0.93, HasStd: true},
		"per-filter-cosine": {Mean: 93.87, Std: 0.11, HasStd: true},
		"cosine":            {Mean: 93.95, Std: 0.08, HasStd: true},
	},
	"section51": {
		"random-edge": {Mean: 93.58, Std: 0.39, HasStd: true},
		"cut-cost":    {Mean: 93.95, Std: 0.08, HasStd: true},
	},
	"restart": {
		"none":  {Mean: 91.04},
		"final": {Mean: 93.95, Std: 0.08, HasStd: true},
	},
	// The text prints no value of the two figures, but their settings include those of Table 6's cosine: 15 epochs
	// of warm-up (three quarters of the longest) and two splits.
	"figure2":  {"warmup-3": {Mean: 93.95, Std: 0.08, HasStd: true}},
	"figure17": {"splits-2": {Mean: 93.95, Std: 0.08, HasStd: true}},
}

// Ablation returns what the paper prints of a row of Table 1, Table 6, Figures 2 and 17, section 5.1 or the restart, by
// column; nil where it prints nothing.
func Ablation(experiment, row string) map[string]spec.Printed {
	printed, ok := ablations[experiment][row]
	if !ok {
		return nil
	}
	return map[string]spec.Printed{"cifar10/test": printed}
}
