package results

import (
	"path/filepath"
	"testing"
	"time"

	"gmnas/harness/spec"
)

// trainStage is a stage of its own for every seed.
func trainStage(seed int64) spec.Stage {
	return spec.Stage{Protocol: spec.Protocol, Kind: spec.KindTrain, Seed: seed, Train: &spec.TrainStage{Mask: "root", Epochs: 3}}
}

func trained(stage spec.Stage, loss float64) spec.Outcome {
	o := spec.Outcome{Key: stage.Key(), Kind: stage.Kind, State: spec.Done, Train: &spec.Trained{}}
	for e := range 3 {
		o.Train.Curve = append(o.Train.Curve, spec.EpochPoint{Epoch: e, LR: 0.1, TrainLoss: loss / float64(e+1), ValidAcc: 50, Seconds: 1.5})
	}
	o.Cost = spec.Cost{GradientEvaluations: 1<<53 + 1, FLOPs: 1e15, Seconds: 12}
	o.Provenance = spec.Provenance{Started: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC),
		Build: spec.Build{Commit: "abc", Code: "def", Modules: []string{"a v1.0.0 h1:x"}}, Machine: spec.Machine{Backend: "native", Threads: 2}}
	return o
}

func failed(stage spec.Stage, why string) spec.Outcome {
	return spec.Outcome{Key: stage.Key(), Kind: stage.Kind, State: spec.Failed, Error: why}
}

func newStore(t testing.TB) *Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "r.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
