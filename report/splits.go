package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gmnas/harness/plan"
	"gmnas/harness/spec"
	"gmnas/nasbench/space"
	"gmnas/report/table"
)

// Split is a recorded split that gradients decided, whatever the experiment.
type Split struct {
	Key      spec.Key
	Seed     int64
	Stage    spec.SplitStage
	Outcome  spec.Splitting
	Rows     []string // that have it: "table1 gradient+darts"
	Embedded bool

	Cost       spec.Cost
	Provenance spec.Provenance
}

// Splits follows the searches of all experiments, by label, and returns each split by gradients once. Searches that
// can't be planned any more are left out.
func Splits(recorded map[string][]Binding, lookup plan.Lookup) []Split {
	splits := splitList{}
	for _, label := range slices.Sorted(maps.Keys(recorded)) {
		for _, b := range recorded[label] {
			if tree, err := plan.Expand(b.Run, b.Seed, lookup); err == nil {
				splits.add(label+" "+b.Row, b.Run, tree)
			}
		}
	}
	return splits.sorted()
}

// splitList holds each recorded split by gradients once.
type splitList struct {
	at   map[spec.Key]int
	list []Split
}

// add takes in the splits of a row's search.
func (l *splitList) add(row string, run spec.Run, tree plan.Tree) {
	for _, n := range tree.Nodes {
		if !n.Split.Done() || n.Split.Outcome.Split == nil || len(n.Split.Outcome.Split.Candidates) == 0 {
			continue
		}
		i, seen := l.at[n.Split.Key]
		if !seen {
			if l.at == nil {
				l.at = map[spec.Key]int{}
			}
			i = len(l.list)
			l.at[n.Split.Key] = i
			l.list = append(l.list, Split{Key: n.Split.Key, Seed: tree.Seed, Stage: *n.Split.Stage.Split, Outcome: *n.Split.Outcome.Split,
				Embedded: run.Embedded(), Cost: n.Split.Outcome.Cost, Provenance: n.Split.Outcome.Provenance})
		}
		if !slices.Contains(l.list[i].Rows, row) {
			l.list[i].Rows = append(l.list[i].Rows, row)
		}
	}
}

func (l *splitList) sorted() []Split {
	slices.SortStableFunc(l.list, func(a, b Split) int {
		return cmp.Or(cmp.Compare(a.Stage.Space, b.Stage.Space), cmp.Compare(a.Rows[0], b.Rows[0]), cmp.Compare(a.Seed, b.Seed), cmp.Compare(a.Stage.Node, b.Stage.Node))
	})
	return l.list
}

// overSplits builds the table of an experiment that has no runs of its own.
func overSplits(in Input) table.Table {
	b := builder{Input: in}
	b.takeSplits()
	t := table.Table{Label: in.Experiment.Label, Title: in.Experiment.Title, Claim: in.Experiment.Claim, Profile: in.Profile, Embedded: b.embedded}
	switch in.Experiment.Over {
	case spec.OverPairs:
		t.Sections, t.Heats = b.pairs()
	case spec.OverAlgorithms:
		t.Sections, t.Heats = b.algorithms()
	case spec.OverAudit:
		t.Sections, t.Heats = b.audit()
	}
	t.Claims = b.claims()
	for _, n := range in.Experiment.Notes {
		t.Notes = append(t.Notes, table.Note{Text: n.Text})
	}
	t.Facts = b.splitFacts()
	if len(b.Splits) == 0 {
		t.Notes = append(t.Notes, table.Note{Text: "no split by gradients is recorded in profile " + in.Profile, Command: "gmnas run table1 --profile " + in.Profile})
	}
	return t
}

// takeSplits keeps the splits of the experiment's family of spaces, on real data where there are such.
func (b *builder) takeSplits() {
	all := slices.DeleteFunc(slices.Clone(b.Splits), func(s Split) bool { return cellEdges(s.Stage.Space) != cellEdges(b.Experiment.Space) })
	b.embedded = len(all) > 0 && !slices.ContainsFunc(all, func(s Split) bool { return !s.Embedded })
	b.Splits = slices.DeleteFunc(slices.Clone(all), func(s Split) bool { return s.Embedded != b.embedded })
	b.leftOut = len(all) - len(b.Splits)
}

