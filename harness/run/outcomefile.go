package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"gmnas/harness/spec"
	"gmnas/results"
)

const outcomeEnding = ".json"

// maxOutcome bounds an outcome file.
const maxOutcome = 64 << 20

// filed is an outcome on its way from a worker to the database.
type filed struct {
	Stage   spec.Stage
	Outcome spec.Outcome
}

// writeOutcome leaves an outcome for the coordinator, whole or not at all.
func writeOutcome(folder string, f filed) error {
	path, err := keyPath(folder, f.Outcome.Key, outcomeEnding)
	if err != nil {
		return fmt.Errorf("writing outcome: %w", err)
	}
	if err := writeWhole(path, func(w io.Writer) error { return json.NewEncoder(w).Encode(f) }); err != nil {
		return fmt.Errorf("writing outcome %s: %w", path, err)
	}
	return nil
}

// readOutcome reads the outcome file of a key and checks that it is that key's outcome.
func readOutcome(folder string, key spec.Key) (filed, error) {
	path, err := keyPath(folder, key, outcomeEnding)
	if err != nil {
		return filed{}, fmt.Errorf("reading outcome: %w", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return filed{}, fmt.Errorf("reading outcome: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxOutcome+1))
	if err != nil {
		return filed{}, fmt.Errorf("reading outcome: %w", err)
	}
	parsed, err := parseOutcome(key, b)
	if err != nil {
		return filed{}, fmt.Errorf("reading outcome %s: %w", path, err)
	}
	return parsed, nil
}

// parseOutcome reads an outcome file's content.
func parseOutcome(key spec.Key, content []byte) (filed, error) {
	if len(content) > maxOutcome {
		return filed{}, fmt.Errorf("more than %d bytes", maxOutcome)
	}
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	var f filed
	if err := d.Decode(&f); err != nil {
		return filed{}, err
	}
	if _, err := d.Token(); err != io.EOF {
		return filed{}, errors.New("more than one JSON value")
	}
	if f.Outcome.Key != key {
		return filed{}, fmt.Errorf("holds the outcome of %.80q", string(f.Outcome.Key))
	}
	return f, results.Valid(f.Stage, f.Outcome)
}

// leftovers deletes what was being written in folder when a run was killed, and returns the keys that have an
// outcome file.
func leftovers(folder string) ([]spec.Key, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var keys []spec.Key
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), temporary) {
			if err := os.Remove(filepath.Join(folder, e.Name())); err != nil && !errors.Is(err, os.ErrNotExist) {
				return nil, err
			}
		}
		if key, ok := strings.CutSuffix(e.Name(), outcomeEnding); ok && validKey(spec.Key(key)) {
			keys = append(keys, spec.Key(key))
		}
	}
	return keys, nil
}

// sweep takes in the outcome files of killed runs, and deletes what they were still writing. It returns how many
// outcomes it recorded.
func sweep(store *results.Store, o Options, say func(string, ...any)) (taken int, err error) {
	if _, err := leftovers(o.weights()); err != nil {
		return 0, err
	}
	keys, err := leftovers(o.outcomes())
	if err != nil {
		return 0, err
	}
	for _, key := range keys {
		f, err := readOutcome(o.outcomes(), key)
		if err != nil {
			say("%v: removed, the stage runs again", err)
		} else if err := o.sameCode(f.Outcome); err != nil {
			say("what a killed run left of stage %s was %v: removed, the stage runs again", key.Short(), err)
		} else if err := store.Record(f.Stage, f.Outcome); errors.Is(err, results.ErrConflict) {
			say("%v", err)
		} else if err != nil {
			return taken, err
		} else {
			taken++
		}
		if err := o.removeOutcome(key); err != nil {
			return taken, err
		}
	}
	return taken, nil
}

func (o Options) removeOutcome(key spec.Key) error {
	path, err := keyPath(o.outcomes(), key, outcomeEnding)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("removing what is recorded: %w", err)
	}
	return nil
}
