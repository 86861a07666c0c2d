package results

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gmnas/harness/spec"
)

// FuzzDatabase: whatever is written over a database file, all that reads it answers or says which file is wrong, and
// nothing is written to it.
func FuzzDatabase(f *testing.F) {
	path := filepath.Join(f.TempDir(), "r.db")
	s, err := Open(path)
	must(f, err)
	for seed := range int64(3) {
		must(f, s.Record(trainStage(seed), trained(trainStage(seed), 1)))
		must(f, s.Bind(Binding{Experiment: "table3", Profile: spec.Smoke, Row: "darts", Seed: seed, Bound: time.Unix(1, 0)}))
	}
	must(f, s.Fail(trainStage(9), failed(trainStage(9), "out of memory"), "last words"))
	must(f, s.Close())
	whole, err := os.ReadFile(path)
	must(f, err)
	f.Add(uint32(0), []byte{}, uint32(0))
	f.Add(uint32(0), []byte("SQLite format 4\x00"), uint32(0))
	f.Add(uint32(16), []byte{0, 1}, uint32(0))                   // page size
	f.Add(uint32(28), []byte{0xff, 0xff, 0xff, 0xff}, uint32(0)) // pages
	f.Add(uint32(100), []byte{5}, uint32(0))                     // root page's kind
	f.Add(uint32(4096), []byte{13, 0xff, 0xff}, uint32(0))
	f.Add(uint32(0), []byte{}, uint32(4096))
	f.Add(uint32(bytes.Index(whole, []byte(`"ValidAcc"`))), []byte(`"ValidAbc"`), uint32(0))
	f.Add(uint32(bytes.Index(whole, []byte("CREATE TABLE outcomes"))), []byte("CREATE TABLE outcomez"), uint32(0))
	fuzzFile(f, whole)
}

// FuzzFirstVersion is FuzzDatabase on a file of the first version, which is brought up to date in memory.
func FuzzFirstVersion(f *testing.F) {
	path, _, _ := firstVersion(f)
	whole, err := os.ReadFile(path)
	must(f, err)
	f.Add(uint32(0), []byte{}, uint32(0))
	f.Add(uint32(0), []byte{}, uint32(4096))
	f.Add(uint32(bytes.Index(whole, []byte(`"ValidAcc"`))), []byte(`"ValidAbc"`), uint32(0))
	f.Add(uint32(bytes.Index(whole, []byte(`"Started"`))), []byte(`"Started":"yesterday"`), uint32(0))
	f.Add(uint32(bytes.Index(whole, []byte("CREATE TABLE outcomes"))), []byte("CREATE TABLE outcomez"), uint32(0))
	fuzzFile(f, whole)
}

func fuzzFile(f *testing.F, whole []byte) {
	file := filepath.Join(f.TempDir(), "fuzz.db")
	f.Fuzz(func(t *testing.T, at uint32, patch []byte, cut uint32) {
		data := bytes.Clone(whole)
		copy(data[int(at)%len(data):], patch)
		data = data[:len(data)-int(cut)%len(data)]
		for _, ending := range []string{"-wal", "-shm", "-journal"} {
			os.Remove(file + ending)
		}
		must(t, os.WriteFile(file, data, 0o644))
		readAll(t, file)
		if now, err := os.ReadFile(file); err != nil || !bytes.Equal(now, data) {
			t.Fatalf("reading changed the file: %v", err)
		}
	})
}

// readAll does all that a report, explain, list and doctor do with a database.
func readAll(t *testing.T, file string) {
	said := func(doing string, err error) {
		if err != nil && (!strings.Contains(err.Error(), file) || len(err.Error()) > 2000) {
			t.Fatalf("%s: %v", doing, err)
		}
	}
	s, err := OpenReadOnly(file)
	if said("opening", err); err != nil {
		return
	}
	defer s.Close()
	checked := s.Check()
	said("checking", checked)
	if checked != nil && !errors.Is(checked, ErrDamaged) {
		t.Logf("checking: %v", checked) // SQLite's own words for what it refuses
	}
	_, err = s.Counts()
	said("counting", err)
	_, err = s.Bindings("table3", spec.Smoke)
	said("bindings", err)
	said("dumping", s.Dump(&bytes.Buffer{}))
	lookup := s.Lookup()
	for seed := range int64(10) {
		key := trainStage(seed).Key()
		if o, ok := lookup(key); ok && checked == nil && (o.Key != key || o.State == "") {
			t.Fatalf("a checked database gives %+v for seed %d", o, seed)
		}
		_, _, err = s.Stage(key)
		said("stage", err)
		_, err = s.Attempts(key)
		said("attempts", err)
	}
	said("looking up", s.Err())
}

// FuzzBinding: a name that the database takes comes back as it was, and one that it refuses is quoted and cut.
func FuzzBinding(f *testing.F) {
	for _, text := range []string{"gm+darts", "../../etc/x", "a'; DROP TABLE stages; --", "\x00", "%s", strings.Repeat("x", 300), "ü", ""} {
		f.Add(text)
	}
	s := newStore(f)
	f.Fuzz(func(t *testing.T, text string) {
		err := s.Bind(Binding{Experiment: text, Profile: text, Row: text, Seed: 7, Bound: time.Unix(1, 0)})
		if err != nil {
			if !strings.Contains(err.Error(), "letters, digits and +._- only") || len(err.Error()) > 1000 {
				t.Fatal(err)
			}
			text = "'" + text // not there, and no SQL
		}
		got, readErr := s.Bindings(text, text)
		if readErr != nil || err == nil && (len(got) != 1 || got[0].Row != text) || err != nil && len(got) != 0 {
			t.Fatalf("%q: %+v, %v", text, got, readErr)
		}
	})
}
