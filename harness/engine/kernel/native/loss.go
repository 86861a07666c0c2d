package native

import (
	"fmt"
	"math"

	"gmnas/harness/engine/kernel"
)

// CrossEntropy returns the command of the mean softmax cross-entropy.
func (b *Backend) CrossEntropy(c kernel.CrossEntropy) (kernel.Command, error) {
	s := &shape{doing: "cross-entropy"}
	if !(c.Smoothing >= 0 && c.Smoothing <= 1) {
		s.fail("Smoothing is %v, want 0 to 1", c.Smoothing)
	}
	l := &crossEntropy{c.Classes, float64(c.Smoothing), s.mem("Logits", c.Logits, c.Batch, c.Classes), s.mem("Labels", c.Labels, c.Batch),
		s.mem("Loss", c.Loss, 1), s.option("DLogits", c.DLogits, c.Batch, c.Classes)}
	if err := s.err(); err != nil {
		return nil, err
	}
	return l, nil
}

type crossEntropy struct {
	classes        int
	smoothing      float64
	logits, labels []float32
	loss, dlogits  []float32
}

// Run fails where a label is not a class.
func (l *crossEntropy) Run() error {
	loss, batch := 0.0, float64(len(l.labels))
	for b, label := range l.labels {
		if !(label >= 0 && label < float32(l.classes)) {
			return fmt.Errorf("computing cross-entropy: label %d is %v, want a class from 0 to %d", b, label, l.classes-1)
		}
		row := l.logits[b*l.classes:][:l.classes]
		top, mean := math.Inf(-1), 0.0
		for _, v := range row {
			top = max(top, float64(v))
			mean += float64(v) / float64(l.classes)
		}
		z := 0.0
		for _, v := range row {
			z += math.Exp(float64(v) - top)
		}
		logZ := top + math.Log(z)
		loss += logZ - (1-l.smoothing)*float64(row[int(label)]) - l.smoothing*mean
		if l.dlogits == nil {
			continue
		}
		d := l.dlogits[b*l.classes:][:l.classes]
		for k, v := range row {
			target := l.smoothing / float64(l.classes)
			if k == int(label) {
				target += 1 - l.smoothing
			}
			d[k] = float32((math.Exp(float64(v)-logZ) - target) / batch)
		}
	}
	l.loss[0] = float32(loss / batch)
	return nil
}
