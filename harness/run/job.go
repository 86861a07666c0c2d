// Package run carries runs out: a coordinator that asks the planner what comes next, and worker processes that do
// one stage at a time.
//
//  1. Coordinate locks the database, takes in what killed runs left (sweep) and expands each goal.
//  2. It hands ready stages to idle workers (assign) as JSON lines on their standard input.
//  3. A worker (Work) executes the stage. Weights are written first (WriteWeights), then the outcome as a file
//     (writeOutcome), each whole: temporary name, fsync, rename. Then the worker says so on its standard
//     output. Lines that are no reply, and its standard error, are the stage's log.
//  4. The coordinator records the outcome in one transaction (take), removes the file and expands again.
//
// So a stage is recorded or it never was, whatever is killed and when; and running one twice is harmless.
package run

import (
	"context"

	"gmnas/harness/spec"
)

// Job is what a worker executes: a stage, its inputs' outcomes, and where weights lie.
type Job struct {
	Stage    spec.Stage
	Inputs   []spec.Outcome // in the order of Stage.Inputs
	Weights  string         // folder, for ReadWeights and WriteWeights
	Outcomes string         // folder of outcome files
	Threads  int            // of the engine
}

// Progress says how far a stage is, in any unit.
type Progress struct {
	Done, Total float64
	Note        string // "epoch 3/8"
	// Epoch is one that has just ended, where one has: the curve so far is kept should the stage fail.
	Epoch *spec.EpochPoint `json:",omitempty"`
}

// Execute runs one stage. A stage that leaves weights writes them with WriteWeights before it returns. It returns the
// outcome with its payload, state, gradient evaluations, FLOPs and provenance; Work fills in key, kind, seconds and
// start. Numbers that became NaN or infinite make the outcome diverged. It returns soon after ctx ends, with an
// error. It may call report at every step.
type Execute func(ctx context.Context, job Job, report func(Progress)) (spec.Outcome, error)

// protocol is the version of the lines between coordinator and worker.
const protocol = 2

// order is a line from the coordinator; exactly one field is set.
type order struct {
	Job    *Job `json:",omitempty"`
	Cancel bool `json:",omitempty"` // stop the stage at the next step
}

// reply is a line from a worker; exactly one field is set.
type reply struct {
	Hello    *hello    `json:",omitempty"` // the first line
	Progress *Progress `json:",omitempty"`
	Finished spec.Key  `json:",omitempty"` // its outcome file is there
	Stopped  spec.Key  `json:",omitempty"` // after Cancel; nothing is left of it
	Failed   *failure  `json:",omitempty"`
}

type hello struct {
	Protocol int // of the lines
	Stages   int // spec.Protocol
}

type failure struct {
	Key   spec.Key
	Error string
	Full  bool `json:",omitempty"` // no room on the disk: not the stage's fault, and the next one would meet the same
}
