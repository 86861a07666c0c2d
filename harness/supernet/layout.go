// Package supernet is the weight-sharing network of a NAS-Bench-201 space (spec.md section 1): its
// parameters, and its graph for a batch size and a mask.
//
// Parameters hold what training changes, in one run of memory each, in the order of a Layout that is the
// same for every mask, so that a child of a split takes over its parent's memory as it is. A Net is
// the graph over them; SetTheta chooses the mixture or path by opening and closing gates.
package supernet

import (
	"fmt"

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

// Tensor is one parameter: Size values from value Offset on. Cell is the cell's index from 0 to 3N-1, -1 outside
// cells; Edge and Operation are set inside cells. Shared marks the body, whose gradients gradient matching
// compares: cells and residual blocks, not stem, head norm and classifier (spec.md section 3.2).
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

// kernelOf returns the side of an operation's convolution, 0 for the others.
func kernelOf(operation string) int {
	switch operation {
	case "nor_conv_1x1":
		return 1
	case "nor_conv_3x3":
		return 3
	}
	return 0
}

func convName(cell, edge, op int) string {
	return fmt.Sprintf("cell%d.edge%d.op%d", cell, edge, op)
}

// NewLayout places the tensors: stem, cells and residual blocks in the order of use, head.
func NewLayout(c Config) *Layout {
	l := &Layout{params: map[string]int{}, stats: map[string]int{}}
	k := c.Skeleton
	l.conv("stem.conv", -1, 0, 0, 3, k.ImageChannels, k.Channels, false)
	l.norm("stem.bn", k.Channels, false)
	width := k.Channels
	for stage := range 3 {
		if stage > 0 {
			r := fmt.Sprintf("res%d", stage)
			l.conv(r+".conv_a.conv", -1, 0, 0, 3, width, 2*width, true)
			l.norm(r+".conv_a.bn", 2*width, true)
			l.conv(r+".conv_b.conv", -1, 0, 0, 3, 2*width, 2*width, true)
			l.norm(r+".conv_b.bn", 2*width, true)
			l.conv(r+".shortcut.conv", -1, 0, 0, 1, width, 2*width, true)
			width *= 2
		}
		for n := range k.Cells {
			l.cell(c, stage*k.Cells+n, width)
		}
	}
	l.norm("head.bn", width, false)
	l.add(&l.Params, l.params, &l.ParamSize, Tensor{Name: "classifier.weight", Shape: []int{k.Classes, width}, Cell: -1, FanIn: width})
	l.add(&l.Params, l.params, &l.ParamSize, Tensor{Name: "classifier.bias", Shape: []int{k.Classes}, Cell: -1, FanIn: width})
	return l
}

func (l *Layout) cell(c Config, cell, width int) {
	for e := range c.Space.Edges() {
		for o, name := range c.Space.Operations {
			k := kernelOf(name)
			if k == 0 {
				continue
			}
			l.conv(convName(cell, e, o)+".conv", cell, e, o, k, width, width, true)
			if c.Tracked {
				l.running(convName(cell, e, o)+".bn", width)
			}
		}
	}
}

func (l *Layout) conv(name string, cell, edge, op, k, in, out int, shared bool) {
	l.add(&l.Params, l.params, &l.ParamSize, Tensor{Name: name + ".weight", Shape: []int{out, k, k, in},
		Cell: cell, Edge: edge, Operation: op, Shared: shared, FanIn: k * k * in})
}

func (l *Layout) norm(name string, c int, shared bool) {
	l.add(&l.Params, l.params, &l.ParamSize, Tensor{Name: name + ".weight", Shape: []int{c}, Cell: -1, Shared: shared, Fill: 1})
	l.add(&l.Params, l.params, &l.ParamSize, Tensor{Name: name + ".bias", Shape: []int{c}, Cell: -1, Shared: shared})
	l.running(name, c)
}

func (l *Layout) running(name string, c int) {
	l.add(&l.Stats, l.stats, &l.StatSize, Tensor{Name: name + ".running_mean", Shape: []int{c}, Cell: -1})
	l.add(&l.Stats, l.stats, &l.StatSize, Tensor{Name: name + ".running_var", Shape: []int{c}, Cell: -1, Fill: 1})
}

func (l *Layout) add(list *[]Tensor, index map[string]int, size *int, t Tensor) {
	t.Size, t.Offset = 1, *size
	for _, d := range t.Shape {
		t.Size *= d
	}
	*size += t.Size
	index[t.Name] = len(*list)
	*list = append(*list, t)
}
