// Package engine builds a network as a Gorgonia graph, differentiates it and compiles it into
// programs: flat lists of kernel commands that are made once and run once a step.
//
//  1. New opens a Graph over a kernel.Backend; Input, Param and the operations (Conv, Sum, ...)
//     add nodes to it.
//  2. Gradients adds the backward pass, by a reverse walk over the operations' SymDiff.
//  3. Compile keeps what the wanted nodes need, places their buffers in one workspace by
//     lifetime, and records the commands.
//  4. Program.Run runs the commands whose gates are open.
//
// A Graph that has met an error adds nothing more and keeps it: check Err once, after building.
// Building two graphs at once is a data race inside Gorgonia; running two is not.
package engine

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gmnas/harness/engine/kernel"
)

// Node is a value of the graph.
type Node = G.Node

// Graph is a network under construction.
type Graph struct {
	backend   kernel.Backend
	g         *G.ExprGraph
	inputs    map[*Node]*Buffer
	grads     map[*Node]kernel.Mem // where a parameter's gradient goes
	names     map[*Node]string     // of parameters
	half      bool                 // convolutions read bfloat16
	halves    map[*Node]*Node      // rounded copies of activations
	moments   map[*Node]*Node      // of activations that norms read
	created   uint32
	want      Want
	needs     map[*Node]bool
	targets   []*Node
	recording *recorder
	workspace kernel.Mem
	lender    *Graph // whose workspace it is; nil where it is the graph's own
	err       error
}

// New opens an empty graph.
func New(b kernel.Backend) *Graph {
	return &Graph{backend: b, g: G.NewGraph(), inputs: map[*Node]*Buffer{}, grads: map[*Node]kernel.Mem{}, names: map[*Node]string{},
		halves: map[*Node]*Node{}, moments: map[*Node]*Node{}}
}

// Err returns the first error that building met.
func (g *Graph) Err() error { return g.err }

// Close frees the workspace of the graph's programs, which must not run again.
func (g *Graph) Close() {
	if !g.workspace.None() && g.lender == nil {
		g.backend.Free(g.workspace)
	}
	g.workspace = kernel.Mem{}
}

func (g *Graph) fail(format string, args ...any) *Node {
	if g.err == nil {
		g.err = fmt.Errorf(format, args...)
	}
	return nil
}

// Input adds a node whose values the caller keeps in mem: images, labels, mixture weights.
func (g *Graph) Input(name string, mem kernel.Mem, shape ...int) *Node {
	if g.err != nil {
		return nil
	}
	s := tensor.Shape(shape)
	if s.TotalSize() != mem.Len {
		return g.fail("adding input %s: %d values for shape %v", name, mem.Len, s)
	}
	n := G.NewTensor(g.g, tensor.Float32, len(shape), G.WithShape(shape...), G.WithName(fmt.Sprintf("%s#%d", name, len(g.inputs))))
	g.inputs[n] = &Buffer{s, mem}
	return n
}

// Param adds a trained parameter: its values lie in mem, its gradient goes to grad.
func (g *Graph) Param(name string, mem, grad kernel.Mem, shape ...int) *Node {
	n := g.Input(name, mem, shape...)
	if n != nil {
		g.grads[n], g.names[n] = grad, name
	}
	return n
}

// add applies a new operation to its inputs.
func (g *Graph) add(o *op) *Node {
	if g.err != nil {
		return nil
	}
	for i, n := range o.in {
		if n == nil {
			return g.fail("adding %s: input %d is missing", o.name, i)
		}
	}
	g.created++
	o.graph, o.id = g, g.created
	n, err := G.ApplyOp(o, o.in...)
	if err != nil {
		return g.fail("adding %s: %w", o.name, err)
	}
	return n
}

// channels returns the last dimension, rows the product of the others.
func channels(n *Node) int { s := n.Shape(); return s[len(s)-1] }
func rows(n *Node) int     { return n.Shape().TotalSize() / channels(n) }
