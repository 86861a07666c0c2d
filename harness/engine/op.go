package engine

import (
	"encoding/binary"
	"fmt"
	"hash"
	"hash/fnv"

	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gmnas/harness/engine/kernel"
)

// op is the one Gorgonia operation type of the engine. What an operation does is in two
// functions: record makes the commands that compute the output, diff builds the nodes
// of the gradients. Doing it (Do) records; commands run later, from a Program.
type op struct {
	graph  *Graph
	name   string
	id     uint32
	in     []*G.Node
	shape  tensor.Shape
	gate   *kernel.Gate // shut: the commands don't run and the output holds nothing
	extern kernel.Mem   // where the output lies, if not in the program's workspace
	macs   int64        // multiply-adds of one run

	isView bool // the output is part of the input's memory
	viewAt int  // from this value on

	isNarrow bool // the output is the input rounded to bfloat16; the input's gradient is the output's

	// combine is set for elementwise sums, which the reverse pass and the compiler look into.
	combine *combination

	record func(r *recorder, in []kernel.Mem, out kernel.Mem) error
	// diff returns the gradient for each input, nil where there is none or where it was
	// added to the graph's targets; it is nil itself where nothing can flow back.
	diff func(out, grad *G.Node) []*G.Node
}

var _ G.SDOp = (*op)(nil)

func (o *op) Arity() int { return len(o.in) }

func (o *op) Type() hm.Type {
	types := make([]hm.Type, 0, len(o.in)+1)
	for _, n := range o.in {
		types = append(types, tensorType(n.Shape()))
	}
	return hm.NewFnType(append(types, tensorType(o.shape))...)
}

func tensorType(s tensor.Shape) hm.Type {
	return G.TensorType{Dims: s.Dims(), Of: tensor.Float32}
}

func (o *op) InferShape(...G.DimSizer) (tensor.Shape, error) { return o.shape, nil }

// Do records the operation's commands over the buffers of its inputs and returns its
// output buffer, which the recorder placed.
func (o *op) Do(values ...G.Value) (G.Value, error) {
	r := o.graph.recording
	if r == nil {
		return nil, fmt.Errorf("doing %v outside a compilation", o)
	}
	in := make([]kernel.Mem, len(values))
	for i, v := range values {
		b, ok := v.(*Buffer)
		if !ok {
			return nil, fmt.Errorf("doing %v: input %d is a %T, not a buffer", o, i, v)
		}
		in[i] = b.Mem
	}
	out := &Buffer{o.shape, r.output(o)}
	r.gate, r.op = o.gate, o
	if err := o.record(r, in, out.Mem); err != nil {
		return nil, fmt.Errorf("recording %v: %w", o, err)
	}
	return out, nil
}

func (o *op) ReturnsPtr() bool     { return true }
func (o *op) CallsExtern() bool    { return false }
func (o *op) OverwritesInput() int { return -1 }

// WriteHash writes the operation's number: no two operations are the same to Gorgonia;
// what is shared is shared where the graph is built.
func (o *op) WriteHash(h hash.Hash) {
	var b [4]byte
	binary.LittleEndian.PutUint32(b[:], o.id)
	h.Write(b[:])
}

func (o *op) Hashcode() uint32 {
	h := fnv.New32a()
	o.WriteHash(h)
	return h.Sum32()
}

func (o *op) String() string { return fmt.Sprintf("%s#%d%v", o.name, o.id, o.shape) }

func (o *op) DiffWRT(inputs int) []bool {
	wrt := make([]bool, inputs)
	for i := range wrt {
		wrt[i] = o.diff != nil
	}
	return wrt
}

func (o *op) SymDiff(_ G.Nodes, output, grad *G.Node) (G.Nodes, error) {
	return o.diff(output, grad), o.graph.err
}

// gateOf returns the gate of the node's operation. The gradient of a node is gated like the node itself: while that is
// shut nothing reads it.
func gateOf(n *G.Node) *kernel.Gate {
	if o := opOf(n); o != nil {
		return o.gate
	}
	return nil
}

// opOf returns the engine's operation of a node, nil for an input.
func opOf(n *G.Node) *op {
	o, _ := n.Op().(*op)
	return o
}
