package report

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"gmnas/harness/spec"
	"gmnas/report/table"
)

// claimed builds a table of rows with these accuracies, one a seed, and returns its claims.
func claimed(rows map[string][]float64, claims ...spec.Claim) []table.Claim {
	b := builder{searches: map[string][]Search{}}
	for seed := range 4 {
		b.Experiment.Seeds = append(b.Experiment.Seeds, int64(seed))
	}
	for _, id := range []string{"x", "y", "z"} {
		values, ok := rows[id]
		if !ok {
			continue
		}
		b.Experiment.Rows = append(b.Experiment.Rows, spec.Row{ID: id, Name: id, Kind: spec.RowRun})
		for seed, v := range values {
			s := search(leaf("a", 50, v, v))
			s.Row, s.Seed = id, int64(seed)
			b.searches[id] = append(b.searches[id], s)
		}
	}
	b.Nulls = []Null{{Row: "null-1", Outcome: spec.Outcome{State: spec.Done, Null: &spec.Nulled{Optimum: map[string]float64{"cifar10/test": 94}}}}}
	for i := range claims {
		claims[i].Column = "cifar10/test"
	}
	b.Experiment.Claims = claims
	return b.claims()
}

func above(row string, than ...string) spec.Claim {
	return spec.Claim{Check: spec.CheckAbove, Row: row, Than: than}
}

// TestClaimVerdicts goes through the rules of builder.claims.
func TestClaimVerdicts(t *testing.T) {
	high, low, mixed := []float64{93, 93.1, 93.2, 93.3}, []float64{90, 90.1, 90.2, 90.3}, []float64{89, 94, 92, 93.15}
	level := func(within float64) spec.Claim {
		return spec.Claim{Check: spec.CheckLevel, Row: "x", Than: []string{"y"}, Within: within}
	}
	near := spec.Claim{Check: spec.CheckNearOptimum, Row: "x", Within: 0.5}
	wider := spec.Claim{Check: spec.CheckWider, Row: "x", Than: []string{"y"}}
	for _, c := range []struct {
		name    string
		rows    map[string][]float64
		claims  []spec.Claim
		verdict table.Verdict
		reason  string
	}{
		{"four clear of four", map[string][]float64{"x": high, "y": low}, []spec.Claim{above("x", "y")}, table.Holds, "p = 0.029 after correction for 1"},
		{"the other way", map[string][]float64{"x": low, "y": high}, []spec.Claim{above("x", "y")}, table.Contradicted, "the other way, p = 0.029"},
		{"clear, but two comparisons", map[string][]float64{"x": high, "y": low, "z": low}, []spec.Claim{above("x", "y", "z")}, table.CannotTell,
			"as claimed; n = 4 cannot decide: the smallest p is 0.029, 0.057 after correction for 2"},
		{"clear, but another claim isn't run yet", map[string][]float64{"x": high, "y": low, "z": nil}, []spec.Claim{above("x", "y"), above("x", "z")},
			table.CannotTell, "n = 4 cannot decide"},
		{"mixed", map[string][]float64{"x": high, "y": mixed}, []spec.Claim{above("x", "y")}, table.CannotTell, "as claimed; p = "},
		{"all alike", map[string][]float64{"x": high, "y": high}, []spec.Claim{above("x", "y")}, table.CannotTell, "no difference; p = 1"},
		{"seeds missing", map[string][]float64{"x": high, "y": low[:3]}, []spec.Claim{above("x", "y")}, table.CannotTell, "3 of 4 seeds"},
		{"nothing on a side", map[string][]float64{"x": high, "y": nil}, []spec.Claim{above("x", "y")}, table.NotRun, "no seed"},
		{"level", map[string][]float64{"x": high, "y": high}, []spec.Claim{level(0.5)}, table.Holds, "within ±0.5"},
		{"not level", map[string][]float64{"x": high, "y": low}, []spec.Claim{level(0.5)}, table.Contradicted, "outside ±0.5"},
		{"level or not", map[string][]float64{"x": high, "y": mixed}, []spec.Claim{level(0.5)}, table.CannotTell, "reaches across ±0.5"},
		{"near the best", map[string][]float64{"x": {93.8, 93.9, 93.8, 93.9}}, []spec.Claim{near}, table.Holds, "within"},
		{"far from the best", map[string][]float64{"x": low}, []spec.Claim{near}, table.Contradicted, "outside"},
		{"no spread", map[string][]float64{"x": {94, 94, 94, 94}}, []spec.Claim{near}, table.CannotTell, "no interval"},
		{"wider", map[string][]float64{"x": {80, 84, 94, 98}, "y": high}, []spec.Claim{wider}, table.Holds, "p = 0.029"},
		{"narrower", map[string][]float64{"x": high, "y": {80, 84, 94, 98}}, []spec.Claim{wider}, table.Contradicted, "the other way"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := claimed(c.rows, c.claims...)[0]
			first := got.Comparisons[0]
			if got.Verdict != c.verdict || !strings.Contains(first.Reason, c.reason) {
				t.Errorf("%s (%s), want %s (%s)", got.Verdict, first.Reason, c.verdict, c.reason)
			}
		})
	}
}

