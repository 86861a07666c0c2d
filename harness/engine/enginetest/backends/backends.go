// Package backends runs a test on every kernel backend that this build has.
package backends

import (
	"runtime"
	"testing"

	"gmnas/harness/engine"
	"gmnas/harness/engine/kernel"
)

// Each runs f once for each backend, on a locked thread, as a subtest named after it.
func Each(t *testing.T, f func(t *testing.T, b kernel.Backend)) {
	for _, name := range engine.Backends() {
		t.Run(name, func(t *testing.T) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			b, err := engine.OpenBackend(name, 1)
			if err != nil {
				t.Fatal(err)
			}
			f(t, b)
		})
	}
}
