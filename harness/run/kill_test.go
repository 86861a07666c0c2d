package run

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"gmnas/results"
)

// coordinatorProcess is a coordinator of the test goals that can be killed.
func coordinatorProcess(dir, pids string, workers int) (*exec.Cmd, *bytes.Buffer) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "RUN_TEST_ROLE=coordinator", "RUN_TEST_DIR="+dir, "RUN_TEST_PIDS="+pids, "RUN_TEST_WORKERS="+strconv.Itoa(workers))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	return cmd, &out
}

// workersOf returns the workers that ever said their process id.
func workersOf(t *testing.T, pids string) []int {
	t.Helper()
	entries, err := os.ReadDir(pids)
	if err != nil {
		t.Fatal(err)
	}
	var all []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, pid)
	}
	return all
}

// alive reports whether a process of that id runs (a zombie does not).
func alive(pid int) bool {
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return false
	}
	_, after, _ := bytes.Cut(b, []byte(") "))
	return !bytes.HasPrefix(after, []byte("Z"))
}

func finalDump(t *testing.T, dir string) string {
	t.Helper()
	store, err := results.OpenReadOnly(filepath.Join(dir, "r.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.Check(); err != nil {
		t.Fatal(err)
	}
	return bench{T: t, store: store}.dump()
}

func TestKillingTheCoordinatorAtAnyMomentChangesNothing(t *testing.T) {
	want := uninterrupted(t)
	rng := rand.New(rand.NewPCG(1, 2))
	kills := 0
	for round := range 2 {
		dir, pids := t.TempDir(), t.TempDir()
		for finished := false; !finished; {
			cmd, out := coordinatorProcess(dir, pids, 1+round)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			timer := time.AfterFunc(time.Duration(50+rng.IntN(250+20*kills))*time.Millisecond, func() { cmd.Process.Kill() })
			err := cmd.Wait()
			timer.Stop()
			finished = err == nil
			if !finished && cmd.ProcessState.ExitCode() != -1 {
				t.Fatalf("%v: %s", err, out)
			}
			if !finished {
				kills++
			}
			for _, pid := range workersOf(t, pids) { // nobody works on for a dead coordinator
				for deadline := time.Now().Add(5 * time.Second); alive(pid); time.Sleep(5 * time.Millisecond) {
					if time.Now().After(deadline) {
						t.Fatalf("worker %d outlived its coordinator", pid)
					}
				}
				os.Remove(filepath.Join(pids, strconv.Itoa(pid)))
			}
		}
		if got := finalDump(t, dir); got != want {
			t.Errorf("round %d: killed and continued:\n%s\nuninterrupted:\n%s", round, got, want)
		}
	}
	if kills == 0 {
		t.Error("no coordinator was killed: the test tested nothing")
	}
	t.Logf("%d kills", kills)
}

func TestKillingWorkersAtAnyMomentChangesNothing(t *testing.T) {
	want := uninterrupted(t)
	rng := rand.New(rand.NewPCG(3, 4))
	dir, pids := t.TempDir(), t.TempDir()
	cmd, out := coordinatorProcess(dir, pids, 2)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	kills := 0
	for {
		select {
		case err := <-done:
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if got := finalDump(t, dir); got != want || kills == 0 {
				t.Errorf("%d kills:\n%s\nuninterrupted:\n%s", kills, got, want)
			}
			t.Logf("%d kills", kills)
			return
		case <-time.After(time.Duration(20+rng.IntN(100)) * time.Millisecond):
			for _, pid := range workersOf(t, pids) {
				if kills < 20 && alive(pid) && syscall.Kill(pid, syscall.SIGKILL) == nil {
					kills++
				}
			}
		}
	}
}
