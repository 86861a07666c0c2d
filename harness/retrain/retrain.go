// Package retrain trains a found genotype of the DARTS space from scratch (paper Appendix D.2; spec.md section 5.4): the network
// of 20 cells, the auxiliary head, drop-path and cutout; and it has the network's variant for ImageNet (section 5.5), which
// isn't trained.
//
// A network is put together from the parts that the supernet is made of (supernet.Builder). All that is random in an epoch
// depends on the training and the epoch alone, so that a training that was saved and loaded goes on as if it had never
// stopped, bit for bit.
package retrain

import (
	"fmt"

	"gmnas/datasets"
	"gmnas/harness/engine/kernel"
	"gmnas/harness/search"
	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

// Trainer is a genotype's network in training.
type Trainer struct {
	settings    spec.Retrain
	key         string
	model       *model
	whole, rest *net // for full batches, and for the last one of an epoch; nil where that is full
	training    *datasets.Scan
	records     int // that are trained on
	held, test  *datasets.Scan
	epoch       int // the next one

	images, labels []float32 // of one batch
	logits         []float32
	cost           spec.Cost
}

// Options say what is trained on what.
type Options struct {
	Backend  kernel.Backend
	Genotype space.Genotype
	Images   *datasets.Set // the records of Retrain.Data, of which the last HeldOut aren't trained on
	Test     *datasets.Set // nil where Retrain.Test is 0
	Key      string        // names the random streams; the same for all parts of a training
}

// New opens a freshly initialised network.
func New(r spec.Retrain, opts Options) (*Trainer, error) {
	t := &Trainer{settings: r, key: opts.Key}
	if err := t.open(opts); err != nil {
		t.Close()
		return nil, fmt.Errorf("opening a network for retraining: %w", err)
	}
	return t, nil
}

func (t *Trainer) open(opts Options) error {
	r := t.settings
	rest, held, err := datasets.HoldOut(opts.Images, r.HeldOut)
	if err != nil {
		return err
	}
	t.records = rest.Len()
	switch {
	case rest.Height != rest.Width:
		return fmt.Errorf("images of %dx%d pixels: they must be square", rest.Height, rest.Width)
	case r.Batch < 2 || r.Batch > t.records:
		return fmt.Errorf("batch %d: must be 2 to the %d records that are trained on", r.Batch, t.records)
	case r.Epochs < 1:
		return fmt.Errorf("epochs %d: must be positive", r.Epochs)
	case !(r.DropPath >= 0 && r.DropPath < 1):
		return fmt.Errorf("drop-path probability %g: must be from 0 to below 1", r.DropPath)
	case !(r.Auxiliary >= 0):
		return fmt.Errorf("weight %g of the auxiliary loss: must not be negative", r.Auxiliary)
	}
	shape := space.Retraining{Auxiliary: r.Auxiliary > 0, Skeleton: space.Skeleton{Channels: r.Net.Channels, Cells: r.Net.Cells,
		ImageSize: rest.Height, ImageChannels: rest.Channels, Classes: rest.Classes}}
	if t.model, err = newModel(opts.Backend, opts.Genotype, shape); err != nil {
		return err
	}
	t.model.Init(search.Stream(t.key, "weights"))
	o := options{batch: r.Batch, train: true, evaluate: true, dropPath: r.DropPath > 0, auxiliary: r.Auxiliary}
	if t.whole, err = newNet(t.model, o); err != nil {
		return err
	}
	o.shares = t.whole
	if o.batch, o.evaluate = t.records%r.Batch, false; o.batch > 1 { // one image has no statistics to normalise by
		if t.rest, err = newNet(t.model, o); err != nil {
			return err
		}
	}
	t.images, t.labels = make([]float32, r.Batch*rest.Height*rest.Width*rest.Channels), make([]float32, r.Batch)
	t.logits = make([]float32, r.Batch*rest.Classes)
	return t.scans(rest, held, opts.Test)
}

// scans opens the iterators: training images are augmented and lose a square, the others are as they are.
func (t *Trainer) scans(training, held, test *datasets.Set) error {
	augment, err := datasets.Standard(training.Name, training.Height)
	if err != nil {
		return err
	}
	plain := augment.Plain()
	augment.Cutout = t.settings.Cutout
	if t.training, err = datasets.NewScan(training, augment, t.settings.Batch, search.Stream(t.key, "images")); err != nil {
		return err
	}
	for _, s := range []struct {
		set  *datasets.Set
		scan **datasets.Scan
	}{{held, &t.held}, {test, &t.test}} {
		if s.set == nil {
			continue
		}
		if *s.scan, err = datasets.NewScan(s.set, plain, t.settings.Batch, nil); err != nil {
			return err
		}
	}
	return nil
}

// Close frees the network's memory.
func (t *Trainer) Close() {
	for _, n := range []*net{t.rest, t.whole} {
		if n != nil {
			n.close()
		}
	}
	if t.model != nil {
		t.model.Close()
	}
}

// Cost returns the work done so far; Seconds is left 0.
func (t *Trainer) Cost() spec.Cost { return t.cost }

// Params returns the weights of the network without its auxiliary head.
func (t *Trainer) Params() int64 { return deployed(t.model.Layout) }

// MACs returns the multiply-adds of one image forward, likewise.
func (t *Trainer) MACs() int64 { return t.whole.evaluate.MACs() / int64(t.settings.Batch) }
