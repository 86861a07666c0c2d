package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"gmnas/harness/plan"
	"gmnas/harness/spec"
	"gmnas/nasbench/space"
	"gmnas/report"
	"gmnas/report/table"
)

// searches shows every recorded search of a row: the picked leaf and all that led to it.
func (x explainer) searches(line table.Row, cell table.Cell) error {
	switch {
	case ranks(x.in.Experiment):
		fmt.Fprintln(x.out, "The mean of the seeds below. In each, every architecture is measured by the one leaf that has it.")
	case line.Of != "":
		fmt.Fprintln(x.out, "The mean over the sampled architectures below that have such a pair.")
	case replays(x.in.Experiment, x.table.Profile):
		fmt.Fprintln(x.out, "The mean over the pools of the replay below.")
	case retrains(x.in.Experiment, x.table.Profile):
		fmt.Fprintln(x.out, "Of the seeds below. In each, one architecture among the leaves is selected by the column's rule, or the run's own; the report says how.")
	default:
		fmt.Fprintln(x.out, "The mean of the seeds below. In each, one architecture among the leaves is picked by its validation accuracy on the data set of the search.")
	}
	row := line.ID
	if line.Of != "" {
		row = line.Of
	}
	found := false
	for _, s := range x.in.Searches {
		if s.Row != row || s.Run.Embedded() != x.table.Embedded {
			continue
		}
		found = true
		if err := x.search(s, line, cell); err != nil {
			return err
		}
	}
	if !found {
		fmt.Fprintf(x.out, "\nNothing is recorded; run it with: %s --profile %s%s --only method=%s%s\n", asCalled("gmnas run "+x.table.Label), x.table.Profile, precisionArgument(x.precision), row, databaseArgument(x.db))
	}
	return nil
}

func (x explainer) search(s report.Search, line table.Row, cell table.Cell) error {
	tree, err := plan.Expand(s.Run, s.Seed, x.store.Lookup())
	if err := errors.Join(err, x.store.Err()); err != nil {
		return err
	}
	nas, err := space.ByName(s.Run.Space)
	if err != nil {
		return err
	}
	if s.Run.Replays() {
		fmt.Fprintf(x.out, "\n  curves, SHA-256 %s\n", s.Run.Replay.Hash)
		x.step(tree.Replay)
		return nil
	}
	if line.Of != "" {
		fmt.Fprintf(x.out, "\nSeed %d\n", s.Seed)
	} else {
		fmt.Fprintf(x.out, "\nSeed %d: %s\n", s.Seed, seedResult(s, cell))
	}
	d := s.Run.Data
	fmt.Fprintf(x.out, "  images    %s, first %d records, pooled %dx%d, SHA-256 %s\n", d.Set, d.Records, d.Pool, d.Pool, d.Hash)
	if s.Run.Evaluate.Table != "" {
		fmt.Fprintf(x.out, "  table     SHA-256 %s\n", s.Run.Evaluate.Table)
	}
	fmt.Fprintf(x.out, "  settings  C = %d, N = %d, batch %d; method %+v\n            weights %+v\n            alpha %+v\n",
		s.Run.Net.Channels, s.Run.Net.Cells, s.Run.Batch, s.Run.Method, s.Run.Weights, s.Run.Alpha)
	fmt.Fprintf(x.out, "  streams   seed %d is part of each stage's key; its random streams are ChaCha8, seeded by SHA-256 of \"KEY|PURPOSE\"\n", s.Seed)
	for _, n := range tree.Nodes {
		fmt.Fprintf(x.out, "\n  %s, mask %s\n", place("node", n.Path), n.Mask)
		x.step(n.Train)
		x.step(n.Split)
		if n.Split.Done() {
			x.split(nas, *n.Split.Outcome.Split)
		}
	}
	for i, l := range tree.Leaves {
		picked := ""
		for _, seed := range cell.Seeds {
			if seed.Seed == s.Seed && seed.Leaf == i && seed.Architecture != "" {
				picked = "  <- picked"
			}
		}
		fmt.Fprintf(x.out, "\n  %s, mask %s%s\n", place("leaf", l.Path), l.Mask, picked)
		x.step(l.Train)
		x.step(l.Derive)
		x.step(l.Evaluate)
		x.step(l.Rank)
		for _, r := range l.Retrain {
			x.step(r)
		}
	}
	for i, p := range tree.Pairs {
		fmt.Fprintf(x.out, "\n  pair %d\n", i)
		x.step(p)
	}
	for _, b := range tree.Blocked {
		fmt.Fprintf(x.out, "\n  %s can't go on: %s %s: %s\n", place("node", b.Path), b.Kind, b.State, b.Reason)
	}
	return nil
}

func seedResult(s report.Search, cell table.Cell) string {
	for _, seed := range cell.Seeds {
		if seed.Seed == s.Seed && seed.Architecture == "" {
			return fmt.Sprintf("%.3f", seed.Accuracy)
		}
		if seed.Seed == s.Seed {
			return fmt.Sprintf("%.2f, %s, of leaf %d of %d", seed.Accuracy, seed.Architecture, seed.Leaf+1, len(s.Leaves))
		}
	}
	if s.Complete {
		return "no value in this column"
	}
	return "not complete"
}

