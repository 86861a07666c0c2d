package report

import (
	"fmt"
	"math"

	"gmnas/harness/spec"
	"gmnas/report/stat"
	"gmnas/report/table"
)

// claims checks the experiment's claims. The exact p of all comparisons are corrected together by Holm's method; the
// first rule that applies decides a comparison:
//
//  1. not comparable  the architectures were trained here at small scale on the embedded set
//  2. not run         a side has no value
//  3. cannot tell     seeds are missing
//  4. of groups       corrected p at most 0.05: holds or contradicted by the figure's direction; otherwise cannot tell,
//     and "n = 4 cannot decide" where the smallest p that so few values can give is above 0.05 after the correction;
//     either way with how many could, and about how many would
//  5. of a count      (always) one exception contradicts
//  6. of intervals    (level, near-optimum) the 95 % interval within the declared points holds, outside them
//     contradicts, otherwise cannot tell
func (b *builder) claims() []table.Claim {
	var list []table.Claim
	var tests []*test
	for _, c := range b.Experiment.Claims {
		claim := table.Claim{Text: c.Text, Check: c.Check}
		for _, t := range b.tests(c) {
			tests = append(tests, t)
			claim.Comparisons = append(claim.Comparisons, table.Comparison{}) // filled in below, once all p are known
		}
		list = append(list, claim)
	}
	correct(tests)
	for _, t := range tests {
		b.among = max(b.among, t.among)
	}
	k := 0
	for i := range list {
		for j := range list[i].Comparisons {
			list[i].Comparisons[j] = tests[k].decide()
			k++
		}
		list[i].Verdict = overall(list[i].Comparisons)
	}
	return list
}

// test is a comparison before its decision.
type test struct {
	table.Comparison
	reach   reach   // where Figure is a test's of groups
	above   float64 // the claim is that Figure is above this
	settled bool    // an outright count decides, without a p
	within  float64 // where an interval decides
	among   int     // tests that it is corrected with
}

// tests returns one test for each comparison that the claim makes.
func (b *builder) tests(c spec.Claim) []*test {
	switch c.Check {
	case spec.CheckAbove, spec.CheckLevel:
		var list []*test
		for _, than := range c.Than {
			list = append(list, b.means(c, than))
		}
		return list
	case spec.CheckBelow: // the errors of the others are above
		var list []*test
		for _, than := range c.Than {
			higher := c
			higher.Row = than
			list = append(list, b.means(higher, c.Row))
		}
		return list
	case spec.CheckFinds, spec.CheckMisses:
		return []*test{b.finds(c)}
	case spec.CheckWider:
		return []*test{b.spreads(c)}
	case spec.CheckNearOptimum:
		return []*test{b.nearOptimum(c)}
	case spec.CheckTogether, spec.CheckAlways:
		return []*test{b.together(c)}
	case spec.CheckAgree:
		return []*test{b.agree(c)}
	}
	return []*test{{Comparison: table.Comparison{Verdict: table.CannotTell, Reason: "no such check: " + c.Check}}}
}

// values are a row's accuracies by seed, and the name of the row.
func (b *builder) values(id, column string) (map[int64]float64, stat.Sample, string) {
	row, _ := b.Experiment.Row(id)
	bySeed := map[int64]float64{}
	var list []float64
	for _, s := range b.searches[id] {
		if s.state() != spec.Done {
			continue
		}
		if v, ok := b.value(s, column); ok && finite(v) {
			bySeed[s.Seed] = v
			list = append(list, v)
		}
	}
	return bySeed, stat.NewSample(list), row.Name
}

// value is a complete search's figure in a column.
func (b *builder) value(s Search, column string) (float64, bool) {
	if !s.Run.Retrains() {
		v, ok := s.pick(spec.RuleTableValid).accuracy[column]
		return v, ok
	}
	for _, c := range b.Experiment.Columns {
		if c.ID() == column {
			v, _, ok := s.figure(c)
			return v, ok
		}
	}
	return 0, false
}

// printed returns what the paper prints of two rows.
func (b *builder) printed(x, y, column string) (px, py spec.Printed, ok bool) {
	rowX, _ := b.Experiment.Row(x)
	rowY, _ := b.Experiment.Row(y)
	px, okX := rowX.Paper[column]
	py, okY := rowY.Paper[column]
	return px, py, okX && okY
}

