package results

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"

	"gmnas/harness/spec"
)

// Binding is a run that was asked for: a row of an experiment with one seed, on the data and table at hand.
// With the outcomes, it is all that a table needs.
type Binding struct {
	Experiment string // spec.Experiment.Label
	Profile    string
	Row        string // spec.Row.ID
	Seed       int64
	Run        spec.Run // hashes bound
	Bound      time.Time
}

// name is what labels, profiles and row IDs look like.
var name = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9+._-]{0,99}$`)

// Bind records which runs were asked for, all or none. The same run again only renews the time.
func (s *Store) Bind(bindings ...Binding) error {
	tx, err := s.db.Begin()
	if err != nil {
		return explain("recording in", s.path, err)
	}
	defer tx.Rollback()
	for _, b := range bindings {
		if err := b.check(); err != nil {
			return fmt.Errorf("recording run: %w", err)
		}
		body, err := spec.Canonical(b.Run)
		if err != nil {
			return fmt.Errorf("recording run %s %s: %w", b.Experiment, b.Row, err)
		}
		id := runID{b.Experiment, b.Profile, b.Row, b.Seed, sum(string(body))}
		if err := id.insert(tx, string(body), b.Bound); err != nil {
			return explain("recording in", s.path, err)
		}
	}
	return explain("recording in", s.path, tx.Commit())
}

// runID names a run that was asked for: its place in a table, and the SHA-256 of its settings.
type runID struct {
	experiment, profile, row string
	seed                     int64
	run                      string
}

func (id runID) insert(tx *sql.Tx, body string, bound time.Time) error {
	when := bound.UTC().Format(time.RFC3339Nano)
	_, err := tx.Exec(`INSERT INTO bindings (experiment, profile, row, seed, run, body, bound, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET bound = excluded.bound, checksum = excluded.checksum`,
		id.experiment, id.profile, id.row, id.seed, id.run, body, when, id.sum(when))
	return err
}

// sum is the checksum of all columns but the settings, which run is the checksum of.
func (id runID) sum(bound string) string {
	return sum(fmt.Sprintf("%q %q %q %d %s %s", id.experiment, id.profile, id.row, id.seed, id.run, bound))
}

// check returns when the run was asked for, or ErrDamaged where a column isn't what was recorded.
func (id runID) check(body, bound, checksum string) (time.Time, error) {
	when, err := time.Parse(time.RFC3339Nano, bound)
	if err != nil || sum(body) != id.run || id.sum(bound) != checksum {
		return when, fmt.Errorf("run of row %.80q, seed %d: %w: its checksum does not match", id.row, id.seed, ErrDamaged)
	}
	return when, nil
}

func (b Binding) check() error {
	for _, f := range []struct{ field, value string }{{"experiment", b.Experiment}, {"profile", b.Profile}, {"row", b.Row}} {
		if !name.MatchString(f.value) {
			return fmt.Errorf("%s %.120q: letters, digits and +._- only, at most 100", f.field, f.value)
		}
	}
	if b.Bound.IsZero() {
		return errors.New("no time")
	}
	return nil
}

// Bindings returns the runs of an experiment in a profile that were ever asked for, by row, seed and time. A row
// and seed with several runs was asked for with several settings, data sets or tables.
func (s *Store) Bindings(experiment, profile string) ([]Binding, error) {
	rows, err := s.db.Query(`SELECT row, seed, run, body, bound, checksum FROM bindings WHERE experiment = ? AND profile = ?
		ORDER BY row, seed, bound, run`, experiment, profile)
	if err != nil {
		return nil, explain("reading", s.path, err)
	}
	defer rows.Close()
	var all []Binding
	for rows.Next() {
		id := runID{experiment: experiment, profile: profile}
		var body, bound, checksum string
		if err := rows.Scan(&id.row, &id.seed, &id.run, &body, &bound, &checksum); err != nil {
			return nil, explain("reading", s.path, err)
		}
		when, err := id.check(body, bound, checksum)
		if err != nil {
			return nil, explain("reading", s.path, err)
		}
		b := Binding{Experiment: experiment, Profile: profile, Row: id.row, Seed: id.seed, Bound: when}
		if err := json.Unmarshal([]byte(body), &b.Run); err != nil {
			return nil, explain("reading", s.path, fmt.Errorf("run of row %.80q: %w", b.Row, err))
		}
		all = append(all, b)
	}
	return all, explain("reading", s.path, rows.Err())
}
