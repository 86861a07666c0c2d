package run

import (
	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

// forecast estimates all that goal i takes, also the stages that no one can name before a split is decided: it plans
// with made-up splits and architectures.
func (c *coordinator) forecast(i int) error {
	guessed := map[spec.Key]spec.Outcome{}
	lookup := func(key spec.Key) (spec.Outcome, bool) {
		if o, ok := c.lookup(key); ok {
			return o, true
		}
		o, ok := guessed[key]
		return o, ok
	}
	for {
		n, err := c.goals[i].expand(lookup)
		if err != nil {
			return err
		}
		for _, s := range n.ready {
			if guessed[s.key], err = guess(s.stage); err != nil {
				return err
			}
		}
		if len(n.ready) > 0 {
			continue
		}
		c.forecasts[i] = n
		for _, s := range n.stages {
			if _, err := c.estimate(s); err != nil {
				return err
			}
		}
		return nil
	}
}

// guess is a possible outcome of the stage, good enough to count what follows.
func guess(stage spec.Stage) (spec.Outcome, error) {
	o := spec.Outcome{Key: stage.Key(), Kind: stage.Kind, State: spec.Done}
	switch {
	case stage.Split != nil:
		s, mask, err := parseMask(stage.Split.Space, stage.Split.Mask)
		if err != nil {
			return o, err
		}
		o.Split = &spec.Splitting{}
		if edges := mask.Unsplit(s); len(edges) > 0 {
			o.Split.Edge = edges[0]
			o.Split.Groups = deal(mask.Operations(edges[0]), stage.Split.Groups)
		}
	case stage.Derive != nil:
		s, mask, err := parseMask(stage.Derive.Space, stage.Derive.Mask)
		if err != nil {
			return o, err
		}
		o.Derive = &spec.Derived{}
		for a := range s.Enumerate(mask) {
			if s.Connected(a) {
				o.Derive.Architecture = s.String(a)
				break
			}
		}
	}
	return o, nil
}

func parseMask(name, text string) (space.Space, space.Mask, error) {
	s, err := space.ByName(name)
	if err != nil {
		return s, space.Mask{}, err
	}
	mask, err := s.ParseMask(text)
	return s, mask, err
}

// deal distributes operations into groups whose sizes differ by at most one.
func deal(operations []int, groups int) [][]int {
	all := make([][]int, groups)
	for k, o := range operations {
		all[k*groups/len(operations)] = append(all[k*groups/len(operations)], o)
	}
	return all
}
