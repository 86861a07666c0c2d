package results

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"testing"
	"time"

	"gmnas/harness/spec"
	"pgregory.net/rapid"
)

func TestRecordedOutcomeComesBackUnchanged(t *testing.T) {
	s := newStore(t)
	stage := trainStage(1)
	want := trained(stage, 2.5)
	must(t, s.Record(stage, want))
	got, found, err := s.Outcome(stage.Key())
	if err != nil || !found || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, %v, want %+v", got, found, err, want)
	}
	back, found, err := s.Stage(stage.Key())
	if err != nil || !found || !reflect.DeepEqual(back, stage) {
		t.Errorf("stage: got %+v, %v, %v", back, found, err)
	}
	if _, found, err := s.Outcome(trainStage(2).Key()); found || err != nil {
		t.Errorf("nothing recorded: found %v, error %v", found, err)
	}
}

// However outcomes of one stage arrive, the first done or diverged one stays, and every failure and
// every other result is an attempt.
func TestFinalOutcomeIsNeverOverwritten(t *testing.T) {
	s := newStore(t)
	seed := int64(0)
	rapid.Check(t, func(t *rapid.T) {
		seed++
		stage := trainStage(seed)
		var final, last spec.Outcome
		attempts := 0
		for range rapid.IntRange(1, 6).Draw(t, "n") {
			o := trained(stage, 1)
			switch rapid.IntRange(0, 3).Draw(t, "outcome") {
			case 0:
				o = failed(stage, "out of memory")
			case 1:
				o.State, o.Error = spec.Diverged, "loss is NaN"
			case 2:
				o = trained(stage, 2)
			}
			o.Provenance.Machine.Host = rapid.StringN(0, 3, 3).Draw(t, "host") // no part of a result
			conflict := o.State != spec.Failed && final.State != "" && !Same(final, o)
			err := s.Record(stage, o)
			if errors.Is(err, ErrConflict) != conflict || (err != nil && !conflict) {
				t.Fatalf("conflict %v, error %v", conflict, err)
			}
			if conflict || o.State == spec.Failed {
				attempts++
			}
			last = o
			if final.State == "" && o.State != spec.Failed {
				final = o
			}
		}
		want := final
		if want.State == "" {
			want = last
		}
		got, _ := s.Lookup()(stage.Key())
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("recorded %+v, want %+v", got, want)
		}
		all, err := s.Attempts(stage.Key())
		if err != nil || len(all) != attempts {
			t.Fatalf("%d attempts (%v), want %d", len(all), err, attempts)
		}
	})
}

func TestLookupSeesWhatIsRecordedLater(t *testing.T) {
	s := newStore(t)
	stage := trainStage(1)
	lookup := s.Lookup()
	if _, ok := lookup(stage.Key()); ok {
		t.Error("found before it was recorded")
	}
	must(t, s.Fail(stage, failed(stage, "killed"), "last words"))
	if o, ok := lookup(stage.Key()); !ok || o.State != spec.Failed {
		t.Errorf("after a failure: %v %v", o.State, ok)
	}
	must(t, s.Record(stage, trained(stage, 1)))
	if o, ok := lookup(stage.Key()); !ok || o.State != spec.Done {
		t.Errorf("after the retry: %v %v", o.State, ok)
	}
	all, err := s.Attempts(stage.Key())
	must(t, err)
	if len(all) != 1 || all[0].Log != "last words" || all[0].Error != "killed" || all[0].Outcome.State != spec.Failed {
		t.Errorf("attempts %+v", all)
	}
}

