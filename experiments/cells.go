package experiments

import (
	"fmt"
	"strings"

	"gmnas/harness/spec"
	"gmnas/nasbench/space"
	"gmnas/results/published"
)

// Figures 3 to 14 of the paper's appendix E draw what the main searches of Table 4 found, one for each method and seed.
var _ = declareCells([]spec.Experiment{
	{
		Label: "figure3",
	}, {
		Label: "figure4",
	}, {
		Label: "figure5",
	}, {
		Label: "figure6",
	}, {
		Label: "figure7",
	}, {
		Label: "figure8",
	}, {
		Label: "figure9",
	}, {
		Label: "figure10",
	}, {
		Label: "figure11",
	}, {
		Label: "figure12",
	}, {
		Label: "figure13",
	}, {
		Label: "figure14",
	},
})

// declareCells enters the figure of each released genotype that the paper draws.
func declareCells(list []spec.Experiment) (entered bool) {
	for _, e := range list {
		for _, r := range published.Genotypes() {
			if e.Label == fmt.Sprintf("figure%d", r.Figure) {
				entered = Declare(func() spec.Experiment { return cells(e, r) })
			}
		}
	}
	return entered
}

// cells completes a figure: the released genotype, and Table 4's search of that method with that seed.
func cells(e spec.Experiment, r published.Released) spec.Experiment {
	search, _ := Table4.Row(r.Row)
	search.Paper, search.Log, search.Tolerance = nil, nil, 0 // of Table 4
	e.Title = fmt.Sprintf("Figure %d: cells of %s, seed %d, in the DARTS space", r.Figure, r.Name, r.Seed)
	e.Claim = fmt.Sprintf("Normal and reduction cells discovered by %s, seed %d, on CIFAR-10 in the DARTS space.", strings.ReplaceAll(r.Name, " + ", "-"), r.Seed)
	e.Space, e.Seeds, e.Embedded = space.DARTS.Name, []int64{r.Seed}, embedded(dartsScales)
	printed := map[string]spec.Printed{}
	for _, c := range []struct {
		figure string
		value  float64
	}{{spec.FigureNetworkParams, r.Params}, {spec.FigureNetworkMACs, r.MACs}, {spec.FigureImageNetParams, r.ImageNetParams}, {spec.FigureImageNetMACs, r.ImageNetMACs}} {
		column := spec.Column{Dataset: "cifar10", Figure: c.figure}
		e.Columns = append(e.Columns, column)
		printed[column.ID()] = spec.Printed{Mean: c.value}
	}
	e.Rows = []spec.Row{
		{ID: "released", Name: fmt.Sprintf("released, leaf id_%d", r.Leaf), Kind: spec.RowLiterature, Paper: printed, Genotype: r.Genotype.String()},
		search,
	}
	if r.Logged > 0 {
		e.Notes = append(e.Notes, spec.Note{Row: "released", Text: fmt.Sprintf("This is the architecture that Table 4 prints as the method's best. Its released retraining log prints %.6f M parameters.", r.Logged)})
	}
	return e
}
