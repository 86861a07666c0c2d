package report_test

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"gmnas/experiments"
	"gmnas/harness/halving"
	"gmnas/harness/plan"
	"gmnas/harness/spec"
	"gmnas/nasbench/space"
	"gmnas/report"
)

// world records made-up outcomes for whatever is planned.
type world struct {
	outcomes map[spec.Key]spec.Outcome
	commit   string
	// spoil may change what is recorded of a row's search.
	spoil func(row string, seed int64, o *spec.Outcome)
	// architecture is what a retraining is of.
	architecture map[spec.Key]string
}

// full records all of Table 3.
func full(t testing.TB) ([]report.Binding, *world) {
	w := newWorld()
	return w.run(t, experiments.Table3, spec.Laptop, false), w
}

func newWorld() *world {
	return &world{outcomes: map[spec.Key]spec.Outcome{}, architecture: map[spec.Key]string{}, commit: "0123456789abcdef0123456789abcdef01234567"}
}

func (w *world) lookup(k spec.Key) (spec.Outcome, bool) {
	o, ok := w.outcomes[k]
	return o, ok
}

// small is Table 3 with fewer rows: a literature row, the DARTS family, three nulls and the optimum.
func small() spec.Experiment {
	return only(experiments.Table3, "random", "darts", "fewshot+darts", "gm+darts", "null-1", "null-5", "null-gm+darts", "optimal")
}

func only(e spec.Experiment, ids ...string) spec.Experiment {
	var rows []spec.Row
	for _, id := range ids {
		if r, ok := e.Row(id); ok {
			rows = append(rows, r)
		}
	}
	e.Rows = rows
	var notes []spec.Note
	for _, n := range e.Notes {
		if _, ok := e.Row(n.Row); ok || n.Row == "" {
			notes = append(notes, n)
		}
	}
	e.Notes = notes
	e.Claims = slices.DeleteFunc(slices.Clone(e.Claims), func(c spec.Claim) bool {
		return slices.ContainsFunc(append([]string{c.Row}, c.Than...), func(id string) bool { _, ok := e.Row(id); return !ok })
	})
	return e
}

// run records all searches and nulls of an experiment and returns their bindings.
func (w *world) run(t testing.TB, e spec.Experiment, profile string, embedded bool) []report.Binding {
	t.Helper()
	var bindings []report.Binding
	trees := map[string][]plan.Tree{}
	for _, row := range e.Rows {
		for _, seed := range e.Seeds {
			if row.Kind != spec.RowRun {
				continue
			}
			run := row.Runs[profile].Bind(strings.Repeat("da7a", 16), strings.Repeat("7ab1", 16))
			if embedded {
				run = row.Runs[profile].OnEmbedded(e.Embedded[profile]).Bind(strings.Repeat("e5e7", 16), "")
			}
			bindings = append(bindings, report.Binding{Row: row.ID, Seed: seed, Run: run})
			trees[row.ID] = append(trees[row.ID], w.search(t, row.ID, run, seed))
		}
		if row.Kind == spec.RowNull && !embedded {
			stages, err := plan.Null(e.Space, row.Null, strings.Repeat("7ab1", 16), trees[row.Null.From])
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range stages {
				w.record(t, row.ID, s)
			}
		}
	}
	return bindings
}

func (w *world) search(t testing.TB, row string, run spec.Run, seed int64) plan.Tree {
	t.Helper()
	for {
		tree, err := plan.Expand(run, seed, w.lookup)
		if err != nil {
			t.Fatal(err)
		}
		if len(tree.Ready) == 0 {
			return tree
		}
		for _, s := range tree.Ready {
			w.record(t, row, s)
		}
	}
}

func (w *world) record(t testing.TB, row string, s spec.Stage) {
	t.Helper()
	k := s.Key()
	cost, err := plan.Work(s)
	if err != nil {
		t.Fatal(err)
	}
	cost.Seconds = cost.FLOPs / 1e11
	o := spec.Outcome{Key: k, Kind: s.Kind, State: spec.Done, Cost: cost, Provenance: spec.Provenance{
		Started: time.Unix(1700000000, 0).UTC(), Build: spec.Build{Commit: w.commit},
		Machine: spec.Machine{Backend: "onednn", BackendVersion: "2.6.3", InstructionSet: "avx512"},
	}}
	switch s.Kind {
	case spec.KindTrain:
		o.Train = &spec.Trained{}
	case spec.KindSplit:
		o.Split = split(t, *s.Split)
	case spec.KindDerive:
		a := pickOne(t, s.Derive.Space, s.Derive.Mask, chance(string(k)))
		o.Derive = &spec.Derived{Architecture: a, Accuracy: 30 + 20*chance(a+"supernet"), BatchNorm: "batch"}
	case spec.KindEvaluate:
		o.Evaluate = &spec.Evaluated{Accuracy: accuracies(*s.Evaluate)}
	case spec.KindNull:
		o.Null = null(len(s.Null.Masks))
	case spec.KindRetrain:
		w.architecture[k] = s.Retrain.Architecture
		o.Retrain = retraining(*s.Retrain)
	case spec.KindReplay:
		o.Replay = replayed(s.Replay.Replay)
	}
	if w.spoil != nil {
		w.spoil(row, s.Seed, &o)
	}
	w.outcomes[k] = o
}

