package results

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gmnas/harness/spec"
)

// furnished records stages of every kind of row: short and long outcomes, failures, a retried failure, runs.
func furnished(t testing.TB, s *Store, stages int64) {
	t.Helper()
	for seed := range stages {
		stage := trainStage(seed)
		o := trained(stage, 1+float64(seed)/7)
		if seed%3 == 0 {
			for e := range 60 { // a body of several pages
				o.Train.Curve = append(o.Train.Curve, spec.EpochPoint{Epoch: e, TrainLoss: 1 / float64(e+3), Genotype: strings.Repeat("|none~0|", 6)})
			}
		}
		if seed%4 == 0 {
			must(t, s.Fail(stage, failed(stage, "out of luck"), "last words of "+fmt.Sprint(seed)))
		}
		if seed%8 != 0 {
			must(t, s.Record(stage, o))
		}
		must(t, s.Bind(Binding{Experiment: "table3", Profile: spec.Smoke, Row: "gm+darts", Seed: seed, Bound: time.Unix(seed+1, 5)}))
	}
}

func dumpOf(t testing.TB, path string) []string {
	t.Helper()
	s, err := OpenReadOnly(path)
	must(t, err)
	defer s.Close()
	must(t, s.Check())
	var out bytes.Buffer
	must(t, s.Dump(&out))
	return strings.Split(strings.TrimSpace(out.String()), "\n")
}

// pristine are the files of a furnished database: closed, or as a kill leaves them, with their log.
func pristine(t testing.TB, stages int64, closed bool) map[string][]byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "r.db")
	s, err := Open(path)
	must(t, err)
	_, err = s.db.Exec("PRAGMA synchronous = OFF") // for speed
	must(t, err)
	furnished(t, s, stages)
	if closed {
		must(t, s.Close())
	} else {
		defer s.Close()
	}
	files := map[string][]byte{}
	for _, ending := range []string{"", "-wal"} {
		if b, err := os.ReadFile(path + ending); err == nil {
			files[ending] = b
		}
	}
	if _, has := files["-wal"]; has == closed {
		t.Fatalf("closed %v, log %v", closed, has)
	}
	return files
}

func lay(t testing.TB, files map[string][]byte) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "r.db")
	for ending, content := range files {
		must(t, os.WriteFile(path+ending, content, 0o644))
	}
	return path
}

func TestSalvageOfAWholeDatabaseLosesNothing(t *testing.T) {
	for _, closed := range []bool{true, false} {
		files := pristine(t, 100, closed)
		want := dumpOf(t, lay(t, files))
		path := lay(t, files)
		got, err := Salvage(path)
		must(t, err)
		if dump := dumpOf(t, path); !slices.Equal(dump, want) || got.Stages != 100 || got.Outcomes != 100 || got.Attempts != 25 || got.Runs != 100 || got.Orphans != 0 {
			t.Errorf("closed %v: %+v, dumps equal: %v", closed, got, slices.Equal(dump, want))
		}
		for ending, content := range files { // the old files lie beside it, as they were
			if kept, err := os.ReadFile(got.Kept + ending); err != nil || !bytes.Equal(kept, content) {
				t.Errorf("closed %v: %s%s is not the old file: %v", closed, got.Kept, ending, err)
			}
		}
	}
}

