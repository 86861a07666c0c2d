// Package train holds what moves parameters: schedules, SGD over a supernet's weights and Adam
// over architecture parameters (spec.md section 2).
package train

import "math"

// Cosine returns the learning rate at epoch t of a cosine from high (t = 0) to low (t = tMax).
// It is the rate that the optimizer has, not what get_lr() returns outside a step (spec.md row 37).
func Cosine(t, tMax int, high, low float64) float64 {
	return low + (high-low)*(1+math.Cos(math.Pi*float64(t)/float64(tMax)))/2
}

// Temperature returns SNAS's temperature before epoch k of a linear schedule over total epochs, at least low (spec.md section 2.2).
func Temperature(k, total int, high, low float64) float64 {
	return max(low, (1-float64(k)/float64(total))*(high-low)+low)
}
