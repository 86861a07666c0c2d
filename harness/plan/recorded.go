package plan

import (
	"errors"
	"fmt"
	"slices"

	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

// children returns the masks of a recorded split, in the order of its groups. Outcomes come from outside: a split
// that doesn't partition an unsplit edge into the level's number of groups is an error.
func children(s space.Space, mask space.Mask, level spec.Level, split *spec.Splitting) ([]space.Mask, error) {
	if split == nil {
		return nil, errors.New("recorded split has no edge and groups: remove the outcome and run the stage again")
	}
	if !slices.Contains(mask.Unsplit(s), split.Edge) {
		return nil, fmt.Errorf("recorded split: edge %d is not an unsplit edge of mask %s: remove the outcome and run the stage again", split.Edge, mask)
	}
	var masks []space.Mask
	for _, group := range split.Groups {
		masks = append(masks, mask.With(split.Edge, group))
	}
	all := slices.Sorted(slices.Values(slices.Concat(split.Groups...)))
	empty := slices.ContainsFunc(split.Groups, func(group []int) bool { return len(group) == 0 })
	if len(masks) != level.Groups || empty || !slices.Equal(all, mask.Operations(split.Edge)) {
		return nil, fmt.Errorf("recorded split: %v is no partition of operations %v into %d groups: remove the outcome and run the stage again",
			split.Groups, mask.Operations(split.Edge), level.Groups)
	}
	return masks, nil
}

// derived returns the recorded architecture, or an error where it isn't one of the leaf.
func derived(s space.Space, mask space.Mask, d *spec.Derived) (string, error) {
	if d == nil {
		return "", errors.New("recorded derivation has no architecture: remove the outcome and run the stage again")
	}
	a, err := s.Member(mask, d.Architecture)
	if err != nil {
		return "", fmt.Errorf("recorded derivation: %w: remove the outcome and run the stage again", err)
	}
	if !(d.Accuracy >= 0 && d.Accuracy <= 100) {
		return "", fmt.Errorf("recorded derivation: supernet accuracy %v, must be 0 to 100: remove the outcome and run the stage again", d.Accuracy)
	}
	return a, nil
}

// evaluated returns an error where a recorded accuracy is no percentage.
func evaluated(e *spec.Evaluated) error {
	if e == nil {
		return errors.New("recorded evaluation has no accuracies: remove the outcome and run the stage again")
	}
	for column, v := range ordered(e.Accuracy) {
		if !(v >= 0 && v <= 100) {
			return fmt.Errorf("recorded evaluation: %.40q has accuracy %v, must be 0 to 100: remove the outcome and run the stage again", column, v)
		}
	}
	return nil
}

// ranked returns an error where the recorded ranking isn't one of exactly the leaf's architectures, in percent.
func ranked(s space.Space, mask space.Mask, r *spec.Ranked) error {
	const again = "remove the outcome and run the stage again"
	if r == nil || len(r.Architectures) != s.SizeOf(mask) {
		return fmt.Errorf("recorded ranking: it doesn't have the %d architectures of leaf %s: %s", s.SizeOf(mask), mask, again)
	}
	k := 0
	for a := range s.Enumerate(mask) {
		got := r.Architectures[k]
		k++
		if got.Index != s.Index(a) {
			return fmt.Errorf("recorded ranking: architecture %d stands where leaf %s has %d: %s", got.Index, mask, s.Index(a), again)
		}
		for _, v := range []float64{got.Accuracy, got.Truth} {
			if !(v >= 0 && v <= 100) {
				return fmt.Errorf("recorded ranking: architecture %d has accuracy %v, must be 0 to 100: %s", got.Index, v, again)
			}
		}
	}
	return nil
}
