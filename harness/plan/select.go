package plan

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"gmnas/harness/halving"
	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

// retrain is the stage that trains an architecture up to a rung, from the one before it.
func (g *growth) retrain(architecture string, rung int, before []Step) spec.Stage {
	r := &spec.RetrainStage{Retrain: g.run.Retrain, Space: g.run.Space, Architecture: architecture, To: g.run.Select.Rungs[rung]}
	s := spec.Stage{Kind: spec.KindRetrain, Retrain: r}
	if rung > 0 {
		r.From = g.run.Select.Rungs[rung-1]
		s.Inputs = []spec.Key{before[rung-1].Key}
	}
	return g.stage(s)
}

// random adds a leaf for each architecture drawn from the whole space. Number and seed alone decide on an architecture, so that
// runs with more of them have those of runs with fewer.
func (g *growth) random() error {
	full := space.Full(g.space)
	for k := range g.run.Random {
		a, err := g.space.Draw(full, rand.New(rand.NewPCG(uint64(g.tree.Seed), uint64(k))))
		if err != nil {
			return err
		}
		path := strconv.Itoa(k)
		g.tree.Leaves = append(g.tree.Leaves, Leaf{Path: path, Mask: full.String(), Retrain: []Step{g.step(path, g.retrain(a, 0, nil))}})
	}
	return nil
}

// selectLeaf adds the stages that retrain what the leaves found, rung by rung, and says whether the selection came to an
// end with an architecture. The first rung of a leaf is planned with the leaf.
//
// By spec.SelectAll each goes on by itself. By successive halving a rung waits for all that are compared at the one before,
// so that the same outcomes give the same tree in whatever order they come. A retraining that diverged is a result, the
// worst of its rung; one that failed may succeed when it runs again, so the selection waits for it. Two leaves that found
// the same architecture are two candidates that are trained once.
func (g *growth) selectLeaf() bool {
	leaves, rungs := g.tree.Leaves, len(g.run.Select.Rungs)
	if _, known := g.tree.Masks(); !known {
		return false
	}
	if g.run.Select.Rule == spec.SelectAll {
		ended, good := 0, 0
		for k := range leaves {
			if len(leaves[k].Retrain) == 0 {
				continue
			}
			accuracy, known := g.accuracy(k, 0)
			for rung := 1; rung < rungs && known && !math.IsNaN(accuracy); rung++ {
				accuracy, known = g.accuracy(k, rung)
			}
			if known {
				ended++
			}
			if known && !math.IsNaN(accuracy) {
				good++
			}
		}
		return g.end(ended == len(leaves), good > 0)
	}
	for _, l := range leaves {
		if len(l.Retrain) == 0 {
			return false // its architecture isn't known
		}
	}
	course := halving.Follow(len(leaves), rungs, g.accuracy)
	return g.end(course.Decided, course.Pick >= 0)
}

// end blocks the tree where the selection is over without an architecture.
func (g *growth) end(decided, good bool) bool {
	if decided && !good {
		g.tree.Blocked = append(g.tree.Blocked, Block{Kind: spec.KindRetrain, State: spec.Diverged,
			Reason: "the retraining of every architecture that is left diverged: lower Retrain.Weights.LR"})
	}
	return decided && good
}

// accuracy is what leaf k's architecture has on the held-out records at a rung (halving.Accuracy). It plans the stage that
// tells it.
func (g *growth) accuracy(k, rung int) (accuracy float64, known bool) {
	l := &g.tree.Leaves[k]
	if rung == len(l.Retrain) {
		l.Retrain = append(l.Retrain, g.step(l.Path, g.retrain(l.Retrain[0].Stage.Retrain.Architecture, rung, l.Retrain)))
	}
	s := &l.Retrain[rung]
	switch {
	case s.Outcome != nil && s.Outcome.State == spec.Diverged:
		return math.NaN(), true
	case !s.Done():
		return 0, false
	}
	if err := retrained(*s.Stage.Retrain, s.Outcome.Retrain); err != nil {
		*s = g.refuse(l.Path, *s, err)
		return 0, false
	}
	return s.Outcome.Retrain.Curve[len(s.Outcome.Retrain.Curve)-1].ValidAcc, true
}

// retrained returns an error where a recorded retraining hasn't exactly its stage's epochs, with accuracies in percent.
func retrained(stage spec.RetrainStage, r *spec.Retrained) error {
	const again = "remove the outcome and run the stage again"
	if r == nil || len(r.Curve) != stage.To-stage.From {
		return fmt.Errorf("recorded retraining: it doesn't have the %d epochs from %d to %d: %s", stage.To-stage.From, stage.From, stage.To, again)
	}
	for k, point := range r.Curve {
		if point.Epoch != stage.From+k {
			return fmt.Errorf("recorded retraining: epoch %d stands where %d should: %s", point.Epoch, stage.From+k, again)
		}
		for _, v := range []float64{point.ValidAcc, point.TestAcc} {
			if !(v >= 0 && v <= 100) {
				return fmt.Errorf("recorded retraining: accuracy %v after epoch %d, must be 0 to 100: %s", v, point.Epoch, again)
			}
		}
	}
	return nil
}

// replayed returns an error where a recorded replay has numbers that can't be.
func replayed(r *spec.Replayed) error {
	if r == nil {
		return errors.New("recorded replay has no figures: remove the outcome and run the stage again")
	}
	for _, h := range []spec.Halved{r.Last, r.Best} {
		for _, e := range []spec.Estimate{h.Recall, h.Regret, h.Error, h.Chance} {
			if !(e.Mean >= 0 && e.Mean <= 100) || !(e.Low <= e.Mean && e.Mean <= e.High) {
				return fmt.Errorf("recorded replay: estimate %+v, must be 0 to 100 and within its interval: remove the outcome and run the stage again", e)
			}
		}
	}
	return nil
}
