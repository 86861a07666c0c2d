package plan

import (
	"fmt"

	"gmnas/harness/spec"
)

// States of a stage in a plan.
const (
	recorded = "recorded"
	failed   = "failed" // or diverged
	ready    = "ready"
	later    = "later" // waits for others; its masks may not be known yet
)

// item is a stage of a run, seen from before it is finished.
type item struct {
	id    string // equal where it is the same stage for certain
	kind  string
	state string
	cost  spec.Cost
	train int // epochs of a supernet
	again int // epochs of a retraining
}

// forecast lists all stages that the run takes with that seed. Splits that aren't recorded are stood in for by
// balanced ones on the first unsplit edge: the work of DARTS and SNAS doesn't depend on which, that of RSPS hardly.
// Stages below a failed one aren't listed, as it may stay so.
func forecast(run spec.Run, seed int64, lookup Lookup) (items []item, leaves int, err error) {
	now, err := Expand(run, seed, lookup)
	if err != nil {
		return nil, 0, err
	}
	// A tree grows by a level each time its splits and derivations are filled in.
	standIns := map[spec.Key]spec.Outcome{}
	merged := func(k spec.Key) (spec.Outcome, bool) {
		if o, ok := lookup(k); ok {
			return o, true
		}
		o, ok := standIns[k]
		return o, ok
	}
	whole := now
	for len(whole.Ready) > 0 {
		for _, stage := range whole.Ready {
			if standIns[stage.Key()], err = StandIn(stage); err != nil {
				return nil, 0, fmt.Errorf("forecasting: %w", err)
			}
		}
		if whole, err = Expand(run, seed, merged); err != nil {
			return nil, 0, err
		}
	}
	c := census{ready: map[spec.Key]bool{}, lookup: lookup, guessed: map[string]string{}}
	for _, stage := range now.Ready {
		c.ready[stage.Key()] = true
	}
	err = c.take(whole)
	return c.items, len(whole.Leaves), err
}

// census counts the stages of a tree that is filled in with stand-ins.
type census struct {
	items   []item
	ready   map[spec.Key]bool
	lookup  Lookup
	guessed map[string]string // path -> keys of the stand-in splits above it
}

// take lists the tree's stages. Below a stand-in, stages of different runs may look the same by chance: their
// identity includes the keys of the stand-ins above.
func (c *census) take(t Tree) error {
	above := func(path string) string {
		if path == "" {
			return ""
		}
		return c.guessed[path[:len(path)-1]]
	}
	for _, n := range t.Nodes {
		guess := above(n.Path)
		for _, s := range []Step{n.Train, n.Split} {
			if err := c.add(s, guess); err != nil {
				return err
			}
		}
		if _, known := c.lookup(n.Split.Key); !known {
			guess += string(n.Split.Key)
		}
		c.guessed[n.Path] = guess
	}
	for _, l := range t.Leaves {
		guess := above(l.Path)
		for _, s := range []Step{l.Train, l.Derive, l.Rank} {
			if err := c.add(s, guess); err != nil {
				return err
			}
		}
		if _, known := c.lookup(l.Derive.Key); !known {
			guess += string(l.Derive.Key)
		}
		// Whoever goes on at a rung, a selection takes no other stages than that of all leaves.
		for _, s := range append([]Step{l.Evaluate}, l.Retrain...) {
			if err := c.add(s, guess); err != nil {
				return err
			}
		}
	}
	if err := c.add(t.Replay, ""); err != nil {
		return err
	}
	for _, s := range t.Pairs {
		if err := c.add(s, ""); err != nil {
			return err
		}
	}
	return nil
}

func (c *census) add(s Step, guess string) error {
	if !s.Planned() {
		return nil
	}
	i := item{id: string(s.Key) + guess, kind: s.Stage.Kind, state: later}
	outcome, known := c.lookup(s.Key)
	switch {
	case known && outcome.State == spec.Done:
		i.state = recorded
	case known:
		i.state = failed
	case c.ready[s.Key]:
		i.state = ready
	}
	if s.Stage.Train != nil {
		i.train = s.Stage.Train.Epochs
	}
	if r := s.Stage.Retrain; r != nil {
		i.again = r.To - r.From
	}
	var err error
	i.cost, err = Work(s.Stage)
	c.items = append(c.items, i)
	return err
}
