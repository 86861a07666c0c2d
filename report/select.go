package report

import "gmnas/harness/spec"

// picked is the leaf that a rule picks.
type picked struct {
	leaf     int
	accuracy map[string]float64 // by column
	evaluate spec.Outcome
	ok       bool
}

// pick returns the leaf with the highest figure by the rule, the first of equals (spec.md section 4):
//
//	spec.RuleTableValid  validation accuracy on the data set of the search; the main rule
//	spec.RuleTableTest   test accuracy there: the oracle, which no honest search can know
//	spec.RuleSupernet    the supernet's own accuracy on its A-set: all that a search without a table knows
//
// All columns then show that one leaf's architecture. Where a leaf lacks the figure nothing is picked.
func (s Search) pick(rule string) picked {
	best, bestFigure := picked{}, 0.0
	for i, leaf := range s.Leaves {
		figure, ok := leaf.figure(rule, s.dataset())
		if !ok {
			return picked{}
		}
		if !best.ok || figure > bestFigure {
			best = picked{leaf: i, accuracy: leaf.Evaluate.Evaluate.Accuracy, evaluate: *leaf.Evaluate, ok: true}
			bestFigure = figure
		}
	}
	return best
}

// figure returns what the rule compares.
func (l Leaf) figure(rule, dataset string) (float64, bool) {
	if !done(l.Derive) || !done(l.Evaluate) || l.Derive.Derive == nil || l.Evaluate.Evaluate == nil {
		return 0, false
	}
	var v float64
	ok := true
	switch rule {
	case spec.RuleSupernet:
		v = l.Derive.Derive.Accuracy
	case spec.RuleTableTest:
		v, ok = l.Evaluate.Evaluate.Accuracy[dataset+"/test"]
	case spec.RuleTableValid:
		v, ok = l.Evaluate.Evaluate.Accuracy[dataset+"/valid"]
	default:
		return 0, false
	}
	return v, ok && finite(v)
}
