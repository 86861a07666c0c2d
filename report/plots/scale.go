package plots

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// errorScale is an accuracy axis with even steps of log error: from 93 to 94 is as far as from 0 to 14, so that good
// methods can be told apart in one panel with bad ones.
type errorScale struct{}

// Normalize implements plot.Normalizer.
func (errorScale) Normalize(low, high, v float64) float64 {
	return (position(v) - position(low)) / (position(high) - position(low))
}

// smallestError keeps 100 % on the axis.
const smallestError = 0.05

func position(accuracy float64) float64 { return -math.Log(max(smallestError, 100-accuracy)) }

func value(position float64) float64 { return 100 - math.Exp(-position) }

// accuracyTicks are round accuracies, chosen from the right with room for their labels.
func accuracyTicks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	last := math.Inf(1)
	for _, v := range []float64{99.9, 99.5, 99, 98, 97, 96, 95, 94, 93, 92, 91, 90, 88, 85,
		80, 75, 70, 65, 60, 55, 50, 45, 40, 35, 30, 25, 20, 10, 0} {
		if v < low || v > high {
			continue
		}
		at := errorScale{}.Normalize(low, high, v)
		if last-at < 0.085 {
			continue
		}
		last = at
		ticks = append(ticks, plot.Tick{Value: v, Label: strconv.FormatFloat(v, 'g', -1, 64)})
	}
	return ticks
}
