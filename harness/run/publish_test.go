package run

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestWatch(t *testing.T) {
	b := newBench(t)
	path := filepath.Join(b.dir, "r.db")
	watch := func() (Published, bool) {
		t.Helper()
		p, running, err := Watch(path, b.dir)
		if err != nil {
			t.Fatal(err)
		}
		return p, running
	}
	if p, running := watch(); running || p.Process != 0 || p.Text(running) != "running   nothing\n" {
		t.Errorf("before: %+v %v", p, running)
	}
	// Seen while the run is at work.
	root := rootKey(t, testGoal("gm+darts", 1))
	t.Setenv("RUN_TEST_FAULT", string(root)+" wait")
	var seen Published
	running := false
	opts := testOptions(b.dir, 2)
	opts.StageTimeout = 3 * time.Second // ends the stage that waits
	l := &lines{on: func(s Status) {
		if p, is := watch(); is && len(p.Status.Workers) > 0 {
			seen, running = p, is
		}
	}}
	if _, err := Coordinate(b.Context(), b.store, testGoals(), opts, l); err != nil {
		t.Fatal(err)
	}
	if !running || seen.Process != os.Getpid() || seen.Status.Stages == 0 || seen.Status.StagesTotal < seen.Status.Stages {
		t.Errorf("at work: %+v", seen)
	}
	text := seen.Text(true)
	for _, part := range []string{" of ", "stop it   kill -INT ", "worker    gm+darts seed 1, root: train", "left "} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in:\n%s", part, text)
		}
	}
	if p, running := watch(); running || p.Process != 0 {
		t.Errorf("after: %+v %v", p, running)
	}
	// What a killed run leaves.
	seen.Status.Workers = nil
	c := coordinator{opts: opts, observer: &lines{}}
	c.publish(seen.Status)
	if p, running := watch(); running || !strings.Contains(p.Text(running), "killed") {
		t.Errorf("after a kill: %+v %v", p, running)
	}
	seen.Written = time.Now().Add(-time.Minute)
	if !strings.Contains(seen.Text(true), "silent") {
		t.Error("a silent run isn't mentioned")
	}
	if err := os.WriteFile(filepath.Join(b.dir, publishedName), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Watch(path, b.dir); err == nil || !strings.Contains(err.Error(), publishedName) {
		t.Errorf("damaged: %v", err)
	}
}

// FuzzPublished: whatever the status file of a run holds, what `gmnas status` prints is a few plain lines, or an error that
// names the file.
func FuzzPublished(f *testing.F) {
	for _, text := range []string{"{}", "{", `{"Process":-1,"Began":"2026-01-02T03:04:05Z","Written":"0001-01-01T00:00:00Z"}`,
		`{"Process":7,"Written":"2026-01-02T03:04:05Z","Status":{"Stages":-1,"FLOPs":1e308,"Left":-9223372036854775808,"Workers":[{"Label":"\u001b[31m\nx","Fraction":1e308}]}}`} {
		f.Add([]byte(text))
	}
	dir := f.TempDir()
	path := filepath.Join(dir, publishedName)
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		p, _, err := Watch(filepath.Join(dir, "r.db"), dir)
		if err != nil {
			if !strings.Contains(err.Error(), path) {
				t.Fatal(err)
			}
			return
		}
		for _, running := range []bool{false, true} {
			text := p.Text(running)
			if strings.ContainsAny(text, "\x1b\r\x00") || strings.Count(text, "\n") > 6+len(p.Status.Workers) {
				t.Fatalf("%q", text)
			}
		}
	})
}
