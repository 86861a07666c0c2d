package report

import (
	"fmt"
	"maps"
	"slices"

	"gmnas/harness/spec"
	"gmnas/nasbench/space"
	"gmnas/report/stat"
	"gmnas/report/table"
)

// jointPairs builds the table of the pair experiment: a line for pairs of similar and one for pairs of dissimilar
// gradients.
func jointPairs(in Input) table.Table {
	b := newBuilder(in)
	t := table.Table{
		Label: in.Experiment.Label, Title: in.Experiment.Title, Claim: in.Experiment.Claim, Profile: in.Profile, Embedded: b.embedded,
		Seeds: in.Experiment.Seeds, Measure: &pairMeasure, Notes: b.notes(),
		Columns: []table.Column{
			{ID: "cosine", Dataset: "cosine", Split: "after training"}, {ID: "train-loss", Dataset: "loss", Split: "W-set"}, {ID: "valid-loss", Dataset: "loss", Split: "A-set"},
		},
	}
	for _, row := range in.Experiment.Rows {
		if row.Kind != spec.RowRun {
			continue
		}
		pairs := b.jointly(row)
		for _, side := range pairSides {
			line := table.Row{ID: side.id, Name: side.name, Kind: spec.RowRun, Of: row.ID}
			for i := range t.Columns {
				line.Cells = append(line.Cells, b.pairCell(row, pairs, side, i, t.Columns[i].ID))
			}
			t.Rows = append(t.Rows, line)
		}
		t.Claims = append(t.Claims, pairClaims(row, pairs)...)
		t.Sections = append(t.Sections, pairCounts(pairs), pairLines(row, b.Profile, pairs))
		t.Scatters = append(t.Scatters, pairPanels(row, pairs)...)
		t.Costs = append(t.Costs, b.cost(row))
	}
	t.Facts = append([]table.Fact{b.profile()}, b.left()...)
	if b.embedded {
		t.Facts = append(t.Facts, table.Fact{Name: "embedded set", Warn: true, Text: "trained on the embedded synthetic images, so no printed value is comparable; make data gets CIFAR-10 (170 MB)"})
	}
	t.Facts = append(append(t.Facts, b.recorded(t)), sourceFacts(b.sources(""))...)
	return t
}

var pairMeasure = table.Measure{
	Title: "An architecture trained together with another",
	Intro: "Mean ± std over the architectures that have such a pair; the paper's printed value in brackets. cosine: of the two architectures' gradients on the weights " +
		"that both use, after training. Losses are mean cross-entropies of the architecture itself after training: W-set is what it trained on, A-set is held out.",
	Claims: "Over the architectures that have both pairs, which start from the same weights and see the same images. value: mean of similar less dissimilar. " +
		"holds: the corrected p is 0.05 or less and the value is below 0; contradicted: above 0. p paired: exact, by the signs of the differences " +
		"(of more than 20: 100,000 random signs). p Holm: corrected for both comparisons. Bold: p Holm is 0.05 or less. about so many would: " +
		"they find the difference and spread seen here with a probability of 80 %.",
	Verdicts: "Beside the printed values, by Welch's 95 % interval. reproduced: the mean is within the declared tolerance. differs: the interval lies outside it, in the paper's own protocol.",
	Decimals: 3,
}

// pairSide is one of the two kinds of pairs.
type pairSide struct {
	id, name string
	of       func(*spec.Paired) *spec.JointlyTrained
	figures  [3]string // of the columns
}

var (
	similarSide = pairSide{"similar", "with a similar one", func(p *spec.Paired) *spec.JointlyTrained { return p.Similar },
		[3]string{spec.FigureSimilarCosine, spec.FigureSimilarTrainLoss, spec.FigureSimilarValidLoss}}
	dissimilarSide = pairSide{"dissimilar", "with a dissimilar one", func(p *spec.Paired) *spec.JointlyTrained { return p.Dissimilar },
		[3]string{spec.FigureDissimilarCosine, spec.FigureDissimilarTrainLoss, spec.FigureDissimilarValidLoss}}
)

var pairSides = []pairSide{similarSide, dissimilarSide}

// sampled is the recorded stage of one sampled architecture; number counts over all seeds.
type sampled struct {
	number int64
	paired *spec.Paired
}

// jointly returns the row's recorded pair stages, of all seeds.
func (b *builder) jointly(row spec.Row) []sampled {
	var list []sampled
	for k, s := range b.searches[row.ID] {
		for i, o := range s.Pairs {
			if done(o) && o.Pair != nil {
				list = append(list, sampled{int64(k*len(s.Pairs) + i), o.Pair})
			}
		}
	}
	return list
}

