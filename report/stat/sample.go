// Package stat describes and compares the few values that seeds give: exact where that is possible, and with a
// stated outcome where nothing can be said.
//
// An absent figure is an error, never a number that looks like one:
//
//	n = 0         no mean, median, interval or test (ErrEmpty)
//	n = 1         mean and median; no standard deviation, interval or paired test (ErrSingle); Mann-Whitney is
//	              defined, and can't be significant
//	all equal     standard deviation 0; no interval, as its width would be 0 (ErrEqual); tests are defined
//	0 or 100 %    of all values: Wilson's interval, which needs the number of images, and never has width 0
//	NaN, Inf      never enter a figure; Sample and PairedTest count them apart
//	unmatched     seeds that one side lacks are counted and left out of a paired test, and kept in the others
//	no difference p = 1, effect 0; how many seeds would show one can't be estimated (ErrNoDifference)
//
// The effect size is Cliff's delta (RankTest.Delta). Needed estimates how many values a decision takes.
package stat

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Why a figure is absent.
var (
	ErrEmpty  = errors.New("no values")
	ErrSingle = errors.New("n = 1: a single value has no spread")
	ErrEqual  = errors.New("all values are equal: their spread was not seen, which isn't a spread of zero")
	ErrLarge  = errors.New("too many values for an exact test")
)

// Sample is a list of finite values.
type Sample struct {
	values []float64 // ascending
}

// NewSample returns the sample of the finite values; NaN and infinities are left out.
func NewSample(values []float64) Sample {
	var s Sample
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		s.values = append(s.values, v)
	}
	slices.Sort(s.values)
	return s
}

// N returns the number of finite values.
func (s Sample) N() int { return len(s.values) }

// Mean returns the arithmetic mean, or ErrEmpty.
func (s Sample) Mean() (float64, error) {
	if len(s.values) == 0 {
		return 0, ErrEmpty
	}
	return s.mean(), nil
}

// mean is exact for equal values, which a plain sum need not be.
func (s Sample) mean() float64 {
	first, sum := s.values[0], 0.0
	for _, v := range s.values {
		sum += v - first
	}
	return first + sum/float64(len(s.values))
}

// Std returns the sample standard deviation (divisor n-1), or ErrEmpty or ErrSingle. It is 0 for equal values.
func (s Sample) Std() (float64, error) {
	switch len(s.values) {
	case 0:
		return 0, ErrEmpty
	case 1:
		return 0, ErrSingle
	}
	mean, sum := s.mean(), 0.0
	for _, v := range s.values {
		sum += (v - mean) * (v - mean)
	}
	return math.Sqrt(sum / float64(len(s.values)-1)), nil
}

// Median returns the middle value, or the mean of the two middle ones, or ErrEmpty.
func (s Sample) Median() (float64, error) {
	n := len(s.values)
	if n == 0 {
		return 0, ErrEmpty
	}
	return (s.values[(n-1)/2] + s.values[n/2]) / 2, nil
}

// Range returns the lowest and the highest value, or ErrEmpty.
func (s Sample) Range() (low, high float64, err error) {
	if len(s.values) == 0 {
		return 0, 0, ErrEmpty
	}
	return s.values[0], s.values[len(s.values)-1], nil
}

// Quantile returns the value at p, linear between the values; NaN for an empty sample.
func (s Sample) Quantile(p float64) float64 { return Quantile(s.values, p) }

// spread returns the standard deviation where an interval can be built on it.
func (s Sample) spread() (float64, error) {
	std, err := s.Std()
	if err == nil && s.values[0] == s.values[len(s.values)-1] {
		err = fmt.Errorf("n = %d: %w", len(s.values), ErrEqual)
	}
	return std, err
}
