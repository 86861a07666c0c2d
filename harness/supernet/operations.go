package supernet

import (
	"fmt"

	"gmnas/harness/engine"
	"gmnas/harness/engine/kernel"
)

// separable is a rectification, a depthwise and a pointwise convolution and a norm: sep_conv is two of them, dil_conv one.
type separable struct {
	suffix                 string // of the names of its tensors
	size, stride, dilation int
}

// separables are the operation's, none for the others of the DARTS space (spec.md section 5.1).
func separables(operation string, stride int) []separable {
	switch operation {
	case "sep_conv_3x3":
		return []separable{{"1", 3, stride, 1}, {"2", 3, 1, 1}}
	case "sep_conv_5x5":
		return []separable{{"1", 5, stride, 1}, {"2", 5, 1, 1}}
	case "dil_conv_3x3":
		return []separable{{"", 3, stride, 2}}
	case "dil_conv_5x5":
		return []separable{{"", 5, stride, 2}}
	}
	return nil
}

// Operation adds the tensors of an operation of the DARTS space. Only where poolNorm do pools end in a norm (the supernet's).
func (p Part) Operation(name, operation string, channels, stride int, poolNorm bool) {
	switch operation {
	case "max_pool_3x3", "avg_pool_3x3":
		if poolNorm {
			p.Norm(name+".bn", channels)
		}
	case "skip_connect":
		if stride > 1 {
			p.Reduce(name, channels, channels)
		}
	}
	for _, s := range separables(operation, stride) {
		p.Depthwise(name+".dw"+s.suffix, s.size, channels)
		p.Conv(name+".pw"+s.suffix, 1, channels, channels)
		p.Norm(name+".bn"+s.suffix, channels)
	}
}

// Reduce adds the tensors of a factorized reduce.
func (p Part) Reduce(name string, in, out int) {
	p.Conv(name+".conv1", 1, in, out/2)
	p.Conv(name+".conv2", 1, in, out-out/2)
	p.Norm(name+".bn", out)
}

// ConvNorm adds the tensors of a convolution and a norm.
func (p Part) ConvNorm(name string, size, in, out int) {
	p.Conv(name+".conv", size, in, out)
	p.Norm(name+".bn", out)
}

// ConvNorm adds a convolution and its norm.
func (b *Builder) ConvNorm(name string, x *engine.Node, size, stride, out int) *engine.Node {
	return b.Normed(name+".bn", b.Conv(name+".conv", x, size, stride, out, nil))
}

// Normed adds x, normalised by the norm of that name.
func (b *Builder) Normed(name string, x *engine.Node) *engine.Node {
	return b.Graph.Normed(x, b.Norm(name))
}

// Source is an activation [N,H,W,C] as the operations that leave it read it: what several of them need of it is added once.
type Source struct {
	X      *engine.Node
	b      *Builder
	relu   *engine.Node
	shared map[string]*shared
}

// shared is a node that is open while one of the operations that read it is.
type shared struct {
	node *engine.Node
	any  *anyGate
}

// Source makes x readable by operations.
func (b *Builder) Source(x *engine.Node) *Source {
	return &Source{X: x, b: b, shared: map[string]*shared{}}
}

// ReLU is the source's rectification.
func (s *Source) ReLU() *engine.Node {
	if s.relu == nil {
		s.relu = s.b.Graph.ReLU(s.X)
	}
	return s.relu
}

// share returns the node of that name, which add makes when the first operation wants it. gate is the operation's; the gates
// of all of them are nil, or none.
func (s *Source) share(name string, gate *kernel.Gate, add func(gate *kernel.Gate) *engine.Node) *engine.Node {
	n := s.shared[name]
	if n == nil && gate == nil {
		n = &shared{node: add(nil)}
		s.shared[name] = n
	} else if n == nil {
		any := s.b.anyOf()
		n = &shared{add(&any.gate), any}
		s.shared[name] = n
	}
	if gate != nil {
		n.any.members = append(n.any.members, gate)
	}
	return n.node
}

// Operation adds an operation of the DARTS space with the tensors that Part.Operation laid out, closed where gate is, and
// returns it as a branch: its last norm is applied where branches are summed.
func (s *Source) Operation(name, operation string, stride int, gate *kernel.Gate) engine.Branch {
	b := s.b
	switch operation {
	case "max_pool_3x3", "avg_pool_3x3":
		br := engine.Branch{Src: s.pool(operation, stride, gate), Gate: gate}
		if bn := name + ".bn"; b.Params.Layout.HasStat(bn + ".running_mean") {
			br.Norm = b.Norm(bn)
		}
		return br
	case "skip_connect":
		if stride > 1 {
			return engine.Branch{Src: s.Reduce(name, gate), Norm: b.Norm(name + ".bn"), Gate: gate}
		}
		return engine.Branch{Src: s.X, Gate: gate}
	}
	x, list := s.ReLU(), separables(operation, stride)
	for i, c := range list {
		y := b.Depthwise(name+".dw"+c.suffix, x, c.size, c.stride, c.dilation, gate)
		y = b.Conv(name+".pw"+c.suffix, y, 1, 1, dims(y)[3], gate)
		if i == len(list)-1 {
			return engine.Branch{Src: y, Norm: b.Norm(name + ".bn" + c.suffix), Gate: gate}
		}
		x = b.Graph.ReLU(b.Normed(name+".bn"+c.suffix, y))
	}
	return engine.Branch{}
}

// pool is the source's 3x3 pool.
func (s *Source) pool(operation string, stride int, gate *kernel.Gate) *engine.Node {
	return s.share(fmt.Sprint(operation, stride), gate, func(gate *kernel.Gate) *engine.Node {
		d := dims(s.X)
		p := kernel.Pool{Batch: d[0], Height: d[1], Width: d[2], Channels: d[3], Kernel: 3, Stride: stride, Pad: 1}
		if operation == "max_pool_3x3" {
			return s.b.Graph.MaxPool(p, s.X, gate)
		}
		return s.b.Graph.AvgPool(p, s.X, gate)
	})
}

// Reduce adds the factorized reduce of that name, without its norm.
func (s *Source) Reduce(name string, gate *kernel.Gate) *engine.Node {
	var pixels [2]*engine.Node
	for shift, which := range []string{"even", "odd"} {
		pixels[shift] = s.share(which, gate, func(gate *kernel.Gate) *engine.Node { return s.b.Graph.Subsample(s.ReLU(), shift, gate) })
	}
	return s.b.Graph.FactorizedReduce(pixels[0], pixels[1], s.b.Weights(name+".conv1.weight"), s.b.Weights(name+".conv2.weight"), gate)
}
