package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// listed is what `go list` says of a package.
type listed struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

// packages lists the module's packages with the tag onednn, which adds files.
func packages(t *testing.T) []listed {
	out, err := exec.Command("go", "list", "-tags", "onednn", "-json=ImportPath,Imports,Deps", "gmnas/...").Output()
	if err != nil {
		t.Fatalf("listing packages: %v", err)
	}
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// within tells whether a package is one of the given, or below one of them.
func within(path string, of ...string) bool {
	return slices.ContainsFunc(of, func(p string) bool { return path == p || strings.HasPrefix(path, p+"/") })
}

// TestDoors: each heavy dependency has one door.
func TestDoors(t *testing.T) {
	doors := map[string][]string{
		"gorgonia.org":                      {"gmnas/harness/engine"},
		"github.com/chewxy/hm":              {"gmnas/harness/engine"},
		"github.com/mattn/go-sqlite3":       {"gmnas/results"},
		"database/sql":                      {"gmnas/results"},
		"gonum.org/v1/plot":                 {"gmnas/report/plots"},
		"gonum.org/v1/gonum":                {"gmnas/report/stat", "gmnas/harness/engine/kernel/native", "gmnas/harness/split"},
		"github.com/olekukonko/tablewriter": {"gmnas/report/render"},
		"github.com/spf13/pflag":            {"gmnas/harness/cmd/gmnas"},
		"golang.org/x/term":                 {"gmnas/harness/cmd/gmnas"},
		"C":                                 {"gmnas/harness/engine/kernel/onednn"},
	}
	used := map[string]bool{}
	for _, p := range packages(t) {
		for _, imported := range p.Imports {
			for dependency, allowed := range doors {
				if !within(imported, dependency) {
					continue
				}
				used[dependency] = true
				if !slices.Contains(allowed, p.ImportPath) {
					t.Errorf("%s imports %s; only %s may", p.ImportPath, imported, strings.Join(allowed, " and "))
				}
			}
		}
	}
	for dependency := range doors {
		if !used[dependency] {
			t.Errorf("nothing imports %s; take it out of this test", dependency)
		}
	}
}

// TestDirections: values lie below, doing above.
func TestDirections(t *testing.T) {
	never := map[string][]string{ // package, or what is below it -> what it never reaches
		"gmnas/harness/spec":   {"gmnas"},
		"gmnas/nasbench":       {"gmnas/harness", "gmnas/results", "gmnas/report", "gmnas/experiments", "gmnas/datasets"},
		"gmnas/nasbench/space": {"gmnas"},
		"gmnas/datasets":       {"gmnas/harness", "gmnas/results", "gmnas/report", "gmnas/experiments"},
		"gmnas/experiments":    {"gmnas/harness/engine", "gmnas/harness/run", "gmnas/datasets", "gmnas/report"},
		"gmnas/report":         {"gmnas/harness/engine", "gmnas/harness/run", "gmnas/harness/execute", "gmnas/datasets", "gmnas/results"},
		"gmnas/harness/plan":   {"gmnas/harness/engine", "gmnas/harness/run", "gmnas/datasets", "gmnas/results"},
		"gmnas/harness/split":  {"gmnas/harness/engine", "gmnas/harness/run", "gmnas/datasets", "gmnas/results"},
		"gmnas/harness/engine": {"gmnas/harness/run", "gmnas/harness/plan", "gmnas/harness/spec", "gmnas/results", "gmnas/report", "gmnas/datasets"},
		"gmnas/harness/run":    {"gmnas/harness/engine", "gmnas/harness/execute", "gmnas/report"},
		"gmnas/results":        {"gmnas/harness/engine", "gmnas/harness/run", "gmnas/harness/plan", "gmnas/report"},
	}
	all := packages(t)
	for rule, forbidden := range never {
		if !slices.ContainsFunc(all, func(p listed) bool { return p.ImportPath == rule }) {
			t.Errorf("there is no package %s; take it out of this test", rule)
		}
		for _, p := range all {
			if !within(p.ImportPath, rule) {
				continue
			}
			for _, dep := range p.Deps {
				if within(dep, forbidden...) && !within(dep, rule) {
					t.Errorf("%s reaches %s", p.ImportPath, dep)
				}
			}
		}
	}
}
