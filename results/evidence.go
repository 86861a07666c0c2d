package results

import (
	"encoding/json"
	"errors"
	"fmt"

	"gmnas/harness/spec"
)

// AddEvidence records imported evidence. The same file again changes nothing; a row that shows another file has to be
// removed first, but for curves, of which each seed's is a file.
//
// Errors: ErrConflict; evidence without file, hash or time.
func (s *Store) AddEvidence(e spec.Evidence) error {
	if err := checkEvidence(e); err != nil {
		return fmt.Errorf("recording evidence %.80q: %w", e.Row, err)
	}
	recorded, err := s.Evidence(e.Experiment)
	if err != nil {
		return err
	}
	for _, r := range recorded {
		curves := e.Kind == spec.EvidenceCurve && r.Kind == e.Kind
		switch {
		case r.Row != e.Row:
		case r.SHA256 == e.SHA256 && (!curves || r.Claim.Seed == e.Claim.Seed):
			return nil
		case !curves || r.SHA256 == e.SHA256 || r.Claim.Seed == e.Claim.Seed: // one file is one seed's
			return fmt.Errorf("recording evidence: %w: row %s of %s shows %s (SHA-256 %s); remove it first, with `gmnas import remove %s %s`, or name another row",
				ErrConflict, e.Row, e.Experiment, r.File, spec.Key(r.SHA256).Short(), e.Experiment, e.Row)
		}
	}
	body, err := spec.Canonical(e)
	if err != nil {
		return fmt.Errorf("recording evidence: %w", err)
	}
	_, err = s.db.Exec("INSERT INTO evidence (experiment, row, source, body, checksum) VALUES (?, ?, ?, ?, ?)",
		e.Experiment, e.Row, e.SHA256, string(body), sum(string(body)))
	return explain("recording in", s.path, err)
}

func checkEvidence(e spec.Evidence) error {
	kinds := map[string]bool{spec.EvidenceArchitectures: len(e.Found) > 0, spec.EvidencePredictions: len(e.Predictions) > 0, spec.EvidenceCurve: e.Claim != nil && len(e.Claim.Curve) > 0}
	switch {
	case !name.MatchString(e.Experiment) || !name.MatchString(e.Row):
		return errors.New("experiment and row: letters, digits and +._- only, at most 100")
	case !kinds[e.Kind]:
		return fmt.Errorf("%w: kind %q without its part", ErrInvalid, e.Kind)
	case len(e.SHA256) != 64 || e.File == "" || e.Imported.IsZero():
		return fmt.Errorf("%w: no file, hash or time", ErrInvalid)
	}
	return nil
}

// Evidence returns what is imported into an experiment, by row and file; into all where experiment is empty.
func (s *Store) Evidence(experiment string) ([]spec.Evidence, error) {
	rows, err := s.db.Query("SELECT experiment, row, source, body, checksum FROM evidence WHERE experiment = ?1 OR ?1 = '' ORDER BY experiment, row, source", experiment)
	if err != nil {
		return nil, explain("reading", s.path, err)
	}
	defer rows.Close()
	var all []spec.Evidence
	for rows.Next() {
		var id evidenceID
		var body, checksum string
		if err := rows.Scan(&id.experiment, &id.row, &id.source, &body, &checksum); err != nil {
			return nil, explain("reading", s.path, err)
		}
		e, err := id.read(body, checksum)
		if err != nil {
			return nil, explain("reading", s.path, fmt.Errorf("evidence of row %.80q: %w", id.row, err))
		}
		all = append(all, e)
	}
	return all, explain("reading", s.path, rows.Err())
}

// evidenceID is what a row of evidence is found by.
type evidenceID struct{ experiment, row, source string }

// read returns a row's evidence after checking that it is whole and that row's.
func (id evidenceID) read(body, checksum string) (e spec.Evidence, err error) {
	if sum(body) != checksum {
		return e, fmt.Errorf("%w: its checksum does not match", ErrDamaged)
	}
	if err := json.Unmarshal([]byte(body), &e); err != nil {
		return e, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if id != (evidenceID{e.Experiment, e.Row, e.SHA256}) {
		return e, fmt.Errorf("%w: it is of row %.80q of %.80q", ErrDamaged, e.Row, e.Experiment)
	}
	return e, nil
}

// RemoveEvidence removes a row's evidence and returns how many files it was of. Look-ups that judged it stay: they are of
// architectures, whoever found them.
func (s *Store) RemoveEvidence(experiment, row string) (int, error) {
	done, err := s.db.Exec("DELETE FROM evidence WHERE experiment = ? AND row = ?", experiment, row)
	if err != nil {
		return 0, explain("recording in", s.path, err)
	}
	n, err := done.RowsAffected()
	return int(n), explain("recording in", s.path, err)
}