// unready sets the verdict where there is nothing to test yet.
func (b *builder) unready(t *test, counts ...int) bool {
	asked := len(b.Experiment.Seeds)
	if b.embedded {
		t.Verdict, t.Reason = table.NotComparable, trainedHere
		if _, again := b.retraining(); again {
			t.Reason = "searched and retrained on the embedded set"
		}
		return true
	}
	for _, n := range counts {
		if n == 0 {
			t.Verdict, t.Reason = table.NotRun, "a side has no seed with a value"
			return true
		}
	}
	for _, n := range counts {
		if n < asked {
			t.Verdict, t.Reason = table.CannotTell, fmt.Sprintf("%d of %d seeds on a side", n, asked)
		}
	}
	return t.Verdict != ""
}

// means compares the means of two rows: the claim's Row above than, or than level with it.
func (b *builder) means(c spec.Claim, than string) *test {
	seedsX, x, nameX := b.values(c.Row, c.Column)
	seedsY, y, nameY := b.values(than, c.Column)
	t := &test{Comparison: table.Comparison{What: nameX + " - " + nameY, Measure: "difference of means, points", N: sizes(x.N(), y.N())}}
	if px, py, ok := b.printed(c.Row, than, c.Column); ok {
		d := px.Mean - py.Mean
		t.Paper = &d
	}
	if mx, err := x.Mean(); err == nil {
		if my, err := y.Mean(); err == nil {
			d := mx - my
			t.Figure = &d
		}
	}
	if i, err := stat.WelchInterval(x, y, 0.95); err == nil {
		t.Low, t.High = &i.Low, &i.High
	}
	t.within = c.Within // 0 but for CheckLevel
	if b.unready(t, x.N(), y.N()) || t.within > 0 {
		return t
	}
	t.ranks(x, y)
	if p, err := stat.Paired(seedsX, seedsY); err == nil {
		t.Paired = &p.P
	}
	return t
}

// spreads compares how far values are from the median of their row, Row's against those of all other rows together.
func (b *builder) spreads(c spec.Claim) *test {
	_, x, nameX := b.values(c.Row, c.Column)
	t := &test{Comparison: table.Comparison{Measure: "ratio of standard deviations"}, above: 1}
	var others []float64
	var squares, freedom float64
	counts := []int{x.N()}
	for _, than := range c.Than {
		_, y, nameY := b.values(than, c.Column)
		counts = append(counts, y.N())
		others = append(others, y.Deviations()...)
		if std, err := y.Std(); err == nil {
			squares += std * std * float64(y.N()-1)
			freedom += float64(y.N() - 1)
		}
		t.What = nameX + " / " + nameY
	}
	if len(c.Than) > 1 {
		t.What = nameX + " / the other " + fmt.Sprint(len(c.Than))
	}
	t.N = sizes(x.N(), len(others))
	if px, py, ok := b.printed(c.Row, c.Than[0], c.Column); ok && len(c.Than) == 1 && px.HasStd && py.HasStd && py.Std > 0 {
		ratio := px.Std / py.Std
		t.Paper = &ratio
	}
	if std, err := x.Std(); err == nil && squares > 0 {
		ratio := std / math.Sqrt(squares/freedom)
		low, high := stat.RatioInterval(ratio, float64(x.N()-1), freedom, 0.95)
		t.Figure, t.Low, t.High = &ratio, &low, &high
	}
	if b.unready(t, counts...) {
		return t
	}
	t.ranks(stat.NewSample(x.Deviations()), stat.NewSample(others))
	return t
}

// ranks takes the exact test of two groups into the comparison.
func (t *test) ranks(x, y stat.Sample) {
	if u, err := stat.MannWhitney(x, y); err == nil {
		t.P, t.Effect = &u.P, &u.Delta
	}
	t.reach = ofSamples(x, y)
}

