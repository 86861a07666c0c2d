package plan

import (
	"fmt"
	"slices"

	"gmnas/harness/spec"
)

// planned is a plan's numbers.
type planned struct {
	lookup Lookup
	rows   []plannedRow
	items  []item // each stage once
	seen   map[string]bool
	apart  float64 // FLOPs if no two cells shared a stage
	reused int     // stages that a cell shares with one before it
}

type plannedRow struct {
	row         spec.Row
	run         spec.Run
	done        int     // cells whose every stage is recorded
	leaves      int     // of one seed, from nothing
	epochs      int     // of all its supernets together, likewise
	flops       float64 // likewise, without retraining
	evaluations int64   // of gradients, likewise
	retrained   int     // epochs of all retrainings together
	again       float64 // FLOPs of those
}

func (p *planned) row(row spec.Row, run spec.Run, seeds []int64) error {
	r := plannedRow{row: row, run: run}
	nothing := func(spec.Key) (spec.Outcome, bool) { return spec.Outcome{}, false }
	items, leaves, err := forecast(run, 0, nothing)
	if err != nil {
		return err
	}
	r.leaves = leaves
	for _, i := range items {
		r.epochs += i.train
		if i.kind == spec.KindRetrain {
			r.retrained += i.again
			r.again += i.cost.FLOPs
		} else {
			r.flops += i.cost.FLOPs
		}
	}
	r.evaluations = evaluations(items)
	for _, seed := range seeds {
		items, _, err := forecast(run, seed, p.lookup)
		if err != nil {
			return err
		}
		for _, i := range items {
			p.add(i)
		}
		if !slices.ContainsFunc(items, func(i item) bool { return i.state != recorded }) {
			r.done++
		}
	}
	p.rows = append(p.rows, r)
	return nil
}

func (p *planned) add(i item) {
	p.apart += i.cost.FLOPs
	if p.seen[i.id] {
		p.reused++
		return
	}
	p.seen[i.id] = true
	p.items = append(p.items, i)
}

// null adds the stages of a no-search row: those of known masks, and one for each seed whose leaves aren't known.
func (p *planned) null(exp spec.Experiment, row spec.Row, profile string) error {
	from, _ := exp.Row(row.Null.From)
	run := from.Runs[profile]
	var trees []Tree
	if row.Null.From != "" {
		for _, seed := range exp.Seeds {
			t, err := Expand(run, seed, p.lookup)
			if err != nil {
				return err
			}
			if _, known := t.Masks(); known {
				trees = append(trees, t)
			} else {
				p.add(item{id: fmt.Sprint("null ", exp.Label, row.ID, seed), kind: spec.KindNull, state: later})
			}
		}
	}
	stages, err := Null(exp.Space, row.Null, tableOf(exp, profile), trees)
	if err != nil {
		return err
	}
	for _, s := range stages {
		i := item{id: string(s.Key()), kind: s.Kind, state: ready}
		if o, known := p.lookup(s.Key()); known {
			i.state = recorded
			if o.State != spec.Done {
				i.state = failed
			}
		}
		p.add(i)
	}
	return nil
}

// tableOf is the hash of the table that the experiment's runs are bound to.
func tableOf(exp spec.Experiment, profile string) string {
	for _, r := range exp.Rows {
		if t := r.Runs[profile].Evaluate.Table; t != "" {
			return t
		}
	}
	return ""
}

// left is the FLOPs still to do.
func (i item) left() float64 {
	if i.state == recorded {
		return 0
	}
	return i.cost.FLOPs
}

// GradientEvaluations counts those of a whole search from nothing, splits included and the evaluation of what it finds
// its retraining left out.
func GradientEvaluations(run spec.Run) (int64, error) {
	nothing := func(spec.Key) (spec.Outcome, bool) { return spec.Outcome{}, false }
	items, _, err := forecast(run, 0, nothing)
	return evaluations(items), err
}

func evaluations(items []item) (n int64) {
	for _, i := range items {
		if i.kind != spec.KindEvaluate && i.kind != spec.KindRetrain {
			n += i.cost.GradientEvaluations
		}
	}
	return n
}
