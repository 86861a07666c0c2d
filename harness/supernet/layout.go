// Package supernet is the weight-sharing network of a search space (spec.md sections 1 and 5): its parameters, and its graph
// for a batch size and a mask. What a space's network looks like is one network, see there; the rest serves all spaces.
//
// Parameters hold what training changes, in one run of memory each, in the order of a Layout that is the
// same for every mask, so that a child of a split takes over its parent's memory as it is. A Net is
// the graph over them; SetTheta chooses the mixture or path by opening and closing gates.
package supernet

import (
	"gmnas/nasbench/space"
)

// Config is what a supernet's parameters depend on.
type Config struct {
	Space    space.Space
	Skeleton space.Skeleton
	// Tracked says that the cells' batch norms keep running statistics (DARTS, SNAS); RSPS always
	// normalises cells by the batch (spec.md section 1.3).
	Tracked bool
	// Half says that the convolutions of nets over the parameters read bfloat16 (engine.Graph.HalveConvolutions).
	Half bool
}

// Tensor is one parameter: Size values from value Offset on. On an edge of a cell, Cell is the cell's index from 0 on, and Edge (of
// space.Space) and Operation say which; elsewhere Cell is -1. Shared marks the body, whose gradients gradient matching
// compares (spec.md section 3.2): NAS-Bench-201's cells and residual blocks, the operations of DARTS's edges.
type Tensor struct {
	Name                  string
	Shape                 []int // OHWI for convolutions
	Offset, Size          int
	Cell, Edge, Operation int
	Shared                bool
	// FanIn bounds the uniform initialisation, +-1/sqrt(FanIn); 0 for norms.
	FanIn int
	// Fill is the initial value where FanIn is 0.
	Fill float32
}

// Filters returns the number of output filters, 0 for one-dimensional tensors.
func (t Tensor) Filters() int {
	if len(t.Shape) < 2 {
		return 0
	}
	return t.Shape[0]
}

// Layout lists the tensors of the weights and of the norms' running statistics.
type Layout struct {
	Params, Stats       []Tensor
	ParamSize, StatSize int
	params, stats       map[string]int
}

// Param returns the parameter of that name.
func (l *Layout) Param(name string) Tensor { return l.Params[l.params[name]] }

// Stat returns the running statistic of that name.
func (l *Layout) Stat(name string) Tensor { return l.Stats[l.stats[name]] }

// HasParam reports whether there is a parameter of that name.
func (l *Layout) HasParam(name string) bool { _, ok := l.params[name]; return ok }

// HasStat reports whether there is a running statistic of that name.
func (l *Layout) HasStat(name string) bool { _, ok := l.stats[name]; return ok }

// NewLayout places the tensors of a space's network.
func NewLayout(c Config) *Layout {
	l := &Layout{}
	networkOf(c.Space).layout(l, c)
	return l
}

// Part adds tensors to a layout, those of one part of a network, in the order of the calls.
type Part struct {
	Layout  *Layout
	On      *Place // an edge; nil elsewhere
	Shared  bool   // as in Tensor
	Affine  bool   // norms have weight and bias
	Tracked bool   // norms have running statistics
}

// Place is an operation on an edge of a cell, as in Tensor.
type Place struct{ Cell, Edge, Operation int }

// Conv adds the weights of a dense convolution.
func (p Part) Conv(name string, kernel, in, out int) {
	p.param(Tensor{Name: name + ".weight", Shape: []int{out, kernel, kernel, in}, FanIn: kernel * kernel * in})
}

// Depthwise adds the weights of a depthwise convolution.
func (p Part) Depthwise(name string, kernel, channels int) {
	p.param(Tensor{Name: name + ".weight", Shape: []int{channels, kernel, kernel, 1}, FanIn: kernel * kernel})
}

// Norm adds what a batch norm has.
func (p Part) Norm(name string, channels int) {
	if p.Affine {
		p.param(Tensor{Name: name + ".weight", Shape: []int{channels}, Fill: 1})
		p.param(Tensor{Name: name + ".bias", Shape: []int{channels}})
	}
	if p.Tracked {
		p.stat(Tensor{Name: name + ".running_mean", Shape: []int{channels}})
		p.stat(Tensor{Name: name + ".running_var", Shape: []int{channels}, Fill: 1})
	}
}

// Linear adds a layer with bias.
func (p Part) Linear(name string, in, out int) {
	p.param(Tensor{Name: name + ".weight", Shape: []int{out, in}, FanIn: in})
	p.param(Tensor{Name: name + ".bias", Shape: []int{out}, FanIn: in})
}

func (p Part) param(t Tensor) {
	t.Shared, t.Cell = p.Shared, -1
	if p.On != nil {
		t.Cell, t.Edge, t.Operation = p.On.Cell, p.On.Edge, p.On.Operation
	}
	l := p.Layout
	add(&l.Params, &l.params, &l.ParamSize, t)
}

func (p Part) stat(t Tensor) {
	t.Cell = -1
	l := p.Layout
	add(&l.Stats, &l.stats, &l.StatSize, t)
}

func add(list *[]Tensor, index *map[string]int, size *int, t Tensor) {
	t.Size, t.Offset = 1, *size
	for _, d := range t.Shape {
		t.Size *= d
	}
	*size += t.Size
	if *index == nil {
		*index = map[string]int{}
	}
	(*index)[t.Name] = len(*list)
	*list = append(*list, t)
}
