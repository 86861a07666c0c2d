package run

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gmnas/experiments"
	"gmnas/harness/plan"
	"gmnas/harness/spec"
	"gmnas/results"
)

var baseline struct {
	sync.Once
	dump string
}

// uninterrupted is the dump of the test goals done by one worker in one go.
func uninterrupted(t *testing.T) string {
	t.Helper()
	baseline.Do(func() {
		b := newBench(t)
		s, l := b.run(testGoals(), testOptions(b.dir, 1))
		if s.Complete != len(testGoals()) || len(s.Problems) != 0 || s.Failed != 0 {
			t.Fatalf("summary %v\n%s", s, strings.Join(l.said, "\n"))
		}
		if l.last.Stages != l.last.StagesTotal || s.Recorded != l.last.StagesTotal {
			t.Errorf("%d stages recorded, status %+v", s.Recorded, l.last)
		}
		baseline.dump = b.dump()
	})
	if baseline.dump == "" {
		t.Fatal("the uninterrupted run failed")
	}
	return baseline.dump
}

func TestNumberOfWorkersChangesNothing(t *testing.T) {
	one := uninterrupted(t)
	b := newBench(t)
	b.run(testGoals(), testOptions(b.dir, 2))
	if two := b.dump(); one != two {
		t.Errorf("one worker:\n%s\ntwo workers:\n%s", one, two)
	}
	if s, _ := b.run(testGoals(), testOptions(b.dir, 2)); s.Recorded != 0 || s.Complete != s.Goals {
		t.Errorf("what is recorded ran again: %v", s)
	}
}

func TestFaultyStageLosesNothingElse(t *testing.T) {
	goals := testGoals()[:2]
	root := rootKey(t, goals[0])
	for _, c := range []struct {
		what, reason string
		state        spec.State
		attempts     int
	}{
		{"panic", "fell over", spec.Failed, 1},
		{"error", "out of luck", spec.Failed, 1},
		{"exit", "exit status 3", spec.Failed, 1},
		{"kill", "worker killed (signal: killed)", spec.Failed, 3},
		{"memory", "worker died (exit status 2): ", spec.Failed, 1},
		{"hang", "no result within", spec.Failed, 1},
		{"nan", "validation accuracy in epoch 1 is NaN", spec.Diverged, 0},
	} {
		t.Run(c.what, func(t *testing.T) {
			b := newBench(t)
			t.Setenv("RUN_TEST_FAULT", string(root)+" "+c.what)
			opts := testOptions(b.dir, 2)
			opts.Retries = 2
			if c.what == "hang" {
				opts.StageTimeout = 2 * time.Second
			}
			s, l := b.run(goals, opts)
			if s.Complete != 1 || len(s.Problems) != 1 || s.Problems[0].State != c.state || !strings.Contains(s.Problems[0].Reason, c.reason) {
				t.Errorf("summary %v\n%s", s, strings.Join(l.said, "\n"))
			}
			o, found, err := b.store.Outcome(root)
			if err != nil || !found || o.State != c.state || !strings.Contains(o.Error, c.reason) {
				t.Errorf("recorded %+v, %v, %v", o, found, err)
			}
			attempts, err := b.store.Attempts(root)
			if err != nil || len(attempts) != c.attempts {
				t.Errorf("%d attempts (%v), want %d", len(attempts), err, c.attempts)
			}
			if c.what == "kill" && !strings.Contains(attempts[0].Log, "last words") || c.what == "panic" && !strings.Contains(attempts[0].Log, "fakeExecute") {
				t.Errorf("log %q", attempts[0].Log)
			}
			if o.Train == nil || len(o.Train.Curve) != 1 || o.Train.Curve[0].ValidAcc != 10 {
				t.Errorf("the curve before the end is not kept: %+v", o.Train)
			}
			// The same command again, without the fault.
			t.Setenv("RUN_TEST_FAULT", "")
			s, _ = b.run(goals, opts)
			if diverged := c.state == spec.Diverged; diverged != (s.Complete == 1) || diverged != (s.Recorded == 0) {
				t.Errorf("again: %v", s)
			}
		})
	}
}

