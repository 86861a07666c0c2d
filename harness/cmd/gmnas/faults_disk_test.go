//go:build faults && linux

package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"gmnas/nasbench"
)

// apart runs the test of that name again in a mount namespace of its own, where it may mount; true in there.
func apart(t *testing.T) bool {
	t.Helper()
	if os.Getenv("FAULTS_APART") == t.Name() {
		return true
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), "FAULTS_APART="+t.Name())
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	switch {
	case cmd.ProcessState == nil:
		t.Skipf("this system gives no user and mount namespaces: %v", err)
	case err != nil:
		t.Errorf("%v\n%s", err, out)
	default:
		for line := range strings.Lines(string(out)) {
			if strings.Contains(line, "_test.go:") {
				t.Log(strings.TrimSpace(line))
			}
		}
	}
	return false
}

func mount(t *testing.T, source, folder, kind string, flags uintptr, options string) {
	t.Helper()
	if err := syscall.Mount(source, folder, kind, flags, options); err != nil {
		t.Fatalf("mounting %s: %v", folder, err)
	}
}

// TestFaultFullDisk: a disk that fills up at whatever moment ends the run with an error that names a file and the way out; what
// was reported is recorded, and with room the same command goes on.
func TestFaultFullDisk(t *testing.T) {
	undisturbed(t)
	if !apart(t) {
		return
	}
	full := 0
	for _, kB := range []int{16, 64, 128, 256, 512, 1024, 2048, 3072, 4096, 6144, 8192, 12288} {
		dir := t.TempDir()
		mount(t, "tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dk", kB))
		code, out := finish(t, gmnas(dir, smoke...))
		last := 0
		for line := range strings.Lines(out) {
			if m := reportedLine.FindStringSubmatch(line); m != nil {
				last, _ = strconv.Atoi(m[1])
			}
		}
		if code != exitUnusable || !strings.Contains(out, dir) && !strings.Contains(out, "r.d") || !strings.Contains(out, "free some space") && !strings.Contains(out, "no space left") {
			t.Fatalf("%d kB: exit code %d:\n%s", kB, code, out)
		}
		if has := outcomes(filepath.Join(dir, "r.db")); has < last {
			t.Errorf("%d kB: %d stages were reported as recorded, %d are", kB, last, has)
		}
		full++
		if last > 0 { // there is something to report, though hardly room for it
			if code, out := finish(t, gmnas(dir, "report", "table3", "--profile", "smoke", "--db", "r.db", "--out", "out")); code != exitFine && !strings.Contains(out, "no space left") {
				t.Errorf("%d kB: report: exit code %d:\n%s", kB, code, out)
			}
		}
		mount(t, "tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=128m")
		goesOn(t, dir)
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d full disks (tmpfs of 16 kB to 12 MB)", full)
}

// TestFaultReadOnlyDisk: results on a disk that can't be written are read, and a run says what is wrong.
func TestFaultReadOnlyDisk(t *testing.T) {
	undisturbed(t)
	if !apart(t) {
		return
	}
	dir, out := t.TempDir(), t.TempDir()
	expect(t, dir, exitFine, nil, smoke...)
	want := harvest(t, dir)
	mount(t, dir, dir, "", syscall.MS_BIND, "")
	mount(t, "", dir, "", syscall.MS_REMOUNT|syscall.MS_BIND|syscall.MS_RDONLY, "")
	expect(t, dir, exitFine, []string{"written: "}, "report", "table3", "--profile", "smoke", "--db", "r.db", "--out", out)
	expect(t, dir, exitFine, []string{"running +nothing"}, "status", "--db", "r.db")
	expect(t, dir, exitUnusable, []string{`read-only`, `r\.db`, `--db`}, smoke...)
	expect(t, dir, exitUnusable, []string{`! results .*read-only file system`, "name another place with --db"}, "doctor", "--db", "r.db")
	expect(t, dir, exitUnusable, []string{`read-only`}, "report", "table3", "--profile", "smoke", "--db", "r.db", "--out", "out")
	if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
		t.Fatal(err)
	}
	if harvest(t, dir) != want {
		t.Error("the results changed")
	}
}

// TestFaultDamagedDatabase: with a flipped bit the report is the same, or the program names the file and the repair, after
// which the same command goes on to the undisturbed database and table.
func TestFaultDamagedDatabase(t *testing.T) {
	undisturbed(t)
	good := t.TempDir()
	expect(t, good, exitFine, nil, smoke...)
	rng := rand.New(rand.NewPCG(15, 16))
	repaired, harmless := 0, 0
	for range 30 {
		dir := t.TempDir()
		copyFile(t, filepath.Join(good, "r.db"), filepath.Join(dir, "r.db"))
		if err := os.CopyFS(filepath.Join(dir, "r.d"), os.DirFS(filepath.Join(good, "r.d"))); err != nil {
			t.Fatal(err)
		}
		flip(t, rng, filepath.Join(dir, "r.db"))
		code, out := finish(t, gmnas(dir, "report", "table3", "--profile", "smoke", "--db", "r.db", "--out", "out"))
		switch {
		case code == exitFine:
			if doctor, _ := finish(t, gmnas(dir, "doctor", "--db", "r.db")); doctor == exitFine {
				harmless++
			}
		case code != exitUnusable || !strings.Contains(out, "r.db") || !strings.Contains(out, "gmnas doctor --repair"):
			t.Fatalf("report: exit code %d:\n%s", code, out)
		}
		if code, _ := finish(t, gmnas(dir, "doctor", "--db", "r.db")); code != exitFine {
			expect(t, dir, exitFine, []string{`repaired .*kept as .*r\.db\.damaged-1`}, "doctor", "--repair", "--db", "r.db")
			repaired++
		}
		goesOn(t, dir)
	}
	t.Logf("30 flipped bits: %d repaired, %d did no harm", repaired, harmless)
}

