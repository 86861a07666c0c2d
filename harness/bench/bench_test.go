package bench

import (
	"runtime"
	"testing"

	"gmnas/harness/engine"
	"gmnas/nasbench/space"
)

// BenchmarkStep reports what a step allocates once all operations have been seen: nothing.
func BenchmarkStep(b *testing.B) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for _, mode := range []string{"darts", "path"} {
		b.Run(mode, func(b *testing.B) {
			o := StepOptions{Space: space.NB201.Name, Mode: mode, Channels: 4, Cells: 1, Size: 8, Batch: 8, Threads: 1, Steps: 1, Backend: engine.Backends()[0]}
			k, err := engine.OpenBackend(o.Backend, 1)
			if err != nil {
				b.Fatal(err)
			}
			s, err := searcher(k, o)
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			for range 100 {
				if err := s.TimedStep(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := s.TimedStep(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
