package plots

import (
	"math"
	"slices"
)

// Distances of a drawn graph, in points.
const (
	portStep   = 8.  // between the ends of edges on a side of a node
	nodeGap    = 14. // above and below a node
	lineGap    = 9.  // above and below an edge
	labelGap   = 4.  // above and below a label, where another one is
	labelSpace = 5.  // left and right of a label's text
	curveSpace = 21. // least between columns, for edges to change their height in
	steepness  = 1.5 // of an edge that changes its height much, where there is room
)

// port is how far from its node's centre an edge leaves it, or arrives.
type port struct{ out, in float64 }

// ports spreads the ends of edges on the sides of their nodes, in the order of what is at their other end.
func (l *layers) ports() []port {
	at := l.positions()
	ports := make([]port, len(l.edges))
	for n := range l.nodes {
		var out, in []int
		for k, e := range l.edges {
			if e.from == n {
				out = append(out, k)
			}
			if e.to == n {
				in = append(in, k)
			}
		}
		slices.SortStableFunc(out, func(a, b int) int { return at[l.chains[a][1]] - at[l.chains[b][1]] })
		slices.SortStableFunc(in, func(a, b int) int {
			return at[l.chains[a][len(l.chains[a])-2]] - at[l.chains[b][len(l.chains[b])-2]]
		})
		for i, k := range out {
			ports[k].out = portStep * (float64(i) - float64(len(out)-1)/2)
		}
		for i, k := range in {
			ports[k].in = portStep * (float64(i) - float64(len(in)-1)/2)
		}
	}
	return ports
}

// gap is the least distance of the centres of two items of a column.
func (l *layers) gap(above, below int) float64 {
	a, b := l.items[above], l.items[below]
	free := max(clearance(a), clearance(b))
	if a.label && b.label {
		free = labelGap
	}
	return (a.height+b.height)/2 + free
}

func clearance(i item) float64 {
	if i.node >= 0 {
		return nodeGap
	}
	return lineGap
}

// place finds the height of each item's centre, downwards, so that edges bend little: the weighted sum of squares of their
// changes of height is least, subject to order and gaps. Column after column is solved exactly until nothing moves.
// It returns that sum too.
func (l *layers) place() (y []float64, bend float64) {
	type pull struct {
		other  int
		offset float64
		weight float64
	}
	ports := l.ports()
	pulls := make([][]pull, len(l.items))
	for k, chain := range l.chains {
		for i := range len(chain) - 1 {
			a, b, offset, weight := chain[i], chain[i+1], 0., 8.
			if i == 0 {
				offset += ports[k].out
				weight = 2
			}
			if i == len(chain)-2 {
				offset -= ports[k].in
				weight = 2
			}
			pulls[b] = append(pulls[b], pull{a, offset, weight}) // y[b] = y[a] + offset is straight
			pulls[a] = append(pulls[a], pull{b, -offset, weight})
		}
	}
	y = make([]float64, len(l.items))
	for _, column := range l.columns {
		for k, i := range column {
			if k > 0 {
				y[i] = y[column[k-1]] + l.gap(column[k-1], i)
			}
		}
	}
	want, weight := make([]float64, len(l.items)), make([]float64, len(l.items))
	for sweep := range 400 {
		moved := 0.
		for c := range l.columns {
			if sweep%2 == 1 {
				c = len(l.columns) - 1 - c
			}
			for _, i := range l.columns[c] {
				want[i], weight[i] = 0, 1e-3 // a little towards the middle
				for _, p := range pulls[i] {
					want[i] += p.weight * (y[p.other] + p.offset)
					weight[i] += p.weight
				}
				want[i] /= weight[i]
			}
			moved = max(moved, l.settle(l.columns[c], want, weight, y))
		}
		if moved < 0.01 {
			break
		}
	}
	for i, list := range pulls {
		for _, p := range list {
			d := y[i] - y[p.other] - p.offset
			bend += p.weight * d * d / 2
		}
	}
	l.straighten(y, ports)
	return y, bend
}

// straighten moves what lies between the nodes of an edge to one height as far as its neighbours allow, so that an edge
// doesn't waver: best to that of one of its ends.
func (l *layers) straighten(y []float64, ports []port) {
	at := l.positions()
	free := func(i int) (low, high float64) {
		column, k := l.columns[l.items[i].column], at[i]
		low, high = math.Inf(-1), math.Inf(1)
		if k > 0 {
			low = y[column[k-1]] + l.gap(column[k-1], i)
		}
		if k+1 < len(column) {
			high = y[column[k+1]] - l.gap(i, column[k+1])
		}
		return low, high
	}
	for range 6 {
		for k, chain := range l.chains {
			start, end := y[chain[0]]+ports[k].out, y[chain[len(chain)-1]]+ports[k].in
			for first := 1; first < len(chain)-1; {
				low, high := free(chain[first])
				next, sum := first+1, y[chain[first]]
				for ; next < len(chain)-1; next++ {
					a, b := free(chain[next])
					if max(low, a) > min(high, b) {
						break
					}
					low, high = max(low, a), min(high, b)
					sum += y[chain[next]]
				}
				level := max(low, min(high, sum/float64(next-first)))
				if next == len(chain)-1 && low <= end && end <= high {
					level = end
				} else if first == 1 && low <= start && start <= high {
					level = start
				}
				for _, i := range chain[first:next] {
					y[i] = level
				}
				first = next
			}
		}
	}
}

