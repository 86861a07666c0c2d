package main

import (
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"gmnas/results"
)

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"gmnas": main}) }

// TestStories runs the scripts of testdata, each a session of a user in an empty folder without data or settings.
func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			env.Setenv("GMNAS_BACKEND", "native")
			env.Setenv("REAL_DATA", os.Getenv("GMNAS_DATA"))
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name != "data" {
				return false, fmt.Errorf("unknown condition %q", name)
			}
			return os.Getenv("GMNAS_DATA") != "", nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code": exitCode, "dump": dump, "recorded": recorded, "killworker": killWorker, "damage": damage, "othercode": otherCode, "falsify": falsify,
		},
	})
}

// exitCode runs a command that must end with a code: code 2 gmnas run.
func exitCode(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if want, err := strconv.Atoi(args[0]); err != nil || got != want {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
}

// dump writes what a database holds, without when and how long: dump gmnas.db file.
func dump(ts *testscript.TestScript, _ bool, args []string) {
	store, err := results.OpenReadOnly(ts.MkAbs(args[0]))
	ts.Check(err)
	defer store.Close()
	f, err := os.Create(ts.MkAbs(args[1]))
	ts.Check(err)
	ts.Check(store.Dump(f))
	ts.Check(f.Close())
}

// damage clears bytes of the first file of a pattern: damage r.db FROM TO.
func damage(ts *testscript.TestScript, _ bool, args []string) {
	files, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	from, err := strconv.Atoi(args[1])
	ts.Check(err)
	to, err := strconv.Atoi(args[2])
	ts.Check(err)
	f, err := os.OpenFile(files[0], os.O_WRONLY, 0)
	ts.Check(err)
	_, err = f.WriteAt(make([]byte, to-from), int64(from))
	ts.Check(errors.Join(err, f.Close()))
}

// falsify changes what matches in one outcome of a kind, and its checksum: falsify r.db evaluate '"synthetic/test":[0-9.]+' '"synthetic/test":1.5'.
func falsify(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite3", ts.MkAbs(args[0])) // package results brings the driver
	ts.Check(err)
	defer db.Close()
	var key, body string
	ts.Check(db.QueryRow("SELECT key, body FROM outcomes WHERE kind = ? ORDER BY key", args[1]).Scan(&key, &body))
	lie := regexp.MustCompile(args[2]).ReplaceAllString(body, args[3])
	if lie == body {
		ts.Fatalf("nothing matches %s in %s", args[2], body)
	}
	_, err = db.Exec("UPDATE outcomes SET body = ?, checksum = ? WHERE key = ?", lie, fmt.Sprintf("%x", sha256.Sum256([]byte(lie))), key)
	ts.Check(err)
}

// otherCode makes a gmnas of other code in a folder: this program, with a byte more at the end.
func otherCode(ts *testscript.TestScript, _ bool, args []string) {
	path, err := os.Executable()
	ts.Check(err)
	b, err := os.ReadFile(path)
	ts.Check(err)
	ts.Check(os.MkdirAll(ts.MkAbs(args[0]), 0o755))
	syscall.ForkLock.RLock() // a child of another story that had the file open for writing would make it busy
	defer syscall.ForkLock.RUnlock()
	ts.Check(os.WriteFile(filepath.Join(ts.MkAbs(args[0]), "gmnas"), append(b, '\n'), 0o755))
}

// recorded waits until a database holds so many outcomes: recorded gmnas.db 5.
func recorded(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if outcomes(ts.MkAbs(args[0])) >= want {
			return
		}
	}
	ts.Fatalf("fewer than %d outcomes after a minute", want)
}

func outcomes(path string) int {
	store, err := results.OpenReadOnly(path)
	if err != nil {
		return 0
	}
	defer store.Close()
	counts, err := store.Counts()
	if err != nil {
		return 0
	}
	n := 0
	for _, c := range counts {
		n += c.N
	}
	return n
}

// killWorker kills a worker of the program in the background.
func killWorker(ts *testscript.TestScript, _ bool, _ []string) {
	for _, cmd := range ts.BackgroundCmds() {
		for _, pid := range children(cmd.Process.Pid) {
			ts.Check(syscall.Kill(pid, syscall.SIGKILL))
			return
		}
	}
	ts.Fatalf("no worker to kill")
}

// children are the processes that a process of Linux started.
func children(parent int) []int {
	var all []int
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", parent))
	for _, list := range lists {
		b, err := os.ReadFile(list)
		if err != nil {
			continue // the thread has ended
		}
		for _, child := range strings.Fields(string(b)) {
			if pid, err := strconv.Atoi(child); err == nil {
				all = append(all, pid)
			}
		}
	}
	return all
}
