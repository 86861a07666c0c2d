package verify

import (
	"context"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"gmnas/harness/run"
	"gmnas/harness/spec"
	"gmnas/results"
)

// parent and child are two trainings, the second from the first one's weights.
var (
	parent = spec.Stage{Protocol: 1, Kind: spec.KindTrain, Train: &spec.TrainStage{Mask: "m", Epochs: 1}}
	child  = spec.Stage{Protocol: 1, Kind: spec.KindTrain, Inputs: []spec.Key{parent.Key()}, Train: &spec.TrainStage{Mask: "m", Epochs: 1}}
)

// lab executes stages by arithmetic of its own: the loss adds a step to what the input's weights say.
type lab struct {
	step string // what each training adds
	ran  []spec.Key
	on   spec.Machine
}

func (l *lab) execute(_ context.Context, job run.Job, _ func(run.Progress)) (spec.Outcome, error) {
	l.ran = append(l.ran, job.Stage.Key())
	text := l.step
	for _, input := range job.Stage.Inputs {
		b, err := run.ReadWeights(job.Weights, input)
		if err != nil {
			return spec.Outcome{}, err
		}
		text = string(b) + l.step
	}
	o := spec.Outcome{State: spec.Done, Train: &spec.Trained{Curve: []spec.EpochPoint{{TrainLoss: float64(len(text)) / 100}}}, Provenance: spec.Provenance{Machine: l.on}}
	return o, run.WriteWeights(job.Weights, job.Stage.Key(), func(w io.Writer) error { _, err := io.WriteString(w, text); return err })
}

func (l *lab) open(spec.Machine) (run.Execute, spec.Machine, error) { return l.execute, l.on, nil }

// record runs both stages and records them; their weights lie in the returned folder.
func record(t *testing.T, l *lab) (*results.Store, string) {
	t.Helper()
	store, err := results.Open(filepath.Join(t.TempDir(), "r.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	weights := t.TempDir()
	for _, s := range []spec.Stage{parent, child} {
		o, err := run.Perform(context.Background(), run.Job{Stage: s, Weights: weights}, l.execute, func(run.Progress) {})
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Record(s, o); err != nil {
			t.Fatal(err)
		}
	}
	return store, weights
}

// TestStage: what is compared, with what, and what counts as a difference.
func TestStage(t *testing.T) {
	here, elsewhere := spec.Machine{Backend: "a"}, spec.Machine{Backend: "b"}
	for _, c := range []struct {
		name        string
		now         lab
		lost        bool // the parent's weights
		ran         int
		exact       bool
		differences string
	}{
		{"the same", lab{step: "x", on: here}, false, 1, true, ""},
		{"the same, from weights made anew", lab{step: "x", on: here}, true, 2, true, ""},
		{"another result", lab{step: "xxxx", on: here}, false, 1, true, "Train.Curve[0].TrainLoss: 0.02, 0.05; weights: SHA-256"},
		{"another backend, near", lab{step: "xxxx", on: elsewhere}, false, 1, false, ""},
		{"another backend, far", lab{step: strings.Repeat("x", 80), on: elsewhere}, false, 1, false, "Train.Curve[0].TrainLoss: 0.02, 0.81"},
	} {
		store, weights := record(t, &lab{step: "x", on: here})
		if c.lost {
			weights = t.TempDir()
		}
		v := Verifier{Store: store, Weights: weights, Scratch: t.TempDir(), Open: c.now.open, Tolerance: 0.1, Say: func(string) {}}
		verdict, err := v.Stage(context.Background(), child.Key())
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		var texts []string
		for _, d := range verdict.Differences {
			texts = append(texts, d.String())
		}
		got := strings.Join(texts, "; ")
		if len(c.now.ran) != c.ran || verdict.Exact != c.exact || (c.differences == "") != (got == "") || !strings.HasPrefix(got, c.differences) {
			t.Errorf("%s: ran %d stages, exact %v, differences %q", c.name, len(c.now.ran), verdict.Exact, got)
		}
		if verdict.Weights != (c.exact && !c.lost) {
			t.Errorf("%s: weights compared: %v", c.name, verdict.Weights)
		}
	}
	v := Verifier{Store: nil}
	store, _ := record(t, &lab{step: "x"})
	v.Store = store
	if _, err := v.Stage(context.Background(), spec.Key(strings.Repeat("a", 64))); err == nil || !strings.Contains(err.Error(), "is not recorded") {
		t.Errorf("a stage that isn't recorded: %v", err)
	}
}

// TestApart: with another backend, choices among near numbers are told from differences.
func TestApart(t *testing.T) {
	for field, chosen := range map[string]bool{
		"Derive.Architecture": true, "Train.Curve[12].Genotype": true, "Split.Edge": true, "Split.Groups[0]": true, "Split.Candidates[3].Groups[1][0]": true,
		"Pair.Similar.Edge": true, "Pair.Probes": true,
		"Derive.Tried[3].Architecture": false, "Split.Candidates[3].Edge": false, "Pair.Architecture": false, "State": false, "Train.Curve": false,
	} {
		if differences, choices := apart([]results.Difference{{Field: field}}); len(choices) == 1 != chosen || len(differences) == 1 == chosen {
			t.Errorf("%s: choices %v, differences %v", field, choices, differences)
		}
	}
}

// TestNear: the tolerance is of numbers that rounding moves; what is counted or chosen isn't.
func TestNear(t *testing.T) {
	for _, c := range []struct {
		field string
		x, y  float64
		near  bool
	}{
		{"Train.Curve[3].TrainLoss", 2.3, 2.5, true},
		{"Train.Curve[3].TrainLoss", 2.3, 2.6, false},
		{"Train.Curve[3].ValidAcc", 50, 59, true},
		{"Train.Curve[3].ValidAcc", 50, 61, false},
		{"Split.Candidates[0].Distance[1][2]", 0.01, 0.1, true},
		{"Split.Candidates[0].Groups[1][0]", 1, 1.05, false},
		{"Split.Edge", 10, 10.5, false},
		{"Derive.Tried[3].Accuracy", 10, 15, true},
		{"Rank.Architectures[9].Index", 100, 101, false},
		{"Cost.GradientEvaluations", 1000, 1001, false},
	} {
		if Near(c.field, c.x, c.y, 0.1) != c.near {
			t.Errorf("%s %v %v: near %v", c.field, c.x, c.y, !c.near)
		}
	}
}
