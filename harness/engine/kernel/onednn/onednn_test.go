//go:build onednn

package onednn_test

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"strings"
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

// TestOlderMachines runs the suite as on machines without AVX-512, and without AVX: oneDNN
// reads what it may use from the environment, once a process, and the own loops follow it.
func TestOlderMachines(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("only amd64 has loops for several instruction sets")
	}
	for _, isa := range []string{"AVX2", "SSE41"} {
		t.Run(isa, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run=^TestConformance$/^threads=1$")
			cmd.Env = append(os.Environ(), "ONEDNN_MAX_CPU_ISA="+isa)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

func TestNewRefusesThreads(t *testing.T) {
	for _, threads := range []int{0, -1, 1 << 20} {
		if _, err := onednn.New(threads); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("threads is %d", threads)) {
			t.Errorf("New(%d) says %v, want an error that names the value", threads, err)
		}
	}
}

func TestDescribesItself(t *testing.T) {
	b := open(t, 2)
	if b.Name() != "onednn" || !strings.HasPrefix(b.Version(), "oneDNN ") || b.InstructionSet() == "" || b.Threads() != 2 {
		t.Errorf("got %q, %q, %q, %d threads", b.Name(), b.Version(), b.InstructionSet(), b.Threads())
	}
}

// Labels come with the data: a wrong one is an error that names it, not a read past the logits.
func TestLabelOutOfRange(t *testing.T) {
	for _, label := range []float32{3, -1, 0.5, float32(math.NaN()), float32(math.Inf(1))} {
		b := open(t, 1)
		logits, labels, loss := values(t, b, 1, 2, 3, 4, 5, 6), values(t, b, 0, label), values(t, b, 0)
		cmd, err := b.CrossEntropy(kernel.CrossEntropy{Batch: 2, Classes: 3, Logits: logits, Labels: labels, Loss: loss})
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Run(); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("row 1 is %v", label)) {
			t.Errorf("label %v: error %v, want one that names the row and the label", label, err)
		}
	}
}

// Commands share a scratchpad and packed weights, which grow while commands are made: those made
// before must follow.
func TestEarlyConvolutionAfterLargerOnes(t *testing.T) {
	b := open(t, 1)
	conv := func(channels int) (kernel.Command, kernel.Mem) {
		c := kernel.Conv{Batch: 2, Height: 6, Width: 6, In: channels, Out: channels, Kernel: 3, Stride: 1, Pad: 1, Dilation: 1, Groups: 1}
		x, dy := ramp(t, b, c.Rows()*channels), ramp(t, b, c.Rows()*channels)
		dw := ramp(t, b, channels*9*channels)
		cmd, err := b.ConvBackwardWeights(c, x, dy, dw)
		if err != nil {
			t.Fatal(err)
		}
		return cmd, dw
	}
	run := func(cmd kernel.Command, m kernel.Mem) []float32 {
		if err := cmd.Run(); err != nil {
			t.Fatal(err)
		}
		v := make([]float32, m.Len)
		b.Download(v, m)
		return v
	}
	small, dw := conv(16)
	before := run(small, dw)
	for _, channels := range []int{64, 128} {
		run(conv(channels))
	}
	runtime.GC()
	after := run(small, dw)
	for i := range before {
		if before[i] != after[i] {
			t.Fatalf("value %d was %v and is %v after larger convolutions", i, before[i], after[i])
		}
	}
}

// Numbers below float32's normal range are flushed in commands only; Go's arithmetic keeps them.
func TestGoKeepsDenormals(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for _, threads := range []int{1, 2} {
		b := open(t, threads)
		x, y := values(t, b, 1), values(t, b, 1)
		b.Axpy(1, x, y)
		tiny := float32(math.SmallestNonzeroFloat32) * float32(y.Len)
		if tiny+tiny == 0 {
			t.Errorf("denormal numbers are zero in Go after a command of %d threads", threads)
		}
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

func values(t testing.TB, b *onednn.Backend, v ...float32) kernel.Mem {
	t.Helper()
	m, err := b.Alloc(len(v))
	if err != nil {
		t.Fatal(err)
	}
	b.Upload(m, v)
	t.Cleanup(func() { b.Free(m) })
	return m
}

func ramp(t testing.TB, b *onednn.Backend, n int) kernel.Mem {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(i%17) - 8
	}
	return values(t, b, v...)
}
