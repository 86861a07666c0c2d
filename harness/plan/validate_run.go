package plan

import (
	"fmt"
	"reflect"
	"regexp"

	"gmnas/harness/spec"
	"gmnas/harness/split"
	"gmnas/nasbench/space"
)

// Bounds of what a run may ask for, far above the paper's.
const (
	maxEpochs = 100_000
	maxBatch  = 65_536
	maxM      = 1_000_000 // mini-batches of a split
	maxLeaves = 1024
	maxPairs  = 10_000
)

var sha256Hex = regexp.MustCompile(`^[0-9a-f]{64}$`)

// ValidateRun returns every problem of a run, joined; each names the field, the value and what to use instead. A run
// without problems can be planned to its end: whatever a split decides, the stages after it are well defined. Hashes
// may be empty (not bound yet).
func ValidateRun(run spec.Run) error {
	p := newProblems()
	checkRun(p, run)
	return p.err()
}

func checkRun(p problems, run spec.Run) {
	s, err := space.ByName(run.Space)
	if err != nil {
		p.add("Space", "%q: %v", run.Space, err)
	}
	if !reflect.ValueOf(run.Replay).IsZero() {
		checkReplay(p, run)
		return
	}
	if run.Random != 0 {
		checkRandom(p, run, s)
		return
	}
	checkData(p.in("Data."), run.Data, run.Net, run.Batch)
	p.whole("Batch", run.Batch, 2, maxBatch)
	checkMethod(p, run)
	p.one("Precision", run.Precision.String(), spec.Float32.String(), spec.BFloat16.String())
	checkWeights(p.in("Weights."), run.Weights)
	checkEnd(p, run)
	if s.Genotypes() {
		checkGenotypes(p, run)
	} else {
		checkEvaluate(p.in("Evaluate."), run.Evaluate)
	}
	if err != nil {
		return // the rest depends on the space
	}
	checkRetrain(p, run, s)
	if run.Pairs > 0 {
		p.zero("Levels", fmt.Sprintf("%d of them", len(run.Levels)), len(run.Levels) == 0, "pairs have no partition tree")
		return
	}
	checkLevels(p, run, s)
}

// checkEnd checks what becomes of the run's leaves, or its pairs.
func checkEnd(p problems, run spec.Run) {
	if p.whole("Pairs", run.Pairs, 0, maxPairs); run.Pairs > 0 {
		p.one("Method.Name", run.Method.Name, spec.RSPS)
		p.whole("SearchEpochs", run.SearchEpochs, 0, 0)
		p.whole("Derive.Samples", run.Derive.Samples, 0, 0)
		p.zero("Rank", fmt.Sprintf("%+v", run.Rank), run.Rank == spec.Rank{}, "pairs have no leaves")
		checkPair(p.in("Pair."), run.Pair)
		return
	}
	p.zero("Pair", fmt.Sprintf("%+v", run.Pair), run.Pair == spec.Pair{}, "Pairs is 0")
	p.whole("SearchEpochs", run.SearchEpochs, 1, maxEpochs)
	if run.Rank != (spec.Rank{}) {
		p.one("Method.Name", run.Method.Name, spec.RSPS)
		p.whole("Derive.Samples", run.Derive.Samples, 0, 0)
		checkRank(p.in("Rank."), run)
		return
	}
	if run.Method.Name == spec.RSPS {
		p.whole("Derive.Samples", run.Derive.Samples, 1, maxM)
	} else {
		p.whole("Derive.Samples", run.Derive.Samples, 0, 0)
	}
}

// checkGenotypes checks what a space of genotypes can't have: a table, or single paths.
func checkGenotypes(p problems, run spec.Run) {
	why := fmt.Sprintf("the space is %s, whose architectures no table has; they are retrained", run.Space)
	p.zero("Evaluate", fmt.Sprintf("%+v", run.Evaluate), run.Evaluate == spec.Evaluate{}, why)
	p.zero("Rank", fmt.Sprintf("%+v", run.Rank), run.Rank == spec.Rank{}, why)
	if k, err := skeleton(run.Data, run.Net); err == nil {
		if err := space.DARTS.CheckSkeleton(k); err != nil {
			p.add("Net", "%+v: %v", run.Net, err)
		}
	}
	p.zero("Pairs", run.Pairs, run.Pairs == 0, fmt.Sprintf("pairs are single paths, which %s has not", run.Space))
	if run.Method.Name == spec.RSPS {
		p.add("Method.Name", "%q: samples single paths, which %s has not; use %s or %s", run.Method.Name, run.Space, spec.DARTS, spec.SNAS)
	}
}

