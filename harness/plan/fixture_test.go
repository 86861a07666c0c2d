package plan

import (
	"flag"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"gmnas/harness/spec"
	"gmnas/harness/split"
	"gmnas/nasbench/space"
)

var update = flag.Bool("update", false, "write the golden files")

// paperSetup is spec.md section 2's.
func paperSetup(method string) spec.Setup {
	s := spec.Setup{
		Space: space.NB201.Name, Data: spec.Data{Set: "cifar10", Records: 50_000, Pool: 1},
		Net: spec.Net{Channels: 16, Cells: 5}, Batch: 48, Method: spec.Method{Name: method},
		Weights: spec.Weights{LR: 0.025, LRMin: 0.001, Momentum: 0.9, Nesterov: true, WeightDecay: 5e-4, Clip: 5},
		Alpha:   spec.Alpha{InitStd: 1e-3, LR: 3e-4, Beta1: 0.5, Beta2: 0.999, WeightDecay: 1e-3},
	}
	switch method {
	case spec.DARTS:
		s.Method.Order = 2
	case spec.SNAS:
		s.Method.TauMax, s.Method.TauMin = 1, 0.1
		s.Alpha.InitMean, s.Alpha.InitStd = 1, 0.01
	case spec.RSPS:
		s.Alpha, s.Weights.WeightDecay = spec.Alpha{}, 1e-4
	}
	return s
}

func oneShot(method string, epochs int) spec.Run {
	r := spec.Run{Setup: paperSetup(method), Restart: spec.RestartNone, SearchEpochs: epochs, Schedule: spec.ScheduleSearch,
		Evaluate: spec.Evaluate{By: spec.ByTable}}
	if method == spec.RSPS {
		r.Derive.Samples = 200
	}
	return r
}

func fewShot(method string, epochs int) spec.Run {
	r := oneShot(method, epochs)
	r.Restart = spec.RestartFinal
	r.Levels = []spec.Level{{Edge: spec.EdgeRandom, Partition: spec.PartitionExhaustive, Groups: 5}}
	return r
}

func gm(method string, warmup, epochs int) spec.Run {
	r := oneShot(method, epochs)
	r.Restart = spec.RestartFinal
	level := spec.Level{WarmupEpochs: warmup, Edge: spec.EdgeCutCost, Partition: spec.PartitionMinCut, Groups: 2,
		Criterion: spec.CriterionCosine, Enable: spec.EnableOneHot, Average: spec.AverageDistances, Batches: 100}
	r.Levels = []spec.Level{level, level}
	return r
}

func gmDARTS() spec.Run { return gm(spec.DARTS, 15, 30) }

// store is the outcomes of stages that ran.
type store map[spec.Key]spec.Outcome

func (s store) lookup(k spec.Key) (spec.Outcome, bool) {
	o, ok := s[k]
	return o, ok
}

// oracle makes up an outcome that depends on the stage only.
func oracle(t testing.TB, s spec.Stage) spec.Outcome {
	t.Helper()
	h := fnv.New64a()
	switch {
	case s.Split != nil:
		fmt.Fprint(h, s.Seed, s.Split.Mask, s.Split.Node)
	case s.Derive != nil:
		fmt.Fprint(h, s.Seed, s.Derive.Mask)
	}
	rng := rand.New(rand.NewPCG(h.Sum64(), 0))
	o := spec.Outcome{Key: s.Key(), Kind: s.Kind, State: spec.Done}
	switch s.Kind {
	case spec.KindSplit:
		nb, err := space.ByName(s.Split.Space)
		if err != nil {
			t.Fatal(err)
		}
		mask, err := nb.ParseMask(s.Split.Mask)
		if err != nil {
			t.Fatal(err)
		}
		var candidates []split.EdgeDistances
		for _, e := range mask.Unsplit(nb) {
			candidates = append(candidates, split.EdgeDistances{Edge: e, Operations: mask.Operations(e)})
		}
		level := spec.Level{Edge: spec.EdgeRandom, Partition: spec.PartitionRandom, Groups: s.Split.Groups}
		d, err := split.Decide(level, candidates, rng)
		if err != nil {
			t.Fatal(err)
		}
		o.Split = &d
	case spec.KindEvaluate:
		o.Evaluate = &spec.Evaluated{Accuracy: map[string]float64{"cifar10/valid": 90}}
	case spec.KindDerive:
		nb, err := space.ByName(s.Derive.Space)
		if err != nil {
			t.Fatal(err)
		}
		mask, err := nb.ParseMask(s.Derive.Mask)
		if err != nil {
			t.Fatal(err)
		}
		a, err := nb.Draw(mask, rng)
		if err != nil {
			t.Fatal(err)
		}
		o.Derive = &spec.Derived{Architecture: a}
	case spec.KindRank:
		nb, err := space.ByName(s.Rank.Space)
		if err != nil {
			t.Fatal(err)
		}
		mask, err := nb.ParseMask(s.Rank.Mask)
		if err != nil {
			t.Fatal(err)
		}
		o.Rank = &spec.Ranked{}
		for a := range nb.Enumerate(mask) {
			o.Rank.Architectures = append(o.Rank.Architectures, spec.RankedArchitecture{Index: nb.Index(a), Accuracy: 50})
		}
	}
	return o
}