func (b *builder) nearOptimum(c spec.Claim) *test {
	_, x, name := b.values(c.Row, c.Column)
	t := &test{Comparison: table.Comparison{What: name + " - best of the table", Measure: "difference of means, points", N: fmt.Sprint(x.N())}, within: c.Within}
	best, single, ok := b.optimum(c.Column)
	row, _ := b.Experiment.Row(c.Row)
	if p, has := row.Paper[c.Column]; has && ok {
		d := p.Mean - best
		t.Paper = &d
	}
	if mean, err := x.Mean(); err == nil && ok {
		d := mean - best
		t.Figure = &d
		if i, err := stat.TInterval(x, 0.95); err == nil {
			low, high := i.Low-best, i.High-best
			t.Low, t.High = &low, &high
		}
	}
	if b.unready(t, x.N()) {
		return t
	}
	switch {
	case !ok:
		t.Verdict, t.Reason = table.NotRun, "no null is recorded, which tells the table's best"
	case single:
		t.Verdict, t.Reason = table.NotComparable, aggregationDiffers
	}
	return t
}

// correct adjusts the p values of all tests for the number of declared ones: a test that can't be made yet counts as
// p = 1, so that a result doesn't fade when others come in.
func correct(tests []*test) {
	var p []float64
	var of []*test
	for _, t := range tests {
		switch {
		case t.within > 0 || t.settled:
		case t.P != nil:
			p, of = append(p, *t.P), append(of, t)
		default:
			p, of = append(p, 1), append(of, t)
		}
	}
	adjusted, err := stat.Holm(p)
	for i, t := range of {
		t.among = len(of)
		if err == nil && t.P != nil {
			t.Adjusted = &adjusted[i]
		}
	}
}

// decide gives the comparison its verdict.
func (t *test) decide() table.Comparison {
	c := t.Comparison
	switch {
	case c.Verdict != "":
	case t.within > 0:
		c.Verdict, c.Reason = decideInterval(c, t.within)
	case c.Figure == nil || c.Adjusted == nil:
		c.Verdict, c.Reason = table.CannotTell, "no figure: "+"one value, or no spread"
		if c.Figure != nil {
			c.Reason = "no exact p for so many values"
		}
	default:
		t.decideGroups(&c)
	}
	return c
}

func (t *test) decideGroups(c *table.Comparison) {
	seen := "the other way"
	switch {
	case *c.Figure > t.above:
		seen = "as claimed"
	case *c.Figure == t.above:
		seen = "no difference"
	}
	corrected := fmt.Sprintf("p = %.2g after correction for %d", *c.Adjusted, t.among)
	smallest := min(1, t.reach.smallest*float64(t.among))
	switch c.Significant = *c.Adjusted <= significant; {
	case c.Significant && *c.Figure > t.above:
		c.Verdict, c.Reason = table.Holds, corrected
	case c.Significant:
		c.Verdict, c.Reason = table.Contradicted, seen+", "+corrected
	case smallest > significant:
		c.Verdict = table.CannotTell
		c.Reason = fmt.Sprintf("%s; %s cannot decide: the smallest p is %.2g, %.2g after correction for %d; %s", seen, t.reach.few, t.reach.smallest, smallest, t.among, t.reach.fill(c, t.among))
	default:
		c.Verdict, c.Reason = table.CannotTell, seen+"; "+corrected+"; "+t.reach.fill(c, t.among)
	}
}

// decideInterval holds the interval against ±within.
func decideInterval(c table.Comparison, within float64) (table.Verdict, string) {
	switch {
	case c.Low == nil || c.High == nil:
		return table.CannotTell, "no interval: one value, or no spread on either side"
	case *c.Low >= -within && *c.High <= within:
		return table.Holds, fmt.Sprintf("the interval is within ±%.4g", within)
	case *c.Low > within || *c.High < -within:
		return table.Contradicted, fmt.Sprintf("the interval is outside ±%.4g", within)
	}
	return table.CannotTell, fmt.Sprintf("the interval reaches across ±%.4g: too few values or too wide a spread", within)
}

// overall is the verdict of a claim by those of its comparisons.
func overall(list []table.Comparison) table.Verdict {
	verdict := table.Holds
	for _, worse := range []table.Verdict{table.CannotTell, table.NotRun, table.NotComparable, table.Contradicted} {
		for _, c := range list {
			if c.Verdict == worse {
				verdict = worse
			}
		}
	}
	return verdict
}

func sizes(n, m int) string { return fmt.Sprintf("%d and %d", n, m) }

func few(n, m int) string {
	if n == m {
		return fmt.Sprintf("n = %d", n)
	}
	return fmt.Sprintf("n = %d and %d", n, m)
}
