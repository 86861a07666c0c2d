package engine

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"gmnas/harness/engine/kernel"
)

// recorder collects the commands of a program while its operations are done in order.
type recorder struct {
	backend  kernel.Backend
	place    map[*op]kernel.Mem // output buffers
	relus    map[*op]*op        // combination -> rectification written in the same pass
	halves   map[*op]*op        // combination or such rectification -> rounded copy written in the same pass
	fused    map[*op]bool       // those rectifications and copies
	dropped  map[*op]bool       // combinations and rectifications of which only what is written with them is needed
	commands []command
	gate     *kernel.Gate
	op       *op
}

type command struct {
	kernel.Command
	gate *kernel.Gate
	op   *op
	macs int64
}

func (r *recorder) output(o *op) kernel.Mem { return r.place[o] }

// add takes a backend's answer as the next command of the operation being done.
func (r *recorder) add(c kernel.Command, err error) error {
	if err != nil {
		return err
	}
	r.commands = append(r.commands, command{c, r.gate, r.op, r.op.macs})
	return nil
}

// Compile makes one program for each list of wanted nodes. The programs share one workspace, so
// what one has computed is lost when another runs, except what lies in inputs, gradients and slots; the
// wanted nodes' values are read with Program.Value right after a run.
func (g *Graph) Compile(wanted ...[]*Node) ([]*Program, error) {
	if g.err != nil {
		return nil, g.err
	}
	if !g.workspace.None() {
		return nil, fmt.Errorf("compiling: the graph is compiled already")
	}
	layouts := make([]layout, len(wanted))
	size := 0
	for i, w := range wanted {
		layouts[i] = g.layout(w)
		size = max(size, layouts[i].size)
	}
	if err := g.allocate(max(size, 1)); err != nil {
		return nil, fmt.Errorf("compiling: allocating a workspace of %d MB: %w", size>>18, err)
	}
	programs := make([]*Program, len(wanted))
	for i, l := range layouts {
		var err error
		if programs[i], err = g.recordProgram(l); err != nil {
			return nil, fmt.Errorf("compiling: %w", err)
		}
	}
	return programs, nil
}

// ShareWorkspace has the graph's programs use the workspace of another, compiled graph where that is large enough. What the
// programs of one have computed is then lost when those of the other run, and the other must be closed last.
func (g *Graph) ShareWorkspace(other *Graph) { g.lender = other }

// allocate gets a workspace.
func (g *Graph) allocate(size int) (err error) {
	if g.lender != nil && g.lender.workspace.Len >= size {
		g.workspace = g.lender.workspace
		return nil
	}
	g.lender = nil
	g.workspace, err = g.backend.Alloc(size)
	return err
}

func (g *Graph) recordProgram(l layout) (*Program, error) {
	r := &recorder{backend: g.backend, place: map[*op]kernel.Mem{}, relus: l.relus, halves: l.halves,
		fused: map[*op]bool{}, dropped: l.dropped}
	for _, written := range []map[*op]*op{l.relus, l.halves} {
		for _, o := range written {
			r.fused[o] = true
		}
	}
	values := map[*Node]G.Value{}
	for n, b := range g.inputs {
		values[n] = b
	}
	p := &Program{backend: g.backend, values: map[*Node]kernel.Mem{}}
	for _, n := range l.order {
		o := opOf(n)
		switch at, ok := l.offsets[o]; {
		case o.isView:
			whole := r.place[opOf(o.in[0])]
			if input := g.inputs[o.in[0]]; input != nil {
				whole = input.Mem
			}
			r.place[o] = whole.At(o.viewAt, o.shape.TotalSize())
		case !o.extern.None():
			r.place[o] = o.extern
		case ok:
			r.place[o] = g.workspace.At(at, o.shape.TotalSize())
		}
	}
	g.recording = r
	defer func() { g.recording = nil }()
	for _, n := range l.order {
		o := opOf(n)
		in := make([]G.Value, len(o.in))
		for i, x := range o.in {
			in[i] = values[x]
		}
		v, err := o.Do(in...)
		if err != nil {
			return nil, err
		}
		values[n] = v
		p.values[n] = r.place[o]
	}
	p.commands = r.commands
	return p, nil
}
