package results

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"gmnas/harness/spec"
)

// Check reads the whole database: its pages, its references, each stage's key, each outcome's and each run's checksum.
// Errors wrap ErrDamaged.
func (s *Store) Check() error {
	if err := s.CheckPages(); err != nil {
		return err
	}
	var orphans int
	if err := s.db.QueryRow("SELECT count(*) FROM pragma_foreign_key_check").Scan(&orphans); err != nil {
		return explain("checking", s.path, err)
	}
	if orphans != 0 {
		return explain("checking", s.path, fmt.Errorf("%w: %d outcomes or attempts without their stage", ErrDamaged, orphans))
	}
	if err := errors.Join(s.checkRuns(), s.checkAttempts()); err != nil {
		return explain("checking", s.path, err)
	}
	if _, err := s.Evidence(""); err != nil {
		return err
	}
	return s.eachStage(func(key spec.Key, stage, body, checksum string) error {
		if sum(stage) != string(key) {
			return fmt.Errorf("stage %s: %w: its text has another key", key.Short(), ErrDamaged)
		}
		if body == "" {
			return nil
		}
		_, err := s.decode(nil, key, body, checksum)
		return err
	})
}

// CheckPages reads every page, so that what a lookup doesn't find isn't there. What the rows say is checked when they are
// read, so this is enough before a run, and where a report misses something. Errors wrap ErrDamaged.
func (s *Store) CheckPages() error {
	var verdict string
	if err := s.db.QueryRow("PRAGMA integrity_check(1)").Scan(&verdict); err != nil {
		return explain("checking", s.path, err)
	}
	if verdict != "ok" {
		return explain("checking", s.path, fmt.Errorf("%w: %s", ErrDamaged, verdict))
	}
	return nil
}

func (s *Store) checkRuns() error {
	rows, err := s.db.Query("SELECT experiment, profile, row, seed, run, body, bound, checksum FROM bindings")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id runID
		var body, bound, checksum string
		if err := rows.Scan(&id.experiment, &id.profile, &id.row, &id.seed, &id.run, &body, &bound, &checksum); err != nil {
			return err
		}
		if _, err := id.check(body, bound, checksum); err != nil {
			return err
		}
	}
	return rows.Err()
}

// checkAttempts can only tell whether they can be read: nothing is computed from them, and they carry no checksum.
func (s *Store) checkAttempts() error {
	rows, err := s.db.Query("SELECT key, body, recorded FROM attempts")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var key spec.Key
		var body, recorded string
		if err := rows.Scan(&key, &body, &recorded); err != nil {
			return err
		}
		_, err := time.Parse(time.RFC3339Nano, recorded)
		if err != nil || !json.Valid([]byte(body)) {
			return fmt.Errorf("attempt at %s: %w", key.Short(), ErrDamaged)
		}
	}
	return rows.Err()
}

// Dump writes stages, outcomes and runs as JSON lines in a fixed order, without when, where and how long: two
// databases that hold the same results give the same bytes. Attempts are not part of it.
func (s *Store) Dump(w io.Writer) error {
	out := json.NewEncoder(w)
	err := s.eachStage(func(key spec.Key, stage, body, checksum string) error {
		line := struct {
			Stage   json.RawMessage
			Outcome *spec.Outcome `json:",omitempty"`
		}{Stage: json.RawMessage(stage)}
		if body != "" {
			o, err := s.decode(nil, key, body, checksum)
			if err != nil {
				return err
			}
			o = substance(o)
			line.Outcome = &o
		}
		return out.Encode(line)
	})
	if err != nil {
		return err
	}
	rows, err := s.db.Query("SELECT experiment, profile, row, seed, run FROM bindings ORDER BY 1, 2, 3, 4, 5")
	if err != nil {
		return explain("reading", s.path, err)
	}
	defer rows.Close()
	for rows.Next() {
		var line struct {
			Experiment, Profile, Row string
			Seed                     int64
			Run                      string
		}
		if err := rows.Scan(&line.Experiment, &line.Profile, &line.Row, &line.Seed, &line.Run); err != nil {
			return explain("reading", s.path, err)
		}
		if err := out.Encode(line); err != nil {
			return err
		}
	}
	return explain("reading", s.path, rows.Err())
}

// eachStage gives each stage's text and, where it has an outcome, the outcome's text, by key.
func (s *Store) eachStage(f func(key spec.Key, stage, body, checksum string) error) error {
	if err := s.recallAll(); err != nil {
		return explain("reading", s.path, err)
	}
	rows, err := s.db.Query(`SELECT s.key, s.body, coalesce(o.body, ''), coalesce(o.checksum, '')
		FROM stages s LEFT JOIN outcomes o ON o.key = s.key ORDER BY s.key`)
	if err != nil {
		return explain("reading", s.path, err)
	}
	defer rows.Close()
	for rows.Next() {
		var key spec.Key
		var stage, body, checksum string
		if err := rows.Scan(&key, &stage, &body, &checksum); err != nil {
			return explain("reading", s.path, err)
		}
		if err := f(key, stage, body, checksum); err != nil {
			return explain("reading", s.path, err)
		}
	}
	return explain("reading", s.path, rows.Err())
}
