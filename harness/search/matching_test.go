package search

import (
	"fmt"
	"reflect"
	"testing"

	"gmnas/harness/engine/enginetest/backends"
	"gmnas/harness/engine/kernel"
	"gmnas/harness/golden"
	"gmnas/harness/spec"
	"gmnas/harness/split"
	"gmnas/harness/supernet"
	"gmnas/nasbench/space"
)

// matching is golden G3: gradients of every operation on every edge, compared.
type matching struct {
	Hard    int             `json:"hard"`
	Theta   []golden.Tensor `json:"theta_per_batch"`
	Batches []golden.Batch  `json:"batches"`
	Edges   []struct {
		Cos       measure `json:"cos"`
		L2        measure `json:"mse"`
		PerFilter measure `json:"per-filter-cos"`
	} `json:"edges_result"`
	Chosen map[string]struct {
		Edge int `json:"edge"`
	} `json:"chosen_edge"`
}

type measure struct {
	PerBatch []golden.Tensor `json:"D_per_batch"`
	Mean     golden.Tensor   `json:"D_mean"`
	Cut      struct {
		Groups [][]int `json:"groups"`
	} `json:"mean_of_batches"`
}

// TestMatching: distances of every criterion, groups and the chosen edge are the release's, for mixtures with 4 and 5
// operations, enabled with weight 1 or their own, and for single paths with a disconnected batch (golden G3).
func TestMatching(t *testing.T) {
	o := readOrigin(t)
	backends.Each(t, func(t *testing.T, b kernel.Backend) {
		for _, c := range []struct{ file, space, method string }{
			{"g3_nb201_gm_5op", "nasbench201", spec.DARTS}, {"g3_nb201_gm_5op_soft", "nasbench201", spec.DARTS},
			{"g3_nb201_gm_4op", "nasbench201-4op", spec.DARTS}, {"g3_nb201_gm_5op_path", "nasbench201", spec.RSPS},
		} {
			t.Run(c.file, func(t *testing.T) {
				var m matching
				golden.Read(t, "testdata/"+c.file+".json.gz", &m)
				s, err := space.ByName(c.space)
				if err != nil {
					t.Fatal(err)
				}
				start := o
				start.Alpha = golden.Tensor{Data: make([]float64, s.Edges()*len(s.Operations))}
				x := opened(t, b, setup(c.space, c.method, 1), space.Full(s), start, supernet.Matching)
				checkMatching(t, x, m)
			})
		}
	})
}

func checkMatching(t *testing.T, x *Searcher, m matching) {
	enable := spec.EnableOneHot
	if m.Hard == 0 {
		enable = spec.EnableSoft
	}
	b := x.params.Backend
	decided := map[string][]split.EdgeDistances{}
	for e, want := range m.Edges {
		operations := x.mask.Operations(e)
		c, err := x.newCollected(len(operations))
		if err != nil {
			t.Fatal(err)
		}
		defer c.close()
		averages := map[string]*split.Average{}
		for _, k := range split.Criteria() {
			averages[k.Name] = split.NewAverage(k, e, operations)
		}
		for i, batch := range m.Batches {
			x.put(batch)
			if err := c.collect(e, operations, m.Theta[i].Data, enable, func(k int, body kernel.Mem) { b.Copy(c.copies[k], body) }); err != nil {
				t.Fatal(err)
			}
			for _, a := range averages {
				if err := a.Add(c); err != nil {
					t.Fatal(err)
				}
			}
		}
		for name, want := range map[string]measure{spec.CriterionCosine: want.Cos, spec.CriterionL2: want.L2, spec.CriterionPerFilterCosine: want.PerFilter} {
			d, err := averages[name].Result()
			if err != nil {
				t.Fatal(err)
			}
			var got []float32
			for _, row := range d.Distance {
				got = append(got, floats(row)...)
			}
			rel, abs := 5e-5, 0.0
			if name == spec.CriterionCosine {
				rel, abs = 0, 5e-5
			}
			golden.Near(t, fmt.Sprintf("%s distances of edge %d", name, e), got, want.Mean.Floats(), rel, abs)
			decided[name] = append(decided[name], d)
		}
	}
	for name, key := range map[string]string{spec.CriterionCosine: "cos", spec.CriterionL2: "mse", spec.CriterionPerFilterCosine: "per-filter-cos"} {
		got, err := split.Decide(spec.Level{Edge: spec.EdgeCutCost, Partition: spec.PartitionMinCut, Groups: 2, Criterion: name}, decided[name], nil)
		if err != nil {
			t.Fatal(err)
		}
		if want := m.Chosen[key+"/mean_of_batches"].Edge; got.Edge != want {
			t.Errorf("%s: split edge %d, want %d", name, got.Edge, want)
		}
		for e, cut := range got.Candidates {
			want := map[string]measure{"cos": m.Edges[e].Cos, "mse": m.Edges[e].L2, "per-filter-cos": m.Edges[e].PerFilter}[key].Cut.Groups
			if !reflect.DeepEqual(cut.Groups, want) {
				t.Errorf("%s, edge %d: groups %v, want %v", name, e, cut.Groups, want)
			}
		}
	}
}
