package plots

import (
	"cmp"
	"math"
	"slices"
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

// tickSteps are round accuracies by how round they are; finer ones fill the room that the rounder leave.
var tickSteps = [][]float64{
	{98, 96, 94, 92, 90, 80, 70, 60, 50, 40, 30, 20, 10, 0},
	{99, 97, 95, 93, 91, 85, 75, 65, 55, 45, 35, 25},
	{99.9, 99.5, 98.5, 97.5, 96.5, 95.5, 94.5, 93.5, 92.5, 91.5, 90.5, 89, 88, 87, 86},
}

// tickRoom is the share of the axis that a label needs.
const tickRoom = 0.085

// accuracyTicks are round accuracies with room for their labels, in descending order.
func accuracyTicks(low, high float64) []plot.Tick {
	var values []float64
	at := func(v float64) float64 { return errorScale{}.Normalize(low, high, v) }
	for _, step := range tickSteps {
		for _, v := range step {
			if v >= low && v <= high && !slices.ContainsFunc(values, func(w float64) bool { return math.Abs(at(v)-at(w)) < tickRoom }) {
				values = append(values, v)
			}
		}
	}
	slices.SortFunc(values, func(a, b float64) int { return cmp.Compare(b, a) })
	var ticks []plot.Tick
	for _, v := range values {
		ticks = append(ticks, plot.Tick{Value: v, Label: strconv.FormatFloat(v, 'g', -1, 64)})
	}
	return ticks
}
