package split

import (
	"compress/gzip"
	"encoding/json"
	"maps"
	"math"
	"os"
	"reflect"
	"slices"
	"testing"

	"gmnas/harness/spec"
)

// golden reads a reference file; see testdata/README.md.
func golden(t *testing.T, name string, into any) {
	t.Helper()
	f, err := os.Open("testdata/" + name + ".json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(z).Decode(into); err != nil {
		t.Fatal(err)
	}
}

type matrix struct {
	Shape []int
	Data  []float64
}

func (m matrix) rows() [][]float64 {
	var rows [][]float64
	for from := 0; from < len(m.Data); from += m.Shape[1] {
		rows = append(rows, m.Data[from:][:m.Shape[1]])
	}
	return rows
}

// distances is the matrix as an average would give it: the files round both halves separately.
func (m matrix) distances(edge int) EdgeDistances {
	d := EdgeDistances{Edge: edge, Distance: square(m.Shape[0])}
	for i, row := range m.rows() {
		d.Operations = append(d.Operations, i)
		for j := range i + 1 {
			d.Distance[i][j], d.Distance[j][i] = row[j], row[j]
		}
	}
	return d
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance {
		t.Errorf("%s: got %v, want %v within %v", what, got, want, tolerance)
	}
}

func TestMinCutGolden(t *testing.T) {
	var file struct {
		Cases []struct {
			N          int
			GroupsB    int `json:"groups_B"`
			Similarity matrix
			Balanced   int     `json:"n_balanced_partitions"`
			Cost       float64 `json:"min_cut_cost"`
			Second     *float64
			Optimal    [][][]int                 `json:"optimal_partitions"`
			Labels     []int                     `json:"first_optimal_label_string"`
			Pairs      int                       `json:"n_cut_pairs"`
			Score      float64                   `json:"cross_distance_sum"`
			Authors    *struct{ Groups [][]int } `json:"authors_mincut_split_201"`
			Tie        bool
		}
	}
	golden(t, "g7_mincut", &file)
	if len(file.Cases) != 30 {
		t.Fatalf("%d cases, want 30", len(file.Cases))
	}
	for k, c := range file.Cases {
		e := c.Similarity.distances(0)
		for i, row := range e.Distance {
			for j := range row {
				row[j] = 1 - c.Similarity.rows()[i][j]
			}
		}
		cut, err := Cut(Cosine, e, c.GroupsB)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "cost", cut.CutCost, c.Cost, 1e-6)
		near(t, "score", cut.Score, c.Score, 1e-6)
		if got := crossPairs(cut.Groups); got != c.Pairs {
			t.Errorf("case %d: %d cut pairs, want %d", k, got, c.Pairs)
		}
		if got := Partitions(c.N, c.GroupsB); got.Int64() != int64(c.Balanced) {
			t.Errorf("case %d: %v balanced partitions, want %d", k, got, c.Balanced)
		}
		want := make([][]int, c.GroupsB)
		for o, label := range c.Labels {
			want[label] = append(want[label], o)
		}
		if c.GroupsB == 2 && len(want[0]) > len(want[1]) {
			slices.Reverse(want)
		}
		if !reflect.DeepEqual(cut.Groups, want) {
			t.Errorf("case %d: groups %v, want %v", k, cut.Groups, want)
		}
		if c.Authors != nil && !c.Tie && !reflect.DeepEqual(cut.Groups, c.Authors.Groups) {
			t.Errorf("case %d: groups %v, the release's %v", k, cut.Groups, c.Authors.Groups)
		}
	}
}

type goldenCut struct {
	Groups [][]int
	Score  float64 `json:"edge_score"`
	Within float64
	Margin float64 `json:"margin_to_second_best"`
}

type goldenMetric struct {
	DPerBatch []matrix  `json:"D_per_batch"`
	DMean     matrix    `json:"D_mean"`
	OneBatch  goldenCut `json:"one_batch"`
	Mean      goldenCut `json:"mean_of_batches"`
}

type goldenEdge struct {
	Edge      int
	Cos       goldenMetric
	Mse       goldenMetric
	PerFilter goldenMetric `json:"per-filter-cos"`
	Averaged  struct {
		D matrix
		goldenCut
	} `json:"cos_of_averaged_gradients"`
}

