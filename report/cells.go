package report

import (
	"fmt"
	"math"

	"gmnas/harness/spec"
	"gmnas/nasbench"
	"gmnas/nasbench/space"
	"gmnas/report/stat"
	"gmnas/report/table"
)

// drawnCells builds the page of an experiment that draws a released genotype's cells, of its first row, beside those that
// its searches find and select (Search.selects).
func drawnCells(in Input) table.Table {
	b := newBuilder(in)
	t := table.Table{
		Label: in.Experiment.Label, Title: in.Experiment.Title, Claim: in.Experiment.Claim, Profile: in.Profile, Embedded: b.embedded,
		Seeds: in.Experiment.Seeds, Measure: &cellsMeasure, Notes: b.notes(),
	}
	for _, c := range in.Experiment.Columns {
		f := networkFigures[c.Figure]
		t.Columns = append(t.Columns, table.Column{ID: c.ID(), Dataset: f.network, Split: f.name, Decimals: &f.decimals})
	}
	var shown []drawnGenotype
	for _, row := range in.Experiment.Rows {
		list := b.genotypes(row)
		shown = append(shown, list...)
		line := table.Row{ID: row.ID, Name: row.Name, Kind: row.Kind, Noted: noted(t.Notes, row.ID)}
		for _, c := range in.Experiment.Columns {
			line.Cells = append(line.Cells, b.networkCell(row, c, list))
		}
		t.Rows = append(t.Rows, line)
		if row.Kind == spec.RowRun {
			t.Costs = append(t.Costs, b.cost(row))
		}
	}
	for _, reduction := range []bool{false, true} { // the cells that are compared stand below each other
		for _, g := range shown {
			d := table.Drawing{Title: "normal cell, " + g.whose, Cell: g.genotype.Normal}
			if reduction {
				d = table.Drawing{Title: "reduction cell, " + g.whose, Cell: g.genotype.Reduction}
			}
			t.Drawings = append(t.Drawings, d)
		}
	}
	t.Sections = []table.Section{networks(shown), spellings(shown)}
	if len(shown) > 0 {
		t.Sections = append(t.Sections, b.leaves(shown[0].genotype))
	}
	t.Facts = b.cellsFacts(t)
	return t
}

var cellsMeasure = table.Measure{
	Title: "Networks of the genotypes",
	Intro: "In millions, of the paper's networks without auxiliary head: 20 cells with C = 36 on 32 pixels (CIFAR-10), 14 cells with C = 48 on 224 pixels " +
		"(ImageNet). Counted from the genotype; in brackets, as counted on the model classes of the authors' release. †: see the notes.",
	Verdicts: "Of the released genotype. reproduced: the count, rounded as the printed one, is the same. What a search finds isn't judged by it: another seed of " +
		"the authors' own search finds another genotype.",
}

// networkFigures are the columns: whose network, what is counted, and the decimals that are printed.
var networkFigures = map[string]struct {
	network, name string
	count         func(space.Genotype) int64
	decimals      int
}{
	spec.FigureNetworkParams:  {"CIFAR-10", "parameters", func(g space.Genotype) int64 { return g.Params(space.CIFARRetraining) }, 6},
	spec.FigureNetworkMACs:    {"CIFAR-10", "multiply-adds", func(g space.Genotype) int64 { return g.MACs(space.CIFARRetraining) }, 1},
	spec.FigureImageNetParams: {"ImageNet", "parameters", func(g space.Genotype) int64 { return g.Params(space.ImageNetRetraining) }, 3},
	spec.FigureImageNetMACs:   {"ImageNet", "multiply-adds", func(g space.Genotype) int64 { return g.MACs(space.ImageNetRetraining) }, 1},
}

// drawnGenotype is one of the page.
type drawnGenotype struct {
	whose    string
	seed     int64
	leaf     int
	stage    string // key of the retraining that it was selected by
	genotype space.Genotype
}

// genotypes are the row's: the released one, or that of each complete search.
func (b *builder) genotypes(row spec.Row) []drawnGenotype {
	var list []drawnGenotype
	if g, err := space.ParseGenotype(row.Genotype); err == nil { // plan.Validate refuses others
		list = append(list, drawnGenotype{whose: row.Name, genotype: g})
	}
	for _, s := range b.searches[row.ID] {
		if s.state() != spec.Done {
			continue
		}
		k, ok := s.selects("")
		if !ok {
			continue
		}
		chosen := s.finalists()[k]
		if g, err := space.ParseGenotype(chosen.architecture); err == nil {
			list = append(list, drawnGenotype{whose: fmt.Sprintf("our search, seed %d, leaf %d of %d", s.Seed, k+1, len(s.Leaves)), seed: s.Seed, leaf: k,
				stage: string(chosen.rungs[len(chosen.rungs)-1].Key), genotype: g})
		}
	}
	return list
}

