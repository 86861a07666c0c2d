package search

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gmnas/datasets"
	"gmnas/harness/engine/kernel"
	"gmnas/harness/spec"
	"gmnas/harness/supernet"
	"gmnas/nasbench/space"
)

// ErrDiverged tells that a loss or gradient became NaN or infinite.
var ErrDiverged = errors.New("diverged")

// Searcher is one supernet with a mask in training.
type Searcher struct {
	setup  spec.Setup
	space  space.Space
	mask   space.Mask
	wSet   *datasets.Set
	aSet   *datasets.Set
	params *supernet.Parameters
	net    *supernet.Net
	alpha  *Alpha // nil for RSPS
	tau    float64

	wBatches, aBatches *datasets.Batcher
	validation         *evaluator // of the A-set
	draws              *rand.Rand // paths and Gumbel noise
	images, labels     []float32  // of one batch
	logits             []float32
	theta, noise, grad []float64 // [edge][operation]
	unrolled           *unrolled // DARTS second order

	cost spec.Cost
}

// Options say what a Searcher is for, besides the setup.
type Options struct {
	Backend kernel.Backend
	Mask    space.Mask
	Images  *datasets.Set // the records of Setup.Data; the first half is the W-set
	Key     string        // names the random streams
	For     Purpose
}

// Purpose of a Searcher: what it builds.
type Purpose int

const (
	TrainBoth    Purpose = iota // Epoch, with alpha steps where the method has alpha
	TrainWeights                // Epoch with alpha frozen
	Measure                     // Derive and other evaluations
	Match                       // Distances
)

// kinds returns what the net runs for a purpose, and what the last, smaller batch of a set runs.
func (x *Searcher) kinds(p Purpose) (all, last []supernet.Kind) {
	switch p {
	case Match:
		return []supernet.Kind{supernet.Matching}, nil
	case Measure:
		all = []supernet.Kind{supernet.Forward, supernet.Evaluate}
		return all, all
	}
	all, last = []supernet.Kind{x.validating(), supernet.Weights}, []supernet.Kind{x.validating()}
	if p == TrainBoth && x.alpha != nil {
		all = append(all, supernet.Theta)
		if x.setup.Method.Order == 2 {
			all = append(all, supernet.Both)
		}
	}
	return all, last
}

// halves reports whether a searcher's convolutions are in bfloat16. Gradients that are compared never are: rounding moves their
// cosines by up to 0.03 on the golden nets, enough to change which edge is split, and they are a few percent of the work.
func halves(p spec.Precision, purpose Purpose) bool { return p == spec.BFloat16 && purpose != Match }

// New opens a freshly initialised supernet.
func New(setup spec.Setup, opts Options) (*Searcher, error) {
	s, err := space.ByName(setup.Space)
	if err != nil {
		return nil, fmt.Errorf("opening a supernet: %w", err)
	}
	if s.Genotypes() && setup.Method.Name == spec.RSPS {
		return nil, fmt.Errorf("opening a supernet: method %s samples single paths, which %s has not: use %s or %s", spec.RSPS, s.Name, spec.DARTS, spec.SNAS)
	}
	set := opts.Images
	if set.Height != set.Width {
		return nil, fmt.Errorf("opening a supernet: images of %dx%d pixels: they must be square", set.Height, set.Width)
	}
	x := &Searcher{setup: setup, space: s, mask: opts.Mask}
	x.wSet, x.aSet = datasets.Split(set)
	if setup.Precision != spec.Float32 && setup.Precision != spec.BFloat16 {
		return nil, fmt.Errorf("opening a supernet: precision %q: use %s or %s", setup.Precision, spec.Float32, spec.BFloat16)
	}
	x.params, err = supernet.NewParameters(opts.Backend, supernet.Config{Space: s, Tracked: setup.Method.Name != spec.RSPS, Half: halves(setup.Precision, opts.For),
		Skeleton: space.Skeleton{Channels: setup.Net.Channels, Cells: setup.Net.Cells, ImageSize: set.Height, ImageChannels: set.Channels, Classes: set.Classes}})
	if err != nil {
		return nil, err
	}
	x.params.Init(Stream(opts.Key, "weights"))
	if setup.Method.Name != spec.RSPS {
		x.alpha = NewAlpha(s, opts.Mask, setup.Alpha, Stream(opts.Key, "alpha"))
	}
	x.draws = Stream(opts.Key, "mixtures")
	x.buffers()
	if err := x.open(opts); err != nil {
		x.Close()
		return nil, err
	}
	return x, nil
}

