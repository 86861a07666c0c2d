//go:build faults && linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// TestFaultReaders: 32 readers at a time see a run at work; nobody is told that the database is locked, and the run is undisturbed.
func TestFaultReaders(t *testing.T) {
	const readers = 32
	want, _ := undisturbed(t)
	dir := t.TempDir()
	killedAfter(t, dir, 1) // there is something to read from now on
	run := gmnas(dir, smoke...)
	var said bytes.Buffer
	run.Stdout, run.Stderr = &said, &said
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	var reads atomic.Int64
	var over atomic.Bool
	var all sync.WaitGroup
	for i := range readers {
		out := filepath.Join(dir, fmt.Sprint("out", i))
		commands := [][]string{
			{"report", "table3", "--profile", "smoke", "--db", "r.db", "--out", out}, {"status", "--db", "r.db"}, {"list", "--db", "r.db"},
			{"explain", "table3", "--profile", "smoke", "--db", "r.db"}, {"doctor", "--db", "r.db"},
		}
		all.Go(func() {
			for k := i; !over.Load(); k++ {
				args := commands[k%len(commands)]
				cmd := gmnas(dir, args...)
				out, err := cmd.CombinedOutput()
				if err != nil || strings.Contains(string(out), "locked") {
					t.Errorf("gmnas %s: %v\n%s", strings.Join(args, " "), err, out)
					return
				}
				reads.Add(1)
			}
		})
	}
	err := run.Wait()
	over.Store(true)
	all.Wait()
	if err != nil || strings.Contains(said.String(), "locked") {
		t.Errorf("the run: %v\n%s", err, said.String())
	}
	agree(t, dir, want)
	t.Logf("%d readers read %d times during a run", readers, reads.Load())
}

// TestFaultManyCoordinators: of several that start together on no database yet one runs, and the others refuse and name it.
func TestFaultManyCoordinators(t *testing.T) {
	const coordinators = 8
	want, _ := undisturbed(t)
	dir := t.TempDir()
	var ran, refused atomic.Int64
	var all sync.WaitGroup
	for range coordinators {
		all.Go(func() {
			cmd := gmnas(dir, smoke...)
			out, err := cmd.CombinedOutput()
			switch code := cmd.ProcessState.ExitCode(); {
			case err == nil:
				ran.Add(1)
			case code == exitUnusable && strings.Contains(string(out), "another coordinator has it: process "):
				refused.Add(1)
			default:
				t.Errorf("exit code %d:\n%s", code, out)
			}
		})
	}
	all.Wait()
	if ran.Load() < 1 || ran.Load()+refused.Load() != coordinators {
		t.Errorf("%d ran, %d were refused", ran.Load(), refused.Load())
	}
	agree(t, dir, want)
	t.Logf("%d coordinators: %d ran, one after the other, %d were refused", coordinators, ran.Load(), refused.Load())
}

// TestFaultHangingWorkers: workers that stand still past the limit are ended; the others' stages are recorded, the exit code is 1,
// the failed stages say why, and the same command does them.
func TestFaultHangingWorkers(t *testing.T) {
	dir := t.TempDir()
	cmd := gmnas(dir, append(smoke[:len(smoke):len(smoke)], "--stage-timeout", "3s")...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stopped := 0
	for stages := 10; stages <= 70; stages += 20 { // one that had just finished its stage when it was stopped loses nothing
		for outcomes(filepath.Join(dir, "r.db")) < stages {
			time.Sleep(time.Millisecond)
		}
		workers := children(cmd.Process.Pid)
		for _, worker := range workers {
			if syscall.Kill(worker, syscall.SIGSTOP) == nil {
				stopped++
			}
		}
		for slices.ContainsFunc(workers, func(worker int) bool { return syscall.Kill(worker, 0) == nil }) {
			time.Sleep(10 * time.Millisecond)
		}
	}
	cmd.Wait() // its code is looked at
	if code := cmd.ProcessState.ExitCode(); code != exitIncomplete || !strings.Contains(said.String(), "no result within 3s (--stage-timeout)") {
		t.Fatalf("exit code %d, %d workers stopped:\n%s", code, stopped, said.String())
	}
	expect(t, dir, exitFine, []string{"failed: no result within 3s"}, "status", "--db", "r.db")
	expect(t, dir, exitFine, []string{`seeds? [01,]+ failed: .*no result within 3s`}, "report", "table3", "--profile", "smoke", "--db", "r.db", "--out", "out")
	goesOn(t, dir)
	t.Logf("%d workers stood still", stopped)
}

// TestFaultSoakOfWorkers: over 2,000 real stages the coordinator's and the workers' memory and handles stay flat.
func TestFaultSoakOfWorkers(t *testing.T) {
	const stages = 2000
	dir := t.TempDir()
	cmd := gmnas(dir, "run", "table3", "--profile", "smoke", "--seeds", "0-18", "--db", "r.db")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var samples [][]use
	for n := 1; n <= 10; n++ {
		for deadline := time.Now().Add(10 * time.Minute); outcomes(filepath.Join(dir, "r.db")) < n*stages/10; time.Sleep(50 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("fewer than %d stages:\n%s", n*stages/10, said.String())
			}
		}
		processes := append([]int{cmd.Process.Pid}, children(cmd.Process.Pid)...)
		sample := make([]use, len(processes))
		for i, pid := range processes {
			sample[i] = useOf(pid)
		}
		samples = append(samples, sample)
		t.Logf("%4d stages: coordinator and workers, resident MB and handles: %v", n*stages/10, sample)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	first, last := samples[2], samples[len(samples)-1]
	for i := range min(len(first), len(last)) {
		if last[i].MB > 1.5*first[i].MB+20 || last[i].handles > first[i].handles+4 {
			t.Errorf("process %d of the run (0 is the coordinator) grew from %v to %v", i, first[i], last[i])
		}
	}
	for _, name := range []string{"r.db"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %.2f kB a stage", name, float64(info.Size())/1024/float64(outcomes(filepath.Join(dir, "r.db"))))
	}
}

// use is what a process takes.
type use struct {
	MB      float64 // resident
	handles int
}

func useOf(pid int) use {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)) // empty where it has just ended
	_, after, _ := strings.Cut(string(b), "VmRSS:")
	kB := 0.
	if fields := strings.Fields(after); len(fields) > 0 {
		kB, _ = strconv.ParseFloat(fields[0], 64)
	}
	handles, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	return use{MB: float64(int(kB/102.4)) / 10, handles: len(handles)}
}
