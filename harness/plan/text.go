package plan

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"gmnas/harness/spec"
)

// Text prints the plan of an experiment in one profile: every setting of every row, the cells, the stages by kind and
// state, and the work. The experiment's runs are already bound to their data and table. flopsPerSecond is what this
// machine was measured to do, all workers together; 0 is unknown. It is an error when a row has no such profile.
func Text(exp spec.Experiment, profile string, lookup Lookup, flopsPerSecond float64) (string, error) {
	p := planned{lookup: lookup, seen: map[string]bool{}}
	for _, row := range exp.Rows {
		if row.Kind != spec.RowRun {
			continue
		}
		run, ok := row.Runs[profile]
		if !ok {
			return "", fmt.Errorf("planning row %q: no profile %q; use %s", row.ID, profile, join([]string{spec.Smoke, spec.Laptop, spec.Paper}))
		}
		if err := p.row(row, run, exp.Seeds); err != nil {
			return "", fmt.Errorf("planning row %q: %w", row.ID, err)
		}
	}
	for _, row := range exp.Rows {
		if row.Kind != spec.RowNull {
			continue
		}
		if err := p.null(exp, row, profile); err != nil {
			return "", fmt.Errorf("planning row %q: %w", row.ID, err)
		}
	}
	return p.text(exp, profile, flopsPerSecond), nil
}

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
	row       spec.Row
	run       spec.Run
	leaves    int     // of a seed, as forecast for the first
	epochs    int     // of all its supernets together, likewise
	flops     float64 // likewise
	evaluated int     // cells whose every stage is recorded
}

func (p *planned) row(row spec.Row, run spec.Run, seeds []int64) error {
	r := plannedRow{row: row, run: run}
	for k, seed := range seeds {
		items, leaves, err := forecast(run, seed, p.lookup)
		if err != nil {
			return err
		}
		complete := true
		for _, i := range items {
			complete = complete && i.state == recorded
			if k == 0 {
				r.epochs += i.train
				r.flops += i.cost.FLOPs
			}
			p.add(i)
		}
		if k == 0 {
			r.leaves = leaves
		}
		if complete {
			r.evaluated++
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
				p.add(item{id: fmt.Sprint("null ", row.ID, seed), kind: spec.KindNull, state: later})
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

func (p *planned) text(exp spec.Experiment, profile string, flopsPerSecond float64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\nprofile %s, seeds %s\n", exp.Label, exp.Title, profile, strings.Trim(fmt.Sprint(exp.Seeds), "[]"))
	p.settings(&b)
	p.cells(&b, len(exp.Seeds))
	p.stages(&b)
	p.work(&b, flopsPerSecond)
	return b.String()
}

// settings prints what all rows have alike, then each other line once with the rows that have it.
func (p *planned) settings(b *strings.Builder) {
	var lists [][]setting
	for _, r := range p.rows {
		lists = append(lists, settings(r.run))
	}
	if len(lists) == 0 {
		return
	}
	common := shared(lists)
	pick := func(list []setting, want bool) (picked []setting) {
		for _, s := range list {
			if common[s] == want {
				picked = append(picked, s)
			}
		}
		return picked
	}
	fmt.Fprintf(b, "\nSettings of every row\n")
	for _, line := range lines(pick(lists[0], true)) {
		fmt.Fprintf(b, "  %-13s %s\n", line.group, line.text)
	}
	var order []settingLine
	rows := map[settingLine][]string{}
	for k, r := range p.rows {
		for _, line := range lines(pick(lists[k], false)) {
			if rows[line] == nil {
				order = append(order, line)
			}
			rows[line] = append(rows[line], r.row.ID)
		}
	}
	if len(order) > 0 {
		fmt.Fprintf(b, "\nSettings that differ\n")
	}
	slices.SortStableFunc(order, func(x, y settingLine) int { return rank(x.group, lists) - rank(y.group, lists) })
	for _, line := range order {
		fmt.Fprintf(b, "  %-13s %s\n      in %s\n", line.group, line.text, strings.Join(rows[line], ", "))
	}
}

func (p *planned) cells(b *strings.Builder, seeds int) {
	if len(p.rows) == 0 {
		return
	}
	fmt.Fprintf(b, "\nCells: %d rows x %d seeds\n", len(p.rows), seeds)
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  row\tdone\tleaves\twarm-up + search epochs\tepochs of all supernets\tsteps/epoch\twork/seed")
	for _, r := range p.rows {
		fmt.Fprintf(w, "  %s\t%d/%d\t%d\t%d + %d\t%d\t%d\t%s\n", r.row.ID, r.evaluated, seeds, r.leaves,
			r.run.WarmupEpochs(), r.run.SearchEpochs, r.epochs, steps(r.run.Data, r.run.Batch), flop(r.flops))
	}
	w.Flush()
}

func (p *planned) stages(b *strings.Builder) {
	b.WriteString("\nStages\n")
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  kind\trecorded\tfailed\tready\tlater\twork left")
	for _, kind := range []string{spec.KindTrain, spec.KindSplit, spec.KindDerive, spec.KindEvaluate, spec.KindNull} {
		count := map[string]int{}
		left := 0.
		for _, i := range p.items {
			if i.kind == kind {
				count[i.state]++
				left += i.left()
			}
		}
		fmt.Fprintf(w, "  %s\t%d\t%d\t%d\t%d\t%s\n", kind, count[recorded], count[failed], count[ready], count[later], flop(left))
	}
	w.Flush()
}

// left is the FLOPs still to do.
func (i item) left() float64 {
	if i.state == recorded {
		return 0
	}
	return i.cost.FLOPs
}

func (p *planned) work(b *strings.Builder, flopsPerSecond float64) {
	whole, left := 0., 0.
	for _, i := range p.items {
		whole += i.cost.FLOPs
		left += i.left()
	}
	fmt.Fprintf(b, "\nWork left: %s of %s\n", flop(left), flop(whole))
	if p.reused > 0 {
		fmt.Fprintf(b, "Sharing: %d stages serve more than one cell, which saves %s of %s\n", p.reused, flop(p.apart-whole), flop(p.apart))
	}
	if flopsPerSecond > 0 {
		fmt.Fprintf(b, "Time left: about %s at %s/s\n", duration(left/flopsPerSecond), flop(flopsPerSecond))
	} else {
		b.WriteString("Time left: unknown, as this machine has not been measured\n")
	}
}

// flop prints a number of FLOPs with the largest unit that leaves a digit before the point.
func flop(x float64) string {
	for _, u := range []struct {
		size float64
		name string
	}{{1e18, "EFLOP"}, {1e15, "PFLOP"}, {1e12, "TFLOP"}, {1e9, "GFLOP"}, {1e6, "MFLOP"}} {
		if x >= u.size {
			return fmt.Sprintf("%.3g %s", x/u.size, u.name)
		}
	}
	return fmt.Sprintf("%.0f FLOP", x)
}

// duration prints seconds for people, to two units at most.
func duration(seconds float64) string {
	switch {
	case seconds < 1:
		return "a second"
	case seconds >= 2*24*3600:
		return fmt.Sprintf("%.1f days", seconds/(24*3600))
	}
	d := time.Duration(math.Round(seconds)) * time.Second
	if d >= time.Hour {
		d = d.Round(time.Minute)
		return strings.TrimSuffix(d.String(), "0s")
	}
	return d.String()
}
