//go:build faults && linux

package run

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// soakStages is how many stages one coordinator does.
const soakStages = 2000

// sample is what the coordinator's process takes at a moment.
type sample struct {
	stages         int
	heap, resident float64 // kB
	handles        int
	database, log  float64 // kB
}

// TestFaultSoak: over many stages in one coordinator memory and file handles stay flat and the database grows linearly.
func TestFaultSoak(t *testing.T) {
	b := newBench(t)
	var goals []Goal
	for seed := int64(0); len(goals) < soakStages/16; seed++ { // a gradient-matching run has 18 stages, of which few are shared
		goals = append(goals, testGoal("gm+darts", seed), testGoal("gm+rsps", seed), testGoal("gm+snas", seed))
	}
	var samples []sample
	l := &lines{}
	l.on = func(s Status) {
		if due := (len(samples) + 1) * soakStages / 20; s.Stages >= due {
			samples = append(samples, take(t, b.dir, s.Stages))
		}
		l.said = nil // the test's, not the coordinator's
	}
	s, err := Coordinate(b.Context(), b.store, goals, testOptions(b.dir, 2), l)
	if err != nil || s.Complete != s.Goals || s.Recorded < soakStages {
		t.Fatalf("%v, %v", s, err)
	}
	for _, x := range samples {
		t.Logf("%4d stages: heap %6.0f kB, resident %6.0f kB, %d handles, database %6.0f kB, log %5.0f kB", x.stages, x.heap, x.resident, x.handles, x.database, x.log)
	}
	first, middle, last := samples[4], samples[len(samples)/2], samples[len(samples)-1] // from a quarter on
	slope := func(of func(sample) float64, from, to sample) float64 {
		return (of(to) - of(from)) / float64(to.stages-from.stages)
	}
	heap := slope(func(x sample) float64 { return x.heap }, first, last)
	database := func(x sample) float64 { return x.database + x.log }
	early, late := slope(database, first, middle), slope(database, middle, last)
	t.Logf("%d stages in %s: heap %+.2f kB a stage, %+d handles, database %.2f kB a stage in the first half and %.2f in the second",
		s.Recorded, brief(s.Elapsed), heap, last.handles-first.handles, early, late)
	if last.handles > first.handles+2 {
		t.Errorf("handles grew from %d to %d", first.handles, last.handles)
	}
	if heap > 10 {
		t.Errorf("the heap grows by %.1f kB a stage: more than what is planned and recorded of one", heap)
	}
	if late > 1.5*early+1 {
		t.Errorf("the database grows faster and faster: %.2f kB a stage, then %.2f", early, late)
	}
	if last.log > 8<<10 {
		t.Errorf("the write-ahead log has %.0f kB: it isn't taken over", last.log)
	}
}

func take(t *testing.T, dir string, stages int) sample {
	t.Helper()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	x := sample{stages: stages, heap: float64(m.HeapAlloc) / 1024, resident: resident(t)}
	handles, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	x.handles = len(handles)
	for name, size := range map[string]*float64{"r.db": &x.database, "r.db-wal": &x.log} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		*size = float64(info.Size()) / 1024
	}
	return x
}

// resident is the memory of this process in kB.
func resident(t *testing.T) float64 {
	t.Helper()
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(b), "VmRSS:")
	kB, err := strconv.ParseFloat(strings.Fields(after)[0], 64)
	if err != nil {
		t.Fatal(fmt.Errorf("VmRSS: %w", err))
	}
	return kB
}
