package report

import (
	"fmt"
	"slices"

	"gmnas/harness/spec"
	"gmnas/harness/split"
	"gmnas/report/table"
)

// agreement of an algorithm with the recorded balanced minimum cuts.
type agreement struct {
	same     count
	balanced int // cuts of the algorithm with groups as even as the minimum cut's
	failed   int // no cut, as the eigenvectors didn't converge or the matrix isn't one
}

// agree compares the algorithm with one recorded cut.
func (a *agreement) add(algorithm split.Algorithm, c split.Criterion, cut spec.EdgeCut) {
	labels, err := algorithm.Part(split.Similarities(c, cut.Distance))
	if err != nil || len(labels) != len(cut.Operations) {
		a.failed++
		return
	}
	groups := make([][]int, 2)
	for i, l := range labels {
		groups[l] = append(groups[l], cut.Operations[i])
	}
	all := split.Partitions(len(cut.Operations), len(cut.Groups))
	a.same.chances = append(a.same.chances, 1/float64(all.Int64()))
	if samePartition(groups, cut.Groups) {
		a.same.hits++
	}
	if d := len(groups[0]) - len(groups[1]); d >= -1 && d <= 1 {
		a.balanced++
	}
}

func samePartition(a, b [][]int) bool {
	if len(a) != len(b) {
		return false
	}
	sorted := func(groups [][]int) [][]int {
		var list [][]int
		for _, g := range groups {
			list = append(list, slices.Sorted(slices.Values(g)))
		}
		slices.SortFunc(list, slices.Compare[[]int])
		return list
	}
	x, y := sorted(a), sorted(b)
	return slices.EqualFunc(x, y, slices.Equal[[]int])
}

// cuts are the recorded two-group cuts of splits by cosine, the only criterion whose similarities are a graph's
// weights: of every candidate edge, or of the edges that were split alone.
func (b *builder) cuts(chosen bool) []spec.EdgeCut {
	var list []spec.EdgeCut
	for _, s := range b.Splits {
		if s.Stage.Criterion != spec.CriterionCosine {
			continue
		}
		for _, c := range s.Outcome.Candidates {
			if len(c.Groups) == 2 && (!chosen || c.Edge == s.Outcome.Edge) {
				list = append(list, c)
			}
		}
	}
	return list
}

// algorithms compares other partition algorithms with the recorded cuts (appendix B.3).
func (b *builder) algorithms() ([]table.Section, []table.Heat) {
	cosine, err := split.ByName(spec.CriterionCosine)
	if err != nil || len(b.cuts(false)) == 0 {
		return nil, nil
	}
	s := table.Section{Title: "Agreement with the balanced minimum cut", Left: 2,
		Head: []string{"algorithm", "matrices", "n", "same cut", "share", "95 % interval", "balanced", "by chance"},
		Intro: "Of the recorded cosine similarities, how often the algorithm gives the very groups of the balanced minimum cut. balanced: its groups are as " +
			"even as that cut's, which it isn't asked for. by chance: a random balanced cut. Similarities below 0 count as none, as such graphs have no negative weights."}
	heat := table.Heat{Title: "every candidate edge, as node<-its source", Unit: "share with the same cut", High: 1}
	edges := cellEdges(b.Experiment.Space)
	for e := range edges {
		heat.Columns = append(heat.Columns, edgeText(b.Experiment.Space, e))
	}
	for _, algorithm := range split.Algorithms() {
		byEdge := make([]agreement, edges)
		for _, chosen := range []bool{true, false} {
			var a agreement
			for _, cut := range b.cuts(chosen) {
				a.add(algorithm, cosine, cut)
				if !chosen && cut.Edge >= 0 && cut.Edge < len(byEdge) {
					byEdge[cut.Edge].add(algorithm, cosine, cut)
				}
			}
			which := "every candidate edge"
			if chosen {
				which = "edges that were split"
			}
			var t table.Comparison
			a.same.fill(&t)
			n := len(a.same.chances)
			s.Rows = append(s.Rows, []string{algorithm.Name, which, fmt.Sprint(n), fmt.Sprint(a.same.hits), figureText(t.Figure, "%.2f"), interval(t, "%.2f"),
				fmt.Sprint(a.balanced), fmt.Sprintf("%.2f", a.same.chance())})
		}
		var line []*float64
		for _, a := range byEdge {
			line = append(line, a.same.share())
		}
		heat.Rows, heat.Values = append(heat.Rows, algorithm.Name), append(heat.Values, line)
	}
	doc := table.Section{Title: "Algorithms", Left: 2, Head: []string{"algorithm", "what it does"}}
	for _, a := range split.Algorithms() {
		doc.Rows = append(doc.Rows, []string{a.Name, a.Doc})
	}
	return []table.Section{s, doc}, []table.Heat{heat}
}

// agree checks that an algorithm gives the recorded cut in more than half of the splits.
func (b *builder) agree(claim spec.Claim) *test {
	t := &test{Comparison: table.Comparison{What: claim.Of[0], Measure: "share with the same cut, half is 0.5"}}
	algorithm, err := split.AlgorithmByName(claim.Of[0])
	if err != nil {
		t.Verdict, t.Reason = table.CannotTell, err.Error()
		return t
	}
	cosine, err := split.ByName(spec.CriterionCosine)
	if err != nil {
		t.Verdict, t.Reason = table.CannotTell, err.Error()
		return t
	}
	var a agreement
	for _, cut := range b.cuts(true) {
		a.add(algorithm, cosine, cut)
	}
	for i := range a.same.chances {
		a.same.chances[i] = 0.5
	}
	t.N = fmt.Sprintf("%d splits by cosine", len(a.same.chances))
	return t.hits(a.same)
}
