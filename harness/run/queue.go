package run

import (
	"cmp"
	"slices"

	"gmnas/harness/plan"
	"gmnas/harness/spec"
)

// task is a stage that can run now.
type task struct {
	named
	goal int // the first that needs it
}

// lookup is what the planner sees: failures of earlier runs are to be tried again, and a stage whose weights
// are lost is to run again.
func (c *coordinator) lookup(key spec.Key) (spec.Outcome, bool) {
	if o, ok := c.failed[key]; ok {
		return o, true
	}
	if c.lost[key] {
		return spec.Outcome{}, false
	}
	if c.absent[key] {
		return spec.Outcome{}, false
	}
	o, ok := c.recorded(key)
	if !ok || o.State == spec.Failed {
		c.absent[key] = true
		return spec.Outcome{}, false
	}
	return o, true
}

// expand asks the planner what goal i needs. Where a ready stage reads weights that are missing or damaged, the
// stage that made them is ready instead.
func (c *coordinator) expand(i int) error {
	for {
		n, err := c.goals[i].expand(c.lookup)
		if err != nil {
			return err
		}
		again := false
		for _, s := range n.ready {
			for _, input := range s.stage.Inputs {
				if c.weightsLost(input) {
					again = true
				}
			}
		}
		if !again {
			c.needs[i] = n
			return nil
		}
	}
}

// weightsLost reports whether the stage is recorded and should have left weights, but they are missing or damaged, and marks it as lost.
func (c *coordinator) weightsLost(key spec.Key) bool {
	o, ok := c.lookup(key)
	if !ok || !spec.LeavesWeights(o.Kind) || c.intact[key] {
		return false
	}
	if _, err := ReadWeights(c.opts.weights(), key); err != nil {
		c.say("%v: trained again, because an unfinished stage needs them", err)
		c.lost[key] = true
		return true
	}
	c.intact[key] = true
	return false
}

// changed plans again what the stage is part of. A forecast changes with a split, a derivation and a failure only, and
// a null row that draws from runs only with their splits.
func (c *coordinator) changed(t task) error {
	delete(c.absent, t.key)
	o, _ := c.lookup(t.key)
	for i, g := range c.goals {
		concerned := slices.ContainsFunc(c.needs[i].stages, func(s named) bool { return s.key == t.key }) ||
			len(g.From) > 0 && t.stage.Split != nil
		if c.needs[i].complete || !concerned {
			continue
		}
		if err := c.expand(i); err != nil {
			return err
		}
		if o.State == spec.Done && t.stage.Split == nil && t.stage.Derive == nil {
			continue
		}
		if err := c.forecast(i); err != nil {
			return err
		}
	}
	c.requeue()
	return nil
}

// requeue lists the ready stages once each: those of earlier goals first, so that these finish, and the
// longest first within a goal, so that the last ones are short.
func (c *coordinator) requeue() {
	seen := map[spec.Key]bool{}
	for _, p := range c.busy() {
		seen[p.task.key] = true
	}
	c.queue = nil
	for i, n := range c.needs {
		for _, s := range n.ready {
			if !seen[s.key] {
				seen[s.key] = true
				c.queue = append(c.queue, task{named: s, goal: i})
			}
		}
	}
	slices.SortStableFunc(c.queue, func(a, b task) int {
		return cmp.Or(cmp.Compare(a.goal, b.goal), cmp.Compare(c.work[b.key].FLOPs, c.work[a.key].FLOPs))
	})
}

// discard deletes the weights of stages that only complete goals have.
func (c *coordinator) discard() error {
	needed := map[spec.Key]bool{}
	for i := range c.needs {
		for _, s := range c.needs[i].stages {
			needed[s.key] = needed[s.key] || !c.needs[i].complete
		}
	}
	for key, is := range needed {
		if o, ok := c.recorded(key); ok && spec.LeavesWeights(o.Kind) && !is {
			if err := removeWeights(c.opts.weights(), key); err != nil {
				return err
			}
			delete(c.intact, key)
		}
	}
	return nil
}

// estimate is the planner's, once for each stage.
func (c *coordinator) estimate(s named) (spec.Cost, error) {
	cost, ok := c.work[s.key]
	if ok {
		return cost, nil
	}
	cost, err := plan.Work(s.stage)
	c.work[s.key] = cost
	return cost, err
}