// networkCell counts a row's genotypes.
func (b *builder) networkCell(row spec.Row, column spec.Column, list []drawnGenotype) table.Cell {
	f := networkFigures[column.Figure]
	cell := table.Cell{Column: column.ID()}
	var values []float64
	for _, g := range list {
		values = append(values, float64(f.count(g.genotype))/1e6)
	}
	describe(&cell, stat.NewSample(values), 0)
	if row.Kind == spec.RowRun {
		cell.Asked = len(b.Experiment.Seeds)
		for k, g := range list {
			cell.Seeds = append(cell.Seeds, table.Seed{Seed: g.seed, Accuracy: values[k], Architecture: g.genotype.String(), Leaf: g.leaf, Stage: g.stage})
		}
		for _, s := range b.searches[row.ID] {
			switch s.state() {
			case spec.Diverged:
				cell.Diverged++
			case spec.Failed:
				cell.Failed++
			}
		}
		return cell
	}
	cell.Why = ""
	if printed, ok := row.Paper[cell.Column]; ok && cell.Mean != nil {
		difference := *cell.Mean - printed.Mean
		cell.Paper, cell.Difference = &printed.Mean, &difference
		cell.Verdict, cell.Reason = table.Reproduced, "the same when rounded"
		if digits := math.Pow10(f.decimals); math.Round(*cell.Mean*digits)/digits != printed.Mean {
			cell.Verdict, cell.Reason = table.Differs, "another number when rounded"
		}
	}
	return cell
}

// networks are the exact counts.
func networks(list []drawnGenotype) table.Section {
	s := table.Section{Title: "Exact counts", Left: 2, Head: []string{"genotype", "network", "parameters", "with auxiliary head", "multiply-adds"},
		Intro: "Weights and norms of the networks; multiply-adds of one image through convolutions and classifier, without auxiliary head."}
	for _, g := range list {
		for _, n := range nasbench.DescribeGenotype(g.genotype).Networks {
			s.Rows = append(s.Rows, []string{g.whose, fmt.Sprintf("%s, %d cells, C = %d", n.Dataset, n.Cells, n.Channels), fmt.Sprint(n.Params),
				fmt.Sprint(n.ParamsWithAuxiliary), fmt.Sprint(n.MACs)})
		}
	}
	return s
}

// spellings lists the cells.
func spellings(list []drawnGenotype) table.Section {
	s := table.Section{Title: "Spellings", Left: 2, Head: []string{"genotype", "as gmnas query takes it"},
		Intro: "Two entries for each of the nodes 2 to 5 (0 to 3 in the drawing), by strength where they were derived; 0 and 1 are the cell's inputs."}
	for _, g := range list {
		s.Rows = append(s.Rows, []string{g.whose, g.genotype.String()})
	}
	return s
}

// leaves compares what every leaf of the searches found with the released genotype.
func (b *builder) leaves(released space.Genotype) table.Section {
	edges, operations := space.CommonByChance()
	s := table.Section{Title: "Leaves of our search", Left: 2,
		Head: []string{"leaf", "selected", "supernet accuracy %", "supernet loss", "M parameters", "M multiply-adds", "edges in common", "with the same operation"},
		Intro: fmt.Sprintf("What each leaf's supernet has on the A-set, and its genotype: the paper's CIFAR-10 network, and what it has in common with the "+
			"released genotype, of 16 edges (a uniformly random genotype: on average %.1f, with the same operation %.1f).", edges, operations)}
	for _, row := range b.Experiment.Rows {
		for _, search := range b.searches[row.ID] {
			selected, ok := search.selects("")
			for i, l := range search.Leaves {
				if !done(l.Derive) || l.Derive.Derive == nil {
					continue
				}
				g, err := space.ParseGenotype(l.Derive.Derive.Architecture)
				if err != nil {
					continue
				}
				mark := ""
				if ok && i == selected {
					mark = "yes"
				}
				common, same := g.Common(released)
				s.Rows = append(s.Rows, []string{fmt.Sprintf("seed %d, leaf %d", search.Seed, i+1), mark, fmt.Sprintf("%.2f", l.Derive.Derive.Accuracy),
					fmt.Sprintf("%.4f", l.Derive.Derive.Loss), fmt.Sprintf("%.3f", float64(g.Params(space.CIFARRetraining))/1e6),
					fmt.Sprintf("%.1f", float64(g.MACs(space.CIFARRetraining))/1e6), fmt.Sprint(common), fmt.Sprint(same)})
			}
		}
	}
	return s
}

func (b *builder) cellsFacts(t table.Table) []table.Fact {
	facts := append([]table.Fact{b.profile()}, b.left()...)
	if b.embedded {
		facts = append(facts, table.Fact{Name: "embedded set", Warn: true, Text: "searched on the embedded synthetic images; make data gets CIFAR-10 (170 MB)"})
	}
	facts = append(facts, b.recorded(t))
	facts = append(facts, table.Fact{Name: "our cells", Text: "are those that Table 4 selects among the leaves of the same search, by successive halving on held-out records. Another seed of the " +
		"authors' own searches finds other cells, so nothing here should be equal"})
	return append(facts, sourceFacts(b.sources(""))...)
}
