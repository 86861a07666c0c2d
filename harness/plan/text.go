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
	if exp.Over != "" {
		return fmt.Sprintf("%s: %s\nprofile %s: no runs of its own; reports on the splits that other experiments record\n", exp.Label, exp.Title, profile), nil
	}
	p := planned{lookup: lookup, seen: map[string]bool{}}
	if err := p.experiment(exp, profile); err != nil {
		return "", err
	}
	return p.text(exp, profile, flopsPerSecond), nil
}

// Together says what the experiments take when they run into one database: stages that several of them need run once.
func Together(experiments []spec.Experiment, profile string, lookup Lookup, flopsPerSecond float64) (string, error) {
	p := planned{lookup: lookup, seen: map[string]bool{}}
	var labels []string
	for _, exp := range experiments {
		if err := p.experiment(exp, profile); err != nil {
			return "", fmt.Errorf("%s: %w", exp.Label, err)
		}
		labels = append(labels, exp.Label)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Together: %s\n", strings.Join(labels, ", "))
	p.stages(&b)
	p.work(&b, flopsPerSecond)
	return b.String(), nil
}

// experiment adds all rows of an experiment.
func (p *planned) experiment(exp spec.Experiment, profile string) error {
	for _, row := range exp.Rows {
		if row.Kind != spec.RowRun {
			continue
		}
		run, ok := row.Runs[profile]
		if !ok {
			return fmt.Errorf("planning row %q: no profile %q; use %s", row.ID, profile, join([]string{spec.Smoke, spec.Laptop, spec.Paper}))
		}
		if err := p.row(row, run, exp.Seeds); err != nil {
			return fmt.Errorf("planning row %q: %w", row.ID, err)
		}
	}
	for _, row := range exp.Rows {
		if row.Kind != spec.RowNull {
			continue
		}
		if err := p.null(exp, row, profile); err != nil {
			return fmt.Errorf("planning row %q: %w", row.ID, err)
		}
	}
	return nil
}

// Settings prints every setting of some rows' runs: those that all have alike, then those that differ.
func Settings(ids []string, runs []spec.Run) string {
	p := planned{}
	for i, id := range ids {
		p.rows = append(p.rows, plannedRow{row: spec.Row{ID: id}, run: runs[i]})
	}
	var b strings.Builder
	p.settings(&b)
	return strings.TrimPrefix(b.String(), "\n")
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
	retrains := slices.ContainsFunc(p.rows, func(r plannedRow) bool { return r.run.Retrains() })
	switch {
	case slices.ContainsFunc(p.rows, func(r plannedRow) bool { return r.run.Replays() }):
		fmt.Fprintln(w, "  row\tdone")
	case retrains:
		fmt.Fprintln(w, "  row\tdone\tleaves\twarm-up + search epochs\tepochs of all supernets\tsteps/epoch\tgradient evaluations\tsearch/seed\tepochs of all retrainings\tretraining/seed")
	default:
		fmt.Fprintln(w, "  row\tdone\tleaves\twarm-up + search epochs\tepochs of all supernets\tsteps/epoch\tgradient evaluations\twork/seed")
	}
	for _, r := range p.rows {
		fmt.Fprintf(w, "  %s\t%d/%d", r.row.ID, r.done, seeds)
		switch {
		case r.run.Random > 0:
			fmt.Fprintf(w, "\t%d\t-\t-\t-\t-\t-", r.leaves)
		case !r.run.Replays():
			fmt.Fprintf(w, "\t%d\t%d + %d\t%d\t%d\t%d\t%s", r.leaves,
				r.run.WarmupEpochs(), r.run.SearchEpochs, r.epochs, steps(r.run.Data, r.run.Batch), r.evaluations, flop(r.flops))
		}
		if retrains {
			fmt.Fprintf(w, "\t%d\t%s", r.retrained, flop(r.again))
		}
		fmt.Fprintln(w)
	}
	w.Flush()
}

func (p *planned) stages(b *strings.Builder) {
	b.WriteString("\nStages\n")
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  kind\trecorded\tfailed\tready\tlater\twork left")
	for _, kind := range []string{spec.KindTrain, spec.KindSplit, spec.KindDerive, spec.KindEvaluate, spec.KindRank, spec.KindPair, spec.KindRetrain, spec.KindReplay, spec.KindNull} {
		count := map[string]int{}
		left := 0.
		for _, i := range p.items {
			if i.kind == kind {
				count[i.state]++
				left += i.left()
			}
		}
		if len(count) == 0 && slices.Contains([]string{spec.KindRank, spec.KindPair, spec.KindRetrain, spec.KindReplay}, kind) {
			continue // few experiments have them
		}
		fmt.Fprintf(w, "  %s\t%d\t%d\t%d\t%d\t%s\n", kind, count[recorded], count[failed], count[ready], count[later], flop(left))
	}
	w.Flush()
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
