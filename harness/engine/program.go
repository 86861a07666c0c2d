package engine

import (
	"fmt"

	"gmnas/harness/engine/kernel"
)

// Program is a compiled list of commands.
type Program struct {
	backend  kernel.Backend
	commands []command
	values   map[*Node]kernel.Mem
}

// Run runs the commands whose gates are open, in order.
func (p *Program) Run() error {
	for i := range p.commands {
		c := &p.commands[i]
		if c.gate.Shut() {
			continue
		}
		if err := c.Run(); err != nil {
			return fmt.Errorf("running %v: %w", c.op, err)
		}
	}
	return nil
}

// Value returns where a wanted node's value lies after a run.
func (p *Program) Value(n *Node) kernel.Mem { return p.values[n] }

// MACs returns the multiply-adds of a run with the gates as they are now.
func (p *Program) MACs() int64 {
	var n int64
	for i := range p.commands {
		if c := &p.commands[i]; !c.gate.Shut() {
			n += c.macs
		}
	}
	return n
}
