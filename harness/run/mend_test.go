package run

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gmnas/results"
)

func TestMend(t *testing.T) {
	want := uninterrupted(t)
	b := newBench(t)
	if f := Examine(filepath.Join(b.dir, "none")); f.Weights != 0 || f.Outcomes != 0 {
		t.Errorf("a folder that isn't there: %+v", f)
	}
	b.run(testGoals(), testOptions(b.dir, 2))
	whole := Examine(b.dir)
	if whole.Weights < 5 || len(whole.Damaged) > 0 || whole.Outcomes > 0 {
		t.Fatalf("after a run: %+v", whole)
	}
	keys, _ := weightsFiles(filepath.Join(b.dir, "weights"))
	for i, damage := range []func(string) error{
		func(path string) error { return os.Truncate(path, 10) },
		func(path string) error { return os.WriteFile(path, []byte(strings.Repeat("x", 3000)), 0o644) },
	} {
		if err := damage(filepath.Join(b.dir, "weights", string(keys[i]))); err != nil {
			t.Fatal(err)
		}
	}
	stale := filepath.Join(b.dir, "outcomes", string(keys[2])+outcomeEnding)
	if err := os.WriteFile(stale, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if f := Examine(b.dir); len(f.Damaged) != 2 || f.Outcomes != 1 || !errors.Is(f.Damaged[0], ErrWeights) {
		t.Errorf("damaged: %+v", f)
	}
	unlock, err := b.store.Lock()
	if err != nil {
		t.Fatal(err)
	}
	if err := Mend(b.store, b.dir, func(string) {}); !errors.Is(err, results.ErrLocked) {
		t.Errorf("while a run goes on: %v", err)
	}
	unlock()
	var l lines
	if err := Mend(b.store, b.dir, l.Line); err != nil {
		t.Fatal(err)
	}
	if !l.has(string(keys[0]), "deleted") || !l.has(string(keys[1]), "deleted") || !l.has(stale, "removed") || len(l.said) != 3 {
		t.Errorf("said %q", l.said)
	}
	if f := Examine(b.dir); f.Weights != whole.Weights-2 || len(f.Damaged) > 0 || f.Outcomes > 0 {
		t.Errorf("mended: %+v", f)
	}
	if s, _ := b.run(testGoals(), testOptions(b.dir, 2)); s.Complete != s.Goals || b.dump() != want {
		t.Errorf("a run after mending: %v", s)
	}
}