func expand(t testing.TB, run spec.Run, seed int64, s store) Tree {
	t.Helper()
	tree, err := Expand(run, seed, s.lookup)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// simulate runs all ready stages until none is left; each gets the outcome that the function gives.
func simulate(t testing.TB, run spec.Run, seed int64, s store, outcome func(testing.TB, spec.Stage) spec.Outcome) Tree {
	t.Helper()
	for range 100 {
		tree := expand(t, run, seed, s)
		if len(tree.Ready) == 0 {
			return tree
		}
		for _, stage := range tree.Ready {
			if _, twice := s[stage.Key()]; twice {
				t.Fatalf("%s stage %s is ready though recorded", stage.Kind, stage.Key().Short())
			}
			s[stage.Key()] = outcome(t, stage)
		}
	}
	t.Fatal("still stages ready after 100 rounds")
	return Tree{}
}

// describe prints a tree for people, keys replaced by the paths of the stages they name.
func describe(tree Tree) string {
	names := map[spec.Key]string{}
	var b strings.Builder
	show := func(path string, s Step) {
		if !s.Planned() {
			return
		}
		names[s.Key] = s.Stage.Kind + "(" + path + ")"
		state := "waits"
		if s.Outcome != nil {
			state = string(s.Outcome.State)
		}
		var from []string
		for _, k := range s.Stage.Inputs {
			from = append(from, names[k])
		}
		fmt.Fprintf(&b, "  %-8s %s seed %d", s.Stage.Kind, state, s.Stage.Seed)
		switch st := s.Stage; {
		case st.Train != nil:
			fmt.Fprintf(&b, ", epochs %d+%d, cosine %d, tau %d, frozen %v", st.Train.FirstEpoch, st.Train.Epochs, st.Train.CosineTMax, st.Train.TauEpochs, st.Train.AlphaFrozen)
		case st.Split != nil:
			fmt.Fprintf(&b, ", node %q, tau %.4g", st.Split.Node, st.Split.Tau)
			if s.Done() {
				fmt.Fprintf(&b, ", edge %d %v", s.Outcome.Split.Edge, s.Outcome.Split.Groups)
			}
		case st.Derive != nil:
			fmt.Fprintf(&b, ", samples %d, tau %.4g", st.Derive.Samples, st.Derive.Tau)
		case st.Retrain != nil:
			fmt.Fprintf(&b, ", epochs %d to %d", st.Retrain.From, st.Retrain.To)
		case st.Evaluate != nil:
			fmt.Fprintf(&b, ", %s %s", st.Evaluate.By, st.Evaluate.Architecture)
		}
		if from != nil {
			fmt.Fprintf(&b, ", from %s", strings.Join(from, " "))
		}
		b.WriteByte('\n')
	}
	for _, n := range tree.Nodes {
		fmt.Fprintf(&b, "node %q %s\n", n.Path, n.Mask)
		show(n.Path, n.Train)
		show(n.Path, n.Split)
	}
	for _, l := range tree.Leaves {
		fmt.Fprintf(&b, "leaf %q %s\n", l.Path, l.Mask)
		show(l.Path, l.Train)
		show(l.Path, l.Derive)
		show(l.Path, l.Evaluate)
		for _, s := range l.Retrain {
			show(l.Path, s)
		}
	}
	for _, s := range tree.Ready {
		fmt.Fprintf(&b, "ready %s\n", s.Kind)
	}
	for _, s := range tree.Blocked {
		fmt.Fprintf(&b, "blocked %q %s %s: %s\n", s.Path, s.Kind, s.State, s.Reason)
	}
	fmt.Fprintf(&b, "complete %v\n", tree.Complete)
	return b.String()
}

// golden compares with testdata/name.txt; -update writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := "testdata/" + name + ".txt"
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (-update writes it); got\n%s", path, got)
	}
}