// values are the side's figures of a column, by sampled architecture.
func (side pairSide) values(pairs []sampled, column int) map[int64]float64 {
	values := map[int64]float64{}
	for _, p := range pairs {
		if j := side.of(p.paired); j != nil {
			values[p.number] = pairFigure(j, column)
		}
	}
	return values
}

// pairFigure is what a column shows.
func pairFigure(j *spec.JointlyTrained, column int) float64 {
	return [3]float64{j.Trained, j.TrainLoss, j.ValidLoss}[column]
}

func (side pairSide) printed(row spec.Row, column int) (spec.Printed, bool) {
	p, ok := row.Paper[spec.Column{Dataset: row.Runs[spec.Paper].Data.Set, Figure: side.figures[column]}.ID()]
	return p, ok
}

func (b *builder) pairCell(row spec.Row, pairs []sampled, side pairSide, column int, id string) table.Cell {
	cell := table.Cell{Column: id}
	values := side.values(pairs, column)
	for _, number := range slices.Sorted(maps.Keys(values)) {
		cell.Seeds = append(cell.Seeds, table.Seed{Seed: number, Accuracy: values[number]})
	}
	sample := stat.NewSample(slices.Collect(maps.Values(values)))
	cell.Asked = sample.N() // an architecture without such a pair is a finding, not a gap
	describe(&cell, sample, 0)
	if b.embedded {
		return cell
	}
	if paper, ok := side.printed(row, column); ok {
		cell.Paper, cell.PaperStd = &paper.Mean, &paper.Std
		if cell.Mean != nil {
			d := *cell.Mean - paper.Mean
			cell.Difference = &d
		}
		asked := 0
		for range b.Experiment.Seeds {
			asked += row.Runs[b.Profile].Pairs
		}
		switch {
		case len(pairs) > 0 && len(pairs) < asked:
			cell.Verdict, cell.Reason = table.CannotTell, fmt.Sprintf("%d of %d architectures are done", len(pairs), asked)
		case len(pairs) > 0 && sample.N() == 0:
			cell.Verdict, cell.Reason = table.CannotTell, "no sampled architecture has such a pair"
		default:
			cell.Verdict, cell.Reason = judge(comparison{values: sample, asked: sample.N(), printed: sample.N(), paper: paper, tolerance: row.Tolerance, profile: b.Profile})
		}
	}
	return cell
}

// pairClaims compares the losses of the architectures that have both pairs.
func pairClaims(row spec.Row, pairs []sampled) []table.Claim {
	claim := table.Claim{Text: "training with a similar architecture gives lower loss than with a dissimilar one", Check: "paired"}
	var tests []*test
	for column, name := range []string{1: "training loss", 2: "validation loss"} {
		if column == 0 {
			continue
		}
		x, y := similarSide.values(pairs, column), dissimilarSide.values(pairs, column)
		c := table.Comparison{What: "similar - dissimilar", Measure: "mean difference of " + name}
		if px, ok := similarSide.printed(row, column); ok {
			py, _ := dissimilarSide.printed(row, column)
			d := px.Mean - py.Mean
			c.Paper = &d
		}
		paired, err := stat.PairedAny(x, y)
		c.N = fmt.Sprintf("%d pairs", paired.Pairs)
		t := &test{reach: ofPairs(stat.NewSample(differences(x, y)))}
		if err != nil {
			c.Verdict, c.Reason = table.CannotTell, err.Error()
			if paired.Pairs == 0 {
				c.Verdict, c.Reason = table.NotRun, "no architecture has both pairs"
			}
		} else {
			c.Figure, c.Paired, c.P = &paired.Mean, &paired.P, &paired.P
			if i, err := stat.TInterval(stat.NewSample(differences(x, y)), 0.95); err == nil {
				c.Low, c.High = &i.Low, &i.High
			}
		}
		t.Comparison = c
		tests = append(tests, t)
	}
	correct(tests)
	for _, t := range tests {
		c := t.Comparison
		c.P = nil // there are no groups
		if c.Adjusted != nil {
			c.Significant = *c.Adjusted <= significant
			switch {
			case !c.Significant:
				c.Verdict, c.Reason = table.CannotTell, fmt.Sprintf("p = %.2g after correction for %d; %s", *c.Adjusted, t.among, t.reach.fill(&c, t.among))
			case *c.Figure < 0:
				c.Verdict, c.Reason = table.Holds, "lower with a similar one"
			default:
				c.Verdict, c.Reason = table.Contradicted, "higher with a similar one"
			}
		}
		claim.Comparisons = append(claim.Comparisons, c)
	}
	claim.Verdict = overall(claim.Comparisons)
	return []table.Claim{claim}
}