// Whatever is broken, all that comes back was recorded so, and what lies on other pages does come back.
func TestSalvageOfADamagedDatabase(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	files := pristine(t, 100, true)
	want := dumpOf(t, lay(t, files))
	for name, c := range map[string]struct {
		damage func(b []byte) []byte
		least  int // of 100 stages that must come back
	}{
		"a flipped bit":      {func(b []byte) []byte { b[rng.IntN(len(b))] ^= 1 << rng.IntN(8); return b }, 97},
		"no header":          {func(b []byte) []byte { clear(b[:100]); return b }, 100},
		"no first pages":     {func(b []byte) []byte { clear(b[:3*4096]); return b }, 90},
		"cut in half":        {func(b []byte) []byte { return b[:len(b)/2] }, 10},
		"cut within a page":  {func(b []byte) []byte { return b[:len(b)-5000] }, 85},
		"a page of noise":    {func(b []byte) []byte { return noise(rng, b, 1) }, 60},
		"ten pages of noise": {func(b []byte) []byte { return noise(rng, b, 10) }, 20},
	} {
		t.Run(name, func(t *testing.T) {
			for range 3 {
				path := lay(t, map[string][]byte{"": c.damage(bytes.Clone(files[""]))})
				got, err := Salvage(path)
				must(t, err)
				if got.Stages < c.least {
					t.Errorf("%+v, want at least %d stages", got, c.least)
				}
				for _, line := range dumpOf(t, path) {
					// A stage may come back without its outcome, or a retried one as it had failed.
					if stage, _, _ := strings.Cut(line, `,"Outcome"`); !slices.ContainsFunc(want, func(w string) bool {
						return w == line || strings.HasPrefix(w, strings.TrimSuffix(stage, "}")) && (!strings.Contains(line, `"Outcome"`) || strings.Contains(line, "out of luck"))
					}) {
						t.Fatalf("never recorded: %s", line)
					}
				}
			}
		})
	}
}

func noise(rng *rand.Rand, b []byte, n int) []byte {
	for range n {
		at := 4096 * rng.IntN(len(b)/4096)
		for i := range 4096 {
			b[at+i] = byte(rng.Uint32())
		}
	}
	return b
}

func TestSalvageLeavesWhatIsNotOurs(t *testing.T) {
	for name, content := range map[string]string{"text.db": strings.Repeat("name,value\n", 500), "empty.db": ""} {
		path := filepath.Join(t.TempDir(), name)
		must(t, os.WriteFile(path, []byte(content), 0o644))
		if _, err := Salvage(path); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "stays as it is") {
			t.Errorf("%s: %v", name, err)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != content {
			t.Errorf("%s changed: %v", name, err)
		}
	}
	if _, err := Salvage(filepath.Join(t.TempDir(), "no.db")); !errors.Is(err, ErrMissing) {
		t.Errorf("missing: %v", err)
	}
	path := lay(t, pristine(t, 3, true))
	unlock, err := Lock(path + ".lock")
	must(t, err)
	defer unlock()
	if _, err := Salvage(path); !errors.Is(err, ErrLocked) {
		t.Errorf("with a coordinator at work: %v", err)
	}
}

// FuzzSalvage: whatever the bytes, nothing panics, and what is taken carries its checksum.
func FuzzSalvage(f *testing.F) {
	// The smallest pages, so that few bytes have rows, overflow and a log.
	path := filepath.Join(f.TempDir(), "r.db")
	s, err := open(path, "rwc")
	must(f, err)
	defer s.Close()
	_, err = s.db.Exec("PRAGMA page_size = 512")
	must(f, err)
	must(f, s.prepare())
	furnished(f, s, 1)
	log, err := os.ReadFile(path + "-wal")
	must(f, err)
	file := []byte("SQLite format 3\x00\x02\x00")
	f.Add(file, log)
	f.Add(log, file)
	f.Add(file, []byte{})
	f.Add(bytes.Repeat([]byte{0x81}, 700), bytes.Repeat([]byte{0xff}, 700))
	if rows := carvePages(newPages(bytes.NewReader(file), int64(len(file)), bytes.NewReader(log), int64(len(log)))); len(rows.stages) != 1 || len(rows.runs) != 1 || len(rows.attempts) != 1 {
		f.Fatalf("the seed has %+v", rows)
	}
	f.Fuzz(func(t *testing.T, file, log []byte) {
		rows := carvePages(newPages(bytes.NewReader(file), int64(len(file)), bytes.NewReader(log), int64(len(log))))
		for key, body := range rows.stages {
			if sum(body) != string(key) {
				t.Fatalf("stage %q", key)
			}
		}
		for key, o := range rows.outcomes {
			if _, err := readBody(key, o.body, o.checksum); err != nil {
				t.Fatal(err)
			}
		}
		for id, r := range rows.runs {
			if sum(r.body) != id.run {
				t.Fatalf("run %+v", id)
			}
		}
	})
}