// A full disk is no stage's fault: the run ends, and the same command continues when there is room.
func TestFullDiskEndsTheRun(t *testing.T) {
	want := uninterrupted(t)
	b := newBench(t)
	root := rootKey(t, testGoal("gm+darts", 0))
	t.Setenv("RUN_TEST_FAULT", string(root)+" full")
	_, err := Coordinate(b.Context(), b.store, testGoals(), testOptions(b.dir, 2), &lines{})
	if err == nil || !strings.Contains(err.Error(), "gm+darts seed 0, root: train") || !strings.Contains(err.Error(), "weights/x") || !strings.Contains(err.Error(), "free some space") {
		t.Fatal(err)
	}
	if _, found, err := b.store.Outcome(root); found || err != nil {
		t.Errorf("the stage counts as failed: %v", err)
	}
	t.Setenv("RUN_TEST_FAULT", "")
	if s, _ := b.run(testGoals(), testOptions(b.dir, 2)); s.Complete != s.Goals || b.dump() != want {
		t.Errorf("continued: %v", s)
	}
}

func TestKilledWorkerIsReplaced(t *testing.T) {
	want := uninterrupted(t)
	b := newBench(t)
	t.Setenv("RUN_TEST_FAULT", string(rootKey(t, testGoal("gm+darts", 0)))+" kill-once")
	s, l := b.run(testGoals(), testOptions(b.dir, 2))
	if b.dump() != want || s.Failed != 0 || !l.has("worker killed (signal: killed)", "tried again") {
		t.Errorf("%v\n%s", s, strings.Join(l.said, "\n"))
	}
}

func TestLostWeightsAreTrainedAgain(t *testing.T) {
	goals := testGoals()[:1]
	root := rootKey(t, goals[0])
	b := newBench(t)
	b.run(goals, testOptions(b.dir, 1))
	want := b.dump()
	for name, damage := range map[string]func(path string) error{
		"missing":   os.Remove,
		"truncated": func(path string) error { return os.Truncate(path, 100) },
		"flipped": func(path string) error {
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			b[50] ^= 1
			return os.WriteFile(path, b, 0o644)
		},
	} {
		b := newBench(t)
		// Stop when the root is trained.
		ctx, cancel := context.WithCancel(b.Context())
		l := &lines{on: func(s Status) {
			if _, ok := b.store.Lookup()(root); ok {
				cancel()
			}
		}}
		s, err := Coordinate(ctx, b.store, goals, testOptions(b.dir, 1), l)
		if !errors.Is(err, context.Canceled) || !s.Interrupted {
			t.Fatalf("%s: %v %v", name, s, err)
		}
		if err := damage(filepath.Join(b.dir, "weights", string(root))); err != nil {
			t.Fatal(err)
		}
		_, l = b.run(goals, testOptions(b.dir, 1))
		if b.dump() != want || !l.has(string(root), "trained again") {
			t.Errorf("%s weights: the end differs, or nothing was said:\n%s", name, strings.Join(l.said, "\n"))
		}
	}
}

