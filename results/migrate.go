package results

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	sqlite3 "github.com/mattn/go-sqlite3"

	"gmnas/harness/spec"
)

// migrateCopy replaces the connection by one to a copy in memory that has this program's schema.
func (s *Store) migrateCopy() error {
	memory, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		return err
	}
	memory.SetMaxOpenConns(1) // the copy lives as long as its connection
	memory.SetConnMaxLifetime(0)
	err = onDriver(memory, func(to *sqlite3.SQLiteConn) error {
		return onDriver(s.db, func(from *sqlite3.SQLiteConn) error {
			backup, err := to.Backup("main", from, "main")
			if err != nil {
				return err
			}
			_, err = backup.Step(-1)
			return errors.Join(err, backup.Finish())
		})
	})
	if err != nil {
		memory.Close()
		return err
	}
	s.db.Close()
	s.db = memory
	if err := s.migrate(); err != nil {
		return err
	}
	_, err = s.db.Exec("PRAGMA query_only = 1")
	return err
}

func onDriver(db *sql.DB, do func(*sqlite3.SQLiteConn) error) error {
	c, err := db.Conn(context.Background())
	if err != nil {
		return err
	}
	defer c.Close()
	return c.Raw(func(driver any) error { return do(driver.(*sqlite3.SQLiteConn)) })
}

// shareOrigins moves program and machine out of the bodies of version 1, where each outcome and attempt had its own. What
// they didn't record stays unrecorded.
func shareOrigins(tx *sql.Tx) error {
	type old struct{ id, body, checksum string }
	for _, t := range []struct{ read, write string }{
		{"SELECT key, body, checksum FROM outcomes", "UPDATE outcomes SET body = ?2, checksum = ?3 WHERE key = ?1"},
		{"SELECT id, body, '' FROM attempts", "UPDATE attempts SET body = ?2 WHERE id = ?1"},
	} {
		var all []old
		rows, err := tx.Query(t.read)
		if err != nil {
			return err
		}
		for rows.Next() {
			var o old
			err := rows.Scan(&o.id, &o.body, &o.checksum)
			if err == nil && o.checksum != "" && sum(o.body) != o.checksum {
				err = fmt.Errorf("outcome %.12s: %w: its checksum does not match", o.id, ErrDamaged) // which a new one would hide
			}
			if err != nil {
				rows.Close()
				return err
			}
			all = append(all, o)
		}
		if err := rows.Close(); err != nil {
			return err
		}
		for _, o := range all {
			body, err := sharedOrigin(tx, o.body)
			if err != nil {
				return fmt.Errorf("outcome %.12s: %w", o.id, err)
			}
			arguments := []any{o.id, body, sum(body)}
			if _, err := tx.Exec(t.write, arguments...); err != nil {
				return err
			}
		}
	}
	return nil
}

// sharedOrigin rewrites a body of version 1; all but its provenance stays as it is, number for number.
func sharedOrigin(tx *sql.Tx, body string) (string, error) {
	return rewritten(body, func(text json.RawMessage) (o origin, err error) {
		var p struct {
			Started                                                          time.Time
			Host, Commit, GoVersion, Backend, BackendVersion, InstructionSet string
			Threads                                                          int
		}
		if err := json.Unmarshal(text, &p); err != nil {
			return o, err
		}
		o.Started = p.Started
		if o.Build, err = share(tx, kindBuild, spec.Build{Commit: p.Commit, Go: p.GoVersion}); err != nil {
			return o, err
		}
		o.Machine, err = share(tx, kindMachine, spec.Machine{Host: p.Host, Backend: p.Backend, BackendVersion: p.BackendVersion,
			InstructionSet: p.InstructionSet, Threads: p.Threads})
		return o, err
	})
}

// rewritten returns a body with another provenance.
func rewritten(body string, change func(json.RawMessage) (origin, error)) (string, error) {
	var parts map[string]json.RawMessage
	if err := json.Unmarshal([]byte(body), &parts); err != nil {
		return "", err
	}
	o, err := change(parts["Provenance"])
	if err != nil {
		return "", err
	}
	if parts["Provenance"], err = json.Marshal(o); err != nil {
		return "", err
	}
	b, err := json.Marshal(parts)
	return string(b), err
}

// sumRuns gives the runs of an older version their checksums.
func sumRuns(tx *sql.Tx) error {
	rows, err := tx.Query("SELECT experiment, profile, row, seed, run, bound FROM bindings")
	if err != nil {
		return err
	}
	sums := map[runID]string{}
	for rows.Next() {
		var id runID
		var bound string
		if err := rows.Scan(&id.experiment, &id.profile, &id.row, &id.seed, &id.run, &bound); err != nil {
			rows.Close()
			return err
		}
		sums[id] = id.sum(bound)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for id, checksum := range sums {
		if _, err := tx.Exec("UPDATE bindings SET checksum = ? WHERE experiment = ? AND profile = ? AND row = ? AND seed = ? AND run = ?",
			checksum, id.experiment, id.profile, id.row, id.seed, id.run); err != nil {
			return err
		}
	}
	return nil
}