func place(what, path string) string {
	if path == "" {
		return "root"
	}
	return what + " " + path
}

// step shows a stage: key, settings of its own, state, cost and where it was computed.
func (x explainer) step(s plan.Step) {
	if !s.Planned() {
		return
	}
	fmt.Fprintf(x.out, "    %-8s %s\n", s.Stage.Kind, s.Key)
	if text := own(s.Stage); text != "" {
		fmt.Fprintf(x.out, "             %s\n", text)
	}
	if s.Outcome == nil {
		fmt.Fprintln(x.out, "             not run yet")
		return
	}
	x.outcome("             ", *s.Outcome)
	if s.Outcome.State == spec.Failed {
		x.log("             ", s.Key)
	}
}

// lastLines of a failed stage's log are shown.
const lastLines = 20

// log shows how often a stage was tried, and what its worker printed last.
func (x explainer) log(indent string, key spec.Key) {
	attempts, err := x.store.Attempts(key)
	if err != nil || len(attempts) == 0 {
		return // the failure itself is shown
	}
	last := attempts[len(attempts)-1]
	fmt.Fprintf(x.out, "%s%d attempts; the last one's log:\n", indent, len(attempts))
	lines := strings.Split(strings.TrimSpace(last.Log), "\n")
	for _, line := range lines[max(0, len(lines)-lastLines):] {
		fmt.Fprintf(x.out, "%s  | %s\n", indent, strings.Map(visible, line))
	}
}

// visible leaves control characters out.
func visible(r rune) rune {
	if r < ' ' && r != '\t' || r == 0x7f {
		return -1
	}
	return r
}

// own are the settings that a stage adds to its run's.
func own(s spec.Stage) string {
	switch {
	case s.Train != nil:
		text := fmt.Sprintf("%d epochs from epoch %d, cosine over %d", s.Train.Epochs, s.Train.FirstEpoch, s.Train.CosineTMax)
		if s.Train.TauEpochs > 0 {
			text += fmt.Sprintf(", temperature over %d", s.Train.TauEpochs)
		}
		if s.Train.AlphaFrozen {
			text += ", weights only"
		}
		return text
	case s.Split != nil:
		l := s.Split.Level
		text := fmt.Sprintf("edge by %s, partition by %s into %d groups", l.Edge, l.Partition, l.Groups)
		if l.NeedsGradients() {
			text += fmt.Sprintf("; %s over %d mini-batches, %s enabled, average of %s", l.Criterion, l.Batches, l.Enable, l.Average)
		}
		return text
	case s.Rank != nil:
		r := s.Rank.Rank
		return fmt.Sprintf("every architecture on the first %d images of %s, batches of %d", r.Records, r.Images, r.Batch)
	case s.Pair != nil:
		p := s.Pair.Pair
		return fmt.Sprintf("architecture %d: neighbours probed after %d epochs by cosines over %d mini-batches, above %g and below %g; pairs trained for %d epochs",
			s.Pair.Index, p.ProbeEpochs, p.Batches, p.Similar, p.Dissimilar, p.JointEpochs)
	case s.Retrain != nil:
		r := s.Retrain
		return fmt.Sprintf("%s, epochs %d to %d of %d, on %d records of %s, the last %d of them held out, C = %d, %d cells", r.Architecture, r.From, r.To, r.Epochs,
			r.Data.Records, r.Data.Set, r.HeldOut, r.Net.Channels, r.Net.Cells)
	case s.Replay != nil:
		r := s.Replay
		return fmt.Sprintf("%d pools of %d among the %s curves, halved at epochs %v", r.Pools, r.Pool, r.Curves, r.Rungs)
	case s.Evaluate != nil && s.Evaluate.By == spec.ByTraining:
		e := s.Evaluate
		return fmt.Sprintf("trained on %d records of %s for %d epochs, C = %d, N = %d", e.Data.Records, e.Data.Set, e.Epochs, e.Net.Channels, e.Net.Cells)
	}
	return ""
}

