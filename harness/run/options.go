package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"gmnas/harness/spec"
	"gmnas/results"
)

// Options are settings of the machine; none changes a result.
type Options struct {
	Workers int      // processes
	Threads int      // of each worker
	Command []string // starts a worker: program and arguments
	Dir     string   // holds outcomes/ and weights/
	// StageTimeout ends a stage that takes longer; 0 means no limit.
	StageTimeout time.Duration
	// Retries is how often a stage whose worker was killed by a signal is tried again in this run.
	Retries int
	// Oversubscribe allows more threads than cores.
	Oversubscribe bool
	// DiscardWeights deletes weights when all goals that use them are complete.
	DiscardWeights bool
	// Build and Machine are this program and what its workers compute on: the provenance of stages that fail.
	Build   spec.Build
	Machine spec.Machine
	// AllowMixed takes outcomes of other code, which a killed run or a program that was replaced under its run leaves.
	AllowMixed bool
}

// sameCode refuses an outcome of other code.
func (o Options) sameCode(outcome spec.Outcome) error {
	theirs := outcome.Provenance.Build
	if o.AllowMixed || theirs.Identity() == o.Build.Identity() {
		return nil
	}
	return fmt.Errorf("computed by other code: %s, this is %s", theirs, o.Build)
}

// Cores is how many threads this process may keep busy.
func Cores() int { return runtime.GOMAXPROCS(0) }

// check refuses what can't work.
func (o Options) check() error {
	var problems []error
	if o.Workers < 1 {
		problems = append(problems, fmt.Errorf("workers %d: at least 1 (--workers)", o.Workers))
	}
	if o.Threads < 1 {
		problems = append(problems, fmt.Errorf("threads %d: at least 1 (--threads)", o.Threads))
	}
	if len(o.Command) == 0 {
		problems = append(problems, errors.New("no command that starts a worker"))
	}
	if o.Dir == "" {
		problems = append(problems, errors.New("no folder for outcomes and weights"))
	}
	if o.StageTimeout < 0 {
		problems = append(problems, fmt.Errorf("stage timeout %v: not negative; 0 is no limit (--stage-timeout)", o.StageTimeout))
	}
	if o.Retries < 0 {
		problems = append(problems, fmt.Errorf("retries %d: not negative", o.Retries))
	}
	if !o.Oversubscribe && o.Workers > 0 && o.Threads > Cores()/o.Workers {
		problems = append(problems, fmt.Errorf("%d workers with %d threads each on %d cores: fewer of either (--workers, --threads), or --oversubscribe",
			o.Workers, o.Threads, Cores()))
	}
	return errors.Join(problems...)
}

func (o Options) outcomes() string { return filepath.Join(o.Dir, "outcomes") }
func (o Options) weights() string  { return filepath.Join(o.Dir, "weights") }

// lock makes this process the only one that writes to the database and the folders, which it makes where they are missing.
func (o Options) lock(store *results.Store) (unlock func(), err error) {
	unlockStore, err := store.Lock()
	if err != nil {
		return nil, err
	}
	for _, folder := range []string{o.outcomes(), o.weights()} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			unlockStore()
			return nil, err
		}
	}
	unlockFolder, err := results.Lock(filepath.Join(o.outcomes(), ".lock"))
	if err != nil {
		unlockStore()
		return nil, err
	}
	return func() { unlockFolder(); unlockStore() }, nil
}