func checkRank(p problems, run spec.Run) {
	r := run.Rank
	checkHash(p, "Hash", r.Hash)
	set, err := imageSet(run.Data.Set)
	if err != nil || !p.one("Images", r.Images, spec.RankOnTest, spec.RankOnASet) {
		return
	}
	w, available := halves(run.Data)
	if r.Images == spec.RankOnTest {
		available = set.test
	} else {
		p.zero("Hash", r.Hash, r.Hash == "", "the A-set is part of Data")
	}
	if p.whole("Records", r.Records, 2, available) && p.whole("Batch", r.Batch, 2, min(w, r.Records)) && r.Records%r.Batch == 1 {
		p.add("Batch", "%d: leaves a last batch of one of %d images, and batch norm needs 2 or more; use another Batch or Records", r.Batch, r.Records)
	}
}

func checkPair(p problems, q spec.Pair) {
	p.whole("ProbeEpochs", q.ProbeEpochs, 1, maxEpochs)
	p.whole("JointEpochs", q.JointEpochs, 1, maxEpochs)
	if p.number("Similar", q.Similar, -1, 1) {
		p.number("Dissimilar", q.Dissimilar, -1, q.Similar)
	}
	p.whole("Batches", q.Batches, 1, maxM)
}

// checkData also checks the network and the batch against the images.
func checkData(p problems, d spec.Data, n spec.Net, batch int) {
	set, err := imageSet(d.Set)
	if err != nil {
		p.add("Set", "%q: %v", d.Set, err)
		return
	}
	if p.whole("Records", d.Records, 4, set.train) {
		if w, _ := halves(d); batch > w {
			p.add("Records", "%d: the W-set is the first half, %d images, less than the batch of %d; use a smaller Batch or more Records", d.Records, w, batch)
		}
	}
	if _, err := skeleton(d, n); err != nil {
		p.add("Pool", "%d with Net %+v: %v", d.Pool, n, err)
	}
	checkHash(p, "Hash", d.Hash)
}

func checkHash(p problems, field, hash string) {
	if hash != "" && !sha256Hex.MatchString(hash) {
		p.add(field, "%q: must be a SHA-256 in 64 lower-case hex digits, or empty until it is known", hash)
	}
}

func checkMethod(p problems, run spec.Run) {
	m := run.Method
	if !p.one("Method.Name", m.Name, spec.DARTS, spec.SNAS, spec.RSPS) {
		return
	}
	if m.Name == spec.DARTS {
		p.whole("Method.Order", m.Order, 1, 2)
	} else {
		p.whole("Method.Order", m.Order, 0, 0)
	}
	if m.Name == spec.SNAS {
		if p.number("Method.TauMax", m.TauMax, 1e-6, 1e6) {
			p.number("Method.TauMin", m.TauMin, 1e-6, m.TauMax)
		}
	} else {
		p.zero("Method.TauMax", m.TauMax, m.TauMax == 0, "only snas has a temperature")
		p.zero("Method.TauMin", m.TauMin, m.TauMin == 0, "only snas has a temperature")
	}
	if m.Name == spec.RSPS {
		p.zero("Alpha", fmt.Sprintf("%+v", run.Alpha), run.Alpha == spec.Alpha{}, "rsps has no architecture parameters")
		return
	}
	a := p.in("Alpha.")
	a.number("InitMean", run.Alpha.InitMean, -1e3, 1e3)
	a.number("InitStd", run.Alpha.InitStd, 0, 1e3)
	a.number("LR", run.Alpha.LR, 1e-12, 1e3)
	a.number("Beta1", run.Alpha.Beta1, 0, 1-1e-9)
	a.number("Beta2", run.Alpha.Beta2, 0, 1-1e-9)
	a.number("WeightDecay", run.Alpha.WeightDecay, 0, 1e3)
}

