package run

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"gmnas/experiments"
	"gmnas/harness/plan"
	"gmnas/harness/spec"
	"gmnas/nasbench/space"
	"gmnas/results"
)

// The test binary doubles as worker and as coordinator, so that they can be killed.
func TestMain(m *testing.M) {
	var err error
	switch os.Getenv("RUN_TEST_ROLE") {
	case "":
		os.Exit(m.Run())
	case "worker":
		err = Work(context.Background(), os.Stdin, os.Stdout, fakeExecute)
	case "coordinator":
		err = coordinateInProcess(os.Getenv("RUN_TEST_DIR"))
	case "unable":
		err = errors.New("no engine here")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func coordinateInProcess(dir string) error {
	workers, err := strconv.Atoi(os.Getenv("RUN_TEST_WORKERS"))
	if err != nil {
		return err
	}
	store, err := results.Open(filepath.Join(dir, "r.db"))
	if err != nil {
		return err
	}
	defer store.Close()
	os.Setenv("RUN_TEST_ROLE", "worker")
	s, err := Coordinate(context.Background(), store, testGoals(), testOptions(dir, workers), Plain(os.Stderr, time.Hour))
	fmt.Println(s)
	return err
}

func testOptions(dir string, workers int) Options {
	return Options{Workers: workers, Threads: 1, Command: []string{os.Args[0]}, Dir: dir, Retries: 1000, Oversubscribe: true}
}

// testGoals are two gradient-matching runs, a Few-Shot run and two null rows.
func testGoals() []Goal {
	goals := []Goal{testGoal("gm+darts", 0), testGoal("gm+darts", 1), testGoal("fewshot+rsps", 0)}
	null := goals[0].Run
	null.Row = "null-4"
	from := null
	from.Row = "null-gm+darts"
	return append(goals,
		Goal{Run: null, Null: &spec.NullOf{Shots: 4, Draws: 10}},
		Goal{Run: from, Null: &spec.NullOf{From: "gm+darts", Draws: 10}, From: []results.Binding{goals[0].Run, goals[1].Run}})
}

func testGoal(row string, seed int64) Goal {
	r, _ := experiments.Table3.Row(row)
	hash := strings.Repeat("ab", 32)
	return Goal{Run: results.Binding{Experiment: "table3", Profile: spec.Smoke, Row: row, Seed: seed, Run: r.Runs[spec.Smoke].Bind(hash, hash)}}
}

// rootKey is the first stage of a gradient-matching goal.
func rootKey(t *testing.T, g Goal) spec.Key {
	t.Helper()
	tree, err := plan.Expand(g.Run.Run, g.Run.Seed, func(spec.Key) (spec.Outcome, bool) { return spec.Outcome{}, false })
	if err != nil || len(tree.Ready) != 1 || tree.Ready[0].Train == nil {
		t.Fatalf("first stages of %s: %+v, %v", g, tree.Ready, err)
	}
	return tree.Ready[0].Key()
}

// fault lets the worker misbehave at a stage: RUN_TEST_FAULT is "KEY what". "once" faults happen the first time only.
func fault(key spec.Key) string {
	at, what, _ := strings.Cut(os.Getenv("RUN_TEST_FAULT"), " ")
	if at != string(key) {
		return ""
	}
	if strings.HasSuffix(what, "-once") {
		f, err := os.OpenFile(filepath.Join(os.Getenv("RUN_TEST_DIR"), "fault"), os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return ""
		}
		f.Close()
	}
	return what
}

// fakeExecute computes outcomes from the stage's key and its inputs' weights, so that a wrong or missing input shows.
func fakeExecute(ctx context.Context, job Job, report func(Progress)) (spec.Outcome, error) {
	key := job.Stage.Key()
	for k, input := range job.Inputs {
		if input.Key != job.Stage.Inputs[k] {
			return spec.Outcome{}, fmt.Errorf("input %d is %s", k, input.Key)
		}
	}
	h := sha256.New()
	io.WriteString(h, string(key))
	for _, input := range job.Inputs {
		if !spec.LeavesWeights(input.Kind) {
			continue
		}
		b, err := ReadWeights(job.Weights, input.Key)
		if err != nil {
			return spec.Outcome{}, err
		}
		h.Write(b)
	}
	sum := h.Sum(nil)
	rng := rand.New(rand.NewPCG(binary.LittleEndian.Uint64(sum), 0))
	fmt.Println("a library talks on standard output")
	if pids := os.Getenv("RUN_TEST_PIDS"); pids != "" {
		os.WriteFile(filepath.Join(pids, strconv.Itoa(os.Getpid())), nil, 0o644)
	}
	accuracy := 100 * rng.Float64()
	if job.Stage.Train != nil {
		report(Progress{Done: 1, Total: 2, Epoch: &spec.EpochPoint{Epoch: 0, ValidAcc: 10, Seconds: 1}})
	}
	switch fault(key) {
	case "panic":
		panic("fell over")
	case "error":
		return spec.Outcome{}, errors.New("out of luck")
	case "exit":
		os.Exit(3)
	case "memory":
		return spec.Outcome{}, exhaust()
	case "full":
		return spec.Outcome{}, &os.PathError{Op: "writing weights", Path: "weights/x", Err: syscall.ENOSPC}
	case "kill", "kill-once":
		fmt.Fprintln(os.Stderr, "last words")
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	case "nan":
		accuracy = math.NaN()
	case "hang":
		select {}
	case "wait":
		os.WriteFile(filepath.Join(os.Getenv("RUN_TEST_DIR"), "waiting"), nil, 0o644)
		<-ctx.Done()
		return spec.Outcome{}, ctx.Err()
	}
	for k := range 4 {
		if err := ctx.Err(); err != nil {
			return spec.Outcome{}, err
		}
		report(Progress{Done: float64(k), Total: 4, Note: "step"})
		time.Sleep(time.Millisecond)
	}
	return fakeOutcome(job, sum, rng, accuracy)
}

// hoard is what exhaust has taken.
var hoard [][]byte

// exhaust takes all the memory that there is, which is made little.
func exhaust() error {
	const room = 1 << 30 // address space; Go reserves most of it
	if err := syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: room, Max: room}); err != nil {
		return err
	}
	for {
		b := make([]byte, 1<<20)
		for i := range b {
			b[i] = 1
		}
		hoard = append(hoard, b)
	}
}

