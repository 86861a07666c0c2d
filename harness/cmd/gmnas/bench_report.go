package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gmnas/experiments"
	"gmnas/harness/plan"
	"gmnas/harness/spec"
	"gmnas/report"
	"gmnas/results"
)

// reportResult is the line of the report benchmark.
type reportResult struct {
	Outcomes      int     `json:"outcomes"`
	RecordSeconds float64 `json:"record_s"`
	DatabaseMB    float64 `json:"database_mb"`
	RenderSeconds float64 `json:"render_s"` // Table 3 from opening the database to all six files, median of 5
}

// benchReport fills a temporary database with made-up searches of Table 3 until it holds so many outcomes, and times
// rendering Table 3 from it. Nothing of it is kept.
func benchReport(outcomes int) (reportResult, error) {
	if outcomes < 1 {
		return reportResult{}, fmt.Errorf("--outcomes %d: at least 1", outcomes)
	}
	folder, err := os.MkdirTemp("", "gmnas-bench-*")
	if err != nil {
		return reportResult{}, err
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "bench.db")
	start := time.Now()
	n, err := fill(path, outcomes)
	if err != nil {
		return reportResult{}, fmt.Errorf("filling a database: %w", err)
	}
	r := reportResult{Outcomes: n, RecordSeconds: time.Since(start).Seconds()}
	if info, err := os.Stat(path); err == nil {
		r.DatabaseMB = float64(info.Size()) / (1 << 20)
	}
	var times []float64
	for range 5 {
		start := time.Now()
		if err := renderTable3(path, folder); err != nil {
			return reportResult{}, fmt.Errorf("rendering: %w", err)
		}
		times = append(times, time.Since(start).Seconds())
	}
	slices.Sort(times)
	r.RenderSeconds = times[len(times)/2]
	return r, nil
}

func renderTable3(path, folder string) error {
	store, err := results.OpenReadOnly(path)
	if err != nil {
		return err
	}
	defer store.Close()
	page, err := pageOf(store, experiments.Table3, spec.Laptop, spec.Float32, io.Discard)
	if err != nil {
		return err
	}
	_, err = report.Write(folder, page)
	return err
}

// fill records made-up outcomes for one seed of all rows after the other.
func fill(path string, outcomes int) (int, error) {
	store, err := results.Open(path)
	if err != nil {
		return 0, err
	}
	defer store.Close()
	known, n := map[spec.Key]spec.Outcome{}, 0
	lookup := func(k spec.Key) (spec.Outcome, bool) { o, ok := known[k]; return o, ok }
	for seed := int64(0); n < outcomes; seed++ {
		for _, row := range experiments.Table3.Rows {
			if row.Kind != spec.RowRun {
				continue
			}
			run := row.Runs[spec.Laptop].Bind(strings.Repeat("0", 64), strings.Repeat("0", 64))
			if err := store.Bind(results.Binding{Experiment: experiments.Table3.Label, Profile: spec.Laptop, Row: row.ID, Seed: seed, Run: run, Bound: time.Now()}); err != nil {
				return n, err
			}
			for {
				tree, err := plan.Expand(run, seed, lookup)
				if err != nil {
					return n, err
				}
				if len(tree.Ready) == 0 {
					break
				}
				for _, stage := range tree.Ready {
					o, err := madeUp(stage)
					if err != nil {
						return n, err
					}
					if err := store.Record(stage, o); err != nil {
						return n, err
					}
					known[o.Key] = o
					n++
				}
			}
		}
	}
	return n, nil
}

// madeUp is an outcome that fits the stage.
func madeUp(stage spec.Stage) (spec.Outcome, error) {
	o, err := plan.StandIn(stage)
	o.Provenance.Started = time.Now().UTC()
	switch {
	case stage.Train != nil:
		o.Train = &spec.Trained{}
		for e := range stage.Train.Epochs {
			o.Train.Curve = append(o.Train.Curve, spec.EpochPoint{Epoch: e, LR: 0.01, TrainLoss: 2, TrainAcc: 20, ValidLoss: 2, ValidAcc: 20, Seconds: 1})
		}
	case stage.Evaluate != nil:
		o.Evaluate = &spec.Evaluated{Accuracy: map[string]float64{}}
		for _, c := range experiments.Table3.Columns {
			o.Evaluate.Accuracy[c.ID()] = 90
		}
	}
	return o, err
}
