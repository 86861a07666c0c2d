package results

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"gmnas/harness/spec"
)

// firstVersion makes a database as version 1 did, with an outcome and a failed attempt.
func firstVersion(t testing.TB) (path string, stage spec.Stage, outcome spec.Outcome) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "old.db")
	s, err := open(path, "rwc")
	must(t, err)
	must(t, s.useLog())
	_, err = s.db.Exec(migrations[0].statements + "PRAGMA application_id = 1735224929; PRAGMA user_version = 1")
	must(t, err)
	stage = trainStage(1<<60 + 1)
	outcome = trained(stage, 0.1+0.2)
	canonical, err := spec.Canonical(stage)
	must(t, err)
	_, err = s.db.Exec("INSERT INTO stages (key, body) VALUES (?, ?)", string(stage.Key()), string(canonical))
	must(t, err)
	b, err := json.Marshal(outcome)
	must(t, err)
	var parts map[string]json.RawMessage
	must(t, json.Unmarshal(b, &parts))
	parts["Provenance"] = json.RawMessage(`{"Started":"2025-01-02T03:04:05.000000006Z","Host":"linux/amd64, 2 cores","Commit":"abc+dirty","GoVersion":"go1.26.0",` +
		`"Backend":"onednn","BackendVersion":"oneDNN 2.6.3","InstructionSet":"avx2","Threads":1}`)
	b, err = json.Marshal(parts)
	must(t, err)
	_, err = s.db.Exec("INSERT INTO outcomes (key, body, checksum) VALUES (?, ?, ?)", string(stage.Key()), string(b), sum(string(b)))
	must(t, err)
	_, err = s.db.Exec("INSERT INTO attempts (key, state, error, log, body, recorded) VALUES (?, 'failed', 'x', '', ?, '2025-01-02T03:04:05Z')", string(stage.Key()),
		`{"Key":"`+string(stage.Key())+`","Kind":"train","State":"failed","Error":"x","Cost":{"GradientEvaluations":0,"FLOPs":0,"Seconds":0},"Provenance":{"Started":"2025-01-02T03:04:05Z","Host":"","Commit":"","GoVersion":"","Backend":"","BackendVersion":"","InstructionSet":"","Threads":0}}`)
	must(t, err)
	must(t, s.Close())
	outcome.Provenance = spec.Provenance{Started: time.Date(2025, 1, 2, 3, 4, 5, 6, time.UTC), Build: spec.Build{Commit: "abc+dirty", Go: "go1.26.0"},
		Machine: spec.Machine{Host: "linux/amd64, 2 cores", Backend: "onednn", BackendVersion: "oneDNN 2.6.3", InstructionSet: "avx2", Threads: 1}}
	return path, stage, outcome
}

// TestMigrationHidesNoDamage: a flipped bit in an old outcome is found, and not given a new checksum.
func TestMigrationHidesNoDamage(t *testing.T) {
	path, _, _ := firstVersion(t)
	s, err := open(path, "rw")
	must(t, err)
	_, err = s.db.Exec(`UPDATE outcomes SET body = replace(body, '"ValidAcc":50', '"ValidAcc":90')`)
	must(t, err)
	must(t, s.Close())
	for name, open := range map[string]func(string) (*Store, error){"reading": OpenReadOnly, "writing": Open} {
		if s, err := open(path); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
			if err == nil {
				s.Close()
			}
		}
	}
}

// TestFirstVersionIsReadAndMigrated: an old database is read without being changed, and brought up to date by what writes.
func TestFirstVersionIsReadAndMigrated(t *testing.T) {
	path, stage, want := firstVersion(t)
	before, err := os.ReadFile(path)
	must(t, err)
	check := func(s *Store) {
		t.Helper()
		got, found, err := s.Outcome(stage.Key())
		if err != nil || !found || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v, %v, want %+v", got, found, err, want)
		}
		if text := got.Provenance.Build.String(); text != "commit abc+dirty" {
			t.Errorf("computed by %s", text)
		}
		attempts, err := s.Attempts(stage.Key())
		if err != nil || len(attempts) != 1 || attempts[0].Outcome.Provenance.Build.String() != "not recorded" {
			t.Errorf("attempts %+v, %v", attempts, err)
		}
		must(t, s.Check())
	}
	s, err := OpenReadOnly(path)
	must(t, err)
	if s.Path() != path {
		t.Errorf("path %s", s.Path())
	}
	check(s)
	must(t, s.Close())
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("reading changed the file: %v", err)
	}
	s, err = Open(path)
	must(t, err)
	check(s)
	var old int
	must(t, s.db.QueryRow("SELECT count(*) FROM outcomes WHERE body LIKE '%GoVersion%'").Scan(&old))
	if old != 0 {
		t.Errorf("%d bodies of the old form are left", old)
	}
	must(t, s.Close())
}

// TestChangedOriginIsDamage: a program or machine that is lost or changed is found by reading, not by its absence in a report.
func TestChangedOriginIsDamage(t *testing.T) {
	for _, change := range []string{"UPDATE origins SET body = replace(body, 'abc', 'abd')", "DELETE FROM origins WHERE kind = 'machine'"} {
		s := newStore(t)
		must(t, s.Record(trainStage(1), trained(trainStage(1), 1)))
		_, err := s.db.Exec(change)
		must(t, err)
		must(t, s.Close())
		s, err = Open(s.Path())
		must(t, err)
		defer s.Close()
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), "missing or changed") {
			t.Errorf("%s: %v", change, err)
		}
		if _, _, err := s.Outcome(trainStage(1).Key()); err == nil {
			t.Errorf("%s: was read", change)
		}
	}
}

// TestSalvageOfTheFirstVersion: what is salvaged of an old database is of this program's schema, and says as much as before.
func TestSalvageOfTheFirstVersion(t *testing.T) {
	path, stage, want := firstVersion(t)
	got, err := Salvage(path)
	if err != nil || got.Outcomes != 1 || got.Attempts != 1 || got.Unknown != 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	s, err := OpenReadOnly(path)
	must(t, err)
	defer s.Close()
	if o, _, err := s.Outcome(stage.Key()); err != nil || !reflect.DeepEqual(o, want) {
		t.Errorf("got %+v, %v, want %+v", o, err, want)
	}
}

// TestSalvageWithoutOrigins: an outcome outlives the row of the program that computed it.
func TestSalvageWithoutOrigins(t *testing.T) {
	s := newStore(t)
	stage := trainStage(1)
	must(t, s.Record(stage, trained(stage, 1)))
	must(t, s.Fail(stage, failed(stage, "x"), ""))
	_, err := s.db.Exec("PRAGMA secure_delete = 1; DELETE FROM origins WHERE kind = 'build'; PRAGMA wal_checkpoint(TRUNCATE)")
	must(t, err)
	must(t, s.Close())
	got, err := Salvage(s.Path())
	if err != nil || got.Outcomes != 1 || got.Unknown != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	s, err = OpenReadOnly(s.Path())
	must(t, err)
	defer s.Close()
	must(t, s.Check())
	o, _, err := s.Outcome(stage.Key())
	if err != nil || !Same(o, trained(stage, 1)) || o.Provenance.Build.String() != "not recorded" || o.Provenance.Machine.Backend != "native" {
		t.Errorf("%+v, %v", o, err)
	}
}
