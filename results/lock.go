package results

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Lock makes this process the only coordinator of the database until unlock is called or the process ends,
// however it ends. It errs with ErrLocked, naming the other process, where there is one.
func (s *Store) Lock() (unlock func(), err error) { return Lock(s.path + ".lock") }

// Lock takes the advisory lock that the file at path stands for. The file stays; the lock goes with the process.
func Lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("locking: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	for range lookers {
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			break
		}
		time.Sleep(look)
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	}
	if err != nil {
		defer f.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("locking %s: %w", path, err)
		}
		who := "a process that has just started"
		if pid := holder(f); pid != 0 {
			who = "process " + strconv.Itoa(pid)
		}
		return nil, fmt.Errorf("locking %s: %w: %s; wait for it, end it, or name another database with --db", path, ErrLocked, who)
	}
	if err := sign(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("locking %s: %w", path, err)
	}
	return func() { f.Close() }, nil
}

// Coordinator holds a lock for an instant: Lock tries so often, so long apart, before it believes that another has it.
const (
	lookers = 10
	look    = 20 * time.Millisecond
)

// Coordinator returns the process that coordinates the database at path, and whether one does. It writes nothing.
func Coordinator(path string) (process int, running bool, err error) {
	full, err := resolve(path)
	if err != nil {
		return 0, false, err
	}
	f, err := os.Open(full + ".lock")
	if errors.Is(err, fs.ErrNotExist) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("looking for a coordinator: %w", err)
	}
	defer f.Close() // and with it the lock
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return holder(f), true, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("looking for a coordinator of %s: %w", full, err)
	}
	return 0, false, nil
}

// sign leaves this process's id for the error message of the next one.
func sign(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// holder reads the id that sign left; 0 where there is none yet.
func holder(f *os.File) int {
	b, _ := io.ReadAll(io.LimitReader(f, 32))
	pid, _ := strconv.Atoi(strings.TrimSpace(string(b)))
	return pid
}
