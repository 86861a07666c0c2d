//go:build faults && linux

package results

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

const (
	powerCuts  = 50
	diskSector = 512 // the least that a disk writes whole
)

// TestFaultPowerCut: what Record returned nil for is there after a power cut, whatever part of what wasn't synced reached the
// disk. A process that records is killed at a random moment; of each sector that it wrote since the file's last sync, the new
// or the old content is taken, by chance. The next one goes on from there.
func TestFaultPowerCut(t *testing.T) {
	recorded, lost := cutPower(t, powerCuts, "FULL")
	if lost > 0 || recorded < powerCuts {
		t.Errorf("%d outcomes recorded, %d of them lost", recorded, lost)
	}
	t.Logf("%d power cuts, %d outcomes were reported as recorded, %d lost", powerCuts, recorded, lost)
}

// TestFaultPowerCutWouldBeSeen: with fewer syncs the same test finds losses, so it can fail.
func TestFaultPowerCutWouldBeSeen(t *testing.T) {
	for _, synchronous := range []string{"NORMAL", "OFF"} {
		recorded, lost := cutPower(t, 10, synchronous)
		if lost == 0 {
			t.Errorf("synchronous = %s: none of %d outcomes was lost in 10 power cuts: the simulation loses nothing", synchronous, recorded)
		}
		t.Logf("synchronous = %s: %d of %d outcomes lost", synchronous, lost, recorded)
	}
}

// cutPower returns how many outcomes were reported as recorded and how many of these are lost, or the database with them. Where
// syncs are fewer than ours, it stops at the first loss.
func cutPower(t *testing.T, cuts int, synchronous string) (recorded, lost int) {
	library := filepath.Join(t.TempDir(), "powercut.so")
	if out, err := exec.Command("cc", "-shared", "-fPIC", "-o", library, "testdata/powercut.c", "-ldl").CombinedOutput(); err != nil {
		t.Skipf("the power cut needs a C compiler: %v: %s", err, out)
	}
	rng := rand.New(rand.NewPCG(7, 8))
	disk := t.TempDir()
	acknowledged := map[int64]bool{}
	next := int64(0)
	for cut := range cuts {
		kept := t.TempDir() // what is certainly on the disk: all of it, at first
		copyFiles(t, disk, kept)
		cmd := exec.Command(os.Args[0], "-test.run=^TestFaultRecorder$")
		cmd.Env = append(os.Environ(), "LD_PRELOAD="+library, "POWERCUT_KEPT="+kept, "RECORDER_DB="+filepath.Join(disk, "r.db"),
			"RECORDER_NEXT="+strconv.FormatInt(next, 10), "RECORDER_PRAGMA=")
		if synchronous != "FULL" { // which Open sets
			cmd.Env = append(cmd.Env, "RECORDER_PRAGMA=PRAGMA synchronous = "+synchronous)
		} else if cut%2 == 1 { // so that the log often goes over into the file, and the power with it
			cmd.Env = append(cmd.Env, "RECORDER_PRAGMA=PRAGMA wal_autocheckpoint = 10")
		}
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		wait := time.Duration(rng.IntN(600)) * time.Millisecond
		timer := time.AfterFunc(wait, func() { cmd.Process.Kill() })
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if seed, err := strconv.ParseInt(lines.Text(), 10, 64); err == nil {
				acknowledged[seed] = true
				next = max(next, seed+1)
			} else if lines.Text() != "PASS" {
				t.Errorf("the recorder said %q", lines.Text())
			}
		}
		timer.Stop()
		cmd.Wait()
		disk = afterCut(t, rng, disk, kept)
		missing := missingOn(t, disk, acknowledged)
		lost += len(missing)
		for seed := range missing { // counted once
			delete(acknowledged, seed)
			recorded++
		}
		if lost > 0 && synchronous != "FULL" {
			break // the database may be beyond use
		}
	}
	return recorded + len(acknowledged), lost
}

// TestFaultRecorder is the process that records until it is killed, and says what is recorded.
func TestFaultRecorder(t *testing.T) {
	path := os.Getenv("RECORDER_DB")
	if path == "" {
		t.Skip("another test starts it")
	}
	seed, err := strconv.ParseInt(os.Getenv("RECORDER_NEXT"), 10, 64)
	must(t, err)
	s, err := Open(path)
	must(t, err)
	if pragma := os.Getenv("RECORDER_PRAGMA"); pragma != "" {
		_, err := s.db.Exec(pragma)
		must(t, err)
	}
	for ; ; seed++ {
		stage := trainStage(seed)
		must(t, s.Record(stage, trained(stage, 1)))
		fmt.Println(seed)
	}
}

// afterCut is the folder as the power cut left it.
func afterCut(t *testing.T, rng *rand.Rand, disk, kept string) string {
	t.Helper()
	left := t.TempDir()
	for _, ending := range []string{"", "-wal", "-journal"} {
		was, errWas := os.ReadFile(filepath.Join(kept, "r.db"+ending))
		is, errIs := os.ReadFile(filepath.Join(disk, "r.db"+ending))
		if errWas != nil && (errIs != nil || rng.IntN(2) == 0) {
			continue // never synced: the name need not be there either
		}
		if errIs != nil && rng.IntN(2) == 0 {
			continue // deleted; the name may be gone
		}
		share := []float64{0, 0.5, 1}[rng.IntN(3)] // of the newer sectors that reached the disk
		size := len(was)
		if errIs == nil && rng.Float64() < share {
			size = len(is)
		}
		mixed := make([]byte, size)
		copy(mixed, was)
		for at := 0; at < min(size, len(is)); at += diskSector {
			if rng.Float64() < share {
				copy(mixed[at:min(size, at+diskSector)], is[at:])
			}
		}
		must(t, os.WriteFile(filepath.Join(left, "r.db"+ending), mixed, 0o644))
	}
	return left
}

// missingOn returns the acknowledged seeds that a copy of the disk doesn't have; all, where the database is damaged.
func missingOn(t *testing.T, disk string, acknowledged map[int64]bool) map[int64]bool {
	t.Helper()
	look := t.TempDir()
	copyFiles(t, disk, look)
	s, err := Open(filepath.Join(look, "r.db"))
	if err == nil {
		defer s.Close()
		err = s.Check()
	}
	missing := map[int64]bool{}
	for seed := range acknowledged {
		if err != nil {
			missing[seed] = true
			continue
		}
		o, found, e := s.Outcome(trainStage(seed).Key())
		if e != nil || !found || !Same(o, trained(trainStage(seed), 1)) {
			missing[seed] = true
		}
	}
	if err != nil {
		t.Logf("after a cut: %v", err)
	}
	return missing
}

func copyFiles(t *testing.T, from, to string) {
	t.Helper()
	for _, ending := range []string{"", "-wal", "-journal"} {
		b, err := os.ReadFile(filepath.Join(from, "r.db"+ending))
		if err == nil {
			must(t, os.WriteFile(filepath.Join(to, "r.db"+ending), bytes.Clone(b), 0o644))
		}
	}
}
