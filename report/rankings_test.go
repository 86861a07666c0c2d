package report_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"gmnas/experiments"
	"gmnas/harness/spec"
	"gmnas/nasbench/space"
	"gmnas/report"
	"gmnas/report/rank"
	"gmnas/report/table"
)

// rankedLeaves are 16 leaves over the 4,096 architectures whose accuracies follow the truth as far as noise lets them.
func rankedLeaves(seed int64, noise float64) []report.Leaf {
	random := rand.New(rand.NewPCG(uint64(seed), 7))
	leaves := make([]report.Leaf, 16)
	for k := range leaves {
		leaves[k].Rank = &spec.Outcome{Kind: spec.KindRank, State: spec.Done, Rank: &spec.Ranked{}}
	}
	for i := range space.NB201NoNone.Size() {
		truth := 60 + 34*math.Sqrt(float64(i)/4096)
		a := spec.RankedArchitecture{Index: i, Row: i, Truth: truth, Accuracy: max(0, min(100, truth/2+noise*random.NormFloat64()))}
		l := leaves[i%16].Rank.Rank
		l.Architectures = append(l.Architectures, a)
	}
	return leaves
}

// rankedInput is Table 7 with noise by row; seeds that are left out are not recorded.
func rankedInput(t *testing.T, profile string, noise map[string]float64, seeds ...int64) report.Input {
	t.Helper()
	e, err := experiments.ByLabel("table7")
	if err != nil {
		t.Fatal(err)
	}
	in := report.Input{Experiment: e, Profile: profile}
	for _, id := range []string{"fewshot+rsps", "gm+rsps"} {
		row, _ := e.Row(id)
		for _, seed := range seeds {
			in.Searches = append(in.Searches, report.Search{Row: id, Seed: seed, Run: row.Runs[profile].Bind("d", "t"), Complete: true,
				Leaves: rankedLeaves(seed+10*int64(len(id)), noise[id])})
		}
	}
	return in
}

func figureOf(t *testing.T, tb table.Table, row, figure string) table.Cell {
	t.Helper()
	r, _ := tb.Row(row)
	c, ok := r.Cell("cifar10/" + figure)
	if !ok {
		t.Fatalf("no cell %s %s", row, figure)
	}
	return c
}

// TestRankingsOfTable7: where one row ranks well and the other badly, the table says so of the whole space and of the top
// 1 %, and not of 8 architectures.
func TestRankingsOfTable7(t *testing.T) {
	tb := report.Build(rankedInput(t, spec.Paper, map[string]float64{"fewshot+rsps": 60, "gm+rsps": 0.05}, 0, 1, 2, 3))
	good, bad := figureOf(t, tb, "gm+rsps", spec.FigureSpearman), figureOf(t, tb, "fewshot+rsps", spec.FigureSpearman)
	if good.N != 4 || *good.Mean < 0.99 || *good.Low > *good.Mean || *good.High < *good.Mean || *bad.Mean > 0.5 || good.Verdict != "" {
		t.Errorf("of all: good %+v, bad %+v", good, bad)
	}
	top := figureOf(t, tb, "gm+rsps", spec.FigureSpearmanTop1)
	if *top.Paper != 0.532 || math.Abs(*top.Difference-(*top.Mean-0.532)) > 1e-12 {
		t.Errorf("top 1 %%: %+v", top)
	}
	for _, id := range []string{"gm+rsps", "fewshot+rsps"} {
		if c := figureOf(t, tb, id, spec.FigureSpearmanTop02); c.Verdict != table.CannotTell && c.Verdict != table.Differs {
			t.Errorf("%s, 8 architectures: %s (%s)", id, c.Verdict, c.Reason)
		}
	}
	if c := tb.Claims[3]; c.Verdict != table.Holds || *c.Comparisons[0].Low <= 0 {
		t.Errorf("%+v", c)
	}
	if p := tb.Claims[3].Comparisons[0]; math.Abs(*p.P-2./70) > 1e-9 || *p.Paired != 0.125 || *p.Adjusted < *p.P || p.Paper != nil {
		t.Errorf("%+v", p)
	}
	if d := tb.Claims[2].Comparisons[0].Paper; d == nil || math.Abs(*d-(0.532-0.117)) > 1e-9 {
		t.Errorf("printed difference %v", d)
	}
	for format, text := range renderAll(t, tb) {
		if !strings.Contains(string(text), "0.532") {
			t.Errorf("%s lacks the printed value", format)
		}
	}
	look(t, tb)
}

