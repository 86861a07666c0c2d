package experiments

import (
	"bytes"
	"strings"
	"testing"

	"gmnas/harness/plan"
	"gmnas/harness/spec"
	"gmnas/harness/split"
	"gmnas/nasbench/space"
	"gmnas/report"
	"gmnas/report/render"
)

// The worked example of ARCHITECTURE.md, "How to add a criterion": what a user would write as harness/split/sign.go
// and experiments/signs.go. It is test code here, so that gmnas itself doesn't have it.

var _ = split.Register(split.Criterion{
	Name: "sign",
	Doc:  "share of weights whose gradients have different signs",
	Distance: func(g split.Gradients, i, j int) float64 {
		different, all := 0, 0
		for k, x := range g.Tensors(i) {
			y := g.Tensors(j)[k]
			for at := range min(len(x.Data), len(y.Data)) { // no data where the forward pass didn't reach the tensor
				all++
				if (x.Data[at] > 0) != (y.Data[at] > 0) {
					different++
				}
			}
		}
		return float64(different) / float64(max(1, all))
	},
	Similarity: func(d float64) float64 { return 1 - d },
})

var _ = Declare(func() spec.Experiment {
	return spec.Experiment{
		Label: "signs",
		Title: "Signs of the gradients against their cosine, GM + DARTS, four operations",
		Claim: "Ours: the signs alone split a supernet as well as the cosine does.",
		Space: space.NB201NoNone.Name, Columns: ablationColumns, Seeds: fourSeeds, Embedded: embedded(scales),
		Claims: []spec.Claim{better("signs beat the cosine", "sign", "cosine")},
		Rows: withNulls(
			searched("cosine", "cosine", gm(spec.DARTS).fourOperations(), nil),
			searched("sign", "sign", gm(spec.DARTS).fourOperations().criterion("sign"), nil),
		),
	}
})

// twoSigns are gradients of three operations, the first two of which agree.
type twoSigns struct{}

func (twoSigns) Len() int               { return 3 }
func (twoSigns) Inner(i, j int) float64 { return 1 }
func (twoSigns) Tensors(i int) []split.Tensor {
	data := [][]float32{{1, 2, -1, 1}, {3, 1, -2, 1}, {-1, -2, 1, 1}}
	return []split.Tensor{{Name: "w", Data: data[i]}}
}

// TestExampleIsSeenEverywhere: two registered values are all it takes for list, plan, search and report.
func TestExampleIsSeenEverywhere(t *testing.T) {
	e, err := ByLabel("signs")
	if err != nil {
		t.Fatal(err)
	}
	if all := All(); all[len(all)-1].Label != "signs" || len(all) < 10 {
		t.Errorf("the last of %d experiments is %q, want signs after those of the paper", len(all), all[len(all)-1].Label)
	}
	table6, _ := ByLabel("table6")
	if _, ok := table6.Row("sign"); !ok {
		t.Error("Table 6 has no row for the new criterion")
	}
	if err := plan.Validate(e); err != nil {
		t.Error(err)
	}
	text, err := plan.Text(e, spec.Laptop, nothing, 0)
	if err != nil || !strings.Contains(text, "Criterion=sign") {
		t.Errorf("plan: %v\n%s", err, text)
	}
	if root(t, "signs", "sign", spec.Laptop) != root(t, "table1", "gradient+darts", spec.Laptop) {
		t.Error("the example doesn't share Table 1's warm-up")
	}

	sign, err := split.ByName("sign")
	if err != nil {
		t.Fatal(err)
	}
	average := split.NewAverage(sign, 0, []int{0, 1, 2})
	if err := average.Add(twoSigns{}); err != nil {
		t.Fatal(err)
	}
	distances, err := average.Result()
	if err != nil {
		t.Fatal(err)
	}
	cut, err := split.Cut(sign, distances, 2)
	if err != nil || cut.Distance[0][2] != 0.75 || len(cut.Groups[0]) != 1 || cut.Groups[0][0] != 2 {
		t.Errorf("%+v, %v: want operation 2 apart, at distance 0.75", cut, err)
	}

	in, err := report.Collect(e, spec.Laptop, nil, nothing)
	if err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	if err := render.Markdown(&page, report.Build(in), ""); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| sign", "signs beat the cosine", "gmnas run signs --profile laptop --only method=sign"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page lacks %q:\n%s", want, page.String())
		}
	}
}

// TestExampleChangesNoOther: without their own new rows, the paper's experiments are the same with and without it.
func TestExampleChangesNoOther(t *testing.T) {
	with := map[string]string{}
	for _, e := range All() {
		with[e.Label] = canonical(t, e)
	}
	kept := declared
	defer func() { declared = kept }()
	declared = declared[:0:0]
	for _, experiment := range kept {
		if experiment().Label != "signs" {
			declared = append(declared, experiment)
		}
	}
	if len(All()) != len(with)-1 {
		t.Fatalf("%d experiments, want one less than %d", len(All()), len(with))
	}
	for _, e := range All() {
		if canonical(t, e) != with[e.Label] {
			t.Errorf("%s changes with the example", e.Label)
		}
	}
}

func canonical(t *testing.T, e spec.Experiment) string {
	t.Helper()
	b, err := spec.Canonical(e)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
