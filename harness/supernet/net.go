package supernet

import (
	"fmt"
	"math"

	"gmnas/harness/engine"
	"gmnas/harness/engine/kernel"
	"gmnas/nasbench/space"
)

// Kind is one way of running a Net.
type Kind int

const (
	Forward  Kind = iota // loss and logits; norms use the batch's statistics and move the running ones
	Evaluate             // loss and logits; norms that have running statistics use them
	Weights              // Forward, and the gradient of the weights
	Theta                // Forward, and the gradient of the mixture weights
	Both                 // Forward, and both gradients
	Matching             // Forward, and the gradient of the shared body alone (Tensor.Shared)
)

// Net is the supernet's graph for one batch size and mask.
type Net struct {
	p      *Parameters
	mask   space.Mask
	Batch  int
	images kernel.Mem
	labels kernel.Mem
	theta  kernel.Mem
	slots  kernel.Mem // gradient of the mixture weights, [cell][edge][operation]
	owned  []kernel.Mem
	// Host copies, so that a step allocates nothing.
	hostTheta, hostSlots, hostLoss []float32
	gates                          gates
	any                            []*anyGate
	graphs                         []*engine.Graph
	runs                           map[Kind]run
}

type run struct {
	program      *engine.Program
	loss, logits kernel.Mem
}

// Options of a Net.
type Options struct {
	Batch int
	Kinds []Kind
}

// NewNet builds and compiles the graph.
func NewNet(p *Parameters, mask space.Mask, opts Options) (*Net, error) {
	if err := p.Config.Space.CheckMask(mask); err != nil {
		return nil, fmt.Errorf("building a supernet: %w", err)
	}
	if opts.Batch < 2 {
		return nil, fmt.Errorf("building a supernet: batch %d: batch norm needs 2 images or more", opts.Batch)
	}
	s, k := p.Config.Space, p.Config.Skeleton
	cells := networkOf(s).cells(k)
	n := &Net{p: p, mask: mask, Batch: opts.Batch, runs: map[Kind]run{}}
	var failed error
	allocate := func(size int) kernel.Mem {
		m, err := p.Backend.Alloc(size)
		if err != nil && failed == nil {
			failed = fmt.Errorf("building a supernet: %w", err)
		}
		if err == nil {
			n.owned = append(n.owned, m)
		}
		return m
	}
	weights := s.Edges() * len(s.Operations)
	n.images = allocate(opts.Batch * k.ImageSize * k.ImageSize * k.ImageChannels)
	n.labels = allocate(opts.Batch)
	n.theta = allocate(weights)
	n.slots = allocate(cells * weights)
	n.hostTheta, n.hostSlots, n.hostLoss = make([]float32, weights), make([]float32, cells*weights), make([]float32, 1)
	if failed != nil {
		n.Close()
		return nil, failed
	}
	n.gates = make(gates, s.Edges())
	for e := range n.gates {
		for range s.Operations {
			n.gates[e] = append(n.gates[e], &kernel.Gate{Closed: true})
		}
	}
	if err := n.compile(opts, allocate); err != nil {
		n.Close()
		return nil, err
	}
	if failed != nil {
		n.Close()
		return nil, failed
	}
	return n, nil
}

// compile builds one graph for what runs on batch statistics and one for Evaluate.
func (n *Net) compile(opts Options, allocate func(int) kernel.Mem) error {
	var training, evaluating []Kind
	for _, kind := range opts.Kinds {
		if kind == Evaluate {
			evaluating = append(evaluating, kind)
		} else {
			training = append(training, kind)
		}
	}
	for _, kinds := range [][]Kind{training, evaluating} {
		if len(kinds) == 0 {
			continue
		}
		g := engine.New(n.p.Backend)
		n.graphs = append(n.graphs, g)
		if n.p.Config.Half {
			if err := g.HalveConvolutions(); err != nil {
				return fmt.Errorf("building a supernet: %w", err)
			}
		}
		s, k := n.p.Config.Space, n.p.Config.Skeleton
		m := &mixture{Builder: Builder{Params: n.p, Graph: g, Running: kinds[0] == Evaluate}, space: s, skeleton: k, mask: n.mask,
			slots: n.slots, gates: n.gates, allocate: allocate}
		m.theta = g.Input("theta", n.theta, s.Edges()*len(s.Operations))
		images := g.Input("images", n.images, opts.Batch, k.ImageSize, k.ImageSize, k.ImageChannels)
		labels := g.Input("labels", n.labels, opts.Batch)
		logits := networkOf(s).build(m, images)
		loss := g.CrossEntropy(logits, labels, 0)
		n.any = append(n.any, m.any...)
		wanted := make([][]*engine.Node, len(kinds))
		for i, kind := range kinds {
			wanted[i] = []*engine.Node{loss, logits}
			wanted[i] = append(wanted[i], g.Gradients(loss, m.theta, n.wants(kind))...)
		}
		programs, err := g.Compile(wanted...)
		if err != nil {
			return fmt.Errorf("building a supernet: %w", err)
		}
		for i, kind := range kinds {
			n.runs[kind] = run{programs[i], programs[i].Value(loss), programs[i].Value(logits)}
		}
	}
	return nil
}

