//go:build faults && linux

package main

import (
	"bufio"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// kills of each sort.
const kills = 50

// reportedLine says how many stages are recorded.
var reportedLine = regexp.MustCompile(`^\[(\d+)/\d+\] .*: done in`)

// TestFaultKilledCoordinators: whenever the coordinator is killed, also right after it reported a stage, what it had reported is
// recorded, and the same command again and again ends with the undisturbed database and table.
func TestFaultKilledCoordinators(t *testing.T) {
	want, took := undisturbed(t)
	rng := rand.New(rand.NewPCG(11, 12))
	killed, ended, reported := 0, 0, 0
	for killed < kills {
		dir := t.TempDir()
		for finished := false; !finished; {
			cmd := gmnas(dir, smoke...)
			said, err := cmd.StderrPipe()
			if err != nil {
				t.Fatal(err)
			}
			began, moment := time.Now(), time.Duration(rng.Int64N(int64(took)/2))
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			onReport := rng.IntN(3) == 0
			timer := time.AfterFunc(moment, func() {
				if !onReport {
					cmd.Process.Kill()
				}
			})
			last := 0
			for lines := bufio.NewScanner(said); lines.Scan(); {
				if m := reportedLine.FindStringSubmatch(lines.Text()); m != nil {
					if last, err = strconv.Atoi(m[1]); err != nil {
						t.Fatal(err)
					}
					if onReport && time.Since(began) > moment {
						cmd.Process.Kill()
					}
				}
			}
			finished = cmd.Wait() == nil
			timer.Stop()
			if code := cmd.ProcessState.ExitCode(); !finished && code != -1 {
				t.Fatalf("exit code %d", code)
			} else if !finished {
				killed++
			}
			if has := outcomes(filepath.Join(dir, "r.db")); has < last {
				t.Errorf("%d stages were reported as recorded, %d are", last, has)
			}
			reported = max(reported, last)
		}
		agree(t, dir, want)
		ended++
	}
	if reported == 0 {
		t.Error("nothing was reported: the test looked at nothing")
	}
	t.Logf("%d kills of the coordinator; %d runs ended with the undisturbed database and table", killed, ended)
}

// TestFaultKilledWorkers: likewise for workers. A stage whose workers were killed too often fails, with exit code 1, and the same
// command tries it again.
func TestFaultKilledWorkers(t *testing.T) {
	want, took := undisturbed(t)
	rng := rand.New(rand.NewPCG(13, 14))
	killed, ended, again := 0, 0, 0
	for killed < kills {
		dir := t.TempDir()
		for finished := false; !finished; {
			cmd := gmnas(dir, smoke...)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			go func() { done <- cmd.Wait() }()
			for ended := false; !ended; {
				select {
				case err := <-done:
					ended, finished = true, err == nil
				case <-time.After(time.Duration(rng.Int64N(int64(took) / 4))):
					if all := children(cmd.Process.Pid); len(all) > 0 && syscall.Kill(all[rng.IntN(len(all))], syscall.SIGKILL) == nil {
						killed++
					}
				}
			}
			if code := cmd.ProcessState.ExitCode(); code != exitFine && code != exitIncomplete {
				t.Fatalf("exit code %d", code)
			} else if code == exitIncomplete {
				again++
			}
		}
		agree(t, dir, want)
		ended++
	}
	t.Logf("%d kills of workers; %d runs ended with the undisturbed database and table, %d of them after a stage had failed", killed, ended, again)
}
