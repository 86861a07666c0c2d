package published

import "gmnas/harness/spec"

// figures are printed values that aren't accuracies, by experiment, row and figure (spec.md section 8). Table 7 (page 9)
// prints Spearman's rho without deviations; Table 2 (page 4) means and deviations over 50 architectures.
var figures = map[string]map[string]map[string]spec.Printed{
	"table7": {
		"fewshot+rsps": {spec.FigureSpearmanTop02: {Mean: 0.024}, spec.FigureSpearmanTop05: {Mean: 0.032}, spec.FigureSpearmanTop1: {Mean: 0.117}},
		"gm+rsps":      {spec.FigureSpearmanTop02: {Mean: 0.410}, spec.FigureSpearmanTop05: {Mean: 0.411}, spec.FigureSpearmanTop1: {Mean: 0.532}},
	},
	"table2": {
		"pairs": {
			spec.FigureSimilarCosine:       {Mean: 0.76, Std: 0.17, HasStd: true},
			spec.FigureSimilarTrainLoss:    {Mean: 0.74, Std: 0.18, HasStd: true},
			spec.FigureSimilarValidLoss:    {Mean: 0.86, Std: 0.10, HasStd: true},
			spec.FigureDissimilarCosine:    {Mean: 0.12, Std: 0.06, HasStd: true},
			spec.FigureDissimilarTrainLoss: {Mean: 0.82, Std: 0.03, HasStd: true},
			spec.FigureDissimilarValidLoss: {Mean: 0.99, Std: 0.03, HasStd: true},
		},
	},
}

// Figures returns what the paper prints of a row of Table 2 or 7, by column; nil where it prints nothing.
func Figures(experiment, row string) map[string]spec.Printed {
	var printed map[string]spec.Printed
	for figure, p := range figures[experiment][row] {
		if printed == nil {
			printed = map[string]spec.Printed{}
		}
		printed[spec.Column{Dataset: "cifar10", Figure: figure}.ID()] = p
	}
	return printed
}
