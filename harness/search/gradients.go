package search

import (
	"context"
	"fmt"

	"gmnas/harness/engine/kernel"
	"gmnas/harness/spec"
	"gmnas/harness/split"
	"gmnas/harness/supernet"
)

// collected holds the gradients of one mini-batch for each operation of an edge; it implements split.Gradients over the
// weights that the operations share: everything in cells and residual blocks but the edge's own (spec.md section 3.2).
type collected struct {
	x      *Searcher
	edge   int
	body   supernet.Range
	copies []kernel.Mem // body, one an operation
	shared []supernet.Range
	open   [][]bool // [edge][operation] outside the edge
	theta  []float64
}

// newCollected allocates room for n operations.
func (x *Searcher) newCollected(n int) (*collected, error) {
	bodies := x.params.Layout.Ranges(func(_ int, t supernet.Tensor) bool { return t.Shared })
	if len(bodies) != 1 {
		return nil, fmt.Errorf("collecting gradients: the body's weights lie in %d ranges, want 1", len(bodies))
	}
	c := &collected{x: x, body: bodies[0], theta: make([]float64, len(x.theta))}
	for range n {
		m, err := x.params.Backend.Alloc(c.body.To - c.body.From)
		if err != nil {
			c.close()
			return nil, fmt.Errorf("collecting gradients: %w", err)
		}
		c.copies = append(c.copies, m)
	}
	return c, nil
}

func (c *collected) close() {
	for _, m := range c.copies {
		c.x.params.Backend.Free(m)
	}
}

// collect computes the gradients of the batch in the buffers with each of the edge's operations enabled in turn, the
// mixture otherwise held fixed: weight 1 (one-hot) or its mixture weight (soft). store takes the k-th operation's.
func (c *collected) collect(edge int, operations []int, theta []float64, enable string, store func(k int, body kernel.Mem)) error {
	x := c.x
	x.net.SetBatch(x.images, x.labels)
	c.edge = edge
	c.shared = x.params.Layout.Ranges(func(_ int, t supernet.Tensor) bool {
		return t.Shared && (t.Cell < 0 || t.Edge != edge)
	})
	n := len(x.space.Operations)
	for k, o := range operations {
		copy(c.theta, theta)
		one := c.theta
		for i := range n {
			one[edge*n+i] = 0
		}
		if one[edge*n+o] = 1; enable == spec.EnableSoft {
			one[edge*n+o] = theta[edge*n+o]
		}
		if err := x.net.SetTheta(one); err != nil {
			return err
		}
		if _, err := x.run(x.net, supernet.Matching); err != nil {
			return fmt.Errorf("edge %d, operation %s: %w", edge, x.space.Operations[o], err)
		}
		store(k, x.params.Gradients.At(c.body.From, c.body.To-c.body.From))
	}
	c.open = make([][]bool, x.space.Edges())
	for e := range c.open {
		c.open[e] = make([]bool, n)
		for o := range n {
			c.open[e][o] = e != edge && x.net.Open(e, o)
		}
	}
	return nil
}

func (c *collected) Len() int { return len(c.copies) }

func (c *collected) Inner(i, j int) float64 {
	sum := 0.0
	for _, r := range c.shared {
		at, n := r.From-c.body.From, r.To-r.From
		sum += c.x.params.Backend.Inner(c.copies[i].At(at, n), c.copies[j].At(at, n))
	}
	return sum
}

// Tensors downloads operation i's gradient. Tensors of operations that were closed have no data.
func (c *collected) Tensors(i int) []split.Tensor {
	host := make([]float32, c.copies[i].Len)
	c.x.params.Backend.Download(host, c.copies[i])
	var ts []split.Tensor
	for _, t := range c.x.params.Layout.Params {
		if !t.Shared || t.Cell >= 0 && t.Edge == c.edge {
			continue
		}
		s := split.Tensor{Name: t.Name, Filters: t.Filters()}
		if t.Cell < 0 || c.open[t.Edge][t.Operation] {
			s.Data = host[t.Offset-c.body.From:][:t.Size]
		}
		ts = append(ts, s)
	}
	return ts
}

// Distances compares the gradients of the edge's allowed operations over level.Batches fresh W-batches (paper Eq. 2;
// spec.md section 3.2: one draw of the mixture a batch). report is called after every batch.
func (x *Searcher) Distances(ctx context.Context, level spec.Level, edge int, report func(batch int)) (split.EdgeDistances, error) {
	criterion, err := split.ByName(level.Criterion)
	if err != nil {
		return split.EdgeDistances{}, err
	}
	operations := x.mask.Operations(edge)
	c, err := x.newCollected(len(operations))
	if err != nil {
		return split.EdgeDistances{}, err
	}
	defer c.close()
	b := x.params.Backend
	average := split.NewAverage(criterion, edge, operations)
	for m := range level.Batches {
		if err := ctx.Err(); err != nil {
			return split.EdgeDistances{}, err
		}
		if err := x.batch(x.wBatches); err != nil {
			return split.EdgeDistances{}, err
		}
		theta, err := x.draw()
		if err != nil {
			return split.EdgeDistances{}, err
		}
		store := func(k int, body kernel.Mem) { b.Copy(c.copies[k], body) }
		if level.Average == spec.AverageGradients {
			store = func(k int, body kernel.Mem) { b.Axpy(1/float32(level.Batches), body, c.copies[k]) }
		}
		if err := c.collect(edge, operations, theta, level.Enable, store); err != nil {
			return split.EdgeDistances{}, fmt.Errorf("collecting gradients, mini-batch %d: %w", m, err)
		}
		if level.Average == spec.AverageDistances {
			if err := average.Add(c); err != nil {
				return split.EdgeDistances{}, err
			}
		}
		report(m + 1)
	}
	if level.Average == spec.AverageGradients {
		if err := average.Add(c); err != nil {
			return split.EdgeDistances{}, err
		}
	}
	return average.Result()
}
