// Package results keeps what runs leave behind: stages, outcomes with the programs and machines that computed them,
// failed attempts and the runs that were asked for, in one SQLite file. It is the only importer of SQLite.
//
// Open gives a store to write to, OpenReadOnly one for reports while runs go on. Many processes may have the
// file open; the coordinator alone writes outcomes, and Lock keeps a second coordinator out. What Record has
// returned nil for is on the disk: the journal is a write-ahead log, synced at every commit.
package results

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	_ "github.com/mattn/go-sqlite3"

	"gmnas/harness/spec"
)

// Store is an open database. Its methods may be called from several goroutines.
type Store struct {
	path string
	db   *sql.DB

	shared sync.Map // spec.Build and spec.Machine by hash, as read

	mu     sync.Mutex
	cache  map[spec.Key]spec.Outcome // what Lookup has read
	failed error                     // the first error that a Lookup met
}

// Open opens the database at path, creates it where it is missing and brings an older schema up to date.
// Any number of processes may do so at once.
//
// Errors: ErrNewerSchema, ErrForeign, ErrDamaged, ErrReadOnly, ErrFull, each naming the file and the way out.
func Open(path string) (*Store, error) {
	s, err := open(path, "rwc")
	if err != nil {
		return nil, err
	}
	if err := s.prepare(); err != nil {
		s.db.Close()
		return nil, explain("opening", s.path, err)
	}
	return s, nil
}

// OpenReadOnly opens an existing database for reading, also on a read-only file system and while a
// coordinator writes.
//
// An older schema is brought up to date in a copy in memory: the file stays as it is. Errors: ErrMissing and those of Open.
func OpenReadOnly(path string) (*Store, error) {
	if info, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("opening results database %s: %w: nothing is recorded yet; `gmnas run EXPERIMENT --db %s` creates it", path, ErrMissing, path)
	} else if err == nil && info.Size() == 0 && !exists(path+"-wal") {
		return nil, fmt.Errorf("opening results database %s: %w: the file is empty; `gmnas run EXPERIMENT --db %s` fills it", path, ErrMissing, path)
	}
	s, err := open(path, "ro")
	if err != nil {
		return nil, err
	}
	err = s.current()
	if isCannotOpen(err) && !exists(path+"-wal") {
		// A read-only folder: the log's index can't be made there, and without a log nothing is missing.
		s.db.Close()
		if s, err = open(path, "ro&immutable=1"); err != nil {
			return nil, err
		}
		err = s.current()
	}
	if errors.Is(err, errOlderSchema) {
		err = s.migrateCopy()
	}
	if err != nil {
		s.db.Close()
		return nil, explain("opening", s.path, err)
	}
	return s, nil
}

// Close releases the file.
func (s *Store) Close() error {
	if err := s.db.Close(); err != nil {
		return explain("closing", s.path, err)
	}
	return nil
}

// Path is the database file, symbolic links resolved.
func (s *Store) Path() string { return s.path }

// Err returns the first error that a Lookup met.
func (s *Store) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

func open(path, mode string) (*Store, error) {
	full, err := resolve(path)
	if err != nil {
		return nil, fmt.Errorf("opening results database %s: %w", path, err)
	}
	if info, err := os.Stat(full); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("opening results database %s: not a file; name a file, as in --db results/gmnas.db", path)
	}
	name := (&url.URL{Scheme: "file", Path: full}).String() +
		"?mode=" + mode + "&_txlock=immediate&_busy_timeout=60000&_foreign_keys=1&_synchronous=FULL"
	db, err := sql.Open("sqlite3", name)
	if err != nil {
		return nil, explain("opening", full, err)
	}
	db.SetMaxOpenConns(1)
	return &Store{path: full, db: db, cache: map[spec.Key]spec.Outcome{}}, nil
}

// resolve returns the one absolute name of a file that may not exist yet, so that its lock has one name too.
func resolve(path string) (string, error) {
	if path == "" {
		return "", errors.New("no file named; name one, as in --db results/gmnas.db")
	}
	full, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(full); err == nil {
		return real, nil
	}
	folder, err := filepath.EvalSymlinks(filepath.Dir(full))
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("folder %s does not exist; create it", filepath.Dir(full))
	} else if err != nil {
		return "", err
	}
	return filepath.Join(folder, filepath.Base(full)), nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
