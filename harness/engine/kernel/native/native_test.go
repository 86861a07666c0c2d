package native_test

import (
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
