package execute

import (
	"context"
	"fmt"

	"gmnas/harness/halving"
	"gmnas/harness/run"
	"gmnas/harness/search"
	"gmnas/harness/spec"
	"gmnas/nasbench/curves"
)

// replay halves pools of recorded curves. The pools come from the curves' hash and not from the stage's key, so that every
// schedule is judged on the same ones.
func (x *Executor) replay(_ context.Context, job run.Job, report func(run.Progress), outcome *spec.Outcome) error {
	stage := job.Stage.Replay
	set, err := curves.Read(x.env.Data, stage.Curves)
	if err != nil {
		return err
	}
	if got := set.Hash(); got != stage.Hash {
		return fmt.Errorf("reading the %s learning curves: they have SHA-256 %s, the stage was planned with %s: the data has changed; run the command again", stage.Curves, got, stage.Hash)
	}
	replayed, err := halving.Replay(set.Accuracies(), stage.Replay, search.Stream(stage.Hash, "pools"))
	outcome.Replay = &replayed
	report(run.Progress{Done: 1, Total: 1, Note: fmt.Sprintf("%d pools", stage.Pools)})
	return err
}
