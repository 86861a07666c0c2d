package plots

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// graph is what is drawn from left to right. Nodes are in topological order; an edge goes from a lower to a higher one.
type graph struct {
	nodes []size
	edges []link
}

type size struct{ width, height float64 }

// link is an edge of the graph. A label of no width is none.
type link struct {
	from, to int
	label    size
}

// item is what takes a place in a column: a node, or where an edge passes, with or without its label. Columns of nodes (even)
// and of what lies between (odd) take turns.
type item struct {
	column int
	node   int // -1 for an edge
	edge   int // -1 for a node
	label  bool
	height float64
}

// layers is a graph with its nodes in columns and the order within each (Sugiyama, Tagawa and Toda 1981): what is left to
// decide are coordinates.
type layers struct {
	graph
	rank    []int // of each node
	items   []item
	chains  [][]int // items of each edge from node to node, both included
	columns [][]int // items from top to bottom
}

// restarts of the ordering's search; a cell has some 40 items, so that this is some 20 milliseconds.
const restarts = 24

// turned is how much straighter a drawing must be for its second node above its first.
const turned = 1.3

// layered finds columns and order with few crossings, and of those the straightest. It is the same for the same graph.
func layered(g graph) (*layers, []float64) {
	var best *layers
	var places []float64
	fewest, straightest := 0, 0.
	for _, rank := range shortest(g) {
		base := newLayers(g, rank)
		rng := rand.New(rand.NewPCG(1, 2))
		for try := range restarts {
			l := base.clone()
			if try > 0 {
				for _, c := range l.columns {
					rng.Shuffle(len(c), func(i, j int) { c[i], c[j] = c[j], c[i] })
				}
			}
			crossings := l.order()
			if best != nil && crossings > fewest {
				continue
			}
			y, bend := l.place()
			if y[0] > y[1] {
				bend *= turned
			}
			if best == nil || crossings < fewest || bend < straightest-1e-9 {
				best, places, fewest, straightest = l, y, crossings, bend
			}
		}
	}
	return best, places
}

// shortest returns the columns of nodes that make the drawing as narrow as it can be and, of those, the edges shortest.
func shortest(g graph) [][]int {
	first := make([]int, len(g.nodes))
	for _, e := range g.edges { // by target, so that a source's column is known
		first[e.to] = max(first[e.to], first[e.from]+1)
	}
	for again := true; again; {
		again = false
		for _, e := range g.edges {
			if first[e.to] <= first[e.from] {
				first[e.to], again = first[e.from]+1, true
			}
		}
	}
	last := slices.Max(first)
	var found [][]int
	least := 0
	rank := make([]int, len(g.nodes))
	var try func(node int)
	try = func(node int) {
		if node < len(g.nodes) {
			low, high := first[node], last
			if isSource(g, node) {
				high = 0
			}
			for r := low; r <= high; r++ {
				rank[node] = r
				try(node + 1)
			}
			return
		}
		total := 0
		for _, e := range g.edges {
			if rank[e.from] >= rank[e.to] {
				return
			}
			total += rank[e.to] - rank[e.from]
		}
		if found == nil || total < least {
			found, least = nil, total
		}
		if total == least {
			found = append(found, slices.Clone(rank))
		}
	}
	try(0)
	return found
}

func isSource(g graph, node int) bool {
	return !slices.ContainsFunc(g.edges, func(e link) bool { return e.to == node })
}

// newLayers lays an edge's label into the column before its target.
func newLayers(g graph, rank []int) *layers {
	l := &layers{graph: g, rank: rank, columns: make([][]int, 2*slices.Max(rank)+1)}
	add := func(i item) int {
		l.items = append(l.items, i)
		l.columns[i.column] = append(l.columns[i.column], len(l.items)-1)
		return len(l.items) - 1
	}
	for n, s := range g.nodes {
		add(item{column: 2 * rank[n], node: n, edge: -1, height: s.height})
	}
	for k, e := range g.edges {
		chain := []int{e.from}
		for c := 2*rank[e.from] + 1; c < 2*rank[e.to]; c++ {
			i := item{column: c, node: -1, edge: k, label: e.label.width > 0 && c == 2*rank[e.to]-1}
			if i.label {
				i.height = e.label.height
			}
			chain = append(chain, add(i))
		}
		l.chains = append(l.chains, append(chain, e.to))
	}
	return l
}

func (l *layers) clone() *layers {
	c := *l
	c.columns = make([][]int, len(l.columns))
	for i, column := range l.columns {
		c.columns[i] = slices.Clone(column)
	}
	return &c
}

// order lowers the number of crossings: sweeps by the mean place of neighbours, then swaps of neighbours in a column while
// one helps.
func (l *layers) order() int {
	at := l.positions()
	for sweep := range 12 {
		for c := range l.columns {
			if sweep%2 == 1 {
				c = len(l.columns) - 1 - c
			}
			l.byMean(c, sweep%2 == 1, at)
		}
	}
	total := l.crossings(at)
	for better := true; better; {
		better = false
		for _, column := range l.columns {
			for i := range len(column) - 1 {
				a, b := column[i], column[i+1]
				at[a], at[b] = at[b], at[a]
				if now := l.crossings(at); now < total {
					column[i], column[i+1] = b, a
					total, better = now, true
				} else {
					at[a], at[b] = at[b], at[a]
				}
			}
		}
	}
	return total
}

// positions are the items' places in their columns.
func (l *layers) positions() []int {
	at := make([]int, len(l.items))
	for _, column := range l.columns {
		for k, i := range column {
			at[i] = k
		}
	}
	return at
}

// byMean sorts a column by the mean place of each item's neighbours in the column before, or after.
func (l *layers) byMean(c int, after bool, at []int) {
	sum, n := map[int]float64{}, map[int]float64{}
	for _, chain := range l.chains {
		for k, i := range chain {
			if l.items[i].column != c {
				continue
			}
			other := k - 1
			if after {
				other = k + 1
			}
			if other >= 0 && other < len(chain) {
				sum[i] += float64(at[chain[other]])
				n[i]++
			}
		}
	}
	mean := func(i int) float64 {
		if n[i] == 0 {
			return float64(at[i])
		}
		return sum[i] / n[i]
	}
	slices.SortStableFunc(l.columns[c], func(a, b int) int { return cmp.Compare(mean(a), mean(b)) })
	for k, i := range l.columns[c] {
		at[i] = k
	}
}

// crossings counts pairs of edges that cross between two columns.
func (l *layers) crossings(at []int) (n int) {
	for c := range len(l.columns) - 1 {
		var steps [][2]int
		for _, chain := range l.chains {
			if k := c - l.items[chain[0]].column; k >= 0 && k+1 < len(chain) {
				steps = append(steps, [2]int{at[chain[k]], at[chain[k+1]]})
			}
		}
		for i, a := range steps {
			for _, b := range steps[:i] {
				if (a[0]-b[0])*(a[1]-b[1]) < 0 {
					n++
				}
			}
		}
	}
	return n
}
