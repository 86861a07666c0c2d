package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gmnas/harness/engine"
	"gmnas/harness/execute"
	"gmnas/harness/plan"
	"gmnas/harness/run"
	"gmnas/harness/spec"
	"gmnas/harness/verify"
	"gmnas/report"
	"gmnas/results"
)

type verifyFlags struct {
	profile           *oneOf
	precision         *precision
	db, data, backend *string
	sample            *int
	draw              *uint64
	tolerance         *float64
}

func verifyCommand() command {
	f := newFlags("verify")
	o := verifyFlags{profile: profileFlag(f), precision: precisionFlag(f), db: databaseFlag(f), data: dataFlag(f)}
	o.sample = f.Int("sample", 5, "how many stages `K` to run again, drawn at random; 0 means all")
	o.draw = f.Uint64("draw", 0, "`number` of the draw, to verify the same stages again (default: another draw each time)")
	o.backend = f.String("backend", "", "what computes, one of "+strings.Join(engine.Backends(), ", ")+" (default: what computed a stage, where this build has it)")
	o.tolerance = f.Float64("tolerance", 0.1, "of numbers computed with another backend or instruction set: losses and distances, relative; accuracies, of 100 points")
	return command{
		name: "verify", args: "EXPERIMENT", choices: firstOf(experimentLabels), short: "run recorded stages again and compare", flags: f,
		long: "With the backend, its version and instruction set that computed a stage, the new outcome must be the recorded one bit for bit, weights\n" +
			"included where they are kept. Otherwise its numbers must be within --tolerance; what was chosen among near numbers, such as an\n" +
			"architecture, may be another and is shown. Weights of inputs that are gone are made anew. The database is\n" +
			"not changed. A difference names stage, field and both values, and ends with exit code 1.",
		example: "gmnas verify table3\ngmnas verify table3 --profile smoke --sample 20",
		do:      func(ctx context.Context, c call) error { return doVerify(ctx, c, o) },
	}
}

func doVerify(ctx context.Context, c call, o verifyFlags) error {
	if len(c.args) != 1 {
		return fmt.Errorf("%d arguments; give one experiment (%s)", len(c.args), strings.Join(experimentLabels(), ", "))
	}
	e, err := findExperiment(c.args[0])
	if err != nil {
		return err
	}
	if e.Over != "" {
		return fmt.Errorf("%s has no stages of its own: it reports on the splits of all others; verify those", e.Label)
	}
	if *o.sample < 0 {
		return fmt.Errorf("--sample %d: must not be negative", *o.sample)
	}
	if !(*o.tolerance >= 0) {
		return fmt.Errorf("--tolerance %v: must be 0 or more", *o.tolerance)
	}
	if *o.backend != "" {
		if err := checkBackend(*o.backend); err != nil {
			return err
		}
	}
	store, err := results.OpenReadOnly(*o.db)
	if err != nil {
		return err
	}
	defer store.Close()
	in, err := collect(store, e, o.profile.value, o.precision.of())
	if err != nil {
		return err
	}
	list, err := repeatable(store, in)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return errors.New(nothingOf(store, e, o.profile.value, o.precision.of()))
	}
	all := len(list)
	if *o.sample > 0 && *o.sample < all {
		if *o.draw == 0 {
			*o.draw = 1 + uint64(time.Now().UnixNano())%1_000_000
		}
		rand.New(rand.NewPCG(*o.draw, 0)).Shuffle(all, func(i, j int) { list[i], list[j] = list[j], list[i] })
		list = list[:*o.sample]
	}
	scratch, err := os.MkdirTemp("", "gmnas-verify-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	v := verify.Verifier{
		Store: store, Weights: filepath.Join(workFolder(*o.db), "weights"), Scratch: scratch, Tolerance: *o.tolerance,
		Open: opener(*o.data, *o.backend), Say: func(text string) { fmt.Fprintln(c.err, text) },
	}
	return verifyAll(ctx, c, &v, list, all, *o.draw)
}

