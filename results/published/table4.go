package published

import "gmnas/harness/spec"

// table4 is Table 4 of the paper (page 7; spec.md section 8): CIFAR-10 test error in percent, best and average, weights in
// millions and search cost in GPU days. A zero is a place that the paper leaves empty; no deviation is printed as zero.
var table4 = map[string]struct {
	best, average pm
	params, days  float64
}{
	"densenet-bc":       {best: pm{3.46, 0}, params: 25.6},
	"nasnet-a":          {best: pm{2.65, 0}, params: 3.3, days: 2000},
	"amoebanet-a":       {average: pm{3.34, 0.06}, params: 3.2, days: 3150},
	"amoebanet-b":       {average: pm{2.55, 0.05}, params: 2.8, days: 3150},
	"pnas":              {average: pm{3.41, 0.09}, params: 3.2, days: 225},
	"enas":              {best: pm{2.89, 0}, params: 4.6, days: 0.5},
	"naonet":            {best: pm{3.53, 0}, params: 3.1, days: 0.4},
	"gdas":              {best: pm{2.93, 0}, params: 3.4, days: 0.3},
	"bayesnas":          {best: pm{2.81, 0.04}, params: 3.4, days: 0.2},
	"proxylessnas":      {best: pm{2.08, 0}, params: 5.7, days: 4.0},
	"parsec":            {best: pm{2.81, 0.03}, params: 3.7, days: 1},
	"p-darts":           {best: pm{2.50, 0}, params: 3.4, days: 0.3},
	"cnas":              {best: pm{2.60, 0.06}, params: 3.7, days: 0.3},
	"asng-nas":          {average: pm{2.54, 0.05}, params: 3.3, days: 0.1},
	"pc-darts":          {best: pm{2.57, 0.07}, params: 3.6, days: 0.1},
	"sdarts-adv":        {average: pm{2.61, 0.02}, params: 3.3, days: 1.3},
	"mergenas":          {average: pm{2.68, 0.01}, params: 2.9, days: 0.6},
	"ista-nas":          {best: pm{2.54, 0.05}, params: 3.3, days: 0.1},
	"nasp":              {best: pm{2.83, 0.09}, params: 3.3, days: 0.9},
	"sgas":              {best: pm{2.39, 0}, average: pm{2.66, 0.24}, params: 3.7, days: 0.25},
	"drnas":             {best: pm{2.54, 0.03}, params: 4.0, days: 0.4},
	"darts-1st":         {best: pm{3.00, 0.14}, params: 3.3, days: 0.4},
	"fewshot+darts-1st": {best: pm{2.48, 0}, average: pm{2.60, 0.10}, params: 3.6, days: 1.1},
	"gm+darts-1st":      {best: pm{2.35, 0}, average: pm{2.46, 0.07}, params: 3.7, days: 1.1},
	"darts-2nd":         {best: pm{2.76, 0.09}, params: 3.3, days: 1.0},
	"fewshot+darts-2nd": {best: pm{2.58, 0}, average: pm{2.63, 0.06}, params: 3.8, days: 2.8},
	"gm+darts-2nd":      {best: pm{2.40, 0}, average: pm{2.49, 0.08}, params: 3.7, days: 2.7},
	"snas":              {average: pm{2.85, 0.02}, params: 2.8, days: 1.5},
	"fewshot+snas":      {best: pm{2.62, 0}, average: pm{2.70, 0.05}, params: 2.9, days: 1.1},
	"gm+snas":           {best: pm{2.34, 0}, average: pm{2.55, 0.16}, params: 3.7, days: 1.1},
}

// Table4 returns a row of the paper's Table 4 by column; what it leaves empty has no entry. It is nil for a row that it
// doesn't have.
func Table4(row string) map[string]spec.Printed {
	values, ok := table4[row]
	if !ok {
		return nil
	}
	printed := map[string]spec.Printed{}
	for figure, v := range map[string]pm{
		spec.FigureBestError: values.best, spec.FigureError: values.average,
		spec.FigureParams: {mean: values.params}, spec.FigureDays: {mean: values.days},
	} {
		if v.mean > 0 {
			printed[spec.Column{Dataset: "cifar10", Figure: figure}.ID()] = spec.Printed{Mean: v.mean, Std: v.std, HasStd: v.std > 0}
		}
	}
	return printed
}
