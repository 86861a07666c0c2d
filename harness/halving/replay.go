package halving

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gmnas/harness/spec"
)

// Replay draws pools of curves and halves each by the schedule. A curve has an accuracy in percent after every epoch. Random
// numbers decide the pools alone, so that schedules with the same seed are compared on the same pools. The intervals are
// jackknife: each estimate again without the pools of one curve, for every curve.
func Replay(curves [][]float64, r spec.Replay, rng *rand.Rand) (spec.Replayed, error) {
	if err := checkReplay(curves, r); err != nil {
		return spec.Replayed{}, fmt.Errorf("replaying successive halving: %w", err)
	}
	scores := make([][]float64, len(curves))
	last, top := make([]float64, len(curves)), make([]float64, len(curves))
	for k, curve := range curves {
		scores[k] = atRungs(curve, r)
		last[k], top[k] = curve[len(curve)-1], slices.Max(curve)
	}
	tally := newTally(len(curves))
	out := spec.Replayed{Curves: len(curves)}
	order := make([]int, len(curves))
	for k := range order {
		order[k] = k
	}
	for range r.Pools {
		for k := range r.Pool { // a part of Fisher and Yates' shuffle
			other := k + rng.IntN(len(order)-k)
			order[k], order[other] = order[other], order[k]
		}
		pool := order[:r.Pool]
		course := Follow(r.Pool, len(r.Rungs), func(candidate, rung int) (float64, bool) { return scores[pool[candidate]][rung], true })
		out.Epochs = course.Epochs(r.Rungs)
		pick := pool[course.Pick]
		tally.add(pool, append(figures(pool, pick, last), figures(pool, pick, top)...))
	}
	estimates := tally.estimates()
	halved := func(e []spec.Estimate) spec.Halved {
		return spec.Halved{Recall: e[0], Regret: e[1], Error: e[2], Chance: e[3]}
	}
	out.Last, out.Best = halved(estimates[:4]), halved(estimates[4:])
	return out, nil
}

func checkReplay(curves [][]float64, r spec.Replay) error {
	if r.Pool < 1 || r.Pool > len(curves) {
		return fmt.Errorf("pool of %d: there are %d curves", r.Pool, len(curves))
	}
	if r.Pools < 1 || len(r.Rungs) == 0 {
		return fmt.Errorf("%d pools and %d rungs: both must be at least 1", r.Pools, len(r.Rungs))
	}
	if r.Rungs[0] < 1 || !slices.IsSorted(r.Rungs) || len(slices.Compact(slices.Clone(r.Rungs))) < len(r.Rungs) {
		return fmt.Errorf("rungs %v: must grow, from 1 on", r.Rungs)
	}
	for k, curve := range curves {
		if len(curve) < r.Rungs[len(r.Rungs)-1] {
			return fmt.Errorf("curve %d has %d epochs, the schedule %d", k, len(curve), r.Rungs[len(r.Rungs)-1])
		}
		for epoch, a := range curve {
			if !(a >= 0 && a <= 100) {
				return fmt.Errorf("curve %d: accuracy %v after epoch %d, must be 0 to 100", k, a, epoch)
			}
		}
	}
	return nil
}

// atRungs are the accuracies that a curve is judged by.
func atRungs(curve []float64, r spec.Replay) []float64 {
	var scores []float64
	from := 0
	for k, rung := range r.Rungs {
		switch {
		case r.Score != spec.ScoreRelease:
			scores = append(scores, curve[rung-1])
		case k == len(r.Rungs)-1: // the release reads the best epoch out of a finished log
			scores = append(scores, slices.Max(curve[:rung]))
		default:
			scores = append(scores, recursive(curve[from:rung]))
		}
		from = min(rung+1, len(curve)) // the release leaves out the epoch between two windows
	}
	return scores
}

// recursive is the released code's average of a window: an epoch weighs 0.9 against what came before, and all is divided
// by the number of the epoch (spec.md section 4).
func recursive(window []float64) float64 {
	average := 0.
	for i, a := range window {
		average = (0.1*float64(i)*average + 0.9*a) / float64(i+1)
	}
	return average
}

// figures are recall, regret, error and chance of one pool.
func figures(pool []int, pick int, truth []float64) []float64 {
	best, sum := 0., 0.
	for _, k := range pool {
		best = max(best, truth[k])
		sum += truth[k]
	}
	recall := 0.
	if truth[pick] == best {
		recall = 100
	}
	return []float64{recall, best - truth[pick], 100 - truth[pick], 100 - sum/float64(len(pool))}
}

// tally adds up figures over pools, in all and by the curves in them.
type tally struct {
	pools float64
	sum   []float64
	in    []float64   // pools that have each curve
	sums  [][]float64 // of those pools
}

func newTally(curves int) *tally {
	t := &tally{sum: make([]float64, 8), in: make([]float64, curves), sums: make([][]float64, curves)}
	for k := range t.sums {
		t.sums[k] = make([]float64, len(t.sum))
	}
	return t
}

func (t *tally) add(pool []int, figures []float64) {
	t.pools++
	for f, v := range figures {
		t.sum[f] += v
		for _, k := range pool {
			t.sums[k][f] += v
		}
	}
	for _, k := range pool {
		t.in[k]++
	}
}

func (t *tally) estimates() []spec.Estimate {
	list := make([]spec.Estimate, len(t.sum))
	for f := range list {
		mean := t.sum[f] / t.pools
		var without []float64
		for k, n := range t.in {
			if n < t.pools {
				without = append(without, (t.sum[f]-t.sums[k][f])/(t.pools-n))
			}
		}
		half := 1.96 * jackknife(without)
		list[f] = spec.Estimate{Mean: mean, Low: mean - half, High: mean + half}
	}
	return list
}

// jackknife is the standard error by estimates that leave one value out each; 0 without any.
func jackknife(without []float64) float64 {
	n := float64(len(without))
	if n == 0 {
		return 0
	}
	mean, squares := 0., 0.
	for _, v := range without {
		mean += v / n
	}
	for _, v := range without {
		squares += (v - mean) * (v - mean)
	}
	return math.Sqrt((n - 1) / n * squares)
}