// settle moves a column's items as near to where they want to be as order and gaps allow, in weighted least squares, by
// pooling neighbours that push each other. It returns the longest way.
func (l *layers) settle(column []int, want, weight, y []float64) (moved float64) {
	type block struct {
		first, n     int
		mean, weight float64
	}
	offset := make([]float64, len(column)) // of each item from the column's first, tightly packed
	var blocks []block
	for k, i := range column {
		if k > 0 {
			offset[k] = offset[k-1] + l.gap(column[k-1], i)
		}
		blocks = append(blocks, block{k, 1, want[i] - offset[k], weight[i]})
		for n := len(blocks); n > 1 && blocks[n-2].mean > blocks[n-1].mean; n-- {
			a, b := blocks[n-2], blocks[n-1]
			w := a.weight + b.weight
			blocks = append(blocks[:n-2], block{a.first, a.n + b.n, (a.mean*a.weight + b.mean*b.weight) / w, w})
		}
	}
	for _, b := range blocks {
		for k := b.first; k < b.first+b.n; k++ {
			at := b.mean + offset[k]
			moved = max(moved, math.Abs(at-y[column[k]]))
			y[column[k]] = at
		}
	}
	return moved
}

// rectangle is given by its centre.
type rectangle struct{ x, y, width, height float64 }

type point struct{ x, y float64 }

// drawing is a laid out graph, in points, x to the right and y downwards from its upper left corner.
type drawing struct {
	size
	nodes  []rectangle
	labels []rectangle // of each edge, without size where it has none
	// routes are the points of each edge: it curves from the first to the second, goes straight to the third, and so on,
	// always level at the points.
	routes [][]point
}

// layOut draws a graph, which becomes wider than its least width where that leaves it within room.
func layOut(g graph, room float64) drawing {
	l, y := layered(g)
	ports := l.ports()
	left, width := l.widths(l.climbs(y, ports), room)
	top := math.Inf(1)
	for i, it := range l.items {
		top = min(top, y[i]-it.height/2)
	}
	d := drawing{nodes: make([]rectangle, len(g.nodes)), labels: make([]rectangle, len(g.edges)), routes: make([][]point, len(g.edges))}
	for i, it := range l.items {
		y[i] -= top
		d.height = max(d.height, y[i]+it.height/2)
		middle := left[it.column] + width[it.column]/2
		if it.node >= 0 {
			d.nodes[it.node] = rectangle{middle, y[i], g.nodes[it.node].width, it.height}
		} else if it.label {
			d.labels[it.edge] = rectangle{middle, y[i], g.edges[it.edge].label.width, it.height}
		}
	}
	d.width = left[len(left)-1] + width[len(width)-1]
	for k, chain := range l.chains {
		from, to := d.nodes[g.edges[k].from], d.nodes[g.edges[k].to]
		route := []point{{from.x + from.width/2, from.y + ports[k].out}}
		for _, i := range chain[1 : len(chain)-1] {
			c := l.items[i].column
			if width[c] == 0 { // a curve goes from node to node
				continue
			}
			route = append(route, point{left[c], y[i]}, point{left[c] + width[c], y[i]})
		}
		d.routes[k] = append(route, point{to.x - to.width/2, to.y + ports[k].in})
	}
	return d
}

// climbs are the greatest changes of an edge's height before each column.
func (l *layers) climbs(y []float64, ports []port) []float64 {
	most := make([]float64, len(l.columns))
	for k, chain := range l.chains {
		for i, to := range chain[1:] {
			a, b := y[chain[i]], y[to]
			if i == 0 {
				a += ports[k].out
			}
			if i == len(chain)-2 {
				b += ports[k].in
			}
			c := l.items[to].column
			most[c] = max(most[c], math.Abs(b-a))
		}
	}
	return most
}

// widths are the columns' left ends and widths.
func (l *layers) widths(climbs []float64, room float64) (left, width []float64) {
	width = make([]float64, len(l.columns))
	for _, it := range l.items {
		switch {
		case it.node >= 0:
			width[it.column] = max(width[it.column], l.nodes[it.node].width)
		case it.label:
			width[it.column] = max(width[it.column], l.edges[it.edge].label.width+2*labelSpace)
		}
	}
	least, more := 0., make([]float64, len(l.columns))
	for c, w := range width {
		least += w
		if c > 0 {
			least += curveSpace
			more[c] = max(0, climbs[c]/steepness-curveSpace)
		}
	}
	share, wanted := 1., 0.
	for _, m := range more {
		wanted += m
	}
	if wanted > 0 {
		share = max(0, min(1, (room-least)/wanted))
	}
	left = make([]float64, len(l.columns))
	for c := 1; c < len(left); c++ {
		left[c] = left[c-1] + width[c-1] + curveSpace + share*more[c]
	}
	return left, width
}
