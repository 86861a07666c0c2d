// Package published holds the numbers that the paper prints, as data: by table, row and column, in percent.
package published

import "gmnas/harness/spec"

// table3Columns are the columns of the paper's Table 3, in its order.
var table3Columns = [6]string{
	"cifar10/valid", "cifar10/test", "cifar100/valid", "cifar100/test", "imagenet16-120/valid", "imagenet16-120/test",
}

// pm is a number as printed: mean ± std.
type pm struct{ mean, std float64 }

// table3 is Table 3 of the paper (page 8; spec.md section 8). It prints ± 0.00 where it has no spread.
var table3 = map[string][6]pm{
	"random":        {{90.93, 0.36}, {93.70, 0.36}, {70.60, 1.37}, {70.65, 1.38}, {42.92, 2.00}, {42.96, 2.15}},
	"reinforce":     {{91.09, 0.37}, {93.85, 0.37}, {70.05, 1.67}, {70.17, 1.61}, {43.04, 2.18}, {43.16, 2.28}},
	"enas":          {{39.77, 0}, {54.30, 0}, {10.23, 0.12}, {10.62, 0.27}, {16.43, 0}, {16.32, 0}},
	"gdas":          {{90.01, 0.46}, {93.23, 0.23}, {24.05, 8.12}, {24.20, 8.08}, {40.66, 0}, {41.02, 0}},
	"dsnas":         {{89.66, 0.29}, {93.08, 0.13}, {30.87, 16.40}, {31.01, 16.38}, {40.61, 0.09}, {41.07, 0.09}},
	"pc-darts":      {{89.96, 0.15}, {93.41, 0.30}, {67.12, 0.39}, {67.48, 0.89}, {40.83, 0.08}, {41.31, 0.22}},
	"drnas":         {{91.55, 0}, {94.36, 0}, {73.49, 0}, {73.51, 0}, {46.37, 0}, {46.34, 0}},
	"rsps":          {{84.16, 1.69}, {87.66, 1.69}, {45.78, 6.33}, {46.60, 6.57}, {31.09, 5.65}, {30.78, 6.12}},
	"fewshot+rsps":  {{85.40, 1.28}, {89.11, 1.37}, {58.59, 3.45}, {58.69, 3.75}, {34.24, 1.45}, {33.85, 2.33}},
	"gm+rsps":       {{89.09, 0.40}, {92.70, 0.53}, {68.36, 0.91}, {68.81, 1.28}, {42.65, 1.04}, {43.47, 1.02}},
	"darts":         {{39.77, 0}, {54.30, 0}, {38.57, 0}, {38.97, 0}, {18.87, 0}, {18.41, 0}},
	"fewshot+darts": {{84.70, 0.44}, {88.55, 0.02}, {70.17, 2.66}, {70.16, 2.87}, {31.16, 3.93}, {30.09, 4.43}},
	"gm+darts":      {{91.03, 0.24}, {93.72, 0.12}, {71.61, 0.62}, {71.83, 0.97}, {42.19, 0}, {42.60, 0}},
	"snas":          {{90.10, 1.04}, {92.77, 0.83}, {69.69, 2.39}, {69.34, 1.98}, {42.84, 1.79}, {43.16, 2.64}},
	"fewshot+snas":  {{90.47, 0.48}, {93.88, 0.25}, {71.28, 1.29}, {71.49, 1.41}, {46.17, 0.35}, {46.43, 0.19}},
	"gm+snas":       {{91.55, 0}, {94.36, 0}, {73.49, 0}, {73.51, 0}, {46.37, 0}, {46.34, 0}},
}

// table3Plain are the rows printed without ±.
var table3Plain = map[string][6]float64{
	"resnet":  {90.83, 93.97, 70.42, 70.86, 44.53, 43.63},
	"optimal": {91.61, 94.37, 73.49, 73.51, 46.77, 47.31},
}

// Table3 returns a row of the paper's Table 3 by column, such as "cifar10/test"; nil for a row it doesn't have.
func Table3(row string) map[string]spec.Printed {
	printed := map[string]spec.Printed{}
	if values, ok := table3[row]; ok {
		for i, v := range values {
			printed[table3Columns[i]] = spec.Printed{Mean: v.mean, Std: v.std, HasStd: true}
		}
		return printed
	}
	if values, ok := table3Plain[row]; ok {
		for i, v := range values {
			printed[table3Columns[i]] = spec.Printed{Mean: v}
		}
		return printed
	}
	return nil
}
