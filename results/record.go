package results

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gmnas/harness/spec"
)

// Record takes a stage and its outcome in, in one transaction. Recording the same again does nothing; a failed
// outcome is replaced by a later one; a done or diverged one stays, and another result for it is
// kept as an attempt and answered with ErrConflict.
func (s *Store) Record(stage spec.Stage, outcome spec.Outcome) error {
	return s.record(stage, outcome, "")
}

// Fail records that a stage failed: as an attempt with the last lines of its log, and as the stage's outcome
// unless it has a done or diverged one.
func (s *Store) Fail(stage spec.Stage, outcome spec.Outcome, log string) error {
	if outcome.State != spec.Failed {
		return fmt.Errorf("recording attempt at %s: %w: state %q", outcome.Key.Short(), ErrInvalid, outcome.State)
	}
	return s.record(stage, outcome, log)
}

func (s *Store) record(stage spec.Stage, outcome spec.Outcome, log string) error {
	if err := Valid(stage, outcome); err != nil {
		return fmt.Errorf("recording %s stage %s: %w", stage.Kind, outcome.Key.Short(), err)
	}
	// The cache is held for the whole transaction so that no Lookup brings an older outcome back.
	s.mu.Lock()
	defer s.mu.Unlock()
	tx, err := s.db.Begin()
	if err != nil {
		return explain("recording in", s.path, err)
	}
	defer tx.Rollback()
	conflict, err := s.write(tx, stage, outcome, log)
	if err != nil {
		return explain("recording in", s.path, err)
	}
	if err := tx.Commit(); err != nil {
		return explain("recording in", s.path, err)
	}
	delete(s.cache, outcome.Key)
	return conflict
}

// write does the work of Record within a transaction that is to be committed also where conflict is not nil.
func (s *Store) write(tx *sql.Tx, stage spec.Stage, outcome spec.Outcome, log string) (conflict, err error) {
	canonical, err := spec.Canonical(stage)
	if err != nil {
		return nil, err
	}
	if _, err := tx.Exec("INSERT INTO stages (key, body) VALUES (?, ?) ON CONFLICT DO NOTHING", string(outcome.Key), string(canonical)); err != nil {
		return nil, err
	}
	old, found, err := s.readOutcome(tx, outcome.Key)
	if err != nil {
		return nil, err
	}
	body, checksum, err := encode(tx, outcome)
	if err != nil {
		return nil, err
	}
	final := found && old.State != spec.Failed
	if outcome.State == spec.Failed {
		if err := attempt(tx, outcome.Key, string(spec.Failed), outcome.Error, log, body); err != nil || final {
			return nil, err
		}
	} else if final {
		if Same(old, outcome) {
			return nil, nil
		}
		conflict = fmt.Errorf("%s stage %s: %w: recorded %s; now %s; what is recorded stays. "+
			"Another program or backend gives other numbers: keep them apart with --db",
			outcome.Kind, outcome.Key.Short(), ErrConflict, from(old), from(outcome))
		return conflict, attempt(tx, outcome.Key, "conflict", conflict.Error(), log, body)
	}
	_, err = tx.Exec(`INSERT INTO outcomes (key, body, checksum) VALUES (?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET body = excluded.body, checksum = excluded.checksum`,
		string(outcome.Key), body, checksum)
	return nil, err
}

func attempt(tx *sql.Tx, key spec.Key, state, reason, log, body string) error {
	_, err := tx.Exec("INSERT INTO attempts (key, state, error, log, body, recorded) VALUES (?, ?, ?, ?, ?, ?)",
		string(key), state, reason, log, body, time.Now().UTC().Format(time.RFC3339Nano))
	return err
}

func from(o spec.Outcome) string {
	return fmt.Sprintf("%s by %s with backend %s", o.State, o.Provenance.Build, o.Provenance.Machine.Arithmetic())
}

func (s *Store) readOutcome(q querier, key spec.Key) (spec.Outcome, bool, error) {
	var body, checksum string
	err := q.QueryRow("SELECT body, checksum FROM outcomes WHERE key = ?", string(key)).Scan(&body, &checksum)
	if errors.Is(err, sql.ErrNoRows) {
		return spec.Outcome{}, false, nil
	}
	if err != nil {
		return spec.Outcome{}, false, err
	}
	o, err := s.decode(q, key, body, checksum)
	return o, err == nil, err
}
