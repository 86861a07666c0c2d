package engine

import (
	"sort"

	G "gorgonia.org/gorgonia"
)

// Want names the gradients that a backward pass computes.
type Want struct {
	Params func(name string) bool // of the parameters that it accepts, to their gradient memory; nil: of none
	Theta  bool                   // of the mixture weights, to their branches' slots
}

// Gradients adds the backward pass from loss and returns the nodes to hand to Compile. theta is
// the mixture-weight input (nil without one). Unlike Gorgonia's own, it adds up all contributions to a node
// at once, in one pass over memory, and never builds what is not wanted.
func (g *Graph) Gradients(loss, theta *Node, want Want) []*Node {
	if g.err != nil {
		return nil
	}
	order := g.sorted([]*Node{loss})
	g.want, g.targets, g.needs = want, nil, map[*Node]bool{}
	for n := range g.inputs {
		_, param := g.grads[n]
		g.needs[n] = param && want.Params != nil && want.Params(g.names[n]) || want.Theta && n == theta
	}
	for _, n := range order {
		if o := opOf(n); o != nil {
			for _, in := range o.in {
				g.needs[n] = g.needs[n] || g.needs[in]
			}
		}
	}
	contributions := map[*Node][]*Node{}
	for i := len(order) - 1; i >= 0 && g.err == nil; i-- {
		n := order[i]
		o := opOf(n)
		if !g.needs[n] || o == nil || o.diff == nil {
			continue
		}
		var grad *Node
		if n != loss {
			if len(contributions[n]) == 0 {
				continue
			}
			grad = g.total(n, contributions[n])
		}
		grads, err := o.SymDiff(G.Nodes(o.in), n, grad)
		if err != nil {
			g.fail("differentiating %v: %w", o, err)
			return nil
		}
		for k, in := range o.in {
			if grads[k] == nil {
				continue
			}
			in = whole(in)
			if _, param := g.grads[in]; param {
				g.target(grads[k])
			} else {
				contributions[in] = append(contributions[in], grads[k])
			}
		}
	}
	return g.targets
}

func (g *Graph) target(n *Node) { g.targets = append(g.targets, n) }

// total adds the sum of the contributions to n's gradient. Sums among them dissolve into the one sum.
func (g *Graph) total(n *Node, parts []*Node) *Node {
	if gate := opOf(parts[0]).gate; len(parts) == 1 && (gate == nil || gate == gateOf(n)) {
		return parts[0]
	}
	var terms []term
	for _, p := range parts {
		o := opOf(p)
		if o.combine != nil && o.combine.relu == nil {
			terms = append(terms, o.combine.terms...)
		} else {
			terms = append(terms, term{src: p, gate: o.gate})
		}
	}
	return g.combine("grad", n.Shape(), terms, gateOf(n))
}

// sorted returns what the nodes depend on and themselves, inputs first, in the order of their making. That
// order is topological, since a node is made after its inputs, and it keeps producers near consumers.
func (g *Graph) sorted(wanted []*Node) []*Node {
	seen := map[*Node]bool{}
	var order []*Node
	var visit func(n *Node)
	visit = func(n *Node) {
		if seen[n] {
			return
		}
		seen[n] = true
		if o := opOf(n); o != nil {
			for _, in := range o.in {
				visit(in)
			}
			order = append(order, n)
		}
	}
	for _, n := range wanted {
		visit(n)
	}
	sort.Slice(order, func(i, j int) bool { return opOf(order[i]).id < opOf(order[j]).id })
	return order
}