func TestRecordRefusesWhatIsNoOutcomeOfTheStage(t *testing.T) {
	s := newStore(t)
	stage := trainStage(1)
	for name, change := range map[string]func(*spec.Outcome){
		"another key":      func(o *spec.Outcome) { o.Key = trainStage(2).Key() },
		"another kind":     func(o *spec.Outcome) { o.Kind = spec.KindSplit },
		"no payload":       func(o *spec.Outcome) { o.Train = nil },
		"a second payload": func(o *spec.Outcome) { o.Split = &spec.Splitting{} },
		"no state":         func(o *spec.Outcome) { o.State = "" },
		"silent failure":   func(o *spec.Outcome) { o.State = spec.Failed },
		"NaN":              func(o *spec.Outcome) { o.Train.Curve[1].ValidLoss = math.NaN() },
		"infinite cost":    func(o *spec.Outcome) { o.Cost.FLOPs = math.Inf(1) },
	} {
		o := trained(stage, 1)
		change(&o)
		if err := s.Record(stage, o); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if counts, err := s.Counts(); len(counts) != 0 || err != nil {
		t.Errorf("something was recorded: %v %v", counts, err)
	}
}

func TestCountsAndViews(t *testing.T) {
	s := newStore(t)
	for seed := range int64(3) {
		stage := trainStage(seed)
		o := trained(stage, 1)
		o.Cost.GradientEvaluations = 10
		must(t, s.Record(stage, o))
	}
	must(t, s.Record(trainStage(9), failed(trainStage(9), "x")))
	counts, err := s.Counts()
	must(t, err)
	want := []Count{
		{Kind: spec.KindTrain, State: spec.Done, N: 3, Cost: spec.Cost{GradientEvaluations: 30, FLOPs: 3e15, Seconds: 36}},
		{Kind: spec.KindTrain, State: spec.Failed, N: 1},
	}
	if !reflect.DeepEqual(counts, want) {
		t.Errorf("counts %+v, want %+v", counts, want)
	}
	evaluate := spec.Stage{Protocol: spec.Protocol, Kind: spec.KindEvaluate, Evaluate: &spec.EvaluateStage{Architecture: "|a~0|"}}
	must(t, s.Record(evaluate, spec.Outcome{Key: evaluate.Key(), Kind: evaluate.Kind, State: spec.Done,
		Evaluate: &spec.Evaluated{Accuracy: map[string]float64{"cifar10/test": 93.72}}}))
	split := spec.Stage{Protocol: spec.Protocol, Kind: spec.KindSplit, Split: &spec.SplitStage{}}
	must(t, s.Record(split, spec.Outcome{Key: split.Key(), Kind: split.Kind, State: spec.Done,
		Split: &spec.Splitting{Edge: 4, Candidates: []spec.EdgeCut{{Edge: 3}, {Edge: 4, CutCost: 0.5}}}}))
	for query, want := range map[string]float64{
		"SELECT count(*) FROM curves":                                                         9,
		"SELECT sum(train_loss) FROM curves WHERE epoch = 1":                                  1.5,
		"SELECT accuracy FROM accuracies WHERE column_id = 'cifar10/test'":                    93.72,
		"SELECT count(*) FROM accuracies WHERE architecture = '|a~0|'":                        1,
		"SELECT cut_cost FROM cuts WHERE chosen":                                              0.5,
		"SELECT count(*) FROM provenance WHERE git_commit = 'abc' AND started > '2026-01-01'": 3,
		"SELECT count(*) FROM origins":                                                        2,
	} {
		var got float64
		must(t, s.db.QueryRow(query).Scan(&got))
		if got != want {
			t.Errorf("%s = %v, want %v", query, got, want)
		}
	}
}

func TestBindings(t *testing.T) {
	s := newStore(t)
	when := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	run := spec.Run{SearchEpochs: 8}
	a := Binding{Experiment: "table3", Profile: spec.Laptop, Row: "gm+darts", Seed: 2, Run: run.Bind("d1", "t1"), Bound: when}
	b := a
	b.Run = run.Bind("d2", "t1")
	b.Bound = when.Add(time.Hour)
	for _, x := range []Binding{a, b, b} {
		must(t, s.Bind(x))
	}
	got, err := s.Bindings("table3", spec.Laptop)
	must(t, err)
	if want := []Binding{a, b}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	a.Bound = when.Add(2 * time.Hour) // asked for again: now the latest
	must(t, s.Bind(a))
	if got, err = s.Bindings("table3", spec.Laptop); err != nil || len(got) != 2 || !reflect.DeepEqual(got[1], a) {
		t.Errorf("asked for again: %+v %v", got, err)
	}
	for _, bad := range []string{"", "../../etc/x", "a|b", "=cmd()", "<script>", "a\nb", string(bytes.Repeat([]byte("x"), 300))} {
		x := a
		x.Row = bad
		if s.Bind(x) == nil {
			t.Errorf("row %q was accepted", bad)
		}
	}
}

func TestDumpIsTheSameForTheSameResults(t *testing.T) {
	dump := func(order []int64, host string) string {
		s := newStore(t)
		for _, seed := range order {
			stage := trainStage(seed)
			o := trained(stage, float64(seed))
			o.Provenance.Machine.Host = host
			o.Cost.Seconds = float64(len(host))
			o.Train.Curve[0].Seconds = float64(len(host))
			must(t, s.Record(stage, o))
		}
		var b bytes.Buffer
		must(t, s.Dump(&b))
		return b.String()
	}
	one := dump([]int64{1, 2, 3}, "here")
	if two := dump([]int64{3, 1, 2}, "elsewhere"); one != two {
		t.Errorf("dumps differ:\n%s\n%s", one, two)
	}
	if other := dump([]int64{1, 2, 4}, "here"); one == other {
		t.Error("other results, same dump")
	}
}
