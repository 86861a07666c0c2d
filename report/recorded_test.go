package report_test

import (
	"encoding/json"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"gmnas/experiments"
	"gmnas/harness/spec"
	"gmnas/report"
	"gmnas/report/render"
	"gmnas/report/table"
)

// subject is an experiment with all its outcomes, one of which is replaced.
type subject struct {
	experiment spec.Experiment
	bindings   []report.Binding
	world      *world
	keys       []spec.Key
}

func subjects(t testing.TB) []subject {
	var list []subject
	for _, e := range []spec.Experiment{fewSeeds(small(), 2), fewSeeds(only(experiments.Table4, "gm+darts-1st"), 1), experiments.Halving} {
		w := newWorld()
		list = append(list, subject{e, w.run(t, e, spec.Laptop, false), w, slices.Sorted(maps.Keys(w.outcomes))})
	}
	return list
}

// FuzzRecorded: whatever one outcome in a database says, the tables render, or it is said why not; what is no number
// never becomes a figure.
func FuzzRecorded(f *testing.F) {
	all := subjects(f)
	bad := map[int][]string{0: {
		`{"State":"done"}`,
		`{"State":"done","Split":{"Edge":99,"Groups":[[-1]],"Candidates":[{"Edge":-1,"Groups":[[7],[8]],"Distance":[[0]]}]}}`,
		`{"State":"done","Evaluate":{"Accuracy":{"cifar10/valid":1e308,"cifar10/test":-5}},"Cost":{"FLOPs":1e308,"Seconds":-1}}`,
		`{"State":"done","Evaluate":{"Accuracy":{"cifar10/valid":1}},"Provenance":{"Started":"9999-12-31T23:59:59-14:00"}}`,
		`{"State":"done","Null":{"Picks":{"table-valid":{"cifar10/test":{"Mean":1e308,"Std":-1,"Quantiles":[1]}}},"Optimum":{"cifar10/test":1e308}}}`,
	}, 1: {`{"State":"done"}`}, 2: {`{"State":"done"}`}}
	for which, s := range all {
		kinds := map[string]bool{}
		for i, k := range s.keys {
			o := s.world.outcomes[k]
			if kinds[o.Kind] {
				continue
			}
			kinds[o.Kind] = true
			b, err := json.Marshal(o)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(uint(which), uint(i), b)
			o.State, o.Error = spec.Diverged, "|<b>=\x1b"
			if b, err = json.Marshal(o); err != nil {
				f.Fatal(err)
			}
			f.Add(uint(which), uint(i), b)
			for _, text := range bad[which] {
				f.Add(uint(which), uint(i), []byte(text))
			}
		}
	}
	var over []spec.Experiment
	for _, x := range experiments.All() {
		if x.Over != "" {
			over = append(over, x)
		}
	}
	f.Fuzz(func(t *testing.T, which, n uint, body []byte) {
		var o spec.Outcome
		if json.Unmarshal(body, &o) != nil {
			return
		}
		s := all[which%uint(len(all))]
		key := s.keys[n%uint(len(s.keys))]
		lookup := func(k spec.Key) (spec.Outcome, bool) {
			if k == key {
				return o, true
			}
			return s.world.lookup(k)
		}
		in, err := report.Collect(s.experiment, spec.Laptop, s.bindings, lookup)
		if err != nil {
			return
		}
		fuzzTable(t, report.Build(in))
		fuzzExport(t, report.Export(in, nil, true))
		if o.Split == nil {
			return
		}
		page, err := report.PageOf(in)
		if err != nil {
			t.Fatal(err)
		}
		if err := render.HTML(io.Discard, page); err != nil {
			t.Error(err)
		}
		splits := report.Splits(map[string][]report.Binding{s.experiment.Label: s.bindings}, lookup)
		for _, x := range over {
			fuzzTable(t, report.Build(report.Input{Experiment: x, Profile: spec.Laptop, Splits: splits}))
			fuzzExport(t, report.Export(report.Input{Experiment: x, Profile: spec.Laptop, Splits: splits}, nil, true))
		}
	})
}

func fuzzExport(t *testing.T, x table.Export) {
	for _, write := range []func(io.Writer, ...table.Export) error{render.RecordsCSV, render.RecordsJSON, render.RecordsTeX, render.RecordsBenchmark} {
		if err := write(io.Discard, x); err != nil { // JSON has no NaN
			t.Error(err)
		}
	}
}

func fuzzTable(t *testing.T, tb table.Table) {
	for _, r := range tb.Rows {
		for _, c := range r.Cells {
			for _, v := range []*float64{c.Mean, c.Std, c.Low, c.High, c.Difference} {
				if v != nil && (math.IsNaN(*v) || math.IsInf(*v, 0)) {
					t.Errorf("row %s, %s: %v", r.ID, c.Column, *v)
				}
			}
			_, split, _ := strings.Cut(c.Column, "/")
			if accuracy := split == "valid" || split == "test"; accuracy && c.Mean != nil && (*c.Mean < 0 || *c.Mean > 100) {
				t.Errorf("row %s, %s: an accuracy of %v %%", r.ID, c.Column, *c.Mean)
			}
		}
	}
	renderAll(t, tb)
}