// TestFaultDamagedFiles: damaged weights and outcome files of a killed run, and a log that is gone, are found, named and made anew.
func TestFaultDamagedFiles(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	damaged := 0
	for round := range 10 {
		dir := t.TempDir()
		killedAfter(t, dir, 10*(1+round))
		weights, err := filepath.Glob(filepath.Join(dir, "r.d", "weights", "*"))
		if err != nil || len(weights) == 0 {
			t.Fatal("no weights")
		}
		for _, path := range weights {
			damaged++
			switch rng.IntN(4) {
			case 0:
				flip(t, rng, path)
			case 1:
				err = os.Truncate(path, int64(rng.IntN(1000)))
			case 2:
				err = os.Remove(path)
			case 3:
				damaged--
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		stale := filepath.Join(dir, "r.d", "outcomes", strings.Repeat("5", 64)+".json")
		if err := os.WriteFile(stale, []byte(`{"Stage":{}`), 0o644); err != nil {
			t.Fatal(err)
		}
		if round%3 == 1 { // copied without its log, or tidied up by somebody
			for _, ending := range []string{"-wal", "-shm"} {
				if err := os.Remove(filepath.Join(dir, "r.db"+ending)); err != nil {
					t.Fatal(err)
				}
			}
		}
		if round%2 == 0 {
			expect(t, dir, exitFine, []string{"5555.json: .*removed, the stage runs again"}, "doctor", "--repair", "--db", "r.db")
		}
		goesOn(t, dir)
	}
	t.Logf("%d weights files damaged or lost in 10 killed runs", damaged)
}

// TestFaultDamagedTable: a damaged table or source is named with both hashes; the table is joined anew where its sources are right.
func TestFaultDamagedTable(t *testing.T) {
	real := os.Getenv("GMNAS_DATA")
	if real == "" {
		t.Skip("GMNAS_DATA isn't set: there is no table to damage")
	}
	rng := rand.New(rand.NewPCG(19, 20))
	dir, data := t.TempDir(), t.TempDir()
	for _, folder := range []string{nasbench.Folder, "cifar-10-batches-bin"} {
		if err := os.CopyFS(filepath.Join(data, folder), os.DirFS(filepath.Join(real, folder))); err != nil {
			t.Fatal(err)
		}
	}
	table, err := nasbench.Import(filepath.Join(data, nasbench.Folder))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(data, nasbench.FileName)
	run := append([]string{"run", "--data", data}, smoke[1:]...)
	for _, damage := range []func(string){
		func(path string) { flip(t, rng, path) },
		func(path string) {
			if err := os.Truncate(path, 100_000); err != nil {
				t.Fatal(err)
			}
		},
	} {
		if err := table.WriteFile(path); err != nil {
			t.Fatal(err)
		}
		damage(path)
		expect(t, dir, exitUnusable, []string{`nasbench201\.table: .*bytes with SHA-256 .*expected .*gmnas data get nasbench201`}, run...)
		expect(t, dir, exitUnusable, []string{`! table`, `-> gmnas d`}, "doctor", "--db", "r.db", "--data", data)
		expect(t, dir, exitFine, []string{`repaired .*joined anew .*kept as .*nasbench201\.table\.damaged`}, "doctor", "--repair", "--db", "r.db", "--data", data)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	for _, source := range nasbench.Sources {
		file := filepath.Join(data, nasbench.Folder, source.Name)
		flip(t, rng, file)
		expect(t, dir, exitUnusable, []string{source.Name + `: .*bytes with SHA-256 .*expected ` + strconv.FormatInt(source.Size, 10) + ` bytes with ` + source.SHA256 + `.*gmnas data get nasbench201`}, run...)
		copyFile(t, filepath.Join(real, nasbench.Folder, source.Name), file)
	}
	batch := filepath.Join(data, "cifar-10-batches-bin", "data_batch_1.bin")
	if err := os.Truncate(batch, 1_000_000); err != nil {
		t.Fatal(err)
	}
	expect(t, dir, exitUnusable, []string{`data_batch_1\.bin`}, run...)
	expect(t, dir, exitUnusable, []string{`data_batch_1\.bin .*gmnas data get cifar10`}, "data", "check", "--data", data)
	t.Log("table, its three sources and a CIFAR-10 batch damaged in turn")
}

// flip changes one bit of a file.
func flip(t *testing.T, rng *rand.Rand, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[rng.IntN(len(b))] ^= 1 << rng.IntN(8)
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o644); err != nil {
		t.Fatal(err)
	}
}
