package report

import (
	"math"
	"strings"
	"testing"

	"gmnas/harness/plan"
	"gmnas/harness/spec"
	"gmnas/report/stat"
	"gmnas/report/table"
)

func TestVerdicts(t *testing.T) {
	paper := spec.Printed{Mean: 93.72, Std: 0.12, HasStd: true}
	for _, c := range []struct {
		name    string
		values  []float64
		change  func(*comparison)
		verdict table.Verdict
		reason  string
	}{
		{"within tolerance", []float64{93.5, 93.6, 93.9, 94.0}, nil, table.Reproduced, "within ±0.5"},
		{"at another scale too", []float64{93.5, 93.6, 93.9, 94.0}, func(c *comparison) { c.profile = spec.Laptop }, table.Reproduced, "within ±0.5"},
		{"clearly outside", []float64{88.1, 88.2, 88.0, 88.3}, nil, table.Differs, "outside ±0.5"},
		{"clearly above", []float64{98.1, 98.2, 98.0, 98.3}, nil, table.Differs, "outside ±0.5"},
		{"outside at another scale", []float64{88.1, 88.2, 88.0, 88.3}, func(c *comparison) { c.profile = spec.Laptop }, table.CannotTell, "not the paper's protocol"},
		{"too spread to tell", []float64{85, 95, 91, 93}, nil, table.CannotTell, "n = 4 is too few"},
		{"one seed is missing", []float64{93.5, 93.6, 93.9}, nil, table.CannotTell, "3 of 4 seeds"},
		{"one seed asked, outside", []float64{88}, func(c *comparison) { c.asked = 1 }, table.CannotTell, "n = 1"},
		{"one seed asked, within", []float64{93.7}, func(c *comparison) { c.asked = 1 }, table.Reproduced, "n = 1"},
		{"no seed", nil, nil, table.NotRun, "no seed"},
		{"all equal", []float64{54.3, 54.3, 54.3, 54.3}, nil, table.Differs, "outside"},
		{"all equal, printed exactly", []float64{54.3, 54.3, 54.3, 54.3}, func(c *comparison) { c.paper.Std = 0 }, table.Differs, "-39.42 to -39.42"},
		{"transfer", []float64{93.5, 93.6, 93.9, 94.0}, func(c *comparison) { c.searchedOn = "cifar10" }, table.NotComparable, "transfer from cifar10"},
		{"single trainings against means of several", []float64{94.56, 94.5, 94.5, 94.5}, func(c *comparison) { c.embedded = true }, table.NotComparable, "aggregation differs"},
	} {
		t.Run(c.name, func(t *testing.T) {
			comparison := comparison{values: stat.NewSample(c.values), asked: 4, printed: 4, paper: paper, tolerance: 0.5, profile: spec.Paper}
			if c.change != nil {
				c.change(&comparison)
			}
			verdict, reason := judge(comparison)
			if verdict != c.verdict || !strings.Contains(reason, c.reason) {
				t.Errorf("%s (%s), want %s (%s)", verdict, reason, c.verdict, c.reason)
			}
		})
	}
}

// TestWelch compares with a value worked out by hand: equal deviations and sizes give 2(n-1) degrees of freedom.
func TestWelch(t *testing.T) {
	c := comparison{values: stat.NewSample([]float64{1, 2, 3, 4}), printed: 4, paper: spec.Printed{Std: math.Sqrt(5.0 / 3), HasStd: true}}
	low, high := c.interval(0)
	want := 2.446911851 * math.Sqrt(2*5.0/3/4) // t(6)
	if math.Abs(high-want) > 1e-6 || math.Abs(low+want) > 1e-6 {
		t.Errorf("interval %v to %v, want ±%v", low, high, want)
	}
}

func leaf(architecture string, supernet, valid, test float64) Leaf {
	return Leaf{
		Derive: &spec.Outcome{State: spec.Done, Kind: spec.KindDerive, Derive: &spec.Derived{Architecture: architecture, Accuracy: supernet}},
		Evaluate: &spec.Outcome{State: spec.Done, Kind: spec.KindEvaluate, Key: spec.Key("of " + architecture),
			Evaluate: &spec.Evaluated{Accuracy: map[string]float64{"cifar10/valid": valid, "cifar10/test": test}}},
	}
}

