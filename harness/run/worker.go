package run

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"gmnas/harness/spec"
	"gmnas/results"
)

// ErrCoordinatorGone tells a worker's main that its coordinator ended in the middle of a stage.
var ErrCoordinatorGone = errors.New("the coordinator is gone")

// reportEvery is the least time between two progress lines.
const reportEvery = 250 * time.Millisecond

// maxError, in characters, keeps a reply so short that a pipe passes it in one piece.
const maxError = 600

// Work is the life of a worker process: it executes the jobs that come as lines on in, one at a time, and answers
// on out. Interrupts are the coordinator's business: it says when to stop. Work returns nil at the end of in, and
// ErrCoordinatorGone at once where a stage was running then; the process should exit.
func Work(ctx context.Context, in io.Reader, out io.Writer, execute Execute) error {
	ignored := make(chan os.Signal, 1)
	signal.Notify(ignored, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(ignored)

	w := &worker{out: out, execute: execute}
	w.send(reply{Hello: &hello{Protocol: protocol, Stages: spec.Protocol}})
	orders := make(chan order)
	var broken error // set before orders is closed
	go func() {
		defer close(orders)
		broken = readOrders(ctx, in, orders)
	}()
	for o := range orders {
		if o.Job == nil {
			continue // cancelled what has just ended
		}
		if err := w.run(ctx, *o.Job, orders); err != nil {
			return err
		}
	}
	return broken
}

func readOrders(ctx context.Context, in io.Reader, orders chan<- order) error {
	r := bufio.NewReader(in)
	for {
		line, err := readLine(r, maxOrder)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading order: %w", err)
		}
		if len(line) == 0 {
			continue
		}
		o, err := parseOrder(line)
		if err != nil {
			return fmt.Errorf("reading order: %w", err)
		}
		select {
		case orders <- o:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// worker is what a worker process knows.
type worker struct {
	execute Execute
	mu      sync.Mutex
	out     io.Writer
}

// send writes a reply on lines of its own, whatever a library printed before. Where nobody reads any more, the end
// of the orders says so.
func (w *worker) send(r reply) {
	b, err := json.Marshal(r)
	if err != nil {
		return // only a progress that isn't a number
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.out.Write(append(append([]byte{'\n'}, b...), '\n'))
}

// run executes one job while it listens for a cancel and for the coordinator's end.
func (w *worker) run(ctx context.Context, job Job, orders <-chan order) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan reply, 1)
	go func() { done <- w.perform(ctx, job) }()
	for {
		select {
		case r := <-done:
			w.send(r)
			return nil
		case o, ok := <-orders:
			if !ok {
				return ErrCoordinatorGone
			}
			if o.Job != nil {
				return errors.New("a second job before the first one ended")
			}
			cancel()
		}
	}
}

// perform executes the job, leaves its outcome file and returns the answer.
func (w *worker) perform(ctx context.Context, job Job) reply {
	key := job.Stage.Key()
	outcome, err := Perform(ctx, job, w.execute, w.report())
	if err != nil && ctx.Err() != nil {
		return reply{Stopped: key}
	}
	if err == nil {
		err = writeOutcome(job.Outcomes, filed{Stage: job.Stage, Outcome: outcome})
	}
	if err != nil {
		text := err.Error()
		if clip(text, maxError) != text {
			fmt.Fprintln(os.Stderr, text) // whole in the log
		}
		return reply{Failed: &failure{Key: key, Error: clip(text, maxError), Full: noRoom(err)}}
	}
	return reply{Finished: key}
}

// noRoom reports whether err is that a disk, or the user's part of it, is full.
func noRoom(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// report returns what tells the coordinator of a stage's progress.
func (w *worker) report() func(Progress) {
	var mu sync.Mutex
	var last time.Time
	return func(p Progress) {
		mu.Lock()
		due := p.Epoch != nil || time.Since(last) >= reportEvery
		if due {
			last = time.Now()
		}
		mu.Unlock()
		if due {
			w.send(reply{Progress: &p})
		}
	}
}

// Perform executes a job in this process and returns its outcome, checked. It leaves the weights of a stage that has
// some, and no outcome file. A panic is an error; its stack goes to standard error.
func Perform(ctx context.Context, job Job, execute Execute, report func(Progress)) (spec.Outcome, error) {
	started := time.Now()
	outcome, err := guarded(ctx, job, execute, report)
	if err != nil {
		return spec.Outcome{}, err
	}
	outcome.Key, outcome.Kind = job.Stage.Key(), job.Stage.Kind
	outcome.Cost.Seconds = time.Since(started).Seconds()
	outcome.Provenance.Started = started.UTC()
	outcome = finite(outcome)
	if outcome.State == spec.Failed {
		return spec.Outcome{}, errors.New(outcome.Error)
	}
	if err := results.Valid(job.Stage, outcome); err != nil {
		return spec.Outcome{}, err
	}
	if spec.LeavesWeights(outcome.Kind) && outcome.State == spec.Done {
		path, err := keyPath(job.Weights, outcome.Key, "")
		if err != nil {
			return spec.Outcome{}, err
		}
		if _, err := os.Stat(path); err != nil {
			return spec.Outcome{}, fmt.Errorf("a done %s stage left no weights: %w", outcome.Kind, err)
		}
	}
	return outcome, nil
}

func guarded(ctx context.Context, job Job, execute Execute, report func(Progress)) (outcome spec.Outcome, err error) {
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(os.Stderr, "panic: %v\n%s", p, debug.Stack())
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return execute(ctx, job, report)
}