func differences(x, y map[int64]float64) []float64 {
	var list []float64
	for _, k := range slices.Sorted(maps.Keys(x)) {
		if v, ok := y[k]; ok {
			list = append(list, x[k]-v)
		}
	}
	return list
}

// pairCounts tells how many architectures have which pairs.
func pairCounts(pairs []sampled) table.Section {
	s := table.Section{Title: "Pairs found", Left: 1, Head: []string{"of the sampled architectures", "n"},
		Intro: "Every neighbour of an architecture is a candidate; one that none of them passes a threshold for has no such pair, which is a finding."}
	if len(pairs) == 0 {
		return s
	}
	count := map[string]int{}
	probes := 0
	for _, p := range pairs {
		probes += len(p.paired.Probes)
		name := map[[2]bool]string{{true, true}: "with both pairs", {true, false}: "no dissimilar neighbour", {false, true}: "no similar neighbour", {false, false}: "neither"}[[2]bool{p.paired.Similar != nil, p.paired.Dissimilar != nil}]
		count[name]++
	}
	for _, name := range []string{"with both pairs", "no dissimilar neighbour", "no similar neighbour", "neither"} {
		s.Rows = append(s.Rows, []string{name, fmt.Sprint(count[name])})
	}
	s.Rows = append(s.Rows, []string{"all", fmt.Sprint(len(pairs))}, []string{"neighbours probed, of all", fmt.Sprint(probes)})
	return s
}

// pairLines has two lines for each sampled architecture.
func pairLines(row spec.Row, profile string, pairs []sampled) table.Section {
	s := table.Section{Title: "Every architecture", Left: 3, Head: []string{"", "architecture", "with a", "probed", "operation", "on edge", "cosine\nprobed", "cosine\ntrained", "loss\nW-set", "loss\nA-set"},
		Intro: "The other architecture has that operation on that edge, and is otherwise the same. probed: neighbours, until both pairs were found."}
	operations, err := space.ByName(row.Runs[profile].Space)
	if err != nil {
		return s
	}
	for _, p := range pairs {
		first := []string{fmt.Sprint(p.number), p.paired.Architecture}
		for _, side := range pairSides {
			line := append(first, side.id+" one")
			first = []string{"", ""}
			j := side.of(p.paired)
			if j == nil {
				s.Rows = append(s.Rows, append(line, fmt.Sprint(len(p.paired.Probes)), "none found", "-", "-", "-", "-", "-"))
				continue
			}
			operation := fmt.Sprint(j.Operation)
			if j.Operation >= 0 && j.Operation < len(operations.Operations) {
				operation = operations.Operations[j.Operation]
			}
			line = append(line, fmt.Sprint(len(p.paired.Probes)), operation, fmt.Sprint(j.Edge))
			for _, v := range []float64{j.Cosine, j.Trained, j.TrainLoss, j.ValidLoss} {
				line = append(line, fmt.Sprintf("%.3f", v))
			}
			s.Rows = append(s.Rows, line)
		}
	}
	return s
}

// pairPanels set each architecture's figures of its two pairs against each other.
func pairPanels(row spec.Row, pairs []sampled) []table.Scatter {
	var panels []table.Scatter
	for column, name := range []string{"cosine after training", "training loss (nats)", "validation loss (nats)"} {
		p := table.Scatter{Title: name, X: "with a similar architecture", Y: "with a dissimilar one", Diagonal: true}
		x, y := similarSide.values(pairs, column), dissimilarSide.values(pairs, column)
		ours := table.Series{Name: "an architecture", Mark: table.MarkSeed}
		for _, k := range slices.Sorted(maps.Keys(x)) {
			if v, ok := y[k]; ok {
				ours.Points = append(ours.Points, [2]float64{x[k], v})
			}
		}
		p.Series = append(p.Series, ours)
		px, okX := similarSide.printed(row, column)
		py, okY := dissimilarSide.printed(row, column)
		if okX && okY {
			p.Series = append(p.Series, table.Series{Name: "paper's mean", Mark: table.MarkPaper, Points: [][2]float64{{px.Mean, py.Mean}}})
		}
		panels = append(panels, p)
	}
	return panels
}
