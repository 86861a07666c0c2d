package results

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"gmnas/harness/spec"
)

func evidence(row, file string) spec.Evidence {
	return spec.Evidence{Experiment: "table3", Row: row, Name: row, Kind: spec.EvidenceArchitectures, File: file, SHA256: sum(file), Bytes: 3,
		Imported: time.Unix(5, 0).UTC(), Space: "nasbench201", Table: "t", Found: []spec.Found{{Seed: 1, Architectures: []string{"|a~0|"}}}}
}

func curveOf(row, file string, seed int64) spec.Evidence {
	e := evidence(row, file)
	e.Kind, e.Found, e.Claim = spec.EvidenceCurve, nil, &spec.Claimed{Seed: seed, Curve: []spec.EpochPoint{{Epoch: 0, TestAcc: 40}}}
	return e
}

// TestEvidence: a file is recorded once, a row is never replaced in silence, and a row of curves has one for each seed.
func TestEvidence(t *testing.T) {
	s := newStore(t)
	for _, e := range []spec.Evidence{evidence("mine", "a"), evidence("other", "a"), evidence("mine", "a"), curveOf("curves", "x", 0), curveOf("curves", "y", 1)} {
		must(t, s.AddEvidence(e))
	}
	for _, e := range []spec.Evidence{evidence("mine", "b"), curveOf("mine", "b", 0), curveOf("curves", "z", 1)} {
		if err := s.AddEvidence(e); !errors.Is(err, ErrConflict) || !strings.Contains(err.Error(), "gmnas import remove table3 "+e.Row) {
			t.Errorf("%s of %s: %v", e.Row, e.File, err)
		}
	}
	for name, change := range map[string]func(*spec.Evidence){
		"a path":  func(e *spec.Evidence) { e.Row = "../x" },
		"no hash": func(e *spec.Evidence) { e.SHA256 = "" },
		"no part": func(e *spec.Evidence) { e.Found = nil },
		"no time": func(e *spec.Evidence) { e.Imported = time.Time{} },
	} {
		e := evidence("bad", "c")
		change(&e)
		if err := s.AddEvidence(e); err == nil {
			t.Errorf("%s: recorded", name)
		}
	}
	list, err := s.Evidence("table3")
	if err != nil || len(list) != 4 || !reflect.DeepEqual(list[2], evidence("mine", "a")) {
		t.Errorf("%d, %v: %+v", len(list), err, list)
	}
	if n, err := s.RemoveEvidence("table3", "curves"); n != 2 || err != nil {
		t.Errorf("removed %d, %v", n, err)
	}
	if list, err := s.Evidence(""); err != nil || len(list) != 2 {
		t.Errorf("%d left, %v", len(list), err)
	}
	must(t, s.Check())
	_, err = s.db.Exec(`UPDATE evidence SET body = replace(body, '|a~0|', '|b~0|')`)
	must(t, err)
	if err := s.Check(); !errors.Is(err, ErrDamaged) {
		t.Errorf("changed evidence: %v", err)
	}
}

// TestSalvageOfEvidence: it comes back with the rest.
func TestSalvageOfEvidence(t *testing.T) {
	s := newStore(t)
	must(t, s.AddEvidence(evidence("mine", "a")))
	must(t, s.Close())
	got, err := Salvage(s.Path())
	if err != nil || got.Evidence != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	s, err = OpenReadOnly(s.Path())
	must(t, err)
	defer s.Close()
	if list, err := s.Evidence("table3"); err != nil || len(list) != 1 || !reflect.DeepEqual(list[0], evidence("mine", "a")) {
		t.Errorf("%+v, %v", list, err)
	}
}