// TestLostRetrainingsAreTrainedAgain: where the selection goes on from a rung whose weights are gone, that rung is trained
// again, and the end is the same.
func TestLostRetrainingsAreTrainedAgain(t *testing.T) {
	row, _ := experiments.Table4.Row("gm+darts-1st")
	hash := strings.Repeat("ab", 32)
	run := row.Runs[spec.Smoke].Bind(hash, "")
	run.Retrain.Data.Hash = hash
	goals := []Goal{{Run: results.Binding{Experiment: "table4", Profile: spec.Smoke, Row: row.ID, Run: run}}}
	b := newBench(t)
	s, l := b.run(goals, testOptions(b.dir, 2))
	if s.Complete != 1 || len(s.Problems) != 0 {
		t.Fatalf("%v\n%s", s, strings.Join(l.said, "\n"))
	}
	want := b.dump()
	retrainings := func(store *results.Store) (n int, all []spec.Key) {
		tree, err := plan.Expand(run, 0, store.Lookup())
		if err != nil {
			t.Fatal(err)
		}
		for _, leaf := range tree.Leaves {
			for _, r := range leaf.Retrain {
				if r.Done() {
					n, all = n+1, append(all, r.Key)
				}
			}
		}
		return n, all
	}
	leaves := run.Leaves()
	if n, _ := retrainings(b.store); n != leaves+leaves/2+leaves/4 {
		t.Errorf("%d retrainings of %d leaves", n, leaves)
	}

	b = newBench(t)
	ctx, cancel := context.WithCancel(b.Context())
	_, err := Coordinate(ctx, b.store, goals, testOptions(b.dir, 1), &lines{on: func(Status) {
		if n, _ := retrainings(b.store); n >= leaves {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	_, lost := retrainings(b.store)
	for _, key := range lost {
		if err := os.Remove(filepath.Join(b.dir, "weights", string(key))); err != nil {
			t.Fatal(err)
		}
	}
	_, l = b.run(goals, testOptions(b.dir, 2))
	if b.dump() != want || !l.has("trained again") {
		t.Errorf("the end differs, or nothing was said:\n%s", strings.Join(l.said, "\n"))
	}
}

// A database that was salvaged may lack any outcome, also one whose followers are all recorded.
func TestLostOutcomesRunAgain(t *testing.T) {
	want := uninterrupted(t)
	whole := newBench(t)
	whole.run(testGoals(), testOptions(whole.dir, 2))
	n, err := testGoals()[0].expand(whole.store.Lookup())
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(n.stages); i += 5 { // of every kind
		lost := n.stages[i]
		b := newBench(t)
		if err := os.CopyFS(filepath.Join(b.dir, "weights"), os.DirFS(filepath.Join(whole.dir, "weights"))); err != nil {
			t.Fatal(err)
		}
		for _, g := range testGoals() {
			n, err := g.expand(whole.store.Lookup())
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range n.stages {
				if o, ok := whole.store.Lookup()(s.key); !ok || s.key == lost.key {
					continue
				} else if err := b.store.Record(s.stage, o); err != nil {
					t.Fatal(err)
				}
			}
		}
		if s, _ := b.run(testGoals(), testOptions(b.dir, 2)); s.Complete != s.Goals || s.Recorded != 1 || b.dump() != want {
			t.Errorf("without %s: %v", lost.label, s)
		}
	}
}

func TestDiscardedWeightsAreNotMissed(t *testing.T) {
	want := uninterrupted(t)
	b := newBench(t)
	opts := testOptions(b.dir, 2)
	opts.DiscardWeights = true
	s, _ := b.run(testGoals(), opts)
	if b.dump() != want || s.WeightsBytes != 0 {
		t.Errorf("%v", s)
	}
	if s, l := b.run(testGoals(), opts); s.Recorded != 0 || s.Complete != s.Goals {
		t.Errorf("again: %v\n%s", s, strings.Join(l.said, "\n"))
	}
}

func TestOtherResultForLostWeightsIsRefused(t *testing.T) {
	b := newBench(t)
	goals := testGoals()[:1]
	root := rootKey(t, goals[0])
	tree, err := goals[0].expand(b.store.Lookup())
	if err != nil {
		t.Fatal(err)
	}
	recorded := spec.Outcome{Key: root, Kind: spec.KindTrain, State: spec.Done, Train: &spec.Trained{}, Provenance: spec.Provenance{Build: spec.Build{Commit: "elsewhere"}}}
	if err := b.store.Record(tree.ready[0].stage, recorded); err != nil {
		t.Fatal(err)
	}
	s, l := b.run(goals, testOptions(b.dir, 1))
	if len(s.Problems) != 1 || !strings.Contains(s.Problems[0].Reason, "elsewhere") || s.WeightsBytes != 0 {
		t.Errorf("%v\n%s", s, strings.Join(l.said, "\n"))
	}
	if o, _, err := b.store.Outcome(root); err != nil || !results.Same(o, recorded) {
		t.Errorf("what was recorded changed: %+v %v", o, err)
	}
}

func TestSweep(t *testing.T) {
	want := uninterrupted(t)
	b := newBench(t)
	outcomes, weights := filepath.Join(b.dir, "outcomes"), filepath.Join(b.dir, "weights")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.MkdirAll(outcomes, 0o755))
	must(os.MkdirAll(weights, 0o755))
	// A complete outcome with its weights, as a killed run leaves it.
	tree, err := testGoal("gm+darts", 0).expand(b.store.Lookup())
	must(err)
	job := Job{Stage: tree.ready[0].stage, Weights: weights, Outcomes: outcomes}
	o, err := fakeExecute(t.Context(), job, func(Progress) {})
	must(err)
	o.Key, o.Kind = job.Stage.Key(), job.Stage.Kind
	must(writeOutcome(outcomes, filed{job.Stage, o}))
	// Half files, a damaged outcome, and one under another's name.
	damaged, wrong := strings.Repeat("0", 64), strings.Repeat("1", 64)
	whole, err := os.ReadFile(filepath.Join(outcomes, string(o.Key)+".json"))
	must(err)
	must(os.WriteFile(filepath.Join(outcomes, damaged+".json"), whole[:len(whole)/2], 0o644))
	must(os.WriteFile(filepath.Join(outcomes, wrong+".json"), whole, 0o644))
	must(os.WriteFile(filepath.Join(outcomes, temporary+"1"), whole[:9], 0o644))
	must(os.WriteFile(filepath.Join(weights, temporary+"2"), nil, 0o644))

	s, l := b.run(testGoals(), testOptions(b.dir, 1))
	if s.Swept != 1 || b.dump() != want {
		t.Errorf("%v\n%s", s, strings.Join(l.said, "\n"))
	}
	for _, key := range []string{damaged, wrong} {
		if !l.has(key, "removed") {
			t.Errorf("nothing was said about %s:\n%s", key, strings.Join(l.said, "\n"))
		}
	}
	for _, folder := range []string{outcomes, weights} {
		if half, _ := filepath.Glob(filepath.Join(folder, temporary+"*")); len(half) != 0 {
			t.Errorf("half files are left: %v", half)
		}
	}
}

func TestInterruptKeepsWhatIsRecorded(t *testing.T) {
	want := uninterrupted(t)
	b := newBench(t)
	// The second run's root waits until it is told to stop.
	t.Setenv("RUN_TEST_FAULT", string(rootKey(t, testGoal("gm+darts", 1)))+" wait")
	ctx, cancel := context.WithCancel(b.Context())
	go func() {
		for ctx.Err() == nil {
			if _, err := os.Stat(filepath.Join(b.dir, "waiting")); err == nil {
				cancel()
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	s, err := Coordinate(ctx, b.store, testGoals(), testOptions(b.dir, 2), &lines{})
	if !errors.Is(err, context.Canceled) || !s.Interrupted || !strings.Contains(s.String(), "kept") {
		t.Fatalf("%v %v", s, err)
	}
	if attempts, err := b.store.Attempts(rootKey(t, testGoal("gm+darts", 1))); err != nil || len(attempts) != 0 {
		t.Errorf("an interrupted stage counts as failed: %+v %v", attempts, err)
	}
	t.Setenv("RUN_TEST_FAULT", "")
	again, _ := b.run(testGoals(), testOptions(b.dir, 2))
	if b.dump() != want || again.Complete != again.Goals {
		t.Errorf("continued: %v", again)
	}
}

func TestWhatCannotStartSaysWhy(t *testing.T) {
	b := newBench(t)
	for name, c := range map[string]struct {
		change func(*Options)
		want   []string
	}{
		"no such program":  {func(o *Options) { o.Command = []string{"/nonexistent/gmnas", "worker"} }, []string{"/nonexistent/gmnas worker", "no such file"}},
		"unable worker":    {func(o *Options) { t.Setenv("RUN_TEST_ROLE", "unable") }, []string{"did not start", "no engine here"}},
		"too many threads": {func(o *Options) { o.Oversubscribe, o.Workers, o.Threads = false, 1000, 1 }, []string{"1000 workers", "--workers", "--oversubscribe"}},
		"no workers":       {func(o *Options) { o.Workers = 0 }, []string{"workers 0"}},
		"no threads":       {func(o *Options) { o.Threads = 0 }, []string{"threads 0"}},
	} {
		opts := testOptions(b.dir, 1)
		c.change(&opts)
		_, err := Coordinate(b.Context(), b.store, testGoals(), opts, &lines{})
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %v, want %q in it", name, err, w)
			}
		}
	}
	unlock, err := b.store.Lock()
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "RUN_TEST_ROLE=coordinator", "RUN_TEST_WORKERS=1")
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "another coordinator has it: process") {
		t.Errorf("second coordinator: %v: %s", err, out)
	}
}