// wants says which gradients a kind computes.
func (n *Net) wants(kind Kind) engine.Want {
	w := engine.Want{Theta: kind == Theta || kind == Both}
	switch kind {
	case Weights, Both:
		w.Params = func(string) bool { return true }
	case Matching:
		w.Params = func(name string) bool { return n.p.Layout.Param(name).Shared }
	}
	return w
}

// Close frees the net's memory.
func (n *Net) Close() {
	for _, g := range n.graphs {
		g.Close()
	}
	for _, m := range n.owned {
		n.p.Backend.Free(m)
	}
}

// SetBatch uploads images [Batch,H,W,3] and labels [Batch].
func (n *Net) SetBatch(images, labels []float32) {
	n.p.Backend.Upload(n.images, images)
	n.p.Backend.Upload(n.labels, labels)
}

// SetTheta sets the mixture weights, [edge][operation] row after row. Operations of weight 0 are closed: they cost nothing, and the
// gradient of their weights is zero. Weights outside the mask must be 0.
func (n *Net) SetTheta(theta []float64) error {
	operations := len(n.p.Config.Space.Operations)
	for e, row := range n.gates {
		for o, gate := range row {
			open := theta[e*operations+o] != 0
			if open && !n.mask.Allows(e, o) {
				return fmt.Errorf("setting mixture weights: edge %d, operation %s has weight %g but is masked", e, n.p.Config.Space.Operations[o], theta[e*operations+o])
			}
			if !open && !gate.Closed {
				n.zeroGradient(e, o)
			}
			gate.Closed = !open
		}
	}
	for _, a := range n.any {
		a.update()
	}
	for i, v := range theta {
		n.hostTheta[i] = float32(v)
	}
	n.p.Backend.Upload(n.theta, n.hostTheta)
	return nil
}

func (n *Net) zeroGradient(e, o int) {
	for _, t := range n.p.Layout.Params {
		if t.Cell >= 0 && t.Edge == e && t.Operation == o {
			n.p.Backend.Zero(t.Of(n.p.Gradients))
		}
	}
}

// Run runs the net on the batch and returns the mean cross-entropy. After Weights and Both the gradients lie in
// Parameters.Gradients.
func (n *Net) Run(kind Kind) (float64, error) {
	r, ok := n.runs[kind]
	if !ok {
		return 0, fmt.Errorf("running a supernet: it was not built for kind %d", kind)
	}
	if kind == Theta || kind == Both {
		n.p.Backend.Zero(n.slots)
	}
	if err := r.program.Run(); err != nil {
		return 0, err
	}
	if kind == Weights || kind == Both {
		n.markActive()
	}
	n.p.Backend.Download(n.hostLoss, r.loss)
	return float64(n.hostLoss[0]), nil
}

func (n *Net) markActive() {
	for i, t := range n.p.Layout.Params {
		if t.Cell < 0 || !n.gates[t.Edge][t.Operation].Closed {
			n.p.Activate(i)
		}
	}
}

// Open reports whether the operation takes part with the mixture weights as they are.
func (n *Net) Open(e, o int) bool { return !n.gates[e][o].Closed }

// MACs returns the multiply-adds of a run with the mixture weights as they are.
func (n *Net) MACs(kind Kind) int64 { return n.runs[kind].program.MACs() }

// Logits downloads the last run's logits, [Batch, classes].
func (n *Net) Logits(kind Kind, dst []float32) { n.p.Backend.Download(dst, n.runs[kind].logits) }

// ThetaGradient downloads the gradient of the mixture weights, [edge][operation] row after row, summed over cells.
// Closed operations have gradient 0.
func (n *Net) ThetaGradient(dst []float64) {
	slots := n.hostSlots
	n.p.Backend.Download(slots, n.slots)
	for i := range dst {
		dst[i] = 0
		for c := i; c < len(slots); c += len(dst) {
			dst[i] += float64(slots[c])
		}
	}
}

// Correct counts the rows of logits whose largest value is the label's; NaN is never right.
func Correct(logits, labels []float32, classes int) int {
	right := 0
	for i, label := range labels {
		row := logits[i*classes : (i+1)*classes]
		best := 0
		for c, v := range row {
			if v > row[best] || math.IsNaN(float64(row[best])) {
				best = c
			}
		}
		if best == int(label) && !math.IsNaN(float64(row[best])) {
			right++
		}
	}
	return right
}