func (b *builder) splitFacts() []table.Fact {
	profile := table.Fact{Name: "profile", Text: b.Profile, Warn: b.Profile != spec.Paper}
	if profile.Warn {
		profile.Text += ". Not the paper's protocol"
	}
	rows, searches := map[string]bool{}, map[string]bool{}
	for _, s := range b.Splits {
		for _, r := range s.Rows {
			rows[r] = true
		}
		searches[fmt.Sprint(s.Rows[0], s.Seed)] = true
	}
	facts := []table.Fact{profile, {Name: "recorded", Warn: len(b.Splits) == 0,
		Text: fmt.Sprintf("%d splits by gradients of %d searches; each counts once, also where several rows share it", len(b.Splits), len(searches))}}
	if len(rows) > 0 {
		facts = append(facts, table.Fact{Name: "of rows", Text: join(rows)})
	}
	if b.embedded {
		facts = append(facts, table.Fact{Name: "embedded set", Warn: true, Text: "the supernets trained on the embedded synthetic images; make data gets CIFAR-10"})
	}
	if b.leftOut > 0 {
		facts = append(facts, table.Fact{Name: "left out", Warn: true, Text: fmt.Sprintf("%d splits on the embedded set, as the two never mix", b.leftOut)})
	}
	facts = append(facts, table.Fact{Name: "statistics", Text: "intervals and p are exact for independent splits; those of one search share its warm-up, " +
		"so the true intervals are wider"})
	var provenance []spec.Provenance
	for _, s := range b.Splits {
		provenance = append(provenance, s.Provenance)
	}
	return append(facts, sourceFacts(computed(provenance))...)
}

// kindOfSplit is what splits are counted apart by.
type kindOfSplit struct{ space, criterion string }

func (k kindOfSplit) String() string {
	s, err := space.ByName(k.space)
	if err != nil {
		return k.space + ", " + k.criterion
	}
	return fmt.Sprintf("%d operations, %s", len(s.Operations), k.criterion)
}

// byKind groups the splits whose partition is a minimum cut.
func (b *builder) byKind() (kinds []kindOfSplit, of map[kindOfSplit][]Split) {
	of = map[kindOfSplit][]Split{}
	for _, s := range b.Splits {
		if s.Stage.Partition != spec.PartitionMinCut {
			continue
		}
		k := kindOfSplit{s.Stage.Space, s.Stage.Criterion}
		if of[k] == nil {
			kinds = append(kinds, k)
		}
		of[k] = append(of[k], s)
	}
	slices.SortFunc(kinds, func(a, b kindOfSplit) int {
		return cmp.Or(cmp.Compare(a.space, b.space), cmp.Compare(a.criterion, b.criterion))
	})
	return kinds, of
}

// operationNames are a space's, short enough for an axis.
func operationNames(name string) []string {
	s, err := space.ByName(name)
	if err != nil {
		return nil
	}
	var names []string
	for _, o := range s.Operations {
		names = append(names, shortOperation(o))
	}
	return names
}

var shortOperation = strings.NewReplacer("skip_connect", "skip", "nor_conv_", "conv ", "avg_pool_3x3", "avg pool").Replace

// groupsText is a partition in words: "conv 1x1, conv 3x3 | none, skip, avg pool".
func groupsText(names []string, groups [][]int) string {
	var parts []string
	for _, group := range groups {
		var members []string
		for _, o := range group {
			if o >= 0 && o < len(names) {
				members = append(members, names[o])
			}
		}
		parts = append(parts, strings.Join(members, ", "))
	}
	return strings.Join(parts, " | ")
}

// cellEdges is the number of edges of a space's cell, which tells families of spaces apart.
func cellEdges(name string) int {
	s, err := space.ByName(name)
	if err != nil {
		return 0
	}
	return s.CellEdges()
}

// edgeText names an edge by its nodes.
func edgeText(name string, e int) string {
	s, err := space.ByName(name)
	if err != nil || e < 0 || e >= s.Edges() {
		return fmt.Sprint(e)
	}
	from, to := s.Edge(e)
	return fmt.Sprintf("%d<-%d", to, from)
}
