package results

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// withoutPermission runs f as a user who can read folder but not write to it, also where the tests run as root.
func withoutPermission(t *testing.T, folder string, f func()) {
	t.Helper()
	for dir := folder; len(dir) > len(os.TempDir()); dir = filepath.Dir(dir) {
		must(t, os.Chmod(dir, 0o755))
	}
	must(t, os.Chmod(folder, 0o555))
	defer os.Chmod(folder, 0o755)
	if os.Getuid() == 0 {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		must(t, syscall.Setfsuid(65534))
		defer syscall.Setfsuid(0)
	}
	f()
}

func TestReadOnlyFolder(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "results")
	must(t, os.Mkdir(folder, 0o755))
	path := filepath.Join(folder, "r.db")
	s, err := Open(path)
	must(t, err)
	must(t, s.Record(trainStage(1), trained(trainStage(1), 1)))
	must(t, s.Close())
	must(t, os.Chmod(path, 0o444))
	withoutPermission(t, folder, func() {
		r, err := OpenReadOnly(path)
		if err != nil {
			t.Fatalf("reading: %v", err)
		}
		defer r.Close()
		if _, ok := r.Lookup()(trainStage(1).Key()); !ok || r.Err() != nil {
			t.Errorf("recorded outcome not found: %v", r.Err())
		}
		w, err := Open(path)
		if err == nil {
			defer w.Close()
			err = w.Record(trainStage(2), trained(trainStage(2), 1))
		}
		if !errors.Is(err, ErrReadOnly) || !strings.Contains(err.Error(), path) {
			t.Errorf("writing: %v", err)
		}
		if _, err := Open(filepath.Join(folder, "new.db")); err == nil || !strings.Contains(err.Error(), "permission") {
			t.Errorf("creating: %v", err)
		}
	})
}

func TestReadOnlyFolderWithUnfinishedLog(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "results")
	must(t, os.Mkdir(folder, 0o755))
	path := filepath.Join(folder, "r.db")
	if err := otherProcess(path, "RESULTS_TEST_KILL=1").Run(); err == nil {
		t.Fatal("the other process was not killed")
	}
	must(t, os.Remove(path+"-shm"))
	withoutPermission(t, folder, func() {
		s, err := OpenReadOnly(path)
		if err == nil {
			defer s.Close()
			t.Fatal("opened without its log")
		}
		if !strings.Contains(err.Error(), "copy both") {
			t.Error(err)
		}
	})
}
