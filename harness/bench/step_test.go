package bench

import "testing"

func TestStepRuns(t *testing.T) {
	for _, mode := range []string{"darts", "path", "gm"} {
		r, err := Step(StepOptions{Mode: mode, Channels: 4, Cells: 1, Size: 8, Batch: 4, Threads: 1, Steps: 1, Backend: "native"})
		if err != nil {
			t.Fatal(err)
		}
		if r.SecondsMedian <= 0 || r.GFLOPs <= 0 {
			t.Errorf("%s: %+v", mode, r)
		}
	}
	if _, err := Step(StepOptions{Mode: "warp", Channels: 4, Cells: 1, Size: 8, Batch: 4, Threads: 1, Steps: 1, Backend: "native"}); err == nil {
		t.Error("an unknown mode was accepted")
	}
}
