package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gmnas/datasets"
	"gmnas/nasbench"
)

var dataActions = []string{"list", "get", "check"}

func dataCommand() command {
	f := newFlags("data")
	data := dataFlag(f)
	return command{
		name: "data", args: "list|get|check [NAME...]", choices: dataChoices, short: "list, download or check data sets and tables", flags: f,
		long: "list says what each data set is, where it comes from and under which terms. get downloads the named ones, resumes a\n" +
			"download that was cut off and verifies hashes; nothing is downloaded unasked. check verifies what is there.",
		example: "gmnas data list\ngmnas data get cifar10 nasbench201\ngmnas data check",
		do: func(ctx context.Context, c call) error {
			if len(c.args) == 0 {
				return fmt.Errorf("nothing to do; use one of %s", strings.Join(dataActions, ", "))
			}
			sources, err := named(c.args[1:])
			if err != nil {
				return err
			}
			switch c.args[0] {
			case "list":
				listData(c, sources)
				return nil
			case "get":
				if len(c.args) == 1 {
					return fmt.Errorf("get: no data named; name one or more of %s", strings.Join(sourceNames(), ", "))
				}
				if exists(*data) {
					if err := checkData(*data); err != nil {
						return err
					}
				}
				return getData(ctx, c, sources, *data)
			case "check":
				if err := checkData(*data); err != nil {
					return err
				}
				return checkFiles(c, sources, *data, len(c.args) > 1)
			}
			return fmt.Errorf("%q: there is no such action; %s", short(c.args[0]), instead(c.args[0], dataActions))
		},
	}
}

// dataChoices are the actions, then the sources that aren't named yet.
func dataChoices(before []string) []string {
	if len(before) == 0 {
		return dataActions
	}
	return slices.DeleteFunc(sourceNames(), func(name string) bool { return slices.Contains(before, name) })
}

func sourceNames() []string {
	var names []string
	for _, s := range datasets.Sources() {
		names = append(names, s.Name)
	}
	return names
}

// named returns the sources of those names, all where none is named.
func named(names []string) ([]datasets.Source, error) {
	for _, name := range names {
		if !slices.Contains(sourceNames(), name) {
			return nil, fmt.Errorf("data %q: is not registered; %s", short(name), instead(name, sourceNames()))
		}
	}
	return slices.DeleteFunc(datasets.Sources(), func(s datasets.Source) bool {
		return len(names) > 0 && !slices.Contains(names, s.Name)
	}), nil
}

func listData(c call, sources []datasets.Source) {
	for _, s := range sources {
		fmt.Fprintf(c.out, "%s  %s\n", s.Name, s.What)
		if s.Manual != "" {
			fmt.Fprintf(c.out, "  %s\n", s.Manual)
		}
		for _, d := range s.Downloads {
			fmt.Fprintf(c.out, "  from %s\n       %d bytes, %s %s\n", d.URL, d.Size, d.Hash.Kind, d.Hash.Hex)
		}
		for _, f := range s.Files {
			fmt.Fprintf(c.out, "  file %s: %s; licence: %s\n", f.Path, f.What, f.Licence)
		}
	}
}

// getData downloads the sources; the NAS-Bench-201 files are then joined into one table.
func getData(ctx context.Context, c call, sources []datasets.Source, folder string) error {
	for _, s := range sources {
		fmt.Fprintf(c.err, "getting %s into %s\n", s.Name, folder)
		err := datasets.Get(ctx, s.Name, folder, progressLine(c))
		if errors.Is(err, fs.ErrPermission) {
			return fmt.Errorf("%w; give write permission, or name another folder with --data", err)
		}
		if err != nil {
			return err
		}
		if s.Name == nasbench.Folder {
			if err := joinTable(folder); err != nil {
				return err
			}
		}
		fmt.Fprintf(c.out, "%s: there and verified, in %s\n", s.Name, folder)
	}
	return nil
}

func joinTable(folder string) error {
	table, err := nasbench.Import(filepath.Join(folder, nasbench.Folder))
	if err != nil {
		return err
	}
	return table.WriteFile(filepath.Join(folder, nasbench.FileName))
}

// progressLine says every few seconds how far a download is.
func progressLine(c call) func(done, total int64) {
	last := time.Now()
	return func(done, total int64) {
		if time.Since(last) > 3*time.Second {
			last = time.Now()
			fmt.Fprintf(c.err, "  %.1f of %.1f MB\n", float64(done)/1e6, float64(total)/1e6)
		}
	}
}

// checkFiles prints the state of every file. A damaged file is an error, a missing one only where it was named and
// nothing else stands for it.
func checkFiles(c call, sources []datasets.Source, folder string, wanted bool) error {
	has := func(name string) bool {
		return slices.ContainsFunc(sources, func(s datasets.Source) bool { return s.Name == name })
	}
	say := func(source, path, text string) { fmt.Fprintf(c.out, "%-16s %-45s %s\n", source, path, text) }
	bad := 0
	joined := false
	if path := filepath.Join(folder, nasbench.FileName); has(nasbench.Folder) && exists(path) {
		if table, err := nasbench.Open(path); err != nil {
			bad++
			say(nasbench.Folder, nasbench.FileName, hintsAsCalled(err.Error()))
		} else {
			joined = true
			say(nasbench.Folder, nasbench.FileName, fmt.Sprintf("verified, SHA-256 of its content %.12s", table.Hash()))
		}
	}
	for _, state := range datasets.Status(folder) {
		switch {
		case !has(state.Source):
		case state.Source == nasbench.Folder && joined && !state.Present:
			say(state.Source, state.File.Path, "not there, and not needed: "+nasbench.FileName+" was joined from it")
		default:
			say(state.Source, state.File.Path, describe(state))
			if state.Problem != "" && (state.Present || wanted) {
				bad++
			}
		}
	}
	if bad > 0 {
		return fmt.Errorf("check: %d files in %s are damaged or missing, see above", bad, folder)
	}
	return nil
}

func describe(s datasets.State) string {
	switch {
	case s.Problem != "":
		return hintsAsCalled(s.Problem)
	case s.Verified && s.Content.Note != "":
		return fmt.Sprintf("verified, %s (%d bytes)", s.Content.Note, s.Size)
	case s.Verified:
		return fmt.Sprintf("verified (%d bytes)", s.Size)
	}
	return fmt.Sprintf("there, %d bytes as expected; no hash is known to verify it by", s.Size)
}
