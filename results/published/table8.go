package published

import "gmnas/harness/spec"

// table8 is Table 8 of the paper (page 17; spec.md section 8): CIFAR-10 test error in percent of what each criterion picks
// among a search's leaves, best and average of four seeds. The criteria are spec.Selections, in that order.
var table8 = map[string][4]struct {
	best    float64
	average pm
}{
	"fewshot+darts-1st": {{2.74, pm{2.88, 0.15}}, {2.53, pm{2.73, 0.21}}, {2.48, pm{2.60, 0.10}}, {2.48, pm{2.60, 0.10}}},
	"gm+darts-1st":      {{2.45, pm{2.73, 0.17}}, {2.45, pm{2.68, 0.17}}, {2.35, pm{2.46, 0.07}}, {2.35, pm{2.46, 0.07}}},
	"fewshot+darts-2nd": {{2.83, pm{3.00, 0.16}}, {3.25, pm{3.42, 0.11}}, {2.58, pm{2.63, 0.06}}, {2.58, pm{2.63, 0.06}}},
	"gm+darts-2nd":      {{2.57, pm{2.68, 0.11}}, {2.59, pm{2.68, 0.08}}, {2.40, pm{2.49, 0.08}}, {2.40, pm{2.49, 0.08}}},
	"fewshot+snas":      {{2.49, pm{3.15, 0.24}}, {2.88, pm{3.32, 0.34}}, {2.62, pm{2.70, 0.05}}, {2.62, pm{2.70, 0.05}}},
	"gm+snas":           {{2.49, pm{2.70, 0.17}}, {2.49, pm{2.72, 0.20}}, {2.34, pm{2.55, 0.16}}, {2.34, pm{2.55, 0.17}}},
}

// Table8 returns a method's numbers of the paper's Table 8 by column; nil for a method that it doesn't have.
func Table8(row string) map[string]spec.Printed {
	values, ok := table8[row]
	if !ok {
		return nil
	}
	printed := map[string]spec.Printed{}
	for k, rule := range spec.Selections() {
		v := values[k]
		printed[spec.Column{Dataset: "cifar10", Figure: spec.FigureBestError, Rule: rule}.ID()] = spec.Printed{Mean: v.best}
		printed[spec.Column{Dataset: "cifar10", Figure: spec.FigureError, Rule: rule}.ID()] = spec.Printed{Mean: v.average.mean, Std: v.average.std, HasStd: true}
	}
	return printed
}
