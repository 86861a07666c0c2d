//go:build faults && linux

package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"gmnas/results"
)

// smoke is a real run of all nine methods: 230 stages with data at hand, somewhat fewer without.
var smoke = []string{"run", "table3", "--profile", "smoke", "--seeds", "0-1", "--db", "r.db"}

// gmnas is the program as a user starts it in a folder.
func gmnas(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command("gmnas", args...)
	cmd.Dir = dir
	return cmd
}

// patience is longer than any command takes.
const patience = 15 * time.Minute

// finish runs a command and returns its exit code, -1 where it had to be killed, and what it printed.
func finish(t *testing.T, cmd *exec.Cmd) (int, string) {
	t.Helper()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer time.AfterFunc(patience, func() { cmd.Process.Kill() }).Stop()
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String()
}

// expect runs the program, which must end with that code and print something that each pattern matches.
func expect(t *testing.T, dir string, code int, patterns []string, args ...string) {
	t.Helper()
	ends(t, gmnas(dir, args...), code, patterns...)
}

// ends is expect of any command.
func ends(t *testing.T, cmd *exec.Cmd, code int, patterns ...string) {
	t.Helper()
	got, out := finish(t, cmd)
	if got != code {
		t.Fatalf("%s: exit code %d, want %d:\n%s", strings.Join(cmd.Args, " "), got, code, out)
	}
	for _, p := range patterns {
		if !regexp.MustCompile(p).MatchString(out) {
			t.Fatalf("%s: nothing matches %q in:\n%s", strings.Join(cmd.Args, " "), p, out)
		}
	}
}

// seconds are the only thing that two runs don't have in common.
var seconds = regexp.MustCompile(`(?m)^.*"seconds":.*$`)

// harvest is all that a run leaves: the database's dump, and the table as CSV, JSON and PNG.
func harvest(t *testing.T, dir string) string {
	t.Helper()
	store, err := results.OpenReadOnly(filepath.Join(dir, "r.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var all bytes.Buffer
	if err := errors.Join(store.Check(), store.Dump(&all)); err != nil {
		t.Fatal(err)
	}
	expect(t, dir, exitFine, nil, "report", "table3", "--profile", "smoke", "--db", "r.db", "--out", "out")
	for _, name := range []string{"table3.csv", "table3.json", "table3.png"} {
		b, err := os.ReadFile(filepath.Join(dir, "out", name))
		if err != nil {
			t.Fatal(err)
		}
		all.Write(seconds.ReplaceAll(b, nil))
	}
	return all.String()
}

// reference is what the run leaves when nothing happens to it.
var reference struct {
	sync.Once
	harvest string
	took    time.Duration
}

func undisturbed(t *testing.T) (string, time.Duration) {
	t.Helper()
	reference.Do(func() {
		dir, began := t.TempDir(), time.Now()
		expect(t, dir, exitFine, nil, smoke...)
		reference.took = time.Since(began)
		reference.harvest = harvest(t, dir)
	})
	if reference.harvest == "" {
		t.Fatal("the undisturbed run failed")
	}
	return reference.harvest, reference.took
}

// goesOn gives the same command again: it must end well and leave what an undisturbed run leaves.
func goesOn(t *testing.T, dir string) {
	t.Helper()
	want, _ := undisturbed(t)
	expect(t, dir, exitFine, nil, smoke...)
	agree(t, dir, want)
}

// agree compares what lies in dir with what an undisturbed run leaves.
func agree(t *testing.T, dir, want string) {
	t.Helper()
	got := harvest(t, dir)
	if got == want {
		return
	}
	count := map[string]int{}
	for line := range strings.Lines(want) {
		count[line]++
	}
	for line := range strings.Lines(got) {
		if count[line]--; count[line] < 0 {
			t.Errorf("not in the undisturbed run: %.300s", line)
		}
	}
	for line, n := range count {
		if n > 0 {
			t.Errorf("only in the undisturbed run: %.300s", line)
		}
	}
	t.FailNow()
}

// killedAfter starts a run in dir and kills it when it has recorded so many stages.
func killedAfter(t *testing.T, dir string, stages int) {
	t.Helper()
	cmd := gmnas(dir, smoke...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(5 * time.Minute)
	for outcomes(filepath.Join(dir, "r.db")) < stages && time.Now().Before(deadline) {
		time.Sleep(5 * time.Millisecond)
	}
	cmd.Process.Kill()
	cmd.Wait() // an error, as it was killed
	if has := outcomes(filepath.Join(dir, "r.db")); has < stages {
		t.Fatalf("%d of %d stages after minutes", has, stages)
	}
}
