package plan

import (
	"fmt"
	"math/rand/v2"

	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

// StandIn is what a stage could leave behind, good enough to name and count the stages that follow from it: a balanced split
// of the first unsplit edge, a random architecture of the leaf, a ranking of zeros, retrainings that
// are all alike.
func StandIn(stage spec.Stage) (spec.Outcome, error) {
	outcome := spec.Outcome{Key: stage.Key(), Kind: stage.Kind, State: spec.Done}
	switch stage.Kind {
	case spec.KindSplit:
		s, mask, err := parseMask(stage.Split.Space, stage.Split.Mask)
		if err != nil {
			return outcome, err
		}
		unsplit := mask.Unsplit(s)
		if len(unsplit) == 0 {
			return outcome, fmt.Errorf("mask %s has no unsplit edge", mask)
		}
		groups := make([][]int, stage.Split.Groups)
		for k, o := range mask.Operations(unsplit[0]) {
			groups[k%len(groups)] = append(groups[k%len(groups)], o)
		}
		outcome.Split = &spec.Splitting{Edge: unsplit[0], Groups: groups}
	case spec.KindDerive:
		s, mask, err := parseMask(stage.Derive.Space, stage.Derive.Mask)
		if err != nil {
			return outcome, err
		}
		a, err := s.Draw(mask, rand.New(rand.NewPCG(uint64(stage.Seed), uint64(s.SizeOf(mask)))))
		if err != nil {
			return outcome, err
		}
		outcome.Derive = &spec.Derived{Architecture: a}
	case spec.KindRank:
		s, mask, err := parseMask(stage.Rank.Space, stage.Rank.Mask)
		if err != nil {
			return outcome, err
		}
		outcome.Rank = &spec.Ranked{}
		for a := range s.Enumerate(mask) {
			outcome.Rank.Architectures = append(outcome.Rank.Architectures, spec.RankedArchitecture{Index: s.Index(a)})
		}
	case spec.KindRetrain:
		outcome.Retrain = &spec.Retrained{}
		for epoch := stage.Retrain.From; epoch < stage.Retrain.To; epoch++ {
			outcome.Retrain.Curve = append(outcome.Retrain.Curve, spec.EpochPoint{Epoch: epoch})
		}
	case spec.KindReplay:
		outcome.Replay = &spec.Replayed{}
	}
	return outcome, nil
}

func parseMask(name, text string) (space.Space, space.Mask, error) {
	s, err := space.ByName(name)
	if err != nil {
		return s, space.Mask{}, err
	}
	mask, err := s.ParseMask(text)
	return s, mask, err
}