// verifyAll prints a line for each stage, and what they came to.
func verifyAll(ctx context.Context, c call, v *verify.Verifier, list []labelled, all int, draw uint64) error {
	exact, near, different := 0, 0, 0
	for _, s := range list {
		began := time.Now()
		verdict, err := v.Stage(ctx, s.outcome.Key)
		if err != nil {
			return fmt.Errorf("%s: %w", s.label, err)
		}
		how := "bit for bit"
		if verdict.Weights {
			how += ", weights included"
		}
		switch {
		case len(verdict.Differences) > 0:
			different++
			how = "DIFFERS"
		case verdict.Exact:
			exact++
			how = "the same " + how
		default:
			near++
			how = fmt.Sprintf("within the tolerance of %g", v.Tolerance)
			if len(verdict.Choices) > 0 {
				how += "; chosen otherwise: " + verdict.Choices[0].String()
			}
		}
		fmt.Fprintf(c.out, "%s %s: %s (%.1f s)\n", s.label, s.outcome.Key.Short(), how, time.Since(began).Seconds())
		if len(verdict.Differences) > 0 {
			explainDifference(c, s.outcome, verdict)
		}
	}
	text := fmt.Sprintf("%d of %d recorded stages ran again: %d the same bit for bit, %d within the tolerance, %d different", len(list), all, exact, near, different)
	if len(list) < all {
		text += fmt.Sprintf("; --draw %d draws these again", draw)
	}
	fmt.Fprintln(c.out, text)
	if different > 0 {
		return errIncomplete
	}
	return nil
}

// shownDifferences of a stage are printed.
const shownDifferences = 5

func explainDifference(c call, recorded spec.Outcome, v verify.Verdict) {
	for _, d := range v.Differences[:min(shownDifferences, len(v.Differences))] {
		fmt.Fprintf(c.out, "  %s: recorded %s, now %s\n", cmp.Or(d.Field, "outcome"), d.First, d.Second)
	}
	if more := len(v.Differences) - shownDifferences; more > 0 {
		fmt.Fprintf(c.out, "  and %d more\n", more)
	}
	was := recorded.Provenance
	fmt.Fprintf(c.out, "  recorded: %s, backend %s, %s\n", was.Build, cmp.Or(was.Machine.Arithmetic(), "none"), cmp.Or(was.Machine.Host, "machine not recorded"))
	fmt.Fprintf(c.out, "  now:      %s, backend %s, %s\n", build(), cmp.Or(v.Now.Arithmetic(), "none"), v.Now.Host)
}

// labelled is a recorded stage as people find it.
type labelled struct {
	label   string
	outcome spec.Outcome
}

// repeatable lists the recorded stages of an experiment that gave a result, each once.
func repeatable(store *results.Store, in report.Input) ([]labelled, error) {
	var list []labelled
	seen := map[spec.Key]bool{}
	add := func(label string, o spec.Outcome) {
		if !seen[o.Key] && o.State != spec.Failed {
			seen[o.Key] = true
			list = append(list, labelled{label, o})
		}
	}
	for _, s := range in.Searches {
		tree, err := plan.Expand(s.Run, s.Seed, store.Lookup())
		if err := errors.Join(err, store.Err()); err != nil {
			return nil, err
		}
		for step := range tree.Steps() {
			if step.Outcome != nil {
				add(fmt.Sprintf("%s seed %d, %s: %s", s.Row, s.Seed, step.Place, step.Stage.Kind), *step.Outcome)
			}
		}
	}
	for _, n := range in.Nulls {
		add(n.Row+": null", n.Outcome)
	}
	for _, s := range in.Splits { // of an experiment that reports on others' splits
		if o, ok, err := store.Outcome(s.Key); err != nil {
			return nil, err
		} else if ok {
			add(fmt.Sprintf("%s seed %d: split", s.Rows[0], s.Seed), o)
		}
	}
	slices.SortFunc(list, func(a, b labelled) int { return cmp.Compare(a.outcome.Key, b.outcome.Key) })
	return list, nil
}

// opener opens executors by backend and threads, each once.
func opener(data, backend string) func(spec.Machine) (run.Execute, spec.Machine, error) {
	open := map[string]*execute.Executor{}
	machines := map[string]spec.Machine{}
	return func(recorded spec.Machine) (run.Execute, spec.Machine, error) {
		name := cmp.Or(backend, recorded.Backend)
		if !slices.Contains(engine.Backends(), name) {
			name = engine.Backends()[0]
		}
		threads := min(max(1, recorded.Threads), run.Cores())
		id := fmt.Sprint(name, threads)
		if open[id] == nil {
			m, err := machineOf(name, threads)
			if err != nil {
				return nil, m, err
			}
			machines[id] = m
			open[id] = execute.New(execute.Env{Data: data, Backend: name, Threads: threads, Build: build()})
		}
		return open[id].Execute, machines[id], nil
	}
}
