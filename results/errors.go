package results

import (
	"errors"
	"fmt"
	"strings"

	sqlite3 "github.com/mattn/go-sqlite3"
)

// Opening.
var (
	ErrMissing     = errors.New("no database")
	ErrForeign     = errors.New("an SQLite database of another program; name another file with --db")
	ErrNewerSchema = errors.New("the schema is newer than this program")
	errOlderSchema = errors.New("the schema is older than this program")
	ErrLocked      = errors.New("another coordinator has it")
)

// Any time.
var (
	ErrDamaged  = errors.New("damaged, truncated or not a database; run `gmnas doctor --repair` with the same --db")
	ErrReadOnly = errors.New("read-only; give write permission to the file and its folder, or name another file with --db")
	ErrFull     = errors.New("disk full; free some space and give the same command again, what is recorded is kept")
	ErrBusy     = errors.New("another process has held it for a minute; end that process or wait")
)

// Recording.
var (
	ErrConflict = errors.New("recorded with another result")
	ErrInvalid  = errors.New("not a valid outcome")
)

// explain names the file and, for SQLite's own errors, the way out.
func explain(doing, path string, err error) error {
	if err == nil {
		return nil
	}
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("%s results database %s: %w", doing, path, err)
	}
	var kind error
	switch e.Code {
	case sqlite3.ErrNotADB, sqlite3.ErrCorrupt:
		kind = ErrDamaged
	case sqlite3.ErrReadonly, sqlite3.ErrPerm:
		kind = ErrReadOnly
	case sqlite3.ErrFull:
		kind = ErrFull
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		kind = ErrBusy
	case sqlite3.ErrCantOpen:
		if exists(path + "-wal") {
			return fmt.Errorf("%s results database %s: it has an unfinished log %s-wal and its folder is read-only; copy both files to a writable folder and name the copy with --db (%w)", doing, path, path, err)
		}
		return fmt.Errorf("%s results database %s: no permission to open or create it, or its file system is read-only; check the permissions of the file and its folder, or name another file with --db (SQLite: %w)", doing, path, err)
	case sqlite3.ErrIoErr:
		if e.ExtendedCode == sqlite3.ErrIoErrShortRead {
			kind = ErrDamaged
			break
		}
		return fmt.Errorf("%s results database %s: input or output failed (disk full, quota or a broken disk?); what is recorded is kept, `gmnas doctor` checks it (%w)", doing, path, err)
	case sqlite3.ErrError:
		if !strings.Contains(e.Error(), "malformed JSON") { // a body that a column is computed from
			return fmt.Errorf("%s results database %s: %w", doing, path, err)
		}
		kind = ErrDamaged
	default:
		return fmt.Errorf("%s results database %s: %w", doing, path, err)
	}
	return fmt.Errorf("%s results database %s: %w (%w)", doing, path, kind, err)
}

func isBusy(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && (e.Code == sqlite3.ErrBusy || e.Code == sqlite3.ErrLocked)
}

func isCannotOpen(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && (e.Code == sqlite3.ErrCantOpen || e.Code == sqlite3.ErrReadonly)
}
