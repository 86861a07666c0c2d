package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gmnas/harness/spec"
	"gmnas/harness/split"
	"gmnas/report/table"
)

// audit shows every recorded split by gradients with all that led to it.
func (b *builder) audit() ([]table.Section, []table.Heat) {
	if len(b.Splits) == 0 {
		return nil, nil
	}
	decisions := table.Section{Title: "Decisions", Left: 6,
		Head: []string{"split", "row", "criterion", "edge by", "edge", "groups", "cut cost", "next edge", "rank", "placement p"},
		Intro: "A line a split: seed and place in the partition tree (r is the root, r0 its first child). cut cost: sum of similarities over the parted pairs, " +
			"to be lowest. next edge: the lowest of the other candidates. rank: place among all balanced cuts of all candidate edges, the first by " +
			"construction where the edge is chosen by cut cost. placement p: exact probability that the same similarities, placed on the pairs at random, " +
			"have a balanced cut as cheap; a small one says that the operations do form such groups."}
	costs := table.Section{Title: "Cut cost of every candidate edge", Left: 2, Head: []string{"split", "row"},
		Intro: "The chosen edge has an asterisk; - is no candidate. Costs of different criteria aren't comparable."}
	edges := cellEdges(b.Experiment.Space)
	for e := range edges {
		costs.Head = append(costs.Head, edgeText(b.Experiment.Space, e))
	}
	matrices := map[string]*table.Section{}
	var order []string
	for _, s := range b.Splits {
		name, row := nodeText(s), s.Rows[0]
		decisions.Rows = append(decisions.Rows, decision(s, name, row))
		line := []string{name, row}
		for e := range edges {
			line = append(line, costText(s, e))
		}
		costs.Rows = append(costs.Rows, line)
		m := matrices[s.Stage.Space]
		if m == nil {
			m = newMatrices(s.Stage.Space)
			matrices[s.Stage.Space] = m
			order = append(order, s.Stage.Space)
		}
		m.Rows = append(m.Rows, append([]string{name, row, s.Stage.Criterion}, distances(s)...))
	}
	sections := []table.Section{decisions, costs}
	for _, name := range order {
		sections = append(sections, *matrices[name])
	}
	return sections, b.meanSimilarities()
}

// nodeText names a split by seed and place: "seed 0, r01".
func nodeText(s Split) string { return fmt.Sprintf("seed %d, r%s", s.Seed, s.Stage.Node) }

func candidate(s Split, edge int) (spec.EdgeCut, bool) {
	i := slices.IndexFunc(s.Outcome.Candidates, func(c spec.EdgeCut) bool { return c.Edge == edge })
	if i < 0 {
		return spec.EdgeCut{}, false
	}
	return s.Outcome.Candidates[i], true
}

func decision(s Split, name, row string) []string {
	if len(s.Rows) > 1 {
		row += fmt.Sprintf(" and %d more", len(s.Rows)-1)
	}
	line := []string{name, row, s.Stage.Criterion, s.Stage.Edge, edgeText(s.Stage.Space, s.Outcome.Edge), groupsText(operationNames(s.Stage.Space), s.Outcome.Groups)}
	cost, next := "-", math.Inf(1)
	for _, c := range s.Outcome.Candidates {
		switch {
		case len(c.Groups) == 0:
		case c.Edge == s.Outcome.Edge:
			cost = fmt.Sprintf("%.4g", c.CutCost)
		default:
			next = min(next, c.CutCost)
		}
	}
	other := "-"
	if !math.IsInf(next, 1) {
		other = fmt.Sprintf("%.4g", next)
	}
	rank, placement := "-", "-"
	if criterion, err := split.ByName(s.Stage.Criterion); err == nil {
		if within, all, err := split.Rank(criterion, s.Outcome.Candidates, s.Outcome.Edge, s.Outcome.Groups); err == nil {
			rank = fmt.Sprintf("%d of %d", within, all)
		}
		if c, ok := candidate(s, s.Outcome.Edge); ok && s.Stage.Partition == spec.PartitionMinCut {
			if p, err := split.Placement(split.Similarities(criterion, c.Distance), len(s.Outcome.Groups)); err == nil {
				placement = fmt.Sprintf("%.3f", p)
			}
		}
	}
	return append(line, cost, other, rank, placement)
}

func costText(s Split, edge int) string {
	c, ok := candidate(s, edge)
	if !ok || len(c.Groups) == 0 {
		return "-"
	}
	text := fmt.Sprintf("%.4g", c.CutCost)
	if edge == s.Outcome.Edge {
		text += " *"
	}
	return text
}

func newMatrices(name string) *table.Section {
	names := operationNames(name)
	m := &table.Section{Title: fmt.Sprintf("Distances on the chosen edge, %d operations", len(names)), Left: 3, Head: []string{"split", "row", "criterion"},
		Intro: "Mean over the mini-batches, a column for each pair of operations. gmnas explain prints the matrices of the other candidates."}
	for x := range names {
		for y := x + 1; y < len(names); y++ {
			m.Head = append(m.Head, names[x]+"\n"+names[y])
		}
	}
	return m
}

// distances are the pairs' of the chosen edge.
func distances(s Split) []string {
	n := len(operationNames(s.Stage.Space))
	c, _ := candidate(s, s.Outcome.Edge)
	var list []string
	for x := range n {
		for y := x + 1; y < n; y++ {
			i, j := slices.Index(c.Operations, x), slices.Index(c.Operations, y)
			if i < 0 || j < 0 || i >= len(c.Distance) || j >= len(c.Distance[i]) {
				list = append(list, "-")
				continue
			}
			list = append(list, strings.TrimSpace(fmt.Sprintf("%.3g", c.Distance[i][j])))
		}
	}
	return list
}

// meanSimilarities are heat maps of the mean cosine on the edges that were split.
func (b *builder) meanSimilarities() []table.Heat {
	kinds, of := b.byKind()
	var heats []table.Heat
	for _, k := range kinds {
		if k.criterion != spec.CriterionCosine {
			continue
		}
		names := operationNames(k.space)
		heat := table.Heat{Title: fmt.Sprintf("%s (%d splits)", k, len(of[k])), Unit: "mean cosine on the edges that were split", Rows: names, Columns: names, High: 1}
		for x := range names {
			line := make([]*float64, len(names))
			for y := range names {
				sum, n := 0., 0
				for _, s := range of[k] {
					c, _ := candidate(s, s.Outcome.Edge)
					i, j := slices.Index(c.Operations, x), slices.Index(c.Operations, y)
					if x != y && i >= 0 && j >= 0 && i < len(c.Distance) && j < len(c.Distance[i]) {
						sum, n = sum+1-c.Distance[i][j], n+1
					}
				}
				if n > 0 {
					mean := sum / float64(n)
					line[y] = &mean
					heat.Low = min(heat.Low, math.Floor(mean*10)/10)
				}
			}
			heat.Values = append(heat.Values, line)
		}
		heats = append(heats, heat)
	}
	return heats
}
