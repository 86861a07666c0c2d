package results

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The test binary doubles as the other process.
func TestMain(m *testing.M) {
	path := os.Getenv("RESULTS_TEST_OPEN")
	if path == "" {
		os.Exit(m.Run())
	}
	s, err := Open(path)
	if err == nil && os.Getenv("RESULTS_TEST_LOCK") != "" {
		_, err = s.Lock()
	}
	if err == nil && os.Getenv("RESULTS_TEST_KILL") != "" {
		if err = s.Record(trainStage(7), trained(trainStage(7), 1)); err == nil {
			p, _ := os.FindProcess(os.Getpid())
			p.Kill()
			select {}
		}
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	s.Close()
	os.Exit(0)
}

func otherProcess(path string, env ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), "RESULTS_TEST_OPEN="+path), env...)
	return cmd
}

func TestManyProcessesOpenAnEmptyDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.db")
	var all []*exec.Cmd
	var outputs [16]bytes.Buffer
	for i := range outputs {
		cmd := otherProcess(path)
		cmd.Stdout, cmd.Stderr = &outputs[i], &outputs[i]
		must(t, cmd.Start())
		all = append(all, cmd)
	}
	for i, cmd := range all {
		if err := cmd.Wait(); err != nil {
			t.Errorf("process %d: %v: %s", i, err, outputs[i].String())
		}
	}
	s, err := OpenReadOnly(path)
	must(t, err)
	defer s.Close()
	must(t, s.Check())
}

func TestSecondCoordinatorIsRefused(t *testing.T) {
	s := newStore(t)
	unlock, err := s.Lock()
	must(t, err)
	link := filepath.Join(t.TempDir(), "link.db")
	must(t, os.Symlink(s.Path(), link))
	for _, path := range []string{s.Path(), link} {
		out, err := otherProcess(path, "RESULTS_TEST_LOCK=1").CombinedOutput()
		if err == nil || !strings.Contains(string(out), fmt.Sprintf("process %d;", os.Getpid())) {
			t.Errorf("second coordinator on %s: %v: %s", path, err, out)
		}
	}
	unlock()
	if out, err := otherProcess(s.Path(), "RESULTS_TEST_LOCK=1").CombinedOutput(); err != nil {
		t.Errorf("after unlock: %v: %s", err, out)
	}
}

func TestRecordedSurvivesKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.db")
	if err := otherProcess(path, "RESULTS_TEST_KILL=1").Run(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("the other process was not killed: %v", err)
	}
	s, err := OpenReadOnly(path)
	must(t, err)
	defer s.Close()
	if o, ok := s.Lookup()(trainStage(7).Key()); !ok || !Same(o, trained(trainStage(7), 1)) || s.Err() != nil {
		t.Errorf("recorded outcome is gone: %+v %v %v", o, ok, s.Err())
	}
}

func TestReadersSeeAWriterAtWork(t *testing.T) {
	w := newStore(t)
	r, err := OpenReadOnly(w.Path())
	must(t, err)
	defer r.Close()
	lookup := r.Lookup()
	for seed := range int64(20) {
		must(t, w.Record(trainStage(seed), trained(trainStage(seed), 1)))
		if _, ok := lookup(trainStage(seed).Key()); !ok {
			t.Fatalf("reader misses seed %d: %v", seed, r.Err())
		}
	}
	if err := r.Record(trainStage(0), failed(trainStage(0), "x")); !errors.Is(err, ErrReadOnly) {
		t.Errorf("recording in a store that was opened read-only: %v", err)
	}
}

