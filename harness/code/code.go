// Package code tells which sources decide the numbers, so that results of different code never mix unseen and a change
// that can't change a number locks nobody out of recorded results.
//
// What computes is the package that carries stages out and all of this module's packages that it imports, whatever
// the build tags, without those that only declare, plan, carry or record: what these change has another key. Hash is a
// hash of their Go tokens, of their other source files and of the versions of the modules that they import: comments,
// layout and tests don't count.
package code

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/parser"
	"go/scanner"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const module = "gmnas"

// root carries stages out.
const root = "harness/execute"

// carriers declare, plan, carry and record stages; no number of a stage of one key is theirs.
var carriers = []string{"harness/spec", "harness/plan", "harness/run", "results"}

// Hash returns the SHA-256, in hex, of what computes in a checkout.
func Hash(checkout string) (string, error) {
	s, err := computes(checkout)
	if err != nil {
		return "", fmt.Errorf("hashing what computes: %w", err)
	}
	h := sha256.New()
	for _, folder := range s.packages {
		files, err := sources(filepath.Join(checkout, folder))
		if err != nil {
			return "", fmt.Errorf("hashing what computes: %w", err)
		}
		for _, path := range files {
			fmt.Fprintf(h, "\n%s/%s\n", folder, filepath.Base(path))
			if err := hashFile(h, path); err != nil {
				return "", fmt.Errorf("hashing what computes: %w", err)
			}
		}
	}
	versions, err := s.versions()
	if err != nil {
		return "", fmt.Errorf("hashing what computes: %w", err)
	}
	fmt.Fprintf(h, "\n%s\n", strings.Join(versions, "\n"))
	return hex.EncodeToString(h.Sum(nil)), nil
}

// computes surveys what computes: its packages are sorted folders below the checkout.
func computes(checkout string) (survey, error) {
	s := survey{checkout: checkout, external: map[string]bool{}}
	err := s.visit(root)
	slices.Sort(s.packages)
	return s, err
}

// survey follows imports.
type survey struct {
	checkout string
	packages []string
	external map[string]bool // imported packages of other modules
}

func (s *survey) visit(folder string) error {
	if slices.Contains(s.packages, folder) || slices.Contains(carriers, folder) {
		return nil
	}
	s.packages = append(s.packages, folder)
	files, err := sources(filepath.Join(s.checkout, folder))
	if err != nil {
		return err
	}
	for _, path := range files {
		if filepath.Ext(path) != ".go" {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, i := range f.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			if own, ok := strings.CutPrefix(name, module+"/"); ok {
				if err := s.visit(own); err != nil {
					return err
				}
			} else if first, _, _ := strings.Cut(name, "/"); strings.Contains(first, ".") {
				s.external[name] = true
			}
		}
	}
	return nil
}

// sources lists the files of a package's folder that it is built from, sorted.
func sources(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		if name := e.Name(); e.Type().IsRegular() && !strings.HasSuffix(name, "_test.go") && slices.Contains([]string{".go", ".c", ".h", ".s"}, filepath.Ext(name)) {
			files = append(files, filepath.Join(folder, name))
		}
	}
	return files, nil
}

func hashFile(h io.Writer, path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if filepath.Ext(path) != ".go" {
		_, err := h.Write(b)
		return err
	}
	return hashTokens(h, path, b)
}

// hashTokens writes a Go file's tokens, without its comments except those that the compiler reads.
func hashTokens(h io.Writer, path string, b []byte) error {
	files := token.NewFileSet()
	var problems scanner.ErrorList
	var s scanner.Scanner
	s.Init(files.AddFile(path, files.Base(), len(b)), b, problems.Add, scanner.ScanComments)
	cgo := bytes.Contains(b, []byte(`import "C"`)) // its preamble is a comment
	for {
		_, kind, text := s.Scan()
		switch {
		case kind == token.EOF:
			return problems.Err()
		case kind == token.COMMENT && !cgo && !strings.HasPrefix(text, "//go:"):
			continue
		case kind == token.SEMICOLON: // written, or by the end of a line
			text = ";"
		}
		fmt.Fprintf(h, "%d %s\n", kind, text)
	}
}

// versions returns the lines of go.mod that choose the modules that are imported, sorted.
func (s *survey) versions() ([]string, error) {
	b, err := os.ReadFile(filepath.Join(s.checkout, "go.mod"))
	if err != nil {
		return nil, err
	}
	var list []string
	for line := range strings.Lines(string(b)) {
		line, _, _ = strings.Cut(line, "//")
		words := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(words) < 2 {
			continue
		}
		for name := range s.external {
			if words[0] == "replace" || name == words[0] || strings.HasPrefix(name, words[0]+"/") {
				list = append(list, strings.Join(words, " "))
				break
			}
		}
	}
	slices.Sort(list)
	return list, nil
}
