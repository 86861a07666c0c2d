package report

import (
	"math"

	"gmnas/harness/halving"
	"gmnas/harness/spec"
)

// finalist is a leaf's architecture with its retraining, as far as it is recorded.
type finalist struct {
	architecture string
	derived      *spec.Derived // nil of a random architecture
	rungs        []*spec.Outcome
	points       []spec.EpochPoint // of all recorded epochs
}

// finalists are a search's, one from each leaf, in their order.
func (s Search) finalists() []finalist {
	var list []finalist
	for _, l := range s.Leaves {
		c := finalist{architecture: l.Architecture, rungs: l.Retrain}
		if done(l.Derive) {
			c.derived = l.Derive.Derive
		}
		for _, o := range l.Retrain {
			if done(o) && o.Retrain != nil {
				c.points = append(c.points, o.Retrain.Curve...)
			}
		}
		list = append(list, c)
	}
	return list
}

// at is a figure of the epoch that a rung ends with: unknown where it isn't recorded, NaN where the retraining diverged.
func (c finalist) at(rung int, figure func(spec.EpochPoint) float64) (float64, bool) {
	if rung >= len(c.rungs) || c.rungs[rung] == nil {
		return 0, false
	}
	switch o := c.rungs[rung]; {
	case o.State == spec.Diverged:
		return math.NaN(), true
	case done(o) && o.Retrain != nil && len(o.Retrain.Curve) > 0:
		return figure(o.Retrain.Curve[len(o.Retrain.Curve)-1]), true
	}
	return 0, false
}

func heldOut(p spec.EpochPoint) float64 { return p.ValidAcc }
func tested(p spec.EpochPoint) float64  { return p.TestAcc }

// end is the last epoch of a whole retraining; false where it isn't one.
func (c finalist) end(rungs []int) (spec.EpochPoint, bool) {
	if len(c.points) == 0 || len(c.points) != rungs[len(rungs)-1] {
		return spec.EpochPoint{}, false
	}
	return c.points[len(c.points)-1], true
}

// diverged reports whether the retraining did.
func (c finalist) diverged() bool {
	for _, o := range c.rungs {
		if o != nil && o.State == spec.Diverged {
			return true
		}
	}
	return false
}

// bestEpoch is the highest test accuracy of all its epochs, as the paper reports it.
func (c finalist) bestEpoch() float64 {
	best := 0.
	for _, p := range c.points {
		best = max(best, p.TestAcc)
	}
	return best
}

// selects returns the finalist that a rule selects, the first of equals; false where something that the rule looks at isn't
// recorded (spec.md section 4):
//
//	""                    the run's own: RuleHeldOut where all are trained, or SelectHalving
//	spec.RuleSupernet     highest accuracy of the leaf's own supernet
//	spec.RuleSupernetLoss lowest loss of it
//	spec.RuleHeldOut      highest accuracy on held-out records after the last epoch
//	spec.RuleTest         highest test accuracy after the last epoch: the oracle
//	spec.SelectHalving    successive halving by the accuracy on held-out records
func (s Search) selects(rule string) (int, bool) {
	list, rungs := s.finalists(), s.Run.Select.Rungs
	if rule == "" {
		rule = ownRule(s.Run)
	}
	if rule == spec.SelectHalving {
		course := s.halved(heldOut)
		return course.Pick, course.Pick >= 0
	}
	best, highest := -1, 0.
	for k, c := range list {
		v := 0.
		switch rule {
		case spec.RuleSupernet, spec.RuleSupernetLoss:
			if c.derived == nil {
				return 0, false
			}
			v = c.derived.Accuracy
			if rule == spec.RuleSupernetLoss {
				v = -c.derived.Loss
			}
		default:
			last, ok := c.end(rungs)
			switch {
			case c.diverged():
				continue
			case !ok:
				return 0, false
			}
			v = heldOut(last)
			if rule == spec.RuleTest {
				v = tested(last)
			}
		}
		if best < 0 || v > highest {
			best, highest = k, v
		}
	}
	return best, best >= 0
}

// ownRule is by which a run selects.
func ownRule(r spec.Run) string {
	if r.Select.Rule == spec.SelectHalving {
		return spec.SelectHalving
	}
	return spec.RuleHeldOut
}

// selectsOnTest is halving as the paper and its code do it: on the test images.
func (s Search) selectsOnTest() (int, bool) {
	course := s.halved(tested)
	return course.Pick, course.Pick >= 0
}

// halved is the course of halving by a figure.
func (s Search) halved(figure func(spec.EpochPoint) float64) halving.Course {
	list := s.finalists()
	return halving.Follow(len(list), len(s.Run.Select.Rungs), func(k, rung int) (float64, bool) { return list[k].at(rung, figure) })
}

// figure is what a column shows of a search; false where it has no value.
func (s Search) figure(c spec.Column) (value float64, picked int, ok bool) {
	k, ok := s.selects(c.Rule)
	if !ok {
		return 0, 0, false
	}
	chosen := s.finalists()[k]
	last, ended := chosen.end(s.Run.Select.Rungs)
	switch c.Figure {
	case spec.FigureError, spec.FigureBestError:
		return 100 - last.TestAcc, k, ended
	case spec.FigureParams:
		return float64(chosen.rungs[0].Retrain.Params) / 1e6, k, ended
	case spec.FigureDays:
		seconds := 0.
		for _, o := range s.Stages {
			if o.Kind != spec.KindRetrain {
				seconds += o.Cost.Seconds
			}
		}
		return seconds / (24 * 3600), k, seconds > 0 || s.Run.Random > 0
	}
	return 0, 0, false
}