// open builds the nets and the iterators.
func (x *Searcher) open(opts Options) error {
	kinds, last := x.kinds(opts.For)
	var err error
	if x.net, err = supernet.NewNet(x.params, opts.Mask, supernet.Options{Batch: x.setup.Batch, Kinds: kinds}); err != nil {
		return err
	}
	augment, err := datasets.Standard(x.wSet.Name, x.wSet.Height)
	if err != nil {
		return err
	}
	if x.wBatches, err = datasets.NewBatcher(x.wSet, augment, x.setup.Batch, Stream(opts.Key, "w-batches")); err != nil {
		return err
	}
	if x.aBatches, err = datasets.NewBatcher(x.aSet, augment, x.setup.Batch, Stream(opts.Key, "a-batches")); err != nil {
		return err
	}
	if last == nil {
		return nil
	}
	scan, err := datasets.NewScan(x.aSet, augment, x.setup.Batch, Stream(opts.Key, "validation"))
	if err != nil {
		return err
	}
	if x.validation, err = x.newEvaluator(x.net, scan, x.aSet.Len(), supernet.Options{Kinds: last}); err != nil {
		return err
	}
	return nil
}

// buffers makes what a step works in, so that it allocates nothing.
func (x *Searcher) buffers() {
	n := x.space.Edges() * len(x.space.Operations)
	x.theta, x.noise, x.grad = make([]float64, n), make([]float64, n), make([]float64, n)
	x.images = make([]float32, x.setup.Batch*x.wSet.Height*x.wSet.Width*x.wSet.Channels)
	x.labels = make([]float32, x.setup.Batch)
	x.logits = make([]float32, x.setup.Batch*x.wSet.Classes)
}

// Close frees the supernet's memory.
func (x *Searcher) Close() {
	if x.validation != nil {
		x.validation.close()
	}
	if x.net != nil {
		x.net.Close()
	}
	if x.unrolled != nil {
		x.unrolled.close()
	}
	x.params.Close()
}

// SetTau sets SNAS's temperature.
func (x *Searcher) SetTau(tau float64) { x.tau = tau }

// Cost returns the work done so far; Seconds is left 0.
func (x *Searcher) Cost() spec.Cost { return x.cost }

// draw returns one draw of the method's mixture: DARTS's softmax, SNAS's relaxed sample, RSPS's uniform connected path. The
// slice is the searcher's, and holds until the next draw.
func (x *Searcher) draw() ([]float64, error) {
	switch x.setup.Method.Name {
	case spec.DARTS:
		return x.alpha.Softmax(x.theta, nil, 1), nil
	case spec.SNAS:
		return x.alpha.Softmax(x.theta, gumbel(x.noise, x.draws), x.tau), nil
	case spec.RSPS:
		a, err := x.space.Sample(x.mask, x.draws)
		return oneHot(x.theta, x.space, a), err
	}
	return nil, fmt.Errorf("drawing a mixture: unknown method %q", x.setup.Method.Name)
}

// oneHot fills theta with the weights of a single path.
func oneHot(theta []float64, s space.Space, a space.Architecture) []float64 {
	clear(theta)
	for e, o := range a {
		theta[e*len(s.Operations)+int(o)] = 1
	}
	return theta
}

// run runs the net on its batch and accounts for it. A loss that isn't finite is ErrDiverged.
func (x *Searcher) run(n *supernet.Net, kind supernet.Kind) (float64, error) {
	loss, err := n.Run(kind)
	if err != nil {
		return 0, err
	}
	x.cost.FLOPs += 2 * float64(n.MACs(kind))
	if kind != supernet.Forward && kind != supernet.Evaluate {
		x.cost.GradientEvaluations++
	}
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return loss, fmt.Errorf("%w: the loss became %v", ErrDiverged, loss)
	}
	return loss, nil
}
