package datasets

import (
	"fmt"
	"math/rand/v2"
)

// A Batcher draws random training batches: without replacement inside a batch, and independent of earlier batches, as a
// new shuffled iterator at each step gives them (spec.md section 2). It is a deterministic function of the random
// stream that it was given, and is not for concurrent use.
type Batcher struct {
	transform *transform
	size      int
	order     []int32
}

// NewBatcher draws batches of the given size from s. It fails where the set has fewer images than a batch.
func NewBatcher(s *Set, a Augment, size int, rng *rand.Rand) (*Batcher, error) {
	if rng == nil {
		return nil, fmt.Errorf("batches of %s: no random stream", s.Name)
	}
	if size < 1 || size > s.Len() {
		return nil, fmt.Errorf("batches of %s: batch size %d, want 1 to the %d images of the set", s.Name, size, s.Len())
	}
	t, err := newTransform(s, a, rng)
	if err != nil {
		return nil, err
	}
	order := make([]int32, s.Len())
	for i := range order {
		order[i] = int32(i)
	}
	return &Batcher{transform: t, size: size, order: order}, nil
}

// Next fills images (size x height x width x channels) and labels (size, the class's number) with a new batch. Both
// belong to the caller and must have just that length. It allocates nothing.
func (b *Batcher) Next(images, labels []float32) error {
	if err := b.transform.fit(b.size, images, labels); err != nil {
		return err
	}
	for i := range b.size {
		j := i + b.transform.rng.IntN(len(b.order)-i)
		b.order[i], b.order[j] = b.order[j], b.order[i]
		b.transform.fill(int(b.order[i]), i, images, labels)
	}
	return nil
}

// A Scan walks a set once in batches: in index order, for evaluation, or shuffled, for training without replacement. It is not
// for concurrent use.
type Scan struct {
	transform *transform
	size      int
	next      int
	order     []int // nil is the index order
}

// NewScan walks s in batches of the given size. The random stream may be nil where a draws nothing, see [Augment.Plain].
func NewScan(s *Set, a Augment, size int, rng *rand.Rand) (*Scan, error) {
	if size < 1 {
		return nil, fmt.Errorf("walking %s: batch size %d must be positive", s.Name, size)
	}
	t, err := newTransform(s, a, rng)
	if err != nil {
		return nil, err
	}
	return &Scan{transform: t, size: size}, nil
}

// Next fills the front of images (size x height x width x channels) and labels (size) with the next images and returns
// their number: the batch size, less in the last batch, 0 behind the end. Values behind that number are left as they were.
// It allocates nothing.
func (s *Scan) Next(images, labels []float32) (int, error) {
	if err := s.transform.fit(s.size, images, labels); err != nil {
		return 0, err
	}
	n := min(s.size, s.transform.set.Len()-s.next)
	for i := range n {
		at := s.next + i
		if s.order != nil {
			at = s.order[at]
		}
		s.transform.fill(at, i, images, labels)
	}
	s.next += n
	return n, nil
}

// Shuffle starts again, in a random order, with everything that is random drawn from rng from now on: an epoch of training
// that depends on its own stream only.
func (s *Scan) Shuffle(rng *rand.Rand) {
	s.order, s.next, s.transform.rng = rng.Perm(s.transform.set.Len()), 0, rng
}

// Rewind starts again at the first image. A random stream goes on where it was.
func (s *Scan) Rewind() { s.next = 0 }

// fit says whether the caller's slices hold a batch.
func (t *transform) fit(size int, images, labels []float32) error {
	if len(images) != size*t.set.imageSize() || len(labels) != size {
		return fmt.Errorf("batch of %s: slices for %d values and %d labels, want %d and %d",
			t.set.Name, len(images), len(labels), size*t.set.imageSize(), size)
	}
	return nil
}

// fill writes image and label i of the set to place at of a batch.
func (t *transform) fill(i, at int, images, labels []float32) {
	n := t.set.imageSize()
	t.apply(i, images[at*n:][:n])
	labels[at] = float32(t.set.Labels[i])
}
