package run

import (
	"gmnas/harness/plan"
	"gmnas/harness/spec"
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
			if guessed[s.key], err = plan.StandIn(s.stage); err != nil {
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
