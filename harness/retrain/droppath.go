package retrain

import (
	"fmt"
	"math/rand/v2"

	"gmnas/harness/engine"
	"gmnas/harness/engine/kernel"
	"gmnas/nasbench/space"
)

// dropPath leaves operations out image by image: with probability p an image gets nothing of an operation's output, otherwise
// 1/(1-p) times it (spec.md section 5.4).
type dropPath struct {
	backend   kernel.Backend
	batch     int
	branches  int        // that were added
	scale     kernel.Mem // one value
	keep      kernel.Mem // [branch][image], 0 drops
	scaleNode *engine.Node
	host      []float32
}

// newDropPath has room for all operations of the network.
func newDropPath(b kernel.Backend, r space.Retraining, batch int) (*dropPath, error) {
	var cell space.GenotypeCell
	room := r.Cells * len(cell) * len(cell[0]) * batch
	d := &dropPath{backend: b, batch: batch, host: make([]float32, room)}
	var err error
	if d.scale, err = b.Alloc(1); err != nil {
		return nil, fmt.Errorf("allocating drop-path: %w", err)
	}
	if d.keep, err = b.Alloc(room); err != nil {
		b.Free(d.scale)
		return nil, fmt.Errorf("allocating drop-path: %w", err)
	}
	return d, nil
}

func (d *dropPath) close() {
	d.backend.Free(d.scale)
	d.backend.Free(d.keep)
}

// add lets images drop the branch.
func (d *dropPath) add(g *engine.Graph, b *engine.Branch) {
	if d.scaleNode == nil {
		d.scaleNode = g.Input("drop-path scale", d.scale, 1)
	}
	b.Theta = d.scaleNode
	b.Keep = g.Input("drop-path", d.keep.At(d.branches*d.batch, d.batch), d.batch)
	d.branches++
}

// draw chooses what is dropped in the next step; p is below 1.
func (d *dropPath) draw(p float64, rng *rand.Rand) {
	for i := range d.branches * d.batch {
		d.host[i] = 1
		if rng.Float64() < p {
			d.host[i] = 0
		}
	}
	d.set(p)
}

// set uploads the choice.
func (d *dropPath) set(p float64) {
	d.backend.Upload(d.keep, d.host)
	d.backend.Upload(d.scale, []float32{float32(1 / (1 - p))})
}
