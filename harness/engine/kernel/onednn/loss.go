//go:build onednn

package onednn

/*
#include "commands.h"
*/
import "C"

import (
	"fmt"

	"gmnas/harness/engine/kernel"
)

// CrossEntropy makes the loss and the gradient of the logits. A label that is no class
// is an error of Run.
func (b *Backend) CrossEntropy(x kernel.CrossEntropy) (kernel.Command, error) {
	k := check{what: "cross-entropy"}
	k.atLeast(1, "batch", x.Batch)
	k.atLeast(1, "classes", x.Classes)
	if !(x.Smoothing >= 0 && x.Smoothing <= 1) {
		k.fail("smoothing is %v, want 0 to 1", x.Smoothing)
	}
	k.mem("logits", x.Logits, x.Batch, x.Classes)
	k.mem("labels", x.Labels, x.Batch)
	k.mem("loss", x.Loss, 1)
	k.optional("gradient of the logits", x.DLogits, x.Batch, x.Classes)
	if k.err != nil {
		return nil, k.err
	}
	c := C.gm_loss_new(b.c)
	if c == nil {
		return nil, fmt.Errorf("making cross-entropy: out of memory")
	}
	c.batch, c.classes, c.smoothing = C.int(x.Batch), C.int(x.Classes), C.double(x.Smoothing)
	c.logits, c.labels, c.loss, c.dlogits = floats(x.Logits), floats(x.Labels), floats(x.Loss), floats(x.DLogits)
	cmd, err := b.newCommand("cross-entropy", &c.job)
	if err != nil {
		return nil, err
	}
	cmd.failed = func(s C.int) error {
		row := int(s) - 1
		return fmt.Errorf("running cross-entropy: label of row %d is %v, want a class from 0 to %d", row, host(x.Labels, x.Batch)[row], x.Classes-1)
	}
	return cmd, nil
}
