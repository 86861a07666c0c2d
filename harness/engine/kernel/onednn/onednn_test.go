//go:build onednn

package onednn_test

import (
	"fmt"
	"testing"

	"gmnas/harness/engine/enginetest"
	"gmnas/harness/engine/kernel"
	"gmnas/harness/engine/kernel/onednn"
)

func TestConformance(t *testing.T) {
	for _, threads := range []int{1, 2} {
		t.Run(fmt.Sprintf("threads=%d", threads), func(t *testing.T) {
			enginetest.Run(t, func(t *testing.T) kernel.Backend { return open(t, threads) })
		})
	}
}

func open(t testing.TB, threads int) *onednn.Backend {
	t.Helper()
	b, err := onednn.New(threads)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