// TestRankingsVerdicts takes one rule after the other.
func TestRankingsVerdicts(t *testing.T) {
	equal := map[string]float64{"fewshot+rsps": 60, "gm+rsps": 60}
	for _, c := range []struct {
		name, profile, row, figure string
		noise                      map[string]float64
		seeds                      []int64
		want                       table.Verdict
		why                        string
	}{
		{"no seed", spec.Paper, "gm+rsps", spec.FigureSpearmanTop1, equal, nil, table.NotRun, "no seed"},
		{"two seeds", spec.Paper, "gm+rsps", spec.FigureSpearmanTop1, equal, []int64{0, 1}, table.CannotTell, "2 of 4 seeds"},
		{"8 architectures", spec.Paper, "fewshot+rsps", spec.FigureSpearmanTop02, equal, []int64{0, 1, 2, 3}, table.CannotTell, "8 unrelated architectures scatter by ±0.38"},
		{"other protocol", spec.Laptop, "fewshot+rsps", spec.FigureSpearmanTop1, map[string]float64{}, []int64{0, 1, 2, 3}, table.CannotTell, "not the paper's protocol"},
		{"far away", spec.Paper, "fewshot+rsps", spec.FigureSpearmanTop1, map[string]float64{}, []int64{0, 1, 2, 3}, table.Differs, "outside ±0.2"},
		{"as printed", spec.Paper, "fewshot+rsps", spec.FigureSpearmanTop1, equal, []int64{0, 1, 2, 3}, table.Reproduced, "within ±0.2"},
	} {
		cell := figureOf(t, report.Build(rankedInput(t, c.profile, c.noise, c.seeds...)), c.row, c.figure)
		if cell.Verdict != c.want || !strings.Contains(cell.Reason, c.why) {
			t.Errorf("%s: %s (%s), want %s (%s)", c.name, cell.Verdict, cell.Reason, c.want, c.why)
		}
	}
}

// TestRankingsBeside: a rival is a row of its own, changes no other cell, and has no verdict.
func TestRankingsBeside(t *testing.T) {
	in := rankedInput(t, spec.Laptop, map[string]float64{"fewshot+rsps": 5, "gm+rsps": 5}, 0, 1)
	alone := report.Rankings(in)
	var list []rank.Architecture
	for i := range 4096 {
		list = append(list, rank.Architecture{Row: i, Predicted: float64(i), Truth: 60 + 34*math.Sqrt(float64(i)/4096)})
	}
	tb := report.Rankings(in, report.Rival{ID: "file-1", Name: "<oracle>|", Architectures: list})
	for i, r := range alone.Rows {
		for k := range r.Cells {
			if fmt.Sprint(*r.Cells[k].Mean, *r.Cells[k].Low) != fmt.Sprint(*tb.Rows[i].Cells[k].Mean, *tb.Rows[i].Cells[k].Low) {
				t.Errorf("%s, %s changed beside a rival", r.ID, r.Cells[k].Column)
			}
		}
	}
	for _, figure := range []string{spec.FigureSpearman, spec.FigureKendall, spec.FigureSpearmanTop02} {
		if c := figureOf(t, tb, "file-1", figure); *c.Mean != 1 || c.N != 1 || c.Verdict != "" {
			t.Errorf("%s of an oracle: %+v", figure, c)
		}
	}
	if md := string(renderAll(t, tb)["md"]); strings.Contains(md, "<oracle>|") {
		t.Error("a name is markup in Markdown")
	}
}

