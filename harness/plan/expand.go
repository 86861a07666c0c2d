package plan

import (
	"fmt"
	"slices"
	"strconv"

	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

// Expand grows the run's partition tree with the seed, as far as the recorded outcomes allow. Every stage but the
// evaluation by table carries the seed, so that runs share exactly the stages that are the same work.
//
// A train stage is planned only where something reads its weights: the split's gradients, an inheriting child, or the
// derivation. So a random split needs no warm-up before a restart. It is an error when the run isn't valid.
func Expand(run spec.Run, seed int64, lookup Lookup) (Tree, error) {
	if err := ValidateRun(run); err != nil {
		return Tree{}, fmt.Errorf("planning: %w", err)
	}
	s, err := space.ByName(run.Space)
	if err != nil {
		return Tree{}, fmt.Errorf("planning: %w", err)
	}
	g := growth{run: run, space: s, lookup: lookup, tree: Tree{Seed: seed}, ready: map[spec.Key]bool{}}
	switch {
	case run.Replays():
		g.replay()
	case run.Random > 0:
		if err := g.random(); err != nil {
			return Tree{}, fmt.Errorf("planning: %w", err)
		}
	case run.Pairs > 0:
		g.pairs()
	default:
		g.grow("", space.Full(s), position{})
	}
	selected := run.Retrains() && g.selectLeaf()
	g.tree.Complete = len(g.tree.Ready) == 0 && g.complete(selected) // an outcome on the way may be lost
	return g.tree, nil
}

type growth struct {
	run    spec.Run
	space  space.Space
	lookup Lookup
	tree   Tree
	ready  map[spec.Key]bool // the keys of tree.Ready
}

// grow adds the supernet at path, and what lies below it.
func (g *growth) grow(path string, mask space.Mask, at position) {
	if err := g.space.Feasible(mask); err != nil {
		g.tree.Blocked = append(g.tree.Blocked, Block{Path: path, State: spec.Failed,
			Reason: fmt.Sprintf("%v: split into fewer groups or on fewer edges", err)})
		if len(path) == len(g.run.Levels) {
			g.tree.Leaves = append(g.tree.Leaves, Leaf{Path: path, Mask: mask.String()})
		} else {
			g.tree.Nodes = append(g.tree.Nodes, Node{Path: path, Mask: mask.String()})
		}
		return
	}
	if len(path) == len(g.run.Levels) {
		g.leaf(path, mask, at)
		return
	}
	level := len(path)
	l := g.run.Levels[level]
	node := Node{Path: path, Mask: mask.String()}
	var inputs []spec.Key
	next := at.after(l.WarmupEpochs)
	if g.reads(level) && (l.WarmupEpochs > 0 || l.NeedsGradients()) {
		node.Train = g.step(path, g.train(mask, at, l.WarmupEpochs, g.run.Restart != spec.RestartNone))
		next.weights = node.Train.Key
	}
	if l.NeedsGradients() {
		inputs = []spec.Key{node.Train.Key}
	}
	node.Split = g.step(path, g.stage(spec.Stage{Kind: spec.KindSplit, Inputs: inputs, Split: &spec.SplitStage{
		Setup: g.run.Setup, Level: l, Mask: mask.String(), Node: path, Tau: temperature(g.run, next),
	}}))
	var masks []space.Mask
	if node.Split.Done() {
		var err error
		if masks, err = children(g.space, mask, l, node.Split.Outcome.Split); err != nil {
			node.Split = g.refuse(path, node.Split, err)
		}
	}
	g.tree.Nodes = append(g.tree.Nodes, node)
	if g.restarts(level) {
		next = next.restarted()
	}
	for k, child := range masks {
		g.grow(path+string(rune('0'+k)), child, next)
	}
}

// pairs adds a stage for each sampled architecture.
func (g *growth) pairs() {
	for k := range g.run.Pairs {
		g.tree.Pairs = append(g.tree.Pairs, g.step(strconv.Itoa(k), g.stage(spec.Stage{Kind: spec.KindPair, Pair: &spec.PairStage{
			Setup: g.run.Setup, Pair: g.run.Pair, Index: k,
		}})))
	}
}

// replay adds the one stage of a replay. Its pools come from a fixed seed, so that every schedule sees the same.
func (g *growth) replay() {
	s := g.step("", spec.Stage{Protocol: spec.Protocol, Kind: spec.KindReplay, Replay: &spec.ReplayStage{Replay: g.run.Replay}})
	if s.Done() {
		if err := replayed(s.Outcome.Replay); err != nil {
			s = g.refuse("", s, err)
		}
	}
	g.tree.Replay = s
}

// leaf adds the leaf's search, and its derivation and evaluation, its ranking or the first rung of its retraining.
func (g *growth) leaf(path string, mask space.Mask, at position) {
	l := Leaf{Path: path, Mask: mask.String()}
	l.Train = g.step(path, g.train(mask, at, g.run.SearchEpochs, false))
	if g.run.Rank != (spec.Rank{}) {
		l.Rank = g.rank(path, mask, l.Train.Key)
		g.tree.Leaves = append(g.tree.Leaves, l)
		return
	}
	l.Derive = g.step(path, g.stage(spec.Stage{Kind: spec.KindDerive, Inputs: []spec.Key{l.Train.Key}, Derive: &spec.DeriveStage{
		Setup: g.run.Setup, Derive: g.run.Derive, Mask: l.Mask, Tau: temperature(g.run, at.after(g.run.SearchEpochs)),
	}}))
	if l.Derive.Done() {
		if a, err := derived(g.space, mask, l.Derive.Outcome.Derive); err != nil {
			l.Derive = g.refuse(path, l.Derive, err)
		} else if g.run.Retrains() {
			l.Retrain = []Step{g.step(path, g.retrain(a, 0, nil))}
		} else if !g.space.Genotypes() {
			l.Evaluate = g.step(path, g.evaluate(a))
			if l.Evaluate.Done() {
				if err := evaluated(l.Evaluate.Outcome.Evaluate); err != nil {
					l.Evaluate = g.refuse(path, l.Evaluate, err)
				}
			}
		}
	}
	g.tree.Leaves = append(g.tree.Leaves, l)
}

// rank is the step that ranks the leaf's architectures.
func (g *growth) rank(path string, mask space.Mask, trained spec.Key) Step {
	s := g.step(path, g.stage(spec.Stage{Kind: spec.KindRank, Inputs: []spec.Key{trained}, Rank: &spec.RankStage{
		Setup: g.run.Setup, Rank: g.run.Rank, Mask: mask.String(), Table: g.run.Evaluate.Table,
	}}))
	if s.Done() {
		if err := ranked(g.space, mask, s.Outcome.Rank); err != nil {
			return g.refuse(path, s, err)
		}
	}
	return s
}

// train is the stage that trains a supernet for so many epochs from a position.
func (g *growth) train(mask space.Mask, at position, epochs int, frozen bool) spec.Stage {
	t := &spec.TrainStage{
		Setup: g.run.Setup, Mask: mask.String(), Epochs: epochs, FirstEpoch: at.epoch,
		CosineTMax:  scheduleEpochs(g.run, at),
		AlphaFrozen: frozen || g.run.Method.Name == spec.RSPS, // RSPS has no alpha
	}
	if g.run.Method.Name == spec.SNAS {
		t.TauEpochs = scheduleEpochs(g.run, at)
	}
	s := spec.Stage{Kind: spec.KindTrain, Train: t}
	if at.weights != "" {
		s.Inputs = []spec.Key{at.weights}
	}
	return g.stage(s)
}

func (g *growth) evaluate(architecture string) spec.Stage {
	s := g.stage(spec.Stage{Kind: spec.KindEvaluate, Evaluate: &spec.EvaluateStage{
		Evaluate: g.run.Evaluate, Space: g.run.Space, Architecture: architecture,
	}})
	if g.run.Evaluate.By == spec.ByTable {
		s.Seed = 0
	}
	return s
}

func (g *growth) stage(s spec.Stage) spec.Stage {
	s.Protocol, s.Seed = spec.Protocol, g.tree.Seed
	return s
}

// step looks the stage up, and notes it as ready or as blocking the subtree.
func (g *growth) step(path string, stage spec.Stage) Step {
	s := Step{Key: stage.Key(), Stage: stage}
	if outcome, ok := g.lookup(s.Key); ok {
		s.Outcome = &outcome
		if !s.Done() && !(stage.Kind == spec.KindRetrain && outcome.State == spec.Diverged) { // which loses the selection only
			g.block(path, s, outcome.State, outcome.Error)
		}
		return s
	}
	for _, input := range stage.Inputs {
		if o, ok := g.lookup(input); !ok || o.State != spec.Done {
			return s
		}
	}
	if !g.ready[s.Key] {
		g.ready[s.Key] = true
		g.tree.Ready = append(g.tree.Ready, stage)
	}
	return s
}

func (g *growth) block(path string, s Step, state spec.State, reason string) {
	g.tree.Blocked = append(g.tree.Blocked, Block{Path: path, Key: s.Key, Kind: s.Stage.Kind, State: state, Reason: reason})
}

// refuse blocks the subtree because of a recorded outcome that can't be true, and returns the step as failed.
func (g *growth) refuse(path string, s Step, why error) Step {
	outcome := *s.Outcome
	outcome.State, outcome.Error = spec.Failed, why.Error()
	s.Outcome = &outcome
	g.block(path, s, spec.Failed, why.Error())
	return s
}

func (g *growth) complete(selected bool) bool {
	switch {
	case len(g.tree.Blocked) > 0:
		return false
	case g.run.Replays():
		return g.tree.Replay.Done()
	case g.run.Retrains():
		return selected
	}
	if g.run.Pairs > 0 {
		return !slices.ContainsFunc(g.tree.Pairs, func(s Step) bool { return !s.Done() })
	}
	_, known := g.tree.Masks()
	return known && !slices.ContainsFunc(g.tree.Leaves, func(l Leaf) bool {
		return !l.Done() && !(g.space.Genotypes() && l.Derive.Done())
	})
}

// restarts reports whether the children of that level's splits are initialised afresh (spec.md section 3.5).
func (g *growth) restarts(level int) bool {
	last := level == len(g.run.Levels)-1
	return g.run.Restart == spec.RestartAll || g.run.Restart == spec.RestartFinal && last
}

// reads reports whether anything reads the weights that a supernet of that level ends with.
func (g *growth) reads(level int) bool {
	for ; level < len(g.run.Levels); level++ {
		if g.run.Levels[level].NeedsGradients() {
			return true
		}
		if g.restarts(level) {
			return false
		}
	}
	return true // the leaf trains on
}
