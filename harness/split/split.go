// Package split decides how a supernet is split: on which edge, and which of its operations stay together.
//
//  1. [Narrow] says which edges a level's decision needs gradients of.
//  2. [Average] turns the gradients of each mini-batch into one matrix of distances for an edge, by a [Criterion].
//  3. [Cut] finds an edge's balanced minimum cut (paper Eq. 3).
//  4. [Decide] chooses edge and partition (paper section 3.4, Algorithm 2).
//
// It is pure: no engine, no files; all randomness comes from the caller's source.
package split

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"gmnas/harness/spec"
)

// Decide chooses the edge and the partition of one supernet by the level's settings.
//
// The candidates are the unsplit edges that [Narrow] left, in ascending order; their Distance may be nil where the
// level needs no gradients. EdgeCutCost takes the edge whose cut has the lowest mean similarity over the cut pairs:
// the lowest cut cost (paper section 3.4) where all candidates have as many pairs, and comparable where they have not
// (spec.md row 24); the first such edge wins. An edge none of whose operations had a gradient can't be chosen by
// gradients. PartitionRandom draws the partition also where the edge was chosen by cut cost.
//
// It is an error when no candidate is left, when no edge can be split by gradients, and when a distance is missing,
// NaN or infinite; then there is no split. rng may be nil where the level draws nothing.
func Decide(level spec.Level, candidates []EdgeDistances, rng *rand.Rand) (spec.Splitting, error) {
	if len(candidates) == 0 {
		return spec.Splitting{}, errors.New("choosing an edge: every edge of the supernet is split already; declare fewer levels")
	}
	if rng == nil && (level.Edge == spec.EdgeRandom || level.Partition == spec.PartitionRandom) {
		return spec.Splitting{}, errors.New("choosing a split: a random edge or partition needs a random source")
	}
	if level.Edge == spec.EdgeRandom {
		candidates = candidates[rng.IntN(len(candidates)):][:1]
	}
	var cuts []spec.EdgeCut
	chosen := candidates[0]
	if level.NeedsGradients() {
		var err error
		if cuts, err = cutAll(level, candidates); err != nil {
			return spec.Splitting{}, err
		}
		k, err := cheapest(cuts)
		if err != nil {
			return spec.Splitting{}, err
		}
		chosen = candidates[k]
		if level.Partition == spec.PartitionMinCut {
			return spec.Splitting{Edge: chosen.Edge, Groups: cuts[k].Groups, Candidates: cuts}, nil
		}
	}
	groups, err := partition(level, chosen.Operations, rng)
	if err != nil {
		return spec.Splitting{}, fmt.Errorf("splitting edge %d: %w", chosen.Edge, err)
	}
	return spec.Splitting{Edge: chosen.Edge, Groups: groups, Candidates: cuts}, nil
}

// Narrow returns the edges that the level's decision needs gradients of: one random edge for EdgeRandom, otherwise
// all. Decide takes the same source afterwards.
func Narrow(level spec.Level, edges []int, rng *rand.Rand) ([]int, error) {
	if level.Edge != spec.EdgeRandom || len(edges) == 0 {
		return edges, nil
	}
	if rng == nil {
		return nil, errors.New("choosing an edge: a random edge needs a random source")
	}
	return []int{edges[rng.IntN(len(edges))]}, nil
}

// cutAll cuts every candidate. An edge without any gradient keeps no groups.
func cutAll(level spec.Level, candidates []EdgeDistances) ([]spec.EdgeCut, error) {
	criterion, err := ByName(level.Criterion)
	if err != nil {
		return nil, err
	}
	cuts := make([]spec.EdgeCut, len(candidates))
	for k, c := range candidates {
		groups := level.Groups
		if level.Partition == spec.PartitionExhaustive {
			groups = len(c.Operations)
		}
		if cuts[k], err = Cut(criterion, c, groups); err != nil {
			return nil, err
		}
	}
	return cuts, nil
}

// cheapest returns the position of the cut with the lowest cost for each cut pair.
func cheapest(cuts []spec.EdgeCut) (int, error) {
	best, lowest := -1, 0.
	for k, c := range cuts {
		if len(c.Groups) == 0 {
			continue
		}
		if cost := c.CutCost / float64(crossPairs(c.Groups)); best < 0 || cost < lowest {
			best, lowest = k, cost
		}
	}
	if best < 0 {
		edges := make([]int, len(cuts))
		for k, c := range cuts {
			edges[k] = c.Edge
		}
		return 0, fmt.Errorf("splitting by gradients: the gradients of all operations are zero in every mini-batch on edges %v; "+
			"train the supernet longer or use edge %q with partition %q", edges, spec.EdgeRandom, spec.PartitionRandom)
	}
	return best, nil
}

// crossPairs is the number of pairs of operations that the groups part.
func crossPairs(groups [][]int) int {
	pairs, seen := 0, 0
	for _, g := range groups {
		pairs += seen * len(g)
		seen += len(g)
	}
	return pairs
}

// partition divides the operations without looking at gradients.
func partition(level spec.Level, operations []int, rng *rand.Rand) ([][]int, error) {
	switch level.Partition {
	case spec.PartitionExhaustive:
		return Singletons(operations), nil
	case spec.PartitionRandom:
		return Random(operations, level.Groups, rng)
	}
	return nil, fmt.Errorf("unknown partition %q: use %s, %s or %s",
		level.Partition, spec.PartitionMinCut, spec.PartitionRandom, spec.PartitionExhaustive)
}

// Singletons puts each operation in a group of its own (exhaustive splitting, as Few-Shot NAS does).
func Singletons(operations []int) [][]int {
	groups := make([][]int, len(operations))
	for k, o := range operations {
		groups[k] = []int{o}
	}
	return groups
}

// Random cuts a random permutation into groups of floor(n/groups), of which the last takes the remainder
// (spec.md section 3.6). Operations are ascending within a group; the order of the groups is as drawn.
func Random(operations []int, groups int, rng *rand.Rand) ([][]int, error) {
	n := len(operations)
	if groups < 2 || groups > n {
		return nil, fmt.Errorf("%d groups for %d operations: use 2 to %d", groups, n, n)
	}
	rest := slices.Clone(operations)
	rng.Shuffle(n, func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
	parts := make([][]int, groups)
	for k := range parts {
		size := n / groups
		if k == groups-1 {
			size = len(rest)
		}
		parts[k] = slices.Sorted(slices.Values(rest[:size]))
		rest = rest[size:]
	}
	return parts, nil
}
