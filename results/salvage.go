package results

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gmnas/harness/spec"
)

// Salvaged is what Salvage brought over into a new file.
type Salvaged struct {
	Stages, Outcomes, Attempts, Runs int
	Evidence                         int    // files of others
	Orphans                          int    // outcomes and attempts left behind because their stage's row is lost
	Unknown                          int    // outcomes and attempts that are kept, but what computed them is lost
	Kept                             string // the damaged file, under its new name
}

// Salvage makes a whole database of a damaged one: it takes every row whose checksum is right from the file's pages and its
// log, whatever else of them is broken, writes them to a new file, checks that, and puts it in the place of the old one.
// The old one stays beside it under another name, log included. Rows that are lost are stages that run again.
//
// Errors: ErrLocked while a coordinator has it; ErrMissing; no row found, and then nothing is changed.
func Salvage(path string) (Salvaged, error) {
	full, err := resolve(path)
	if err != nil {
		return Salvaged{}, fmt.Errorf("salvaging results database %s: %w", path, err)
	}
	if !exists(full) {
		return Salvaged{}, explain("salvaging", full, ErrMissing)
	}
	unlock, err := Lock(full + ".lock")
	if err != nil {
		return Salvaged{}, fmt.Errorf("salvaging results database: %w", err)
	}
	defer unlock()
	found, err := carve(full)
	if err != nil {
		return Salvaged{}, explain("salvaging", full, err)
	}
	if len(found.stages)+len(found.runs)+len(found.evidence) == 0 {
		return Salvaged{}, explain("salvaging", full, errors.New("no row of gmnas is in it, so it stays as it is; move it away, and `gmnas run` begins a new one"))
	}
	fresh := full + ".salvaged"
	s, err := found.write(fresh)
	if err == nil {
		s.Kept, err = exchange(full, fresh)
	}
	if err != nil {
		removeDatabase(fresh)
		return Salvaged{}, explain("salvaging", full, err)
	}
	return s, nil
}

// found are rows that were read out of pages. All but attempts carry a checksum of their own.
type found struct {
	stages   map[spec.Key]string
	outcomes map[spec.Key]outcomeRow
	attempts map[attemptRow]bool
	runs     map[runID]runRow
	origins  map[string]originRow // by hash
	evidence map[evidenceID]string
}

type outcomeRow struct {
	body, checksum string
	state          spec.State
	started        time.Time
}

type originRow struct{ kind, body string }

type attemptRow struct{ key, state, error, log, body, recorded string }

type runRow struct {
	body  string
	bound time.Time
	old   bool // of a version without checksums
}

// carve reads every row whose checksum is right out of a database's files.
func carve(path string) (found, error) {
	file, err := os.Open(path)
	if err != nil {
		return found{}, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return found{}, err
	}
	log, err := os.Open(path + "-wal")
	if errors.Is(err, fs.ErrNotExist) {
		return carvePages(newPages(file, info.Size(), strings.NewReader(""), 0)), nil
	}
	if err != nil {
		return found{}, err
	}
	defer log.Close()
	logInfo, err := log.Stat()
	if err != nil {
		return found{}, err
	}
	return carvePages(newPages(file, info.Size(), log, logInfo.Size())), nil
}

func carvePages(p *pages) found {
	f := found{map[spec.Key]string{}, map[spec.Key]outcomeRow{}, map[attemptRow]bool{}, map[runID]runRow{}, map[string]originRow{}, map[evidenceID]string{}}
	p.each(func(page []byte) { p.cells(page, f.add) })
	f.settle()
	return f
}

// add takes a row in if it is one of ours.
func (f found) add(row []column) {
	shape := ""
	for _, c := range row {
		shape += string(c.kind)
	}
	switch shape {
	case "tt":
		if key, body := row[0].text, row[1].text; sum(body) == key {
			f.stages[spec.Key(key)] = body
		}
	case "ttt":
		if hash, kind, body := row[0].text, row[1].text, row[2].text; (kind == kindBuild || kind == kindMachine) && sum(body) == hash {
			f.origins[hash] = originRow{kind, body}
		}
		f.outcome(spec.Key(row[0].text), row[1].text, row[2].text)
	case "ttttt":
		id := evidenceID{row[0].text, row[1].text, row[2].text}
		if _, err := id.read(row[3].text, row[4].text); err == nil {
			f.evidence[id] = row[3].text
		}
	case "ntttttt":
		f.attempt(attemptRow{row[1].text, row[2].text, row[3].text, row[4].text, row[5].text, row[6].text})
	case "tttittt", "tttitttt":
		id := runID{row[0].text, row[1].text, row[2].text, row[3].number, row[4].text}
		body, bound, old := row[5].text, row[6].text, len(row) == 7
		checksum := id.sum(bound)
		if !old {
			checksum = row[7].text
		}
		when, err := id.check(body, bound, checksum)
		if was, has := f.runs[id]; err == nil && (!has || was.old && !old || was.old == old && when.After(was.bound)) {
			f.runs[id] = runRow{body, when, old}
		}
	}
}

// settle forgets the runs without a checksum where there are some with: old pages have them.
func (f found) settle() {
	for _, r := range f.runs {
		if !r.old {
			maps.DeleteFunc(f.runs, func(_ runID, r runRow) bool { return r.old })
			return
		}
	}
}

