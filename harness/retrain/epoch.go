package retrain

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"gmnas/datasets"
	"gmnas/harness/search"
	"gmnas/harness/spec"
	"gmnas/harness/supernet"
	"gmnas/harness/train"
)

// Steps returns the steps of an epoch. A last batch of one image is left out.
func (t *Trainer) Steps() int {
	n := t.records / t.settings.Batch
	if t.rest != nil {
		n++
	}
	return n
}

// Next is the epoch that Epoch trains next, 0 at first.
func (t *Trainer) Next() int { return t.epoch }

// Epoch trains the next epoch, on every record once in random order, and measures the held-out and the test records.
// TrainLoss is of the main head alone. report is called after every step. Errors wrap search.ErrDiverged where a number
// became NaN or infinite.
func (t *Trainer) Epoch(ctx context.Context, report func(step, steps int)) (spec.EpochPoint, error) {
	k, r := t.epoch, t.settings
	point := spec.EpochPoint{Epoch: k, LR: train.Cosine(k, r.Epochs, r.Weights.LR, r.Weights.LRMin)}
	start := time.Now()
	t.training.Shuffle(search.Stream(t.key, fmt.Sprintf("images of epoch %d", k)))
	drops := search.Stream(t.key, fmt.Sprintf("drop-path of epoch %d", k))
	seen, right := 0, 0
	for step := range t.Steps() {
		if err := ctx.Err(); err != nil {
			return point, err
		}
		n, err := t.training.Next(t.images, t.labels)
		if err != nil {
			return point, err
		}
		loss, correct, err := t.step(n, r.DropPath*float64(k)/float64(r.Epochs), drops, point.LR)
		if err != nil {
			return point, fmt.Errorf("epoch %d, step %d: %w", k, step, err)
		}
		point.TrainLoss += loss * float64(n)
		seen, right = seen+n, right+correct
		report(step+1, t.Steps())
	}
	point.TrainLoss /= float64(seen)
	point.TrainAcc = 100 * float64(right) / float64(seen)
	var err error
	if point.ValidLoss, point.ValidAcc, err = t.measure(ctx, t.held); err != nil {
		return point, fmt.Errorf("epoch %d, held-out records: %w", k, err)
	}
	if point.TestLoss, point.TestAcc, err = t.measure(ctx, t.test); err != nil {
		return point, fmt.Errorf("epoch %d, test records: %w", k, err)
	}
	point.Seconds = time.Since(start).Seconds()
	t.epoch++
	return point, nil
}

// step is one SGD step on the first n images of the batch. It returns the main head's loss and right answers.
func (t *Trainer) step(n int, dropPath float64, drops *rand.Rand, lr float64) (loss float64, right int, err error) {
	net := t.whole
	if n < t.settings.Batch {
		net = t.rest
	}
	net.set(t.images[:n*len(t.images)/len(t.labels)], t.labels[:n])
	if net.drop != nil {
		net.drop.draw(dropPath, drops)
	}
	if err := net.train.Run(); err != nil {
		return 0, 0, err
	}
	t.cost.GradientEvaluations++
	t.cost.FLOPs += 2 * float64(net.train.MACs())
	if loss = net.value(net.train.loss); !finite(loss) {
		return loss, 0, fmt.Errorf("%w: the loss became %v", search.ErrDiverged, loss)
	}
	norm := train.GradientNorm(t.model.Parameters)
	if !finite(norm) {
		return loss, 0, fmt.Errorf("%w: the gradient's norm became %v", search.ErrDiverged, norm)
	}
	train.SGD(t.model.Parameters, t.settings.Weights, lr, norm)
	logits := t.logits[:n*t.model.shape.Classes]
	t.model.Backend.Download(logits, net.train.logits)
	return loss, supernet.Correct(logits, t.labels[:n], t.model.shape.Classes), nil
}

// measure returns mean cross-entropy and accuracy in percent over a set, by running statistics; zeros without one. In the last
// batch images of the one before fill the places that are left, as each image's logits are its own.
func (t *Trainer) measure(ctx context.Context, scan *datasets.Scan) (loss, accuracy float64, err error) {
	if scan == nil {
		return 0, 0, nil
	}
	scan.Rewind()
	classes := t.model.shape.Classes
	seen, right := 0, 0
	for {
		n, err := scan.Next(t.images, t.labels)
		if err != nil {
			return 0, 0, err
		}
		if n == 0 {
			break
		}
		if err := ctx.Err(); err != nil {
			return 0, 0, err
		}
		t.whole.set(t.images, t.labels)
		if err := t.whole.evaluate.Run(); err != nil {
			return 0, 0, err
		}
		t.cost.FLOPs += 2 * float64(t.whole.evaluate.MACs())
		t.model.Backend.Download(t.logits, t.whole.evaluate.logits)
		for i, label := range t.labels[:n] {
			loss += crossEntropy(t.logits[i*classes:][:classes], int(label))
		}
		right += supernet.Correct(t.logits[:n*classes], t.labels[:n], classes)
		seen += n
	}
	loss /= float64(seen)
	if !finite(loss) {
		return loss, 0, fmt.Errorf("%w: the loss became %v", search.ErrDiverged, loss)
	}
	return loss, 100 * float64(right) / float64(seen), nil
}

// crossEntropy is one image's.
func crossEntropy(logits []float32, label int) float64 {
	top, sum := math.Inf(-1), 0.0
	for _, v := range logits {
		top = max(top, float64(v))
	}
	for _, v := range logits {
		sum += math.Exp(float64(v) - top)
	}
	return top + math.Log(sum) - float64(logits[label])
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
