package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"gmnas/harness/spec"
)

// Bounds of seeds; keys hold them as JSON numbers.
const (
	maxSeed  = 1_000_000_000
	maxSeeds = 1000
)

// seedList is the flag --seeds: numbers and ranges such as 0-3, separated by commas. What is given replaces the
// experiments' own seeds.
type seedList struct{ seeds []int64 }

func seedsFlag(f *pflag.FlagSet) *seedList {
	s := &seedList{}
	f.Var(s, "seeds", "seeds, as in 0-3 or 0,2,5, instead of the experiment's own")
	return s
}

// moreSeedsFlag is --seeds of commands that show results: seeds beside the declared ones, which can't be left out, so that
// nobody picks seeds by their results.
func moreSeedsFlag(f *pflag.FlagSet) *seedList {
	s := &seedList{}
	f.Var(s, "seeds", "these seeds too, as in 4-11, beside the experiment's own, which can't be left out")
	return s
}

// beside returns the experiment with the seeds that are asked for beside its own.
func (s *seedList) beside(e spec.Experiment) spec.Experiment {
	if e.Over == "" {
		e.Seeds = slices.Compact(slices.Sorted(slices.Values(slices.Concat(e.Seeds, s.seeds))))
	}
	return e
}

// beyond tells whether a seed is asked for that one of the experiments doesn't declare.
func (s *seedList) beyond(labels []string) bool {
	list, err := findExperiments(labels)
	return err == nil && slices.ContainsFunc(list, func(e spec.Experiment) bool {
		return slices.ContainsFunc(s.seeds, func(seed int64) bool { return !slices.Contains(e.Seeds, seed) })
	})
}

func (s *seedList) Type() string   { return "list" }
func (s *seedList) String() string { return join(s.seeds) }

func (s *seedList) Set(text string) error {
	var seeds []int64
	for i, part := range strings.Split(text, ",") {
		from, to, err := parseSeeds(strings.TrimSpace(part))
		if err != nil {
			return fmt.Errorf("part %d: %w", i+1, err)
		}
		for seed := from; seed <= to; seed++ {
			if at := slices.Index(seeds, seed); at >= 0 {
				return fmt.Errorf("seed %d at position %d is also at position %d; remove one, a seed counts once", seed, len(seeds)+1, at+1)
			}
			if seeds = append(seeds, seed); len(seeds) > maxSeeds {
				return fmt.Errorf("more than %d seeds; give fewer", maxSeeds)
			}
		}
	}
	s.seeds = seeds
	return nil
}

// parseSeeds reads one seed or a range.
func parseSeeds(text string) (from, to int64, err error) {
	first, last, isRange := strings.Cut(text, "-")
	if !isRange {
		last = first
	}
	if from, err = parseSeed(first); err != nil {
		return 0, 0, fmt.Errorf("%q: %w", short(text), err)
	}
	if to, err = parseSeed(last); err != nil {
		return 0, 0, fmt.Errorf("%q: %w", short(text), err)
	}
	if to < from {
		return 0, 0, fmt.Errorf("%q: the range ends before it begins; write %d-%d", short(text), to, from)
	}
	return from, to, nil
}

func parseSeed(text string) (int64, error) {
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil || n > maxSeed {
		return 0, fmt.Errorf("not a seed; use whole numbers from 0 to %d and ranges, as in 0-3 or 0,2,5", maxSeed)
	}
	return int64(n), nil
}

func join(seeds []int64) string {
	parts := make([]string, len(seeds))
	for i, s := range seeds {
		parts[i] = strconv.FormatInt(s, 10)
	}
	return strings.Join(parts, ",")
}