// retraining has curves that rise to a level which the architecture fixes, with a tenth of noise between epochs.
func retraining(r spec.RetrainStage) *spec.Retrained {
	out := &spec.Retrained{Params: int64(1e6 * (3 + chance(r.Architecture+"size")))}
	level := 96.5 + chance(r.Architecture+"quality")
	for epoch := r.From; epoch < r.To; epoch++ {
		short := 40 / float64(epoch+4)
		noise := func(of string) float64 { return 0.2 * (chance(fmt.Sprint(r.Architecture, epoch, of)) - 0.5) }
		out.Curve = append(out.Curve, spec.EpochPoint{Epoch: epoch, ValidAcc: level - short + noise("valid"), TestAcc: level - 0.3 - short + noise("test")})
	}
	return out
}

// replayed finds more the more it trains.
func replayed(r spec.Replay) *spec.Replayed {
	e := spec.Estimate{Mean: 45, Low: 35, High: 55}
	out := &spec.Replayed{Curves: 214, Epochs: halving.Follow(r.Pool, len(r.Rungs), func(int, int) (float64, bool) { return 0, true }).Epochs(r.Rungs)}
	if len(r.Rungs) == 1 {
		e = spec.Estimate{Mean: 100, Low: 100, High: 100}
	}
	h := spec.Halved{Recall: e, Regret: spec.Estimate{Mean: 0.1, Low: 0.05, High: 0.15}, Error: spec.Estimate{Mean: 2.85, Low: 2.8, High: 2.9}, Chance: spec.Estimate{Mean: 3, Low: 2.9, High: 3.1}}
	out.Last, out.Best = h, h
	return out
}

// chance is a number in 0..1 that the text fixes.
func chance(text string) float64 {
	h := fnv.New64a()
	h.Write([]byte(text))
	return float64(h.Sum64()>>11) / (1 << 53)
}

func split(t testing.TB, s spec.SplitStage) *spec.Splitting {
	t.Helper()
	sp, err := space.ByName(s.Space)
	if err != nil {
		t.Fatal(err)
	}
	m, err := sp.ParseMask(s.Mask)
	if err != nil {
		t.Fatal(err)
	}
	edges := m.Unsplit(sp)
	out := &spec.Splitting{Edge: edges[len(edges)/2], Groups: [][]int{{2, 3}, {0, 1, 4}}}
	switch sp.Name {
	case space.NB201NoNone.Name:
		out.Groups = [][]int{{1, 2}, {0, 3}}
	case space.DARTS.Name:
		out.Groups = [][]int{{3, 4, 5}, {0, 1, 2, 6}}
	}
	if s.NeedsGradients() {
		out.Candidates = candidates(s, edges, out)
	}
	if s.Partition == spec.PartitionExhaustive {
		out.Groups = nil
		for o := range sp.Operations {
			out.Groups = append(out.Groups, []int{o})
		}
	}
	return out
}

// candidates have the two convolutions alike on every edge, and the rest at random.
func candidates(s spec.SplitStage, edges []int, split *spec.Splitting) []spec.EdgeCut {
	var list []spec.EdgeCut
	for _, e := range edges {
		c := spec.EdgeCut{Edge: e, Groups: split.Groups, CutCost: 2 + chance(fmt.Sprint(s.Node, e))}
		n := len(split.Groups[0]) + len(split.Groups[1])
		c.Distance = make([][]float64, n)
		for i := range n {
			c.Operations = append(c.Operations, i)
			c.Distance[i] = make([]float64, n)
			for j := range i {
				d := 0.4 + 0.5*chance(fmt.Sprint(s.Node, e, i, j))
				if slices.Contains(split.Groups[0], i) && slices.Contains(split.Groups[0], j) {
					d = 0.05
				}
				c.Distance[i][j], c.Distance[j][i] = d, d
			}
		}
		list = append(list, c)
	}
	return list
}

func pickOne(t testing.TB, spaceName, mask string, at float64) string {
	t.Helper()
	s, err := space.ByName(spaceName)
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.ParseMask(mask)
	if err != nil {
		t.Fatal(err)
	}
	if s.Genotypes() {
		a, err := s.Draw(m, rand.New(rand.NewPCG(math.Float64bits(at), 0)))
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	var connected []space.Architecture
	for a := range s.Enumerate(m) {
		if s.Connected(a) {
			connected = append(connected, a)
		}
	}
	return s.String(connected[int(at*float64(len(connected)))])
}

func accuracies(e spec.EvaluateStage) map[string]float64 {
	q := chance(e.Architecture + "quality")
	if e.By == spec.ByTraining {
		return map[string]float64{e.Data.Set + "/valid": 40 + 20*q, e.Data.Set + "/test": 39 + 20*q}
	}
	return map[string]float64{
		"cifar10/valid": 84 + 7*q, "cifar10/test": 87 + 7*q, "cifar100/valid": 60 + 12*q, "cifar100/test": 60.5 + 12*q,
		"imagenet16-120/valid": 30 + 15*q, "imagenet16-120/test": 30.5 + 15*q,
	}
}

// null has the quantiles of a triangle-like spread that tightens with the number of picks.
func null(picks int) *spec.Nulled {
	columns := map[string]spec.NullColumn{}
	best := map[string]float64{}
	for column, top := range map[string]float64{
		"cifar10/valid": 91.6067, "cifar10/test": 94.3733, "cifar100/valid": 73.4933, "cifar100/test": 73.5133,
		"imagenet16-120/valid": 46.7333, "imagenet16-120/test": 47.3111,
	} {
		c := spec.NullColumn{Mean: top - 8/float64(picks), Std: 4 / float64(picks)}
		for i := range 101 {
			u := 1 - float64(i)/100
			c.Quantiles = append(c.Quantiles, top-16/float64(picks)*u*u*u)
		}
		columns[column] = c
		best[column] = top
	}
	return &spec.Nulled{Picks: map[string]map[string]spec.NullColumn{spec.RuleTableValid: columns, spec.RuleTableTest: columns}, Optimum: best}
}