// TestUndecidedClaimsSayWhatWouldDecide: how many seeds could reach significance after the correction, and about how many
// would; or that this can't be estimated.
func TestUndecidedClaimsSayWhatWouldDecide(t *testing.T) {
	high, low, mixed := []float64{93, 93.1, 93.2, 93.3}, []float64{90, 90.1, 90.2, 90.3}, []float64{89, 94, 92, 93.15}
	for _, c := range []struct {
		name          string
		rows          map[string][]float64
		claims        []spec.Claim
		could, needed int
		reason        string
		significant   bool
	}{
		{"decided", map[string][]float64{"x": high, "y": low}, []spec.Claim{above("x", "y")}, 0, 0, "p = 0.029 after correction for 1", true},
		{"clear, but two comparisons", map[string][]float64{"x": high, "y": low, "z": low}, []spec.Claim{above("x", "y", "z")}, 5, 5,
			"n = 5 could; about 5 seeds a row would (1 more)", false},
		{"mixed", map[string][]float64{"x": high, "y": mixed}, []spec.Claim{above("x", "y")}, 4, 33, "p = 0.69 after correction for 1; about 33 seeds a row would", false},
		{"all alike", map[string][]float64{"x": high, "y": high}, []spec.Claim{above("x", "y")}, 4, 0, "how many would cannot be estimated: no difference was seen", false},
		{"no spread", map[string][]float64{"x": {94, 94, 94, 94}, "y": {93, 93, 93, 93}, "z": low}, []spec.Claim{above("x", "y", "z")}, 5, 0,
			"cannot be estimated: all values are equal", false},
		{"hardly a difference", map[string][]float64{"x": mixed, "y": {89, 94, 92, 93.1500001}}, []spec.Claim{above("x", "y")}, 4, 0, "no number that can be run would", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := claimed(c.rows, c.claims...)[0].Comparisons[0]
			if got.Could != c.could || got.Needed != c.needed || !strings.Contains(got.Reason, c.reason) || got.Significant != c.significant {
				t.Errorf("could %d, needed %d, significant %v: %s; want %d, %d, %v: %s", got.Could, got.Needed, got.Significant, got.Reason, c.could, c.needed, c.significant, c.reason)
			}
		})
	}
}

func TestClaimFigures(t *testing.T) {
	got := claimed(map[string][]float64{"x": {3, 4, 5, 6}, "y": {1, 2, 3, 4}}, above("x", "y"))[0].Comparisons[0]
	if *got.Figure != 2 || got.N != "4 and 4" || math.Abs((*got.Low+*got.High)/2-2) > 1e-12 || *got.Paired != 0.125 || *got.Effect != 0.75 {
		t.Errorf("%+v: want a difference of 2, paired p 2/16, Cliff's delta 12/16", got)
	}
}

func TestEmbeddedClaimsAreNotComparable(t *testing.T) {
	b := builder{embedded: true}
	b.Experiment.Claims = []spec.Claim{above("x", "y")}
	if got := b.claims()[0]; got.Verdict != table.NotComparable {
		t.Errorf("%+v", got)
	}
}

// TestTogether compares with counting by hand: 2 | 3 has 1 + 3 of 10 pairs within, 2 | 2 has 2 of 6.
func TestTogether(t *testing.T) {
	for _, c := range []struct {
		groups [][]int
		x, y   int
		same   bool
		chance float64
		ok     bool
	}{
		{[][]int{{2, 3}, {0, 1, 4}}, 2, 3, true, 0.4, true},
		{[][]int{{2, 3}, {0, 1, 4}}, 0, 4, true, 0.4, true},
		{[][]int{{2, 3}, {0, 1, 4}}, 2, 4, false, 0.4, true},
		{[][]int{{1, 2}, {0, 3}}, 0, 3, true, 1.0 / 3, true},
		{[][]int{{1, 2}, {0, 3}}, 0, 4, false, 0, false},
		{nil, 0, 1, false, 0, false},
	} {
		same, chance, ok := together(c.groups, c.x, c.y)
		if same != c.same || math.Abs(chance-c.chance) > 1e-12 || ok != c.ok {
			t.Errorf("%v %d %d: %v %v %v", c.groups, c.x, c.y, same, chance, ok)
		}
	}
}

// TestAlways: one exception contradicts "always", and may yet be more often than chance.
func TestAlways(t *testing.T) {
	splits := func(n, exceptions int) []Split {
		var list []Split
		for i := range n {
			s := Split{Rows: []string{"table3 gm+darts"}, Stage: spec.SplitStage{Setup: spec.Setup{Space: "nasbench201"},
				Level: spec.Level{Partition: spec.PartitionMinCut, Criterion: spec.CriterionCosine}}}
			s.Outcome.Groups = [][]int{{2, 3}, {0, 1, 4}}
			if i < exceptions {
				s.Outcome.Groups = [][]int{{1, 3}, {0, 2, 4}}
			}
			list = append(list, s)
		}
		return list
	}
	of := []string{"nor_conv_1x1", "nor_conv_3x3"}
	for _, c := range []struct {
		n, exceptions    int
		always, together table.Verdict
	}{{12, 0, table.Holds, table.Holds}, {12, 1, table.Contradicted, table.Holds}, {12, 7, table.Contradicted, table.CannotTell},
		{12, 12, table.Contradicted, table.Contradicted}, {2, 0, table.Holds, table.CannotTell}, {0, 0, table.NotRun, table.NotRun}} {
		b := builder{Input: Input{Splits: splits(c.n, c.exceptions)}}
		b.Experiment.Claims = []spec.Claim{{Check: spec.CheckAlways, Of: of}, {Check: spec.CheckTogether, Of: of}}
		got := b.claims()
		if got[0].Verdict != c.always || got[1].Verdict != c.together {
			t.Errorf("%d of %d: %s, %s, want %s, %s (%s)", c.n-c.exceptions, c.n, got[0].Verdict, got[1].Verdict, c.always, c.together, fmt.Sprint(got[1].Comparisons))
		}
	}
}
