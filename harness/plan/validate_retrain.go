package plan

import (
	"fmt"
	"reflect"
	"slices"

	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

// Bounds of a replay.
const (
	maxCurves = 100_000
	maxPools  = 10_000_000
)

// checkRetrain checks how what the leaves find is retrained and selected. Without it a search ends with its architectures.
func checkRetrain(p problems, run spec.Run, s space.Space) {
	if !run.Retrains() {
		p.zero("Select", fmt.Sprintf("%+v", run.Select), reflect.ValueOf(run.Select).IsZero(), "nothing is retrained")
		return
	}
	if !s.Genotypes() {
		p.add("Retrain", "is set: only architectures of %s are retrained; those of %s are evaluated", space.DARTS.Name, run.Space)
		return
	}
	checkSelect(p.in("Select."), run.Select, run.Retrain.Epochs)
	p, r := p.in("Retrain."), run.Retrain
	p.whole("Epochs", r.Epochs, 1, maxEpochs)
	checkWeights(p.in("Weights."), r.Weights)
	p.number("DropPath", r.DropPath, 0, 1-1e-9)
	p.number("Auxiliary", r.Auxiliary, 0, 100)
	checkHash(p.in("Data."), "Hash", r.Data.Hash)
	set, err := imageSet(r.Data.Set)
	if err != nil {
		p.add("Data.Set", "%q: %v", r.Data.Set, err)
		return
	}
	p.whole("Test", r.Test, 1, set.test)
	if p.whole("Data.Records", r.Data.Records, 4, set.train) && p.whole("HeldOut", r.HeldOut, 1, r.Data.Records-2) {
		checkRetrainBatch(p, r)
	}
	network, err := retraining(r)
	if err != nil {
		p.add("Net", "%+v with Data.Pool %d and Auxiliary %v: %v", r.Net, r.Data.Pool, r.Auxiliary, err)
		return
	}
	p.whole("Cutout", r.Cutout, 0, network.ImageSize)
}

// checkRetrainBatch wants batches that a norm can be taken over, the last of an epoch included.
func checkRetrainBatch(p problems, r spec.Retrain) {
	trained := r.Data.Records - r.HeldOut
	if p.whole("Batch", r.Batch, 2, min(maxBatch, trained)) && trained%r.Batch == 1 {
		p.add("Batch", "%d: leaves a last batch of one of %d training images, and batch norm needs 2 or more; use another Batch, HeldOut or Data.Records", r.Batch, trained)
	}
}

func checkSelect(p problems, s spec.Select, epochs int) {
	p.one("Rule", s.Rule, spec.SelectAll, spec.SelectHalving)
	if checkRungs(p, s.Rungs) && s.Rungs[len(s.Rungs)-1] != epochs {
		p.add("Rungs", "%v: must end at the last epoch of the retraining, %d", s.Rungs, epochs)
	}
}

func checkRungs(p problems, rungs []int) bool {
	if len(rungs) == 0 {
		p.add("Rungs", "none: give the epochs at which accuracies are compared, as in 30, 100, 600")
		return false
	}
	for k, rung := range rungs {
		if least := rungs[max(0, k-1)]; rung < 1 || rung > maxEpochs || k > 0 && rung <= least {
			p.add("Rungs", "%v: must grow, from 1 to %d at most", rungs, maxEpochs)
			return false
		}
	}
	return true
}

// checkRandom checks the no-search null of a space of genotypes.
func checkRandom(p problems, run spec.Run, s space.Space) {
	p.whole("Random", run.Random, 1, maxLeaves)
	if !run.Retrains() {
		p.add("Retrain", "is empty: random architectures are compared by retraining them")
	}
	if s.Name != "" {
		checkRetrain(p, run, s)
	}
	checkOnly(p, run, "Random takes the place of a search", "Space", "Random", "Retrain", "Select")
}

// checkOnly wants all fields of a run but these empty.
func checkOnly(p problems, run spec.Run, why string, but ...string) {
	for _, field := range reflect.VisibleFields(reflect.TypeFor[spec.Run]()) {
		value := reflect.ValueOf(run).FieldByIndex(field.Index)
		if !field.Anonymous && !slices.Contains(but, field.Name) {
			p.zero(field.Name, fmt.Sprintf("%+v", value), value.IsZero(), why)
		}
	}
}

// checkReplay checks a run that replays recorded curves, which has no other settings.
func checkReplay(p problems, run spec.Run) {
	r := run.Replay
	checkOnly(p, run, "a replay trains nothing", "Space", "Replay")
	p = p.in("Replay.")
	p.one("Curves", r.Curves, spec.CurvesRandom, spec.CurvesReleased)
	p.one("Score", r.Score, spec.ScorePlain, spec.ScoreRelease)
	p.whole("Pool", r.Pool, 1, maxCurves)
	p.whole("Pools", r.Pools, 1, maxPools)
	checkRungs(p, r.Rungs)
	checkHash(p, "Hash", r.Hash)
}
