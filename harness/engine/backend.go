package engine

import (
	"fmt"
	"strings"

	"gmnas/harness/engine/kernel"
	"gmnas/harness/engine/kernel/native"
)

// opener makes a backend with that many threads.
type opener struct {
	name string
	open func(threads int) (kernel.Backend, error)
}

// openers lists what this build has, the fastest first; build tags add to it.
var openers = []opener{{"native", func(threads int) (kernel.Backend, error) { return native.New(threads) }}}

// Backends returns the names of the backends that this build has, the fastest first.
func Backends() []string {
	names := make([]string, len(openers))
	for i, o := range openers {
		names[i] = o.name
	}
	return names
}

// OpenBackend opens the named backend. Use it from one goroutine locked to its OS thread.
func OpenBackend(name string, threads int) (kernel.Backend, error) {
	for _, o := range openers {
		if o.name == name {
			b, err := o.open(threads)
			if err != nil {
				return nil, fmt.Errorf("opening backend %s: %w", name, err)
			}
			return b, nil
		}
	}
	return nil, fmt.Errorf("opening backend: %q is not in this build, which has %s", name, strings.Join(Backends(), ", "))
}