func TestOpenErrorsNameTheFileAndTheWayOut(t *testing.T) {
	folder := t.TempDir()
	full := filepath.Join(folder, "full.db")
	s, err := Open(full)
	must(t, err)
	for seed := range int64(200) {
		must(t, s.Record(trainStage(seed), trained(trainStage(seed), 1)))
	}
	must(t, s.Close())
	good, err := os.ReadFile(full)
	must(t, err)

	file := func(name string, content []byte) string {
		path := filepath.Join(folder, name)
		must(t, os.WriteFile(path, content, 0o644))
		return path
	}
	statement := func(name, sql string) string {
		path := file(name, good)
		s, err := open(path, "rw")
		must(t, err)
		_, err = s.db.Exec(sql)
		must(t, err)
		must(t, s.Close())
		return path
	}
	foreign := file("foreign.db", nil)
	f, err := open(foreign, "rw")
	must(t, err)
	_, err = f.db.Exec("CREATE TABLE moz_places (id INTEGER)")
	must(t, err)
	must(t, f.Close())

	readOnly := func(path string) (*Store, error) { return OpenReadOnly(path) }
	for name, c := range map[string]struct {
		path string
		open func(string) (*Store, error)
		want error
		out  string
	}{
		"missing":              {filepath.Join(folder, "no.db"), readOnly, ErrMissing, "gmnas run"},
		"empty, reading":       {file("empty.db", nil), readOnly, ErrMissing, "gmnas run"},
		"text":                 {file("text.db", bytes.Repeat([]byte("name,value\n"), 500)), Open, ErrDamaged, "gmnas doctor"},
		"truncated":            {file("half.db", good[:len(good)/2]), Open, ErrDamaged, "gmnas doctor"},
		"truncated, reading":   {file("half2.db", good[:len(good)/2]), readOnly, ErrDamaged, "gmnas doctor"},
		"cut in the header":    {file("stub.db", good[:60]), Open, ErrDamaged, "gmnas doctor"},
		"another program's":    {foreign, Open, ErrForeign, "--db"},
		"newer":                {statement("newer.db", "PRAGMA user_version = 99"), Open, ErrNewerSchema, "newer gmnas"},
		"folder":               {folder, Open, nil, "--db"},
		"no name":              {"", Open, nil, "--db"},
		"folder doesn't exist": {filepath.Join(folder, "no", "r.db"), Open, nil, "create it"},
	} {
		s, err := c.open(c.path)
		if err == nil {
			s.Close()
			t.Errorf("%s: opened", name)
			continue
		}
		if c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.path) || !strings.Contains(err.Error(), c.out) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheckFindsFlippedBits(t *testing.T) {
	s := newStore(t)
	must(t, s.Record(trainStage(1), trained(trainStage(1), 1)))
	must(t, s.Check())
	for _, flip := range []string{
		`UPDATE outcomes SET body = replace(body, '"ValidAcc":50', '"ValidAcc":90')`,
		`UPDATE stages SET body = replace(body, '"Epochs":3', '"Epochs":4')`,
	} {
		_, err := s.db.Exec(flip)
		must(t, err)
		if err := s.Check(); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), s.Path()) {
			t.Errorf("%s: %v", flip, err)
		}
	}
	if _, _, err := s.Outcome(trainStage(1).Key()); !errors.Is(err, ErrDamaged) {
		t.Errorf("a changed outcome was read: %v", err)
	}
	if _, _, err := s.Stage(trainStage(1).Key()); !errors.Is(err, ErrDamaged) {
		t.Errorf("a changed stage was read: %v", err)
	}
}

func TestFullDiskKeepsWhatIsRecorded(t *testing.T) {
	s := newStore(t)
	must(t, s.Record(trainStage(0), trained(trainStage(0), 1)))
	_, err := s.db.Exec("PRAGMA max_page_count = 20")
	must(t, err)
	seed := int64(1)
	for ; seed < 1000; seed++ {
		if err = s.Record(trainStage(seed), trained(trainStage(seed), 1)); err != nil {
			break
		}
	}
	if !errors.Is(err, ErrFull) || !strings.Contains(err.Error(), s.Path()) {
		t.Fatalf("after %d stages: %v", seed, err)
	}
	must(t, s.Check())
	counts, err := s.Counts()
	if err != nil || len(counts) != 1 || int64(counts[0].N) != seed {
		t.Errorf("%d were recorded, the database has %+v (%v)", seed, counts, err)
	}
}

func TestStrangeFileNames(t *testing.T) {
	for _, name := range []string{"a b.db", "100%.db", "what?.db", "a#b.db", "ü.db"} {
		path := filepath.Join(t.TempDir(), name)
		s, err := Open(path)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		s.Close()
		if !exists(path) {
			t.Errorf("%s: the file has another name", name)
		}
	}
}
