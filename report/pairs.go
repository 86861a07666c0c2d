package report

import (
	"fmt"

	"gmnas/harness/spec"
	"gmnas/nasbench/space"
	"gmnas/report/stat"
	"gmnas/report/table"
)

// together tells whether two operations are in one group, and the chance of that in random groups of the same sizes:
// pairs within groups out of all pairs, 2/5 for groups of 2 and 3, 1/3 for 2 and 2. False where either isn't there.
func together(groups [][]int, x, y int) (same bool, chance float64, ok bool) {
	n, within, found := 0, 0, 0
	for _, g := range groups {
		n += len(g)
		within += len(g) * (len(g) - 1) / 2
		here := 0
		for _, o := range g {
			if o == x || o == y {
				here++
			}
		}
		found += here
		same = same || here == 2
	}
	if found != 2 {
		return false, 0, false
	}
	return same, float64(within) / float64(n*(n-1)/2), true
}

// count of splits in which two operations could be, and are, in one group.
type count struct {
	hits    int
	chances []float64
}

func (c *count) add(groups [][]int, x, y int) {
	if same, chance, ok := together(groups, x, y); ok {
		c.chances = append(c.chances, chance)
		if same {
			c.hits++
		}
	}
}

// share of hits; nil without any case.
func (c count) share() *float64 {
	if len(c.chances) == 0 {
		return nil
	}
	share := float64(c.hits) / float64(len(c.chances))
	return &share
}

func (c count) chance() float64 {
	sum := 0.
	for _, v := range c.chances {
		sum += v
	}
	return sum / float64(max(1, len(c.chances)))
}

// fill takes share, interval and exact p into a comparison.
func (c count) fill(t *table.Comparison) {
	t.Figure = c.share()
	if i, err := stat.Proportion(c.hits, len(c.chances), 0.95); err == nil {
		t.Low, t.High = &i.Low, &i.High
	}
	if p, err := stat.HitsTest(c.hits, c.chances); err == nil {
		t.P = &p
	}
}

// pairs counts which operations end in one group, by space and criterion (appendix B.1).
func (b *builder) pairs() ([]table.Section, []table.Heat) {
	var sections []table.Section
	var heats []table.Heat
	kinds, of := b.byKind()
	for _, k := range kinds {
		names := operationNames(k.space)
		s := table.Section{Title: "In one group: " + k.String(), Left: 2, Head: []string{"operation", "with", "together", "splits", "share", "95 % interval", "chance", "p"},
			Intro: fmt.Sprintf("%d splits. chance: share in random groups of the same sizes. p: exact, two-sided, a pair at a time.", len(of[k]))}
		heat := table.Heat{Title: fmt.Sprintf("%s (%d splits)", k, len(of[k])), Unit: "share of splits in one group", Rows: names, Columns: names, High: 1}
		heat.Values = make([][]*float64, len(names))
		for x := range names {
			heat.Values[x] = make([]*float64, len(names))
		}
		for x := range names {
			for y := x + 1; y < len(names); y++ {
				var c count
				for _, split := range of[k] {
					c.add(split.Outcome.Groups, x, y)
				}
				heat.Values[x][y], heat.Values[y][x] = c.share(), c.share()
				var t table.Comparison
				c.fill(&t)
				s.Rows = append(s.Rows, []string{names[x], names[y], fmt.Sprint(c.hits), fmt.Sprint(len(c.chances)), figureText(t.Figure, "%.2f"),
					interval(t, "%.2f"), fmt.Sprintf("%.2f", c.chance()), figureText(t.P, "%.2g")})
			}
		}
		sections, heats = append(sections, s), append(heats, heat)
	}
	return sections, heats
}

// together checks that two operations end in one group, always or more often than by chance, in all splits by cosine.
func (b *builder) together(claim spec.Claim) *test {
	var c count
	for _, split := range b.Splits {
		if split.Stage.Partition != spec.PartitionMinCut || split.Stage.Criterion != spec.CriterionCosine {
			continue
		}
		s, err := space.ByName(split.Stage.Space)
		if err != nil {
			continue
		}
		x, errX := s.Operation(claim.Of[0])
		y, errY := s.Operation(claim.Of[1])
		if errX == nil && errY == nil {
			c.add(split.Outcome.Groups, x, y)
		}
	}
	t := &test{Comparison: table.Comparison{What: shortOperation(claim.Of[0]) + " with " + shortOperation(claim.Of[1]),
		Measure: fmt.Sprintf("share in one group, by chance %.2f", c.chance()), N: fmt.Sprintf("%d splits by cosine", len(c.chances))}}
	always := 1.
	t.Paper = &always
	if claim.Check == spec.CheckAlways {
		return t.always(c)
	}
	return t.hits(c)
}

// always makes a test that a single exception decides.
func (t *test) always(c count) *test {
	t.settled = true
	c.fill(&t.Comparison)
	t.P = nil
	n := len(c.chances)
	switch {
	case n == 0:
		t.Verdict, t.Reason = table.NotRun, "no split by gradients is recorded"
	case c.hits < n:
		t.Verdict, t.Reason = table.Contradicted, fmt.Sprintf("%d of %d splits are exceptions", n-c.hits, n)
	default:
		t.Verdict, t.Reason = table.Holds, fmt.Sprintf("in all %d splits", n)
	}
	return t
}

// hits makes a test of a count: more often than by chance?
func (t *test) hits(c count) *test {
	c.fill(&t.Comparison)
	if len(c.chances) == 0 {
		t.Verdict, t.Reason = table.NotRun, "no split by gradients is recorded"
		return t
	}
	t.above, t.reach = c.chance(), ofHits(c)
	return t
}

func figureText(v *float64, format string) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprintf(format, *v)
}

func interval(c table.Comparison, format string) string {
	if c.Low == nil || c.High == nil {
		return "-"
	}
	return fmt.Sprintf(format+" to "+format, *c.Low, *c.High)
}
