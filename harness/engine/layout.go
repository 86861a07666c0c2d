package engine

import (
	"slices"
	"sort"
)

// layout is what a program runs and where its buffers lie in the workspace.
type layout struct {
	order   []*Node
	relus   map[*op]*op // combination -> rectification written in the same pass
	halves  map[*op]*op // combination or such rectification -> rounded copy written in the same pass
	dropped map[*op]bool
	offsets map[*op]int
	size    int // values
}

// align is the alignment of buffers, in values: one cache line.
const align = 16

// layout orders what the wanted nodes need and places every buffer at the lowest address that is
// free from its operation to its last reader.
func (g *Graph) layout(wanted []*Node) layout {
	l := layout{order: g.sorted(wanted), relus: map[*op]*op{}, halves: map[*op]*op{}, dropped: map[*op]bool{}, offsets: map[*op]int{}}
	first, last := map[*op]int{}, map[*op]int{}
	readers := map[*op]int{}
	end := len(l.order)
	for i, n := range l.order {
		o := opOf(n)
		first[o], last[o] = i, i
		for _, in := range o.in {
			for s := opOf(in); s != nil; s = opOf(s.in[0]) { // a view keeps what it looks at
				last[s] = i
				if !s.isView {
					readers[s]++
					break
				}
				readers[s]++
			}
		}
	}
	isWanted := map[*op]bool{}
	for _, n := range wanted {
		for s := opOf(n); s != nil; s = opOf(s.in[0]) {
			last[s] = end
			isWanted[s] = true
			if !s.isView {
				break
			}
		}
	}
	// A rectification is written together with the combination it reads.
	for _, n := range l.order {
		o := opOf(n)
		if o.combine == nil || o.combine.relu == nil {
			continue
		}
		src := opOf(o.combine.relu)
		if src == nil || src.combine == nil || src.gate != o.gate || l.relus[src] != nil || !src.extern.None() {
			continue
		}
		l.relus[src] = o
		first[o] = first[src]
		if readers[src] == 1 && !isWanted[src] {
			l.dropped[src] = true
		}
	}
	// So is the rounded copy of either.
	for _, n := range l.order {
		o := opOf(n)
		if !o.isNarrow {
			continue
		}
		src := opOf(o.in[0])
		if src == nil || src.combine == nil || src.gate != nil && src.gate != o.gate {
			continue
		}
		l.halves[src] = o
		first[o] = first[src]
		if readers[src] == 1 && !isWanted[src] && src.extern.None() {
			l.dropped[src] = true
		}
	}
	var placed []*placement
	for _, n := range l.order {
		o := opOf(n)
		if o.isView || !o.extern.None() || l.dropped[o] {
			continue
		}
		placed = append(placed, &placement{op: o, first: first[o], last: last[o], size: (o.shape.TotalSize() + align - 1) / align * align})
	}
	l.place(placed)
	return l
}

// placement is where an operation's output lies from its first to its last use.
type placement struct {
	op          *op
	first, last int
	at, size    int // values
}

// place gives every buffer the lowest address that is free.
func (l *layout) place(all []*placement) {
	sort.SliceStable(all, func(i, j int) bool { return all[i].first < all[j].first })
	var live []*placement // in the order of their addresses
	for _, b := range all {
		live = slices.DeleteFunc(live, func(other *placement) bool { return other.last < b.first })
		before := 0 // of the live ones, those that lie before b
		for _, other := range live {
			if b.at+b.size <= other.at {
				break
			}
			b.at = max(b.at, other.at+other.size)
			before++
		}
		live = slices.Insert(live, before, b)
		l.offsets[b.op] = b.at
		l.size = max(l.size, b.at+b.size)
	}
}
