package plan

import (
	"fmt"
	"slices"

	"gmnas/harness/spec"
	"gmnas/harness/split"
	"gmnas/nasbench/space"
)

// checkOver checks an experiment without runs of its own.
func checkOver(p problems, exp spec.Experiment) {
	p.one("Over", exp.Over, spec.OverPairs, spec.OverAlgorithms, spec.OverAudit)
	why := "the experiment reports on recorded splits"
	p.zero("Rows", fmt.Sprintf("%d of them", len(exp.Rows)), len(exp.Rows) == 0, why)
	p.zero("Columns", exp.Columns, len(exp.Columns) == 0, why)
	p.zero("Seeds", exp.Seeds, len(exp.Seeds) == 0, why)
	p.zero("Axis", exp.Axis, exp.Axis == "", why)
}

// checkClaims checks that what is claimed can be looked at.
func checkClaims(p problems, exp spec.Experiment) {
	for k, c := range exp.Claims {
		q := p.in(fmt.Sprintf("Claims[%d].", k))
		var checks []string
		switch exp.Over {
		case "":
			checks = []string{spec.CheckAbove, spec.CheckBelow, spec.CheckFinds, spec.CheckMisses, spec.CheckWider, spec.CheckLevel, spec.CheckNearOptimum}
		case spec.OverPairs:
			checks = []string{spec.CheckTogether, spec.CheckAlways}
		case spec.OverAlgorithms:
			checks = []string{spec.CheckAgree}
		}
		if !q.one("Check", c.Check, checks...) {
			continue
		}
		switch c.Check {
		case spec.CheckFinds, spec.CheckMisses:
			checkRuleClaim(q, exp, c)
		case spec.CheckTogether, spec.CheckAlways:
			q.whole("Of", len(c.Of), 2, 2)
			for _, name := range c.Of {
				if _, err := space.NB201.Operation(name); err != nil {
					q.add("Of", "%q: %v", short(name), err)
				}
			}
		case spec.CheckAgree:
			q.whole("Of", len(c.Of), 1, 1)
			for _, name := range c.Of {
				if _, err := split.AlgorithmByName(name); err != nil {
					q.add("Of", "%q: %v", short(name), err)
				}
			}
		default:
			checkRowClaim(q, exp, c)
		}
	}
}

// checkRuleClaim checks a claim about a rule, which is about all rows.
func checkRuleClaim(p problems, exp spec.Experiment, c spec.Claim) {
	if !slices.ContainsFunc(exp.Columns, func(have spec.Column) bool { return have.ID() == c.Column && have.Rule != "" }) {
		p.add("Column", "%q: is no column of the table with a rule", short(c.Column))
	}
	p.zero("Row", c.Row, c.Row == "", "the claim is about all rows")
	p.whole("Than", len(c.Than), 0, 0)
}

func checkRowClaim(p problems, exp spec.Experiment, c spec.Claim) {
	if !slices.ContainsFunc(exp.Columns, func(have spec.Column) bool { return have.ID() == c.Column }) {
		p.add("Column", "%q: is no column of the table", short(c.Column))
	}
	for _, id := range append([]string{c.Row}, c.Than...) {
		if row, ok := exp.Row(id); !ok || row.Kind != spec.RowRun {
			p.add("Row or Than", "%q: must be the ID of a row of kind %q", short(id), spec.RowRun)
		}
	}
	if c.Check == spec.CheckNearOptimum {
		p.whole("Than", len(c.Than), 0, 0)
	} else {
		p.whole("Than", len(c.Than), 1, len(exp.Rows))
	}
	if c.Check == spec.CheckLevel || c.Check == spec.CheckNearOptimum {
		p.number("Within", c.Within, 1e-9, 100)
	} else {
		p.zero("Within", c.Within, c.Within == 0, "the check is "+c.Check)
	}
}
