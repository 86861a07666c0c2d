//go:build onednn

package engine

import (
	"gmnas/harness/engine/kernel"
	"gmnas/harness/engine/kernel/onednn"
)

func init() {
	openers = append([]opener{{"onednn", func(threads int) (kernel.Backend, error) { return onednn.New(threads) }}}, openers...)
}
