package results

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gmnas/harness/spec"
)

// stored is an outcome as its body has it: program and machine, which many outcomes share, are rows of their own.
type stored struct {
	spec.Outcome
	Provenance origin // in place of the outcome's
}

type origin struct {
	Started time.Time
	Build   string `json:",omitempty"` // hash in origins
	Machine string `json:",omitempty"` // likewise
}

// Kinds of origins.
const (
	kindBuild   = "build"
	kindMachine = "machine"
)

// encode stores what the outcome shares with others, and returns its body.
func encode(tx *sql.Tx, o spec.Outcome) (body, checksum string, err error) {
	s := stored{Outcome: o, Provenance: origin{Started: o.Provenance.Started}}
	if s.Provenance.Build, err = share(tx, kindBuild, o.Provenance.Build); err != nil {
		return "", "", err
	}
	if s.Provenance.Machine, err = share(tx, kindMachine, o.Provenance.Machine); err != nil {
		return "", "", err
	}
	b, err := json.Marshal(s)
	if err != nil {
		return "", "", err
	}
	return string(b), sum(string(b)), nil
}

// share stores a value once and returns its hash; "" for one that says nothing.
func share(tx *sql.Tx, kind string, value any) (hash string, err error) {
	b, err := spec.Canonical(value)
	if err != nil || string(b) == "{}" {
		return "", err
	}
	hash = sum(string(b))
	_, err = tx.Exec("INSERT INTO origins (hash, kind, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", hash, kind, string(b))
	return hash, err
}

// readBody reads an outcome's body after checking it.
func readBody(key spec.Key, body, checksum string) (stored, error) {
	if sum(body) != checksum {
		return stored{}, fmt.Errorf("outcome %s: %w: its checksum does not match", key.Short(), ErrDamaged)
	}
	var o stored
	if err := json.Unmarshal([]byte(body), &o); err != nil {
		return stored{}, fmt.Errorf("outcome %s: %w", key.Short(), err)
	}
	if o.Key != key {
		return stored{}, fmt.Errorf("outcome %s: %w: it is that of stage %s", key.Short(), ErrDamaged, o.Key.Short())
	}
	return o, nil
}

// decode reads an outcome. Program and machine are read from q where they aren't known yet; with a nil q they must be
// (recallAll).
func (s *Store) decode(q querier, key spec.Key, body, checksum string) (spec.Outcome, error) {
	from, err := readBody(key, body, checksum)
	if err != nil {
		return spec.Outcome{}, err
	}
	o, err := s.complete(q, from)
	if err != nil {
		return o, fmt.Errorf("outcome %s: %w", key.Short(), err)
	}
	return o, nil
}

// complete adds program and machine.
func (s *Store) complete(q querier, from stored) (o spec.Outcome, err error) {
	o = from.Outcome
	o.Provenance.Started = from.Provenance.Started
	if o.Provenance.Build, err = recall[spec.Build](s, q, from.Provenance.Build); err != nil {
		return spec.Outcome{}, err
	}
	o.Provenance.Machine, err = recall[spec.Machine](s, q, from.Provenance.Machine)
	return o, err
}

// recall returns what share stored, after checking it, and keeps it.
func recall[T any](s *Store, q querier, hash string) (value T, err error) {
	if hash == "" {
		return value, nil
	}
	if known, ok := s.shared.Load(hash); ok {
		return known.(T), nil
	}
	var body string
	if q != nil {
		err = q.QueryRow("SELECT body FROM origins WHERE hash = ?", hash).Scan(&body)
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return value, err
	}
	return keep[T](s, hash, body)
}

func keep[T any](s *Store, hash, body string) (value T, err error) {
	if sum(body) != hash {
		return value, fmt.Errorf("%w: what computed it, %s, is missing or changed", ErrDamaged, spec.Key(hash).Short())
	}
	if err := json.Unmarshal([]byte(body), &value); err != nil {
		return value, fmt.Errorf("what computed it, %s: %w", spec.Key(hash).Short(), err)
	}
	s.shared.Store(hash, value)
	return value, nil
}

// recallAll reads all programs and machines, for a query that needs the connection to itself.
func (s *Store) recallAll() error {
	rows, err := s.db.Query("SELECT hash, kind, body FROM origins")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var hash, kind, body string
		if err := rows.Scan(&hash, &kind, &body); err != nil {
			return err
		}
		if kind == kindBuild {
			_, err = keep[spec.Build](s, hash, body)
		} else {
			_, err = keep[spec.Machine](s, hash, body)
		}
		if err != nil {
			return err
		}
	}
	return rows.Err()
}