func checkWeights(p problems, w spec.Weights) {
	if p.number("LR", w.LR, 1e-12, 1e3) {
		p.number("LRMin", w.LRMin, 0, w.LR)
	}
	p.number("Momentum", w.Momentum, 0, 1-1e-9)
	if w.Nesterov && w.Momentum == 0 {
		p.add("Nesterov", "true with Momentum 0: Nesterov needs a momentum")
	}
	p.number("WeightDecay", w.WeightDecay, 0, 1e3)
	p.number("Clip", w.Clip, 1e-12, 1e12)
}

func checkEvaluate(p problems, e spec.Evaluate) {
	checkHash(p, "Table", e.Table)
	switch e.By {
	case spec.ByTable:
		table := spec.Evaluate{By: e.By, Table: e.Table}
		p.zero("training fields", fmt.Sprintf("%+v", e), e == table, "a table gives the accuracy")
	case spec.ByTraining:
		p.zero("Table", e.Table, e.Table == "", "the architecture is trained")
		checkData(p.in("Data."), e.Data, e.Net, e.Batch)
		if set, err := imageSet(e.Data.Set); err == nil {
			p.whole("Test", e.Test, 1, set.test)
		}
		p.whole("Batch", e.Batch, 2, maxBatch)
		p.whole("Epochs", e.Epochs, 1, maxEpochs)
		checkWeights(p.in("Weights."), e.Weights)
	default:
		p.one("By", e.By, spec.ByTable, spec.ByTraining)
	}
}

func checkLevels(p problems, run spec.Run, s space.Space) {
	if len(run.Levels) == 0 {
		p.one("Restart", run.Restart, "", spec.RestartNone)
		p.one("Schedule", run.Schedule, "", spec.ScheduleSearch, spec.ScheduleTotal)
		return
	}
	p.one("Restart", run.Restart, spec.RestartNone, spec.RestartFinal, spec.RestartAll)
	p.one("Schedule", run.Schedule, spec.ScheduleSearch, spec.ScheduleTotal)
	if len(run.Levels) > s.CellEdges() {
		p.add("Levels", "%d of them: an edge is split once, and a cell has %d edges", len(run.Levels), s.CellEdges())
		return
	}
	leaves := 1
	for k, l := range run.Levels {
		checkLevel(p.in(fmt.Sprintf("Levels[%d].", k)), l, run.Method, len(s.Operations))
		leaves *= max(1, min(l.Groups, maxLeaves))
	}
	if leaves > maxLeaves {
		p.add("Levels", "give %d leaves: at most %d", leaves, maxLeaves)
	}
}

func checkLevel(p problems, l spec.Level, m spec.Method, operations int) {
	p.whole("WarmupEpochs", l.WarmupEpochs, 0, maxEpochs)
	p.one("Edge", l.Edge, spec.EdgeCutCost, spec.EdgeRandom)
	if !p.one("Partition", l.Partition, spec.PartitionMinCut, spec.PartitionRandom, spec.PartitionExhaustive) {
		return
	}
	if l.Partition == spec.PartitionExhaustive {
		p.whole("Groups", l.Groups, operations, operations)
	} else if p.whole("Groups", l.Groups, 2, operations) && l.NeedsGradients() {
		if err := split.CheckCut(operations, l.Groups); err != nil {
			p.add("Groups", "%d: %v", l.Groups, err)
		}
	}
	if !l.NeedsGradients() {
		const why = "neither the edge nor the partition looks at gradients"
		p.zero("Criterion", l.Criterion, l.Criterion == "", why)
		p.zero("Enable", l.Enable, l.Enable == "", why)
		p.zero("Average", l.Average, l.Average == "", why)
		p.zero("Batches", l.Batches, l.Batches == 0, why)
		return
	}
	if _, err := split.ByName(l.Criterion); err != nil {
		p.add("Criterion", "%q: %v", l.Criterion, err)
	}
	if p.one("Enable", l.Enable, spec.EnableOneHot, spec.EnableSoft) && l.Enable == spec.EnableSoft && m.Name == spec.RSPS {
		p.add("Enable", "%q: rsps has no mixture weights, so all operations but one would have none; use %q", l.Enable, spec.EnableOneHot)
	}
	p.one("Average", l.Average, spec.AverageDistances, spec.AverageGradients)
	p.whole("Batches", l.Batches, 1, maxM)
}
