package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"gmnas/harness/run"
	"gmnas/nasbench"
	"gmnas/results"
)

// repair mends what the doctor can, and prints what it did. The findings that follow tell what is left.
func repair(out io.Writer, db, data string) error {
	did := 0
	say := func(text string) {
		did++
		fmt.Fprintf(out, "repaired    %s\n", text)
	}
	if err := errors.Join(mendDatabase(db, say), mendTable(data, say)); err != nil {
		return fmt.Errorf("repairing: %w", err)
	}
	if did == 0 {
		fmt.Fprintln(out, "repaired    nothing: nothing is broken that can be mended here")
	}
	return nil
}

// mendDatabase salvages a damaged database, then puts the files of its runs in order.
func mendDatabase(path string, say func(string)) error {
	if !exists(path) {
		return nil
	}
	switch err := check(path); {
	case errors.Is(err, results.ErrDamaged), errors.Is(err, results.ErrForeign): // the mark that tells ours may be damaged
		foreign := errors.Is(err, results.ErrForeign)
		s, err := results.Salvage(path)
		if err != nil && foreign {
			return nil // it is another program's, which the findings say
		}
		if err != nil {
			return err
		}
		text := fmt.Sprintf("database %s: %d stages, %d outcomes, %d failed attempts and %d runs that were asked for are salvaged", path, s.Stages, s.Outcomes, s.Attempts, s.Runs)
		if s.Evidence > 0 {
			text += fmt.Sprintf("; %d imported files too", s.Evidence)
		}
		if s.Orphans > 0 {
			text += fmt.Sprintf("; %d rows whose stage is lost are not", s.Orphans)
		}
		if s.Unknown > 0 {
			text += fmt.Sprintf("; which program and machine computed %d of them is lost", s.Unknown)
		}
		say(text + "; what is lost runs again with the same commands as before. The damaged file is kept as " + s.Kept)
	case err != nil:
		return nil // missing, locked or another program's: the findings say so
	}
	store, err := results.Open(path)
	if err != nil {
		return err
	}
	defer store.Close()
	return run.Mend(store, workFolder(path), say)
}

// check reads a whole database.
func check(path string) error {
	store, err := results.OpenReadOnly(path)
	if err != nil {
		return err
	}
	defer store.Close()
	return store.Check()
}

// mendTable joins a damaged table anew where its sources are there and right. The damaged file is kept.
func mendTable(data string, say func(string)) error {
	path := filepath.Join(data, nasbench.FileName)
	if !exists(path) {
		return nil
	}
	if _, err := nasbench.Open(path); err == nil {
		return nil
	}
	table, err := nasbench.Import(filepath.Join(data, nasbench.Folder))
	if err != nil {
		return nil // the findings say how to get the sources
	}
	kept := path + ".damaged"
	if err := os.Rename(path, kept); err != nil {
		return err
	}
	if err := table.WriteFile(path); err != nil {
		return err
	}
	say(fmt.Sprintf("table %s: joined anew from %s; the damaged file is kept as %s", path, nasbench.Folder, kept))
	return nil
}