func fakeOutcome(job Job, sum []byte, rng *rand.Rand, accuracy float64) (spec.Outcome, error) {
	o := spec.Outcome{State: spec.Done, Cost: spec.Cost{FLOPs: 1e9, GradientEvaluations: 3}}
	s := space.NB201
	if st := job.Stage; st.Split != nil {
		s, _ = space.ByName(st.Split.Space)
	} else if st.Derive != nil {
		s, _ = space.ByName(st.Derive.Space)
	}
	switch st := job.Stage; st.Kind {
	case spec.KindTrain:
		o.Train = &spec.Trained{Curve: []spec.EpochPoint{{Epoch: 0, ValidAcc: 10, Seconds: 1}, {Epoch: 1, ValidAcc: accuracy}}}
		return o, WriteWeights(job.Weights, st.Key(), func(w io.Writer) error { _, err := w.Write(bytes.Repeat(sum, 100)); return err })
	case spec.KindSplit:
		mask, err := s.ParseMask(st.Split.Mask)
		if err != nil {
			return o, err
		}
		edges := mask.Unsplit(s)
		edge := edges[rng.IntN(len(edges))]
		o.Split = &spec.Splitting{Edge: edge, Groups: deal(mask.Operations(edge), st.Split.Groups)}
	case spec.KindDerive:
		mask, err := s.ParseMask(st.Derive.Mask)
		if err != nil {
			return o, err
		}
		a, err := s.Draw(mask, rng)
		if err != nil {
			return o, err
		}
		o.Derive = &spec.Derived{Architecture: a, Accuracy: accuracy, BatchNorm: "batch"}
	case spec.KindRetrain:
		o.Retrain = &spec.Retrained{Params: 5, MACs: 7}
		for e := st.Retrain.From; e < st.Retrain.To; e++ {
			o.Retrain.Curve = append(o.Retrain.Curve, spec.EpochPoint{Epoch: e, ValidAcc: accuracy, TestAcc: 1})
		}
		return o, WriteWeights(job.Weights, st.Key(), func(w io.Writer) error { _, err := w.Write(bytes.Repeat(sum, 100)); return err })
	case spec.KindEvaluate:
		o.Evaluate = &spec.Evaluated{Accuracy: map[string]float64{"cifar10/valid": accuracy}}
	case spec.KindNull:
		o.Null = &spec.Nulled{Picks: map[string]map[string]spec.NullColumn{hex.EncodeToString(sum): {}}}
	}
	return o, nil
}

// deal distributes operations into groups whose sizes differ by at most one.
func deal(operations []int, groups int) [][]int {
	all := make([][]int, groups)
	for k, o := range operations {
		all[k*groups/len(operations)] = append(all[k*groups/len(operations)], o)
	}
	return all
}

// lines is an observer that keeps what was said.
type lines struct {
	said []string
	last Status
	on   func(Status)
}

func (l *lines) Line(text string) { l.said = append(l.said, text) }
func (l *lines) Status(s Status) {
	l.last = s
	if l.on != nil {
		l.on(s)
	}
}

func (l *lines) has(parts ...string) bool {
	for _, line := range l.said {
		all := true
		for _, p := range parts {
			all = all && strings.Contains(line, p)
		}
		if all {
			return true
		}
	}
	return false
}

// bench is a folder with a database.
type bench struct {
	*testing.T
	dir   string
	store *results.Store
}

func newBench(t *testing.T) bench {
	t.Setenv("RUN_TEST_ROLE", "worker")
	dir := t.TempDir()
	t.Setenv("RUN_TEST_DIR", dir)
	store, err := results.Open(filepath.Join(dir, "r.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return bench{t, dir, store}
}

func (b bench) run(goals []Goal, opts Options) (Summary, *lines) {
	b.Helper()
	l := &lines{}
	s, err := Coordinate(b.Context(), b.store, goals, opts, l)
	if err != nil {
		b.Fatalf("%v\n%s", err, strings.Join(l.said, "\n"))
	}
	if left, _ := leftovers(filepath.Join(b.dir, "outcomes")); len(left) > 0 {
		b.Errorf("outcome files are left: %v", left)
	}
	return s, l
}

func (b bench) dump() string {
	b.Helper()
	var out bytes.Buffer
	if err := b.store.Dump(&out); err != nil {
		b.Fatal(err)
	}
	return out.String()
}
