package retrain

import (
	"fmt"
	"slices"

	"gmnas/harness/engine"
	"gmnas/harness/engine/kernel"
	"gmnas/harness/supernet"
	"gmnas/nasbench/space"
)

// model is what a network's parameters depend on, and they.
type model struct {
	genotype space.Genotype
	shape    space.Retraining
	*supernet.Parameters
}

func newModel(b kernel.Backend, g space.Genotype, r space.Retraining) (*model, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	p, err := supernet.Allocate(b, newLayout(g, r))
	if err != nil {
		return nil, err
	}
	for i := range p.Layout.Params {
		p.Activate(i) // each has a gradient in every step
	}
	return &model{g, r, p}, nil
}

// deployed counts the weights without the auxiliary head, which comes last.
func deployed(l *supernet.Layout) int64 {
	if first := auxiliaryHead + "narrow.conv.weight"; l.HasParam(first) {
		return int64(l.Param(first).Offset)
	}
	return int64(l.ParamSize)
}

// options of a net: what it runs. Without any of the two it would run nothing.
type options struct {
	batch    int
	train    bool
	evaluate bool
	dropPath bool
	// auxiliary is the weight of the auxiliary head's loss, where the model has one.
	auxiliary float64
	// shares names a net in whose workspace this one runs.
	shares *net
}

// net is the network's graphs for one batch size.
type net struct {
	m              *model
	images, labels kernel.Mem
	weights        kernel.Mem      // of the main and the auxiliary loss
	drop           *dropPath       // nil drops nothing
	graphs         []*engine.Graph // all in the workspace of the first, or of another net's
	shares         *net
	train          program // norms by the batch; the gradient lies in the model's afterwards
	evaluate       program // norms by running statistics, no auxiliary head
	hostLoss       []float32
}

type program struct {
	*engine.Program
	loss, auxiliary, logits kernel.Mem
}

func newNet(m *model, o options) (*net, error) {
	n := &net{m: m, shares: o.shares, hostLoss: make([]float32, 1)}
	if err := n.build(o); err != nil {
		n.close()
		return nil, err
	}
	return n, nil
}

func (n *net) build(o options) error {
	k := n.m.shape
	for _, a := range []struct {
		mem  *kernel.Mem
		size int
	}{{&n.images, o.batch * k.ImageSize * k.ImageSize * k.ImageChannels}, {&n.labels, o.batch}, {&n.weights, 2}} {
		var err error
		if *a.mem, err = n.m.Backend.Alloc(a.size); err != nil {
			return fmt.Errorf("allocating a batch: %w", err)
		}
	}
	n.m.Backend.Upload(n.weights, []float32{1, float32(o.auxiliary)})
	if o.dropPath {
		var err error
		if n.drop, err = newDropPath(n.m.Backend, k, o.batch); err != nil {
			return err
		}
	}
	var err error
	if o.train {
		if n.train, err = n.compile(o.batch, true); err != nil {
			return fmt.Errorf("building the network for training: %w", err)
		}
	}
	if o.evaluate {
		if n.evaluate, err = n.compile(o.batch, false); err != nil {
			return fmt.Errorf("building the network for evaluation: %w", err)
		}
	}
	return nil
}

// compile builds one graph.
func (n *net) compile(batch int, train bool) (program, error) {
	g := engine.New(n.m.Backend)
	if n.shares != nil {
		g.ShareWorkspace(n.shares.graphs[0])
	} else if len(n.graphs) > 0 {
		g.ShareWorkspace(n.graphs[0])
	}
	n.graphs = append(n.graphs, g)
	k := n.m.shape
	w := &network{Builder: supernet.Builder{Params: n.m.Parameters, Graph: g, Running: !train}, genotype: n.m.genotype, shape: k, batch: batch}
	w.shape.Auxiliary = k.Auxiliary && train
	if train {
		w.drop = n.drop
	}
	logits, auxiliary := w.build(g.Input("images", n.images, batch, k.ImageSize, k.ImageSize, k.ImageChannels))
	wanted := []*engine.Node{logits}
	if train {
		labels := g.Input("labels", n.labels, batch)
		loss := g.CrossEntropy(logits, labels, 0)
		wanted = append(wanted, loss)
		if auxiliary != nil {
			second := g.CrossEntropy(auxiliary, labels, 0)
			wanted = append(wanted, second)
			loss = g.WeighLosses(g.Input("loss weights", n.weights, 2), loss, second)
		}
		wanted = append(wanted, g.Gradients(loss, nil, engine.Want{Params: func(string) bool { return true }})...)
	}
	programs, err := g.Compile(wanted)
	if err != nil {
		return program{}, err
	}
	p := program{Program: programs[0], logits: programs[0].Value(logits)}
	if train {
		p.loss = p.Value(wanted[1])
	}
	if auxiliary != nil {
		p.auxiliary = p.Value(wanted[2])
	}
	return p, nil
}

func (n *net) close() {
	for _, g := range slices.Backward(n.graphs) {
		g.Close()
	}
	if n.drop != nil {
		n.drop.close()
	}
	for _, m := range []kernel.Mem{n.images, n.labels, n.weights} {
		if !m.None() {
			n.m.Backend.Free(m)
		}
	}
}

// set uploads images [N,H,W,3] and labels [N].
func (n *net) set(images, labels []float32) {
	n.m.Backend.Upload(n.images, images)
	n.m.Backend.Upload(n.labels, labels)
}

// value downloads a loss of the last run.
func (n *net) value(loss kernel.Mem) float64 {
	n.m.Backend.Download(n.hostLoss, loss)
	return float64(n.hostLoss[0])
}
