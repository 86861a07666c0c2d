package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"gmnas/results"
)

// Files is what lies in a run's folder.
type Files struct {
	Weights  int     // weights files
	Bytes    int64   // of these
	Damaged  []error // what is wrong with those that can't be read; each wraps ErrWeights
	Outcomes int     // of stages that a worker finished and nobody recorded yet
}

// Examine looks at the folder of runs (Options.Dir), which may be missing, and reads every weights file.
func Examine(dir string) Files {
	o := Options{Dir: dir}
	keys, size := weightsFiles(o.weights())
	f := Files{Weights: len(keys), Bytes: size}
	for _, key := range keys {
		if _, err := ReadWeights(o.weights(), key); err != nil {
			f.Damaged = append(f.Damaged, err)
		}
	}
	entries, _ := os.ReadDir(o.outcomes())
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), outcomeEnding) {
			f.Outcomes++
		}
	}
	return f
}

// Mend puts the folder of runs in order and says what it did. It records the outcomes that killed runs left, and
// deletes damaged outcome files, files that were being written, and weights whose checksum is wrong: their stages
// train again where an unfinished one needs them. It errs with results.ErrLocked while a run goes on.
func Mend(store *results.Store, dir string, say func(string)) error {
	o := Options{Dir: dir, AllowMixed: true} // reports tell code apart
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil // nothing has run
	}
	unlock, err := o.lock(store)
	if err != nil {
		return fmt.Errorf("mending %s: %w", dir, err)
	}
	defer unlock()
	line := func(format string, a ...any) { say(fmt.Sprintf(format, a...)) }
	taken, err := sweep(store, o, line)
	if err != nil {
		return fmt.Errorf("mending %s: %w", dir, err)
	}
	if taken > 0 {
		line("outcomes that a killed run left: %d recorded", taken)
	}
	keys, _ := weightsFiles(o.weights())
	for _, key := range keys {
		_, damage := ReadWeights(o.weights(), key)
		if unreadable := (*fs.PathError)(nil); damage == nil || errors.As(damage, &unreadable) {
			continue // good, or what is in it isn't known
		}
		if err := removeWeights(o.weights(), key); err != nil {
			return fmt.Errorf("mending: %w", err)
		}
		line("%v: deleted; the stage trains again where an unfinished one needs it", damage)
	}
	return nil
}
