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

// CheckHalf returns an error where the processor has no bfloat16 instructions: oneDNN would compute half convolutions there
// too, but slower than in float32.
func (b *Backend) CheckHalf() error {
	if C.gm_has_bf16() == 0 {
		return fmt.Errorf("bfloat16 convolutions: this processor has no avx512_bf16 instructions (oneDNN uses %s); use --precision float32", b.InstructionSet())
	}
	return nil
}

// Narrow rounds src to bfloat16.
func (b *Backend) Narrow(src, dst kernel.Mem) (kernel.Command, error) {
	c := check{what: "narrow"}
	c.mem("source", src, src.Len)
	c.mem("destination", dst, kernel.HalfLen(src.Len))
	if c.err != nil {
		return nil, c.err
	}
	job := C.gm_narrow_new(b.c, floats(src), halves(dst), C.long(src.Len))
	if job == nil {
		return nil, fmt.Errorf("making narrow: out of memory")
	}
	return b.newCommand("narrow", &job.job)
}

// halves returns half memory for C; NULL if it is none.
func halves(m kernel.Mem) *C.ushort { return (*C.ushort)(m.Ptr) }
