package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"gmnas/harness/run"
	"gmnas/harness/spec"
	"gmnas/results"
)

// runFlags are the flags of run. Only profile and precision change a result; both are recorded.
type runFlags struct {
	profile             *oneOf
	precision           *precision
	seeds               *seedList
	only                *[]string
	db, data, backend   *string
	workers, threads    *int
	timeout             *time.Duration
	oversubscribe       *bool
	discard, allowMixed *bool
}

func runCommand() command {
	f := newFlags("run")
	o := runFlags{profile: profileFlag(f), precision: precisionFlag(f), seeds: seedsFlag(f), only: onlyFlag(f), db: databaseFlag(f), data: dataFlag(f), backend: backendFlag(f)}
	o.workers = f.Int("workers", 0, "worker processes `N` (default: the cores, divided by --threads)")
	o.threads = f.Int("threads", 1, "threads `N` of each worker")
	o.timeout = f.Duration("stage-timeout", 0, "end a stage that takes longer, as in 30m (default: no limit)")
	o.oversubscribe = f.Bool("oversubscribe", false, "allow more threads than cores")
	o.discard = f.Bool("discard-weights", false, "delete the weights of searches that are complete")
	o.allowMixed = f.Bool("allow-mixed", false, "go on where results of other code, backends or instruction sets are recorded; the report marks them")
	return command{
		name: "run", args: "EXPERIMENT...", choices: otherLabels, short: "run what is missing of experiments and record it", flags: f,
		long: "What is recorded is not run again; an interrupted or killed run goes on with the same command. --seeds and --only choose,\n" +
			"and change no result. Where CIFAR-10 or the table is absent, everything runs on the embedded synthetic set.",
		example: "gmnas run table3\ngmnas run table3 --profile smoke --only method=gm+darts --seeds 0-1 --workers 2",
		do:      func(ctx context.Context, c call) error { return doRun(ctx, c, o) },
	}
}

func doRun(ctx context.Context, c call, o runFlags) error {
	list, err := selected(c.args, *o.only, o.seeds, o.precision.of())
	if err != nil {
		return err
	}
	if err := errors.Join(checkBackend(*o.backend), checkData(*o.data)); err != nil {
		return err
	}
	if err := checkPrecision(o.precision.of(), *o.backend); err != nil {
		return err
	}
	b, err := bind(list, o.profile.value, *o.data)
	if err != nil {
		return err
	}
	if b.embedded != "" {
		fmt.Fprintf(c.err, "Running on the embedded synthetic set, as %s; `make data` gets the real data, and nothing of the two mixes.\n", b.embedded)
	}
	for _, why := range b.left {
		fmt.Fprintf(c.err, "Left out: %s\n", hintsAsCalled(why))
	}
	goals := b.goals()
	if len(goals) == 0 && len(b.left) > 0 {
		return errors.New("nothing to run: the data of " + strings.Join(c.args, ", ") + " isn't there; the lines above say how to get it")
	}
	if len(goals) == 0 && b.embedded != "" && slices.ContainsFunc(list, func(e spec.Experiment) bool { return e.Over == "" }) {
		return fmt.Errorf("nothing to run: the no-search rows are about the table, and %s; get it with `gmnas data get nasbench201`", b.embedded)
	}
	if len(goals) == 0 {
		fmt.Fprintf(c.err, "Nothing to run: %s reports on what other experiments record.\n", strings.Join(c.args, ", "))
		return nil
	}
	options, err := o.options()
	if err != nil {
		return err
	}
	store, err := openForRun(*o.db)
	if err != nil {
		return err
	}
	defer store.Close()
	before, err := run.Look(store, goals)
	if err != nil {
		return err
	}
	if mixed := mixes(before, options.Machine); mixed != "" && *o.allowMixed {
		fmt.Fprintf(c.err, "Mixed, as --allow-mixed allows: %s. The report marks every cell that mixes.\n", mixed)
	} else if mixed != "" {
		return fmt.Errorf("results never mix in silence: %s.\nWays out: go back to that program (git checkout its commit, make build); or start afresh with --db results/NEW.db\n"+
			"(make: DB=results/NEW.db); or go on with --allow-mixed (make: MIXED=1), and the report marks every cell that mixes.\n"+
			"`gmnas verify %s` tells whether this program still gives the recorded numbers", mixed, strings.Join(c.args, " "))
	}
	if err := bindNulls(store, goals); err != nil {
		return err
	}
	observer, finish := progress(c)
	summary, err := run.Coordinate(ctx, store, goals, options, observer)
	finish()
	if err != nil && !summary.Interrupted {
		return err
	}
	fmt.Fprintf(c.out, "%d stages were recorded before\n%s\n", len(before.Recorded), hintsAsCalled(fmt.Sprint(summary)))
	fmt.Fprintf(c.out, "render it with: %s%s\n", asCalled("gmnas report "+strings.Join(c.args, " ")), o.same(c.args))
	if err != nil || summary.Complete < summary.Goals || len(summary.Problems) > 0 {
		return errIncomplete
	}
	return nil
}