// outcome shows what a stage left behind.
func (x explainer) outcome(indent string, o spec.Outcome) {
	say := func(format string, a ...any) { fmt.Fprintf(x.out, indent+format+"\n", a...) }
	state := string(o.State)
	if o.Error != "" {
		state += ": " + o.Error
	}
	say("%s; %d gradient evaluations, %.4g TFLOP, %.2f s", state, o.Cost.GradientEvaluations, o.Cost.FLOPs/1e12, o.Cost.Seconds)
	say("by [%d] below, began %s", x.origins.number(o.Provenance), o.Provenance.Started.Format(time.RFC3339))
	switch {
	case o.Train != nil:
		x.curve(say, o.Train.Curve)
	case o.Derive != nil:
		say("%s; supernet accuracy %.2f, loss %.4f, %s batch-norm statistics", o.Derive.Architecture, o.Derive.Accuracy, o.Derive.Loss, o.Derive.BatchNorm)
		if n := len(o.Derive.Tried); n > 0 {
			say("the best of %d architectures that were tried", n)
		}
	case o.Evaluate != nil:
		for _, c := range x.table.Columns {
			if v, ok := o.Evaluate.Accuracy[c.ID]; ok {
				say("%-22s %.2f", c.ID, v)
			}
		}
		x.curve(say, o.Evaluate.Curve)
	case o.Retrain != nil:
		say("%.3f M weights, %.1f M multiply-adds", float64(o.Retrain.Params)/1e6, float64(o.Retrain.MACs)/1e6)
		x.curve(say, o.Retrain.Curve)
	case o.Replay != nil:
		l := o.Replay.Last
		say("of %d curves: recall %.1f %%, regret %.3f, error %.3f, of a random pick %.3f; %d epochs a pool", o.Replay.Curves, l.Recall.Mean, l.Regret.Mean, l.Error.Mean, l.Chance.Mean, o.Replay.Epochs)
	case o.Rank != nil:
		if best, ok := bestRanked(o.Rank.Architectures); ok {
			say("%d architectures; the highest, index %d, has %.2f", len(o.Rank.Architectures), best.Index, best.Accuracy)
		}
	case o.Pair != nil:
		say("%s, %d neighbours probed", o.Pair.Architecture, len(o.Pair.Probes))
		for _, side := range []struct {
			name string
			*spec.JointlyTrained
		}{{"similar", o.Pair.Similar}, {"dissimilar", o.Pair.Dissimilar}} {
			if j := side.JointlyTrained; j == nil {
				say("no %s one", side.name)
			} else {
				say("%s: operation %d on edge %d, cosine %.3f, after training %.3f; loss %.4f on the W-set, %.4f on the A-set", side.name, j.Operation, j.Edge, j.Cosine, j.Trained, j.TrainLoss, j.ValidLoss)
			}
		}
	case o.Null != nil:
		for _, c := range x.table.Columns {
			if n, ok := o.Null.Picks[spec.RuleTableValid][c.ID]; ok {
				say("%-22s %.2f ± %.2f, best of the table %.2f", c.ID, n.Mean, n.Std, o.Null.Optimum[c.ID])
			}
		}
	}
}

func bestRanked(list []spec.RankedArchitecture) (best spec.RankedArchitecture, ok bool) {
	for i, a := range list {
		if i == 0 || a.Accuracy > best.Accuracy {
			best, ok = a, true
		}
	}
	return best, ok
}

// lastEpochs of a curve are shown without --all.
const lastEpochs = 3

func (x explainer) curve(say func(string, ...any), points []spec.EpochPoint) {
	if hidden := len(points) - lastEpochs; hidden > 0 && !x.all {
		say("%d epochs before these: --all shows them", hidden)
		points = points[hidden:]
	}
	for _, p := range points {
		text := fmt.Sprintf("epoch %d: learning rate %.4g, training loss %.4f and accuracy %.2f, validation %.4f and %.2f", p.Epoch, p.LR, p.TrainLoss, p.TrainAcc, p.ValidLoss, p.ValidAcc)
		if p.Genotype != "" {
			text += ", " + p.Genotype
		}
		say("%s", text)
	}
}

// split shows what a split was decided by: each candidate edge's distances and cut, and the edge that was taken.
func (x explainer) split(s space.Space, split spec.Splitting) {
	from, to := s.Edge(split.Edge)
	fmt.Fprintf(x.out, "             chosen: edge %d (node %d to %d), groups %s\n", split.Edge, from, to, groups(s, split.Groups))
	for _, c := range split.Candidates {
		mark := ""
		if c.Edge == split.Edge {
			mark = "  <- chosen"
		}
		fmt.Fprintf(x.out, "             edge %d: cut cost %.4f, score %.4f, groups %s%s\n", c.Edge, c.CutCost, c.Score, groups(s, c.Groups), mark)
		if len(c.ZeroNorm) > 0 {
			fmt.Fprintf(x.out, "               no gradient in any mini-batch: %s\n", groups(s, [][]int{c.ZeroNorm}))
		}
		for i, row := range c.Distance {
			fmt.Fprintf(x.out, "               %-13s", operation(s, at(c.Operations, i)))
			for _, d := range row {
				fmt.Fprintf(x.out, " %7.4f", d)
			}
			fmt.Fprintln(x.out)
		}
	}
}

// groups names operations: "{none, skip_connect} {nor_conv_1x1}".
func groups(s space.Space, list [][]int) string {
	var parts []string
	for _, g := range list {
		var names []string
		for _, o := range g {
			names = append(names, operation(s, o))
		}
		parts = append(parts, "{"+strings.Join(names, ", ")+"}")
	}
	return strings.Join(parts, " ")
}

// operation and at take any recorded number: it comes from a file.
func operation(s space.Space, o int) string {
	if o < 0 || o >= len(s.Operations) {
		return fmt.Sprintf("operation %d", o)
	}
	return s.Operations[o]
}

func at(list []int, i int) int {
	if i >= len(list) {
		return -1
	}
	return list[i]
}
