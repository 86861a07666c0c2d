package supernet

import (
	"gmnas/harness/engine"
	"gmnas/nasbench/space"
)

// network is what one family of search spaces contributes: the tensors of its supernet, and its graph over them.
type network interface {
	// cells returns the number of cells in all; each has room for the gradients of all mixture weights.
	cells(k space.Skeleton) int
	// layout adds the tensors. Those that gradient matching compares (Part.Shared) come one after the other.
	layout(l *Layout, c Config)
	// build adds everything from images [N,H,W,3] to logits [N,classes].
	build(m *mixture, images *engine.Node) *engine.Node
}

// networkOf returns the space's.
func networkOf(s space.Space) network {
	if s.Genotypes() {
		return darts{}
	}
	return nasbench201{}
}
