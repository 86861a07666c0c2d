package report_test

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"testing"

	"gmnas/experiments"
	"gmnas/harness/spec"
	"gmnas/report"
	"gmnas/report/table"
)

// FuzzRecorded: whatever one outcome in a database says, the tables render, or it is said why not; what is no number
// never becomes a figure.
func FuzzRecorded(f *testing.F) {
	e := small()
	e.Seeds = []int64{0, 1}
	w := newWorld()
	bindings := w.run(f, e, spec.Laptop, false)
	keys := slices.Sorted(maps.Keys(w.outcomes))
	kinds := map[string]bool{}
	for i, k := range keys {
		o := w.outcomes[k]
		if kinds[o.Kind] {
			continue
		}
		kinds[o.Kind] = true
		b, err := json.Marshal(o)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint(i), b)
		o.State, o.Error = spec.Diverged, "|<b>=\x1b"
		if b, err = json.Marshal(o); err != nil {
			f.Fatal(err)
		}
		f.Add(uint(i), b)
		f.Add(uint(i), []byte(`{"State":"done"}`))
		f.Add(uint(i), []byte(`{"State":"done","Split":{"Edge":99,"Groups":[[-1]],"Candidates":[{"Edge":-1,"Groups":[[7],[8]],"Distance":[[0]]}]}}`))
		f.Add(uint(i), []byte(`{"State":"done","Evaluate":{"Accuracy":{"cifar10/valid":1e308,"cifar10/test":-5}},"Cost":{"FLOPs":1e308,"Seconds":-1}}`))
		f.Add(uint(i), []byte(`{"State":"done","Null":{"Picks":{"table-valid":{"cifar10/test":{"Mean":1e308,"Std":-1,"Quantiles":[1]}}},"Optimum":{"cifar10/test":1e308}}}`))
	}
	var over []spec.Experiment
	for _, x := range experiments.All() {
		if x.Over != "" {
			over = append(over, x)
		}
	}
	f.Fuzz(func(t *testing.T, n uint, body []byte) {
		var o spec.Outcome
		if json.Unmarshal(body, &o) != nil {
			return
		}
		key := keys[n%uint(len(keys))]
		lookup := func(k spec.Key) (spec.Outcome, bool) {
			if k == key {
				return o, true
			}
			return w.lookup(k)
		}
		in, err := report.Collect(e, spec.Laptop, bindings, lookup)
		if err != nil {
			return
		}
		tables := []table.Table{report.Build(in)}
		if o.Split == nil {
			fuzzTable(t, tables[0])
			return
		}
		splits := report.Splits(map[string][]report.Binding{e.Label: bindings}, lookup)
		for _, x := range over {
			tables = append(tables, report.Build(report.Input{Experiment: x, Profile: spec.Laptop, Splits: splits}))
		}
		for _, tb := range tables {
			fuzzTable(t, tb)
		}
	})
}

func fuzzTable(t *testing.T, tb table.Table) {
	for _, r := range tb.Rows {
		for _, c := range r.Cells {
			for _, v := range []*float64{c.Mean, c.Std, c.Low, c.High, c.Difference} {
				if v != nil && (math.IsNaN(*v) || math.IsInf(*v, 0)) {
					t.Errorf("row %s, %s: %v", r.ID, c.Column, *v)
				}
			}
			if c.Mean != nil && (*c.Mean < 0 || *c.Mean > 100) {
				t.Errorf("row %s, %s: an accuracy of %v %%", r.ID, c.Column, *c.Mean)
			}
		}
	}
	renderAll(t, tb)
}
