package results

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gmnas/harness/spec"
)

// Outcome returns what is recorded under key, and whether anything is.
func (s *Store) Outcome(key spec.Key) (spec.Outcome, bool, error) {
	o, found, err := s.readOutcome(s.db, key)
	return o, found, explain("reading", s.path, err)
}

// Stage returns the stage of that key, and whether it is recorded.
func (s *Store) Stage(key spec.Key) (spec.Stage, bool, error) {
	var body string
	err := s.db.QueryRow("SELECT body FROM stages WHERE key = ?", string(key)).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return spec.Stage{}, false, nil
	}
	if err != nil {
		return spec.Stage{}, false, explain("reading", s.path, err)
	}
	var stage spec.Stage
	if err := json.Unmarshal([]byte(body), &stage); err != nil || stage.Key() != key {
		return spec.Stage{}, false, explain("reading", s.path, fmt.Errorf("stage %s: %w: its text has another key", key.Short(), ErrDamaged))
	}
	return stage, true, nil
}

// Lookup returns a function that gives the outcome of a key, read on demand and kept; failed outcomes too. What it
// returns is shared: don't change it. It answers false where reading fails; Err tells.
func (s *Store) Lookup() func(spec.Key) (spec.Outcome, bool) {
	return func(key spec.Key) (spec.Outcome, bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if o, ok := s.cache[key]; ok {
			return o, true
		}
		o, found, err := s.Outcome(key)
		if err != nil && s.failed == nil {
			s.failed = err
		}
		if found {
			s.cache[key] = o
		}
		return o, found
	}
}

// Attempt is a run of a stage that left no outcome: it failed, or gave another result than the recorded one.
type Attempt struct {
	Key      spec.Key
	State    string // "failed" or "conflict"
	Error    string
	Log      string // the last lines that the worker printed
	Outcome  spec.Outcome
	Recorded time.Time
}

// Attempts returns the attempts at a stage, oldest first.
func (s *Store) Attempts(key spec.Key) ([]Attempt, error) {
	if err := s.recallAll(); err != nil {
		return nil, explain("reading", s.path, err)
	}
	rows, err := s.db.Query("SELECT state, error, log, body, recorded FROM attempts WHERE key = ? ORDER BY id", string(key))
	if err != nil {
		return nil, explain("reading", s.path, err)
	}
	defer rows.Close()
	var all []Attempt
	for rows.Next() {
		a := Attempt{Key: key}
		var body, recorded string
		if err := rows.Scan(&a.State, &a.Error, &a.Log, &body, &recorded); err != nil {
			return nil, explain("reading", s.path, err)
		}
		var from stored
		if err := json.Unmarshal([]byte(body), &from); err != nil {
			return nil, explain("reading", s.path, fmt.Errorf("attempt at %s: %w: %w", key.Short(), ErrDamaged, err))
		}
		if a.Outcome, err = s.complete(nil, from); err != nil {
			return nil, explain("reading", s.path, fmt.Errorf("attempt at %s: %w", key.Short(), err))
		}
		if a.Recorded, err = time.Parse(time.RFC3339Nano, recorded); err != nil {
			return nil, explain("reading", s.path, fmt.Errorf("attempt at %s: %w: %w", key.Short(), ErrDamaged, err))
		}
		all = append(all, a)
	}
	return all, explain("reading", s.path, rows.Err())
}

// Count sums the outcomes of one kind and state.
type Count struct {
	Kind  string
	State spec.State
	N     int
	Cost  spec.Cost
}

// Counts returns what is recorded, by kind and state.
func (s *Store) Counts() ([]Count, error) {
	rows, err := s.db.Query(`SELECT kind, state, count(*), sum(gradient_evaluations), sum(flops), sum(seconds)
		FROM outcomes GROUP BY kind, state ORDER BY kind, state`)
	if err != nil {
		return nil, explain("reading", s.path, err)
	}
	defer rows.Close()
	var all []Count
	for rows.Next() {
		var c Count
		if err := rows.Scan(&c.Kind, &c.State, &c.N, &c.Cost.GradientEvaluations, &c.Cost.FLOPs, &c.Cost.Seconds); err != nil {
			return nil, explain("reading", s.path, err)
		}
		all = append(all, c)
	}
	return all, explain("reading", s.path, rows.Err())
}
