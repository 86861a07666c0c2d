package run

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestObservers(t *testing.T) {
	s := Status{Stages: 3, StagesTotal: 10, FLOPs: 2e12, FLOPsTotal: 8e12, Elapsed: 90 * time.Second, Left: 270 * time.Second,
		Workers: []Doing{{Label: "gm+darts seed 2, leaf 01: train", Fraction: 0.5, Note: "epoch 4/8\x1b[31m"}}}
	want := "3/10 stages, 2/8 TFLOP, 1m30s, 4m30s left | gm+darts seed 2, leaf 01: train 50 % epoch 4/8[31m"
	if s.String() != want {
		t.Errorf("%q, want %q", s, want)
	}

	var out bytes.Buffer
	o := Terminal(&out, func() int { return 21 })
	o.Status(s)
	o.Line("done\a")
	if got, want := out.String(), eraseLine+want[:20]+eraseLine+"done\n"; got != want {
		t.Errorf("terminal: %q, want %q", got, want)
	}

	out.Reset()
	o = Plain(&out, time.Hour)
	for range 100 {
		o.Status(s)
	}
	o.Line("done")
	if out.String() != "done\n" {
		t.Errorf("plain: %q", out.String())
	}
	out.Reset()
	o = Plain(&out, 0)
	o.Status(s)
	if !strings.HasPrefix(out.String(), "3/10") {
		t.Errorf("plain: %q", out.String())
	}
}

func TestBrief(t *testing.T) {
	for d, want := range map[time.Duration]string{
		1234 * time.Millisecond:       "1.2s",
		83*time.Second + 4e8:          "1m23s",
		26*time.Hour + 90*time.Second: "26h2m",
	} {
		if got := brief(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}