// TestSplitGolden decides from the released code's own distance matrices, for every space, mixture and criterion.
func TestSplitGolden(t *testing.T) {
	for _, name := range []string{"g3_nb201_gm_4op", "g3_nb201_gm_5op", "g3_nb201_gm_5op_soft", "g3_nb201_gm_5op_path"} {
		var file struct {
			EdgesResult []goldenEdge `json:"edges_result"`
			ChosenEdge  map[string]struct {
				Edge   int
				Scores []float64
			} `json:"chosen_edge"`
		}
		golden(t, name, &file)
		for key, pick := range map[string]func(goldenEdge) (matrix, goldenCut, Criterion){
			"cos/one_batch":       func(e goldenEdge) (matrix, goldenCut, Criterion) { return e.Cos.DPerBatch[0], e.Cos.OneBatch, Cosine },
			"cos/mean_of_batches": func(e goldenEdge) (matrix, goldenCut, Criterion) { return e.Cos.DMean, e.Cos.Mean, Cosine },
			"mse/one_batch":       func(e goldenEdge) (matrix, goldenCut, Criterion) { return e.Mse.DPerBatch[0], e.Mse.OneBatch, L2 },
			"mse/mean_of_batches": func(e goldenEdge) (matrix, goldenCut, Criterion) { return e.Mse.DMean, e.Mse.Mean, L2 },
			"per-filter-cos/one_batch": func(e goldenEdge) (matrix, goldenCut, Criterion) {
				return e.PerFilter.DPerBatch[0], e.PerFilter.OneBatch, PerFilterCosine
			},
			"per-filter-cos/mean_of_batches": func(e goldenEdge) (matrix, goldenCut, Criterion) {
				return e.PerFilter.DMean, e.PerFilter.Mean, PerFilterCosine
			},
			"cos_of_averaged_gradients": func(e goldenEdge) (matrix, goldenCut, Criterion) { return e.Averaged.D, e.Averaged.goldenCut, Cosine },
		} {
			t.Run(name+"/"+key, func(t *testing.T) {
				chosen, ok := file.ChosenEdge[key]
				if !ok {
					t.Fatalf("no chosen edge; there are %v", slices.Sorted(maps.Keys(file.ChosenEdge)))
				}
				var candidates []EdgeDistances
				var criterion Criterion
				for _, e := range file.EdgesResult {
					d, _, c := pick(e)
					candidates, criterion = append(candidates, d.distances(e.Edge)), c
				}
				level := spec.Level{Edge: spec.EdgeCutCost, Partition: spec.PartitionMinCut, Groups: 2, Criterion: criterion.Name}
				got, err := Decide(level, candidates, nil)
				if err != nil {
					t.Fatal(err)
				}
				if got.Edge != chosen.Edge {
					t.Errorf("edge %d, want %d", got.Edge, chosen.Edge)
				}
				for k, e := range file.EdgesResult {
					_, want, _ := pick(e)
					checkCut(t, got.Candidates[k], want, criterion)
					near(t, "score", got.Candidates[k].Score, chosen.Scores[k], 1e-5*max(1, want.Score))
				}
				if !reflect.DeepEqual(got.Groups, got.Candidates[got.Edge].Groups) {
					t.Errorf("split into %v, cut is %v", got.Groups, got.Candidates[got.Edge].Groups)
				}
			})
		}
	}
}

func checkCut(t *testing.T, got spec.EdgeCut, want goldenCut, c Criterion) {
	t.Helper()
	if !reflect.DeepEqual(got.Groups, want.Groups) {
		t.Errorf("edge %d: groups %v, want %v", got.Edge, got.Groups, want.Groups)
	}
	tolerance := 1e-5 * max(1, want.Score)
	near(t, "score", got.Score, want.Score, tolerance)
	one := []int{}
	for k := range got.Operations {
		one = append(one, k)
	}
	all := crossSum(one, got.Distance, func(d float64) float64 { return d })
	near(t, "within", all-got.Score, want.Within, tolerance)
	var costs []float64
	for labels := range balanced(len(got.Operations), 2) {
		costs = append(costs, crossSum(labels, got.Distance, c.Similarity))
	}
	slices.Sort(costs)
	near(t, "margin", costs[1]-costs[0], want.Margin, tolerance)
}