// options are the coordinator's.
func (o runFlags) options() (run.Options, error) {
	self, err := os.Executable()
	if err != nil {
		return run.Options{}, fmt.Errorf("finding this program to start workers: %w", err)
	}
	machine, err := machineOf(*o.backend, max(1, *o.threads))
	if err != nil {
		return run.Options{}, err
	}
	workers := *o.workers
	if workers == 0 {
		workers = max(1, run.Cores()/max(1, *o.threads))
	}
	return run.Options{
		Workers: workers, Threads: *o.threads, Dir: workFolder(*o.db),
		Command:      []string{self, "worker", "--data", *o.data, "--backend", *o.backend, "--threads", fmt.Sprint(*o.threads)},
		StageTimeout: *o.timeout, Retries: 2, Oversubscribe: *o.oversubscribe, DiscardWeights: *o.discard,
		Build: build(), Machine: machine, AllowMixed: *o.allowMixed,
	}, nil
}

// workFolder holds a database's weights and outcomes on their way.
func workFolder(db string) string { return strings.TrimSuffix(db, ".db") + ".d" }

// same repeats the flags that a report needs to show what was run of the experiments.
func (o runFlags) same(labels []string) string {
	text := " --profile " + o.profile.value + precisionArgument(o.precision.of())
	if o.seeds.beyond(labels) {
		text += " --seeds " + o.seeds.String()
	}
	return text + databaseArgument(*o.db)
}

// openForRun opens the database, checks its pages, and makes its folder where it is missing.
func openForRun(path string) (*results.Store, error) {
	if err := makeFolder(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("making the folder of the results database: %w; name another file with --db", err)
	}
	store, err := results.Open(path)
	if err != nil {
		return nil, err
	}
	if err := store.CheckPages(); err != nil {
		store.Close()
		return nil, err
	}
	return store, nil
}

// makeFolder makes a folder that outlives a power cut: what is recorded in it shall.
func makeFolder(path string) error {
	if info, err := os.Stat(path); err == nil {
		if !info.IsDir() {
			return fmt.Errorf("%s is a file, not a folder", path)
		}
		return nil
	}
	parent := filepath.Dir(path)
	if err := makeFolder(parent); err != nil {
		return err
	}
	if err := os.Mkdir(path, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	f, err := os.Open(parent)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// progress shows the run on a terminal, or as plain lines elsewhere; finish takes the status line away.
func progress(c call) (observer run.Observer, finish func()) {
	f, isFile := c.err.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) {
		return run.Plain(c.err, 30*time.Second), func() {}
	}
	width := func() int {
		w, _, err := term.GetSize(int(f.Fd()))
		if err != nil {
			return 80
		}
		return w
	}
	return run.Terminal(f, width), func() { fmt.Fprint(f, "\r\x1b[K") }
}
