package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"gmnas/harness/engine"
	"gmnas/harness/spec"
)

const (
	defaultDatabase = "results/gmnas.db"
	defaultOut      = "results/out"
	defaultData     = "data"
)

// oneOf is a flag that takes one of some values.
type oneOf struct {
	value   string
	choices []string
}

func (o *oneOf) String() string { return o.value }
func (o *oneOf) Type() string   { return strings.Join(o.choices, "|") }
func (o *oneOf) all() []string  { return o.choices }

func (o *oneOf) Set(value string) error {
	for _, c := range o.choices {
		if value == c {
			o.value = value
			return nil
		}
	}
	return errors.New(instead(value, o.choices))
}

func profileFlag(f *pflag.FlagSet) *oneOf {
	p := &oneOf{spec.Laptop, []string{spec.Smoke, spec.Laptop, spec.Paper}}
	f.Var(p, "profile", "scale of the experiment: smoke takes seconds, laptop about 15 minutes, paper is the paper's own")
	return p
}

// path is a flag that names a file or folder, which no empty text does.
type path string

func (p *path) String() string { return string(*p) }
func (p *path) Type() string   { return "string" }

func (p *path) Set(value string) error {
	if value == "" {
		return errors.New("is empty; name one, or leave the flag out")
	}
	*p = path(value)
	return nil
}

func pathFlag(f *pflag.FlagSet, name, value, usage string) *string {
	p := path(value)
	f.Var(&p, name, usage)
	return (*string)(&p)
}

func databaseFlag(f *pflag.FlagSet) *string {
	return pathFlag(f, "db", defaultDatabase, "results database `file`")
}

// databaseArgument repeats --db where it isn't the default.
func databaseArgument(db string) string {
	if db == defaultDatabase {
		return ""
	}
	return " --db " + word(db)
}

// dataFlag is the data folder: --data, else GMNAS_DATA, else ./data, which may be absent.
func dataFlag(f *pflag.FlagSet) *string {
	folder := os.Getenv("GMNAS_DATA")
	if folder == "" {
		folder = defaultData
	}
	return pathFlag(f, "data", folder, "data `folder`; the environment variable GMNAS_DATA gives the default")
}

// checkData refuses a folder that was named and isn't there, and one that can't be read, which is not an empty one.
func checkData(folder string) error {
	const fix = "name the right one with --data or GMNAS_DATA, or leave both out"
	info, err := os.Stat(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist) && folder == defaultData:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("data folder %q: there is no such folder; %s", folder, fix)
	case err == nil && !info.IsDir():
		return fmt.Errorf("data folder %q: is a file; %s", folder, fix)
	case err == nil:
		_, err = os.ReadDir(folder)
	}
	if err != nil {
		return fmt.Errorf("data folder %q: %w; %s", folder, bare(err), fix)
	}
	return nil
}

// bare is an error without the operation and path that the system's errors repeat.
func bare(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

// backendFlag is --backend, else GMNAS_BACKEND, else the fastest in the build.
func backendFlag(f *pflag.FlagSet) *string {
	name := os.Getenv("GMNAS_BACKEND")
	if name == "" {
		name = engine.Backends()[0]
	}
	return f.String("backend", name, "`name` of what computes: "+strings.Join(engine.Backends(), ", ")+"; the environment variable GMNAS_BACKEND gives the default")
}

func checkBackend(name string) error {
	for _, b := range engine.Backends() {
		if name == b {
			return nil
		}
	}
	return fmt.Errorf("backend %q: is not in this build; %s with --backend or GMNAS_BACKEND (`gmnas doctor` says how to get another)", short(name), instead(name, engine.Backends()))
}