// TestRankingsOnEmbedded: no table covers the embedded set, so there is no correlation, and the page says so.
func TestRankingsOnEmbedded(t *testing.T) {
	in := rankedInput(t, spec.Smoke, nil, 0, 1, 2, 3)
	for i := range in.Searches {
		in.Searches[i].Run = in.Searches[i].Run.OnEmbedded(in.Experiment.Embedded[spec.Smoke])
	}
	tb := report.Build(in)
	if c := figureOf(t, tb, "gm+rsps", spec.FigureSpearman); c.Mean != nil || c.Paper != nil || !tb.Embedded || len(tb.Costs) != 2 {
		t.Errorf("%d rows, embedded %v", len(tb.Rows), tb.Embedded)
	}
	if md := string(renderAll(t, tb)["md"]); !strings.Contains(md, "no true accuracy") {
		t.Error("the page doesn't say why it has no correlation")
	}
}

// pairs of architectures whose losses differ by gap, one without a dissimilar neighbour.
func pairedInput(t *testing.T, gap float64, n int) report.Input {
	t.Helper()
	e, err := experiments.ByLabel("table2")
	if err != nil {
		t.Fatal(err)
	}
	row, _ := e.Row("pairs")
	s := report.Search{Row: "pairs", Run: row.Runs[spec.Paper].Bind("d", "t"), Complete: n == row.Runs[spec.Paper].Pairs}
	random := rand.New(rand.NewPCG(3, 3))
	for i := range row.Runs[spec.Paper].Pairs {
		if i >= n {
			s.Pairs = append(s.Pairs, nil)
			continue
		}
		a, err := space.NB201NoNone.At(i)
		if err != nil {
			t.Fatal(err)
		}
		base := 0.7 + 0.1*random.Float64()
		p := &spec.Paired{Architecture: space.NB201NoNone.String(a), Probes: make([]spec.Probe, 5),
			Similar: &spec.JointlyTrained{Probe: spec.Probe{Edge: 1, Operation: 2, Cosine: 0.8}, Trained: 0.75, TrainLoss: base, ValidLoss: base + 0.1}}
		if i > 0 {
			p.Dissimilar = &spec.JointlyTrained{Probe: spec.Probe{Edge: 3, Operation: 1, Cosine: 0.1}, Trained: 0.12, TrainLoss: base + gap, ValidLoss: base + 0.1 + gap}
		}
		s.Pairs = append(s.Pairs, &spec.Outcome{Kind: spec.KindPair, State: spec.Done, Pair: p})
	}
	return report.Input{Experiment: e, Profile: spec.Paper, Searches: []report.Search{s}}
}

func TestPairsOfTable2(t *testing.T) {
	tb := report.Build(pairedInput(t, 0.12, 50))
	row, _ := tb.Row("dissimilar")
	c, _ := row.Cell("valid-loss")
	if c.N != 49 || *c.Paper != 0.99 || *c.PaperStd != 0.03 || c.Verdict != table.Reproduced {
		t.Errorf("%+v", c)
	}
	if claim := tb.Claims[0]; claim.Verdict != table.Holds || len(claim.Comparisons) != 2 || math.Abs(*claim.Comparisons[0].Figure+0.12) > 1e-9 || claim.Comparisons[0].N != "49 pairs" {
		t.Errorf("%+v", claim)
	}
	if text := string(renderAll(t, tb)["txt"]); !regexp.MustCompile(`no dissimilar neighbour +1\b`).MatchString(text) || !strings.Contains(text, "none found") {
		t.Errorf("the page doesn't count what was not found:\n%s", text)
	}
	look(t, tb)
	for _, s := range tb.Scatters {
		if len(s.Series[0].Points) != 49 || len(s.Series[1].Points) != 1 {
			t.Errorf("%s: %d points", s.Title, len(s.Series[0].Points))
		}
	}
	if v := report.Build(pairedInput(t, -0.12, 50)).Claims[0].Verdict; v != table.Contradicted {
		t.Errorf("lower with a dissimilar one: %s", v)
	}
	for n, want := range map[int]table.Verdict{0: table.NotRun, 1: table.NotRun, 3: table.CannotTell} {
		part := report.Build(pairedInput(t, 0.12, n))
		row, _ := part.Row("similar")
		c, _ := row.Cell("valid-loss")
		if v := part.Claims[0].Verdict; v != want || n > 0 && c.Verdict != table.CannotTell {
			t.Errorf("%d architectures: claim %s, want %s; cell %s", n, v, want, c.Verdict)
		}
		renderAll(t, part)
	}
}
