package native_test

import (
	"runtime"
	"testing"

	"gmnas/harness/engine/enginetest"
	"gmnas/harness/engine/kernel"
	"gmnas/harness/engine/kernel/native"
)

func open(t testing.TB, threads int) *native.Backend {
	b, err := native.New(threads)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func TestConformance(t *testing.T) {
	enginetest.Run(t, func(t *testing.T) kernel.Backend { return open(t, 1) })
}

func TestConformanceThreads(t *testing.T) {
	enginetest.Run(t, func(t *testing.T) kernel.Backend { return open(t, 3) })
}

func TestThreadsOutOfRange(t *testing.T) {
	for _, threads := range []int{-1, 0, 1 << 20} {
		if _, err := native.New(threads); err == nil {
			t.Errorf("%d threads give no error", threads)
		}
	}
}

func TestOneThreadStartsNoGoroutine(t *testing.T) {
	before := runtime.NumGoroutine()
	b := open(t, 1)
	m, err := b.Alloc(64 * 64 * 256)
	if err != nil {
		t.Fatal(err)
	}
	c := kernel.Conv{Batch: 64, Height: 8, Width: 8, In: 256, Out: 256, Kernel: 1, Stride: 1, Dilation: 1, Groups: 1}
	w, err := b.Alloc(256 * 256)
	if err != nil {
		t.Fatal(err)
	}
	cmd, err := b.ConvBackwardWeights(c, m, m, w)
	if err != nil {
		t.Fatal(err)
	}
	most := make(chan int)
	stop := make(chan struct{})
	go func() {
		n := 0
		for {
			select {
			case <-stop:
				most <- n
				return
			default:
				n = max(n, runtime.NumGoroutine())
				runtime.Gosched()
			}
		}
	}()
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	close(stop)
	if n := <-most; n > before+1 { // the one that counts
		t.Errorf("%d goroutines while one thread computes, %d before", n-1, before)
	}
}
