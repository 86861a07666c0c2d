// Package execute carries out one stage: it loads what the stage names, checks it against the stage's hashes, and has
// it trained (harness/search, harness/retrain), split (harness/split) or looked up (nasbench). It is what a worker runs.
package execute

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"gmnas/harness/engine"
	"gmnas/harness/engine/kernel"
	"gmnas/harness/run"
	"gmnas/harness/search"
	"gmnas/harness/spec"
)

// Env is the machine that stages run on; none of it is part of a key.
type Env struct {
	Data    string // data folder (GMNAS_DATA); may be empty with the embedded set
	Backend string // of engine.Backends
	Threads int
	Build   spec.Build // this program
}

// Executor runs stages one at a time on one OS thread, which the kernels need.
type Executor struct {
	env     Env
	backend kernel.Backend
	used    bool // the backend, by the stage
	sets    sets
	tables  tables
	calls   chan func()
}

// New starts an executor; its backend opens with the first stage that computes.
func New(env Env) *Executor {
	x := &Executor{env: env, sets: sets{folder: env.Data}, tables: tables{folder: env.Data}, calls: make(chan func())}
	go func() {
		runtime.LockOSThread()
		for call := range x.calls {
			call()
		}
	}()
	return x
}

// Execute implements run.Execute.
func (x *Executor) Execute(ctx context.Context, job run.Job, report func(run.Progress)) (outcome spec.Outcome, err error) {
	done := make(chan any)
	x.calls <- func() {
		defer func() { done <- recover() }()
		outcome, err = x.stage(ctx, job, report)
	}
	if p := <-done; p != nil {
		panic(p) // the worker's business, on its own goroutine
	}
	return outcome, err
}

// stage runs a stage by its kind. A divergence is an outcome, not an error.
func (x *Executor) stage(ctx context.Context, job run.Job, report func(run.Progress)) (spec.Outcome, error) {
	do := map[string]func(context.Context, run.Job, func(run.Progress), *spec.Outcome) error{
		spec.KindTrain: x.train, spec.KindSplit: x.split, spec.KindDerive: x.derive,
		spec.KindEvaluate: x.evaluate, spec.KindNull: x.null, spec.KindRank: x.rank, spec.KindPair: x.pair,
		spec.KindRetrain: x.retrain, spec.KindReplay: x.replay,
	}[job.Stage.Kind]
	if do == nil {
		return spec.Outcome{}, fmt.Errorf("executing a stage: unknown kind %q", job.Stage.Kind)
	}
	outcome := spec.Outcome{Key: job.Stage.Key(), Kind: job.Stage.Kind, State: spec.Done}
	x.used = false
	err := do(ctx, job, report, &outcome)
	outcome.Provenance = x.provenance()
	if errors.Is(err, search.ErrDiverged) {
		outcome.State, outcome.Error = spec.Diverged, err.Error()
		return outcome, nil
	}
	if err != nil {
		return spec.Outcome{}, fmt.Errorf("stage %s (%s): %w", outcome.Key.Short(), outcome.Kind, err)
	}
	return outcome, nil
}

// open opens the backend once, and notes that the stage uses it.
func (x *Executor) open() error {
	x.used = true
	if x.backend != nil {
		return nil
	}
	b, err := engine.OpenBackend(x.env.Backend, x.env.Threads)
	if err != nil {
		return err
	}
	x.backend = b
	return nil
}

func (x *Executor) provenance() spec.Provenance {
	p := spec.Provenance{Build: x.env.Build, Machine: spec.Machine{Host: Host(), Threads: x.env.Threads}}
	if x.used && x.backend != nil {
		p.Machine = Machine(x.backend, x.env.Threads)
	}
	return p
}

// Machine describes this machine with a backend of so many threads.
func Machine(b kernel.Backend, threads int) spec.Machine {
	return spec.Machine{Host: Host(), Backend: b.Name(), BackendVersion: b.Version(), InstructionSet: b.InstructionSet(), Threads: threads}
}
