//go:build faults

package results

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gmnas/harness/spec"
)

// TestFaultManyProcessesOpenTogether: none of 32 is told that the database is locked, and the schema is made once.
func TestFaultManyProcessesOpenTogether(t *testing.T) {
	const rounds, processes = 5, 32
	schema := func(path string) (version int) {
		t.Helper()
		s, err := OpenReadOnly(path)
		must(t, err)
		defer s.Close()
		must(t, s.Check())
		must(t, s.db.QueryRow("PRAGMA schema_version").Scan(&version))
		return version
	}
	alone := newStore(t)
	for range rounds {
		path := filepath.Join(t.TempDir(), "r.db")
		var all [processes]*exec.Cmd
		var said [processes]bytes.Buffer
		for i := range all {
			all[i] = otherProcess(path)
			all[i].Stdout, all[i].Stderr = &said[i], &said[i]
			must(t, all[i].Start())
		}
		for i, cmd := range all {
			if err := cmd.Wait(); err != nil || said[i].Len() > 0 {
				t.Errorf("process %d: %v: %s", i, err, said[i].String())
			}
		}
		if got, want := schema(path), schema(alone.Path()); got != want {
			t.Errorf("the schema was changed %d times, by one process %d times", got, want)
		}
	}
	t.Logf("%d processes opened an empty database together, %d times", processes, rounds)
}

// TestFaultDamagedDatabase: a flipped bit, a cleared sector or a lost end is found or does no harm, and what is salvaged is
// what was recorded.
func TestFaultDamagedDatabase(t *testing.T) {
	const stages = 60
	files := pristine(t, stages, true)
	want := map[spec.Key]spec.Outcome{}
	whole, err := Open(lay(t, files))
	must(t, err)
	defer whole.Close()
	for seed := range int64(stages) {
		o, found, err := whole.Outcome(trainStage(seed).Key())
		if err != nil || !found {
			t.Fatal(err)
		}
		want[o.Key] = o
	}
	rng := rand.New(rand.NewPCG(9, 10))
	found, harmless, least := 0, 0, stages
	for name, c := range map[string]struct {
		times  int
		damage func(b []byte) []byte
		least  int // stages that must be salvaged
	}{
		"flipped bit":    {400, func(b []byte) []byte { b[rng.IntN(len(b))] ^= 1 << rng.IntN(8); return b }, stages - 3},
		"cleared sector": {100, func(b []byte) []byte { at := 512 * rng.IntN(len(b)/512); clear(b[at : at+512]); return b }, stages - 25},
		"lost end":       {50, func(b []byte) []byte { return b[:rng.IntN(len(b))] }, 0},
	} {
		for range c.times {
			path := lay(t, map[string][]byte{"": c.damage(bytes.Clone(files[""]))})
			err := used(path, want)
			switch {
			case err == nil:
				harmless++
				continue
			case !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrForeign) && !errors.Is(err, ErrNewerSchema) && !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), path):
				t.Fatalf("%s: %v", name, err)
			}
			found++
			s, err := Salvage(path)
			if err != nil {
				if c.least > 0 || !strings.Contains(err.Error(), "stays as it is") {
					t.Fatalf("%s: %v", name, err)
				}
				continue
			}
			least = min(least, s.Stages)
			if s.Stages < c.least {
				t.Errorf("%s: %d of %d stages salvaged", name, s.Stages, stages)
			}
			if err := contained(path, want); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			must(t, os.RemoveAll(filepath.Dir(path)))
		}
	}
	t.Logf("%d damages were found and salvaged, %d did no harm; with a lost end the fewest salvaged were %d of %d stages", found, harmless, least, stages)
}

// used reads a database as a run or report does.
func used(path string, want map[spec.Key]spec.Outcome) error {
	s, err := OpenReadOnly(path)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.CheckPages(); err != nil {
		return err
	}
	if _, err := s.Bindings("table3", spec.Smoke); err != nil {
		return err
	}
	return same(s, want, true)
}

// contained reports an outcome of a salvaged database that was never recorded.
func contained(path string, want map[spec.Key]spec.Outcome) error {
	s, err := OpenReadOnly(path)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.Check(); err != nil {
		return err
	}
	var runs int
	err = s.db.QueryRow("SELECT count(*) FROM bindings WHERE NOT (experiment = 'table3' AND profile = 'smoke' AND row = 'gm+darts' AND seed < ?)", len(want)).Scan(&runs)
	if err != nil || runs > 0 {
		return fmt.Errorf("%d runs that nobody asked for, %v", runs, err)
	}
	return same(s, want, false)
}

func same(s *Store, want map[spec.Key]spec.Outcome, all bool) error {
	for key, o := range want {
		got, found, err := s.Outcome(key)
		if err != nil {
			return err
		}
		older := !all && got.State == spec.Failed // the page of its later success is lost
		if found && !older && !Same(got, o) || all && !found {
			return errors.New("another outcome than recorded: " + string(key))
		}
	}
	return nil
}
