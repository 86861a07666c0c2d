package bench

import (
	"testing"

	"gmnas/nasbench/space"
)

func TestStepRuns(t *testing.T) {
	for _, c := range []struct {
		space string
		mode  string
		cells int
	}{{space.NB201.Name, "darts", 1}, {space.NB201.Name, "path", 1}, {space.NB201.Name, "gm", 1}, {space.DARTS.Name, "darts", 3}, {space.DARTS.Name, "darts2", 3}} {
		r, err := Step(StepOptions{Space: c.space, Mode: c.mode, Channels: 4, Cells: c.cells, Size: 8, Batch: 4, Threads: 1, Steps: 1, Backend: "native"})
		if err != nil {
			t.Fatal(err)
		}
		if r.SecondsMedian <= 0 || r.GFLOPs <= 0 {
			t.Errorf("%s %s: %+v", c.space, c.mode, r)
		}
	}
	for _, o := range []StepOptions{{Space: space.NB201.Name, Mode: "warp", Cells: 1}, {Space: "nowhere", Mode: "darts", Cells: 1},
		{Space: space.DARTS.Name, Mode: "path", Cells: 3}, {Space: space.DARTS.Name, Mode: "darts", Cells: 2}} {
		o.Channels, o.Size, o.Batch, o.Threads, o.Steps, o.Backend = 4, 8, 4, 1, 1, "native"
		if _, err := Step(o); err == nil {
			t.Errorf("%s %s, %d cells, was accepted", o.Space, o.Mode, o.Cells)
		}
	}
}
