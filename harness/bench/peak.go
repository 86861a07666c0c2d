package bench

import (
	"fmt"
	"time"

	"gmnas/harness/engine/kernel"
)

// convolutionPeak returns the best GFLOP/s of a forward 3x3 convolution of 64 channels that stays in cache.
func convolutionPeak(b kernel.Backend) (float64, error) {
	c := kernel.Conv{Batch: 8, Height: 16, Width: 16, In: 64, Out: 64, Kernel: 3, Stride: 1, Pad: 1, Dilation: 1, Groups: 1}
	var mems [3]kernel.Mem
	for i, n := range []int{c.Batch * c.Height * c.Width * c.In, c.Out * 9 * c.In, c.Rows() * c.Out} {
		m, err := b.Alloc(n)
		if err != nil {
			return 0, fmt.Errorf("measuring the convolution peak: %w", err)
		}
		defer b.Free(m)
		mems[i] = m
	}
	cmd, err := b.ConvForward(c, mems[0], mems[1], mems[2])
	if err != nil {
		return 0, fmt.Errorf("measuring the convolution peak: %w", err)
	}
	best := 0.0
	for range 20 {
		start := time.Now()
		if err := cmd.Run(); err != nil {
			return 0, fmt.Errorf("measuring the convolution peak: %w", err)
		}
		best = max(best, 2*float64(c.MACs())/time.Since(start).Seconds()/1e9)
	}
	return best, nil
}