// outcome keeps the outcome that counts among those of one stage: an old page may still have its failure.
func (f found) outcome(key spec.Key, body, checksum string) {
	o, err := readBody(key, body, checksum)
	if err != nil {
		return
	}
	old, has := f.outcomes[key]
	final := o.State != spec.Failed
	switch {
	case !has:
	case (old.state != spec.Failed) != final:
		if !final {
			return
		}
	case !o.Provenance.Started.After(old.started):
		return
	}
	f.outcomes[key] = outcomeRow{body, checksum, o.State, o.Provenance.Started}
}

func (f found) attempt(a attemptRow) {
	var o stored
	_, err := time.Parse(time.RFC3339Nano, a.recorded)
	if err == nil && (a.state == string(spec.Failed) || a.state == "conflict") &&
		json.Unmarshal([]byte(a.body), &o) == nil && string(o.Key) == a.key {
		f.attempts[a] = true
	}
}

// write puts the rows into a new database, checks it and closes it.
func (f found) write(path string) (Salvaged, error) {
	if err := removeDatabase(path); err != nil {
		return Salvaged{}, err
	}
	s, err := Open(path)
	if err != nil {
		return Salvaged{}, err
	}
	tx, err := s.db.Begin()
	if err != nil {
		return Salvaged{}, errors.Join(explain("writing", path, err), s.Close())
	}
	defer tx.Rollback()
	counts, err := f.insert(tx)
	if err == nil {
		err = tx.Commit()
	}
	if err == nil {
		err = s.Check()
	}
	return counts, errors.Join(explain("writing", path, err), s.Close())
}

func (f found) insert(tx *sql.Tx) (Salvaged, error) {
	var s Salvaged
	for hash, o := range f.origins {
		if _, err := tx.Exec("INSERT INTO origins (hash, kind, body) VALUES (?, ?, ?)", hash, o.kind, o.body); err != nil {
			return s, err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(f.stages)) {
		if _, err := tx.Exec("INSERT INTO stages (key, body) VALUES (?, ?)", string(key), f.stages[key]); err != nil {
			return s, err
		}
		s.Stages++
		o, ok := f.outcomes[key]
		if !ok {
			continue
		}
		body, err := f.known(tx, o.body, &s)
		if err != nil {
			return s, err
		}
		if _, err := tx.Exec("INSERT INTO outcomes (key, body, checksum) VALUES (?, ?, ?)", string(key), body, sum(body)); err != nil {
			return s, err
		}
		s.Outcomes++
	}
	s.Orphans = len(f.outcomes) - s.Outcomes
	for _, a := range slices.SortedFunc(maps.Keys(f.attempts), func(a, b attemptRow) int { return cmp.Compare(a.recorded, b.recorded) }) {
		if _, ok := f.stages[spec.Key(a.key)]; !ok {
			s.Orphans++
			continue
		}
		body, err := f.known(tx, a.body, &s)
		if err != nil {
			return s, err
		}
		if _, err := tx.Exec("INSERT INTO attempts (key, state, error, log, body, recorded) VALUES (?, ?, ?, ?, ?, ?)",
			a.key, a.state, a.error, a.log, body, a.recorded); err != nil {
			return s, err
		}
		s.Attempts++
	}
	for id, body := range f.evidence {
		if _, err := tx.Exec("INSERT INTO evidence (experiment, row, source, body, checksum) VALUES (?, ?, ?, ?, ?)",
			id.experiment, id.row, id.source, body, sum(body)); err != nil {
			return s, err
		}
		s.Evidence++
	}
	for id, r := range f.runs {
		if err := id.insert(tx, r.body, r.bound); err != nil {
			return s, err
		}
		s.Runs++
	}
	return s, nil
}

// known returns the body of an outcome as this version has it: program and machine of version 1 are shared, and those whose
// row is lost count as not recorded.
func (f found) known(tx *sql.Tx, body string, s *Salvaged) (string, error) {
	var old struct{ Provenance struct{ Host *string } }
	if err := json.Unmarshal([]byte(body), &old); err != nil {
		return "", err
	}
	if old.Provenance.Host != nil { // version 1 always says something
		return sharedOrigin(tx, body)
	}
	var now stored
	if err := json.Unmarshal([]byte(body), &now); err != nil {
		return "", err
	}
	o := now.Provenance
	for _, hash := range []*string{&o.Build, &o.Machine} {
		if _, ok := f.origins[*hash]; !ok {
			*hash = ""
		}
	}
	if o == now.Provenance {
		return body, nil
	}
	s.Unknown++
	return rewritten(body, func(json.RawMessage) (origin, error) { return o, nil })
}

// companions are the endings of the files that belong to a database.
var companions = []string{"-wal", "-journal", "-shm"}

// exchange gives the damaged database and its log a free name, and its name to the new one.
func exchange(path, fresh string) (kept string, err error) {
	for n := 1; kept == "" || exists(kept); n++ {
		kept = fmt.Sprintf("%s.damaged-%d", path, n)
	}
	for _, ending := range companions {
		if err := os.Rename(path+ending, kept+ending); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	if err := os.Rename(path, kept); err != nil {
		return "", err
	}
	if err := os.Rename(fresh, path); err != nil {
		return "", errors.Join(err, os.Rename(kept, path))
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return "", err
	}
	defer folder.Close()
	return kept, folder.Sync()
}

// removeDatabase deletes a database that was only begun.
func removeDatabase(path string) error {
	for _, ending := range append([]string{""}, companions...) {
		if err := os.Remove(path + ending); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
