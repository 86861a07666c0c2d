package plan

import (
	"fmt"

	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

// Null returns the stages of a no-search row: with Shots one stage of as many masks of the whole space; with From
// one for each tree of that row's run whose leaves are known, in the order of the trees. The table is given by its
// hash. The stages carry no seed: their draws come from their keys.
func Null(spaceName string, of spec.NullOf, table string, trees []Tree) ([]spec.Stage, error) {
	s, err := space.ByName(spaceName)
	if err != nil {
		return nil, fmt.Errorf("planning a null row: %w", err)
	}
	stage := func(masks []string) spec.Stage {
		return spec.Stage{Protocol: spec.Protocol, Kind: spec.KindNull,
			Null: &spec.NullStage{Space: spaceName, Table: table, Masks: masks, Draws: of.Draws}}
	}
	if of.From == "" {
		masks := make([]string, of.Shots)
		for k := range masks {
			masks[k] = space.Full(s).String()
		}
		return []spec.Stage{stage(masks)}, nil
	}
	var stages []spec.Stage
	for _, t := range trees {
		if masks, known := t.Masks(); known {
			stages = append(stages, stage(masks))
		}
	}
	return stages, nil
}