func search(leaves ...Leaf) Search {
	return Search{Row: "gm", Run: spec.Run{Setup: spec.Setup{Data: spec.Data{Set: "cifar10"}}}, Leaves: leaves, Complete: true}
}

func TestPick(t *testing.T) {
	s := search(leaf("a", 50, 90, 93), leaf("b", 40, 91, 92), leaf("c", 45, 91, 94), leaf("d", 50, 80, 80))
	for rule, want := range map[string]int{
		spec.RuleTableValid: 1, // the first of equals
		spec.RuleTableTest:  2,
		spec.RuleSupernet:   0,
	} {
		if p := s.pick(rule); !p.ok || p.leaf != want {
			t.Errorf("%s picks leaf %d (%v), want %d", rule, p.leaf, p.ok, want)
		}
	}
	if p := s.pick("by eye"); p.ok {
		t.Error("an unknown rule picked a leaf")
	}

	missing := search(leaf("a", 50, 90, 93), leaf("b", math.NaN(), 91, 92))
	delete(missing.Leaves[0].Evaluate.Evaluate.Accuracy, "cifar10/test")
	if missing.pick(spec.RuleTableTest).ok || missing.pick(spec.RuleSupernet).ok {
		t.Error("a rule picked although a leaf lacks its figure")
	}
	if p := missing.pick(spec.RuleTableValid); !p.ok || p.leaf != 1 {
		t.Errorf("validation accuracy picks leaf %d (%v), want 1", p.leaf, p.ok)
	}
}

func TestState(t *testing.T) {
	blocked := func(states ...spec.State) Search {
		s := search(leaf("a", 1, 1, 1))
		s.Complete = false
		for _, state := range states {
			s.Blocked = append(s.Blocked, plan.Block{State: state, Reason: "of " + string(state)})
		}
		return s
	}
	for _, c := range []struct {
		name    string
		search  Search
		state   spec.State
		failure string
	}{
		{"complete", search(leaf("a", 1, 1, 1)), spec.Done, ""},
		{"under way", blocked(), "", ""},
		{"failed", blocked(spec.Failed), spec.Failed, "of failed"},
		{"a divergence decides", blocked(spec.Failed, spec.Diverged), spec.Diverged, "of diverged"},
		{"nothing at all", Search{}, "", ""},
	} {
		if got := c.search.state(); got != c.state || c.search.failure() != c.failure {
			t.Errorf("%s: %q, %q, want %q, %q", c.name, got, c.search.failure(), c.state, c.failure)
		}
	}
}

// TestCostWithoutFigures: an outcome from elsewhere may have no times; the column is then empty, not 0.
func TestCostWithoutFigures(t *testing.T) {
	s := search(leaf("a", 1, 9.71, 9.71))
	s.Stages = []spec.Outcome{{Kind: spec.KindTrain, State: spec.Done, Cost: spec.Cost{GradientEvaluations: 40}}}
	b := builder{searches: map[string][]Search{"gm": {s, s}}}
	c := b.cost(spec.Row{ID: "gm"})
	if c.Seconds != nil || c.TeraFLOP != nil || c.GradientEvaluations == nil || *c.GradientEvaluations != 40 || c.N != 2 {
		t.Errorf("%+v, want 40 gradient evaluations, no seconds, no TFLOP, n = 2", c)
	}
}

// TestDegenerateCells: n = 1 has no deviation, equal values have no interval, and both say why.
func TestDegenerateCells(t *testing.T) {
	for _, c := range []struct {
		values   []float64
		std      bool
		interval bool
		why      string
	}{
		{[]float64{93}, false, false, "n = 1"},
		{[]float64{54.3, 54.3, 54.3, 54.3}, true, false, "equal"},
		{[]float64{0, 0}, true, false, "equal"},
		{[]float64{100, 100, 100}, true, false, "equal"},
		{[]float64{93, 94}, true, true, ""},
		{nil, false, false, "no values"},
	} {
		var cell table.Cell
		describe(&cell, stat.NewSample(c.values), 0)
		if (cell.Std != nil) != c.std || (cell.Low != nil) != c.interval || !strings.Contains(cell.Why, c.why) || (c.why == "") != (cell.Why == "") {
			t.Errorf("%v: %+v", c.values, cell)
		}
	}
}
