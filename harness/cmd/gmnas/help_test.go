package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/pflag"
)

// words cuts a line as a shell does, as far as the examples need it.
func words(line string) []string {
	var list []string
	for rest := strings.TrimSpace(line); rest != ""; rest = strings.TrimSpace(rest) {
		end := " "
		if rest[0] == '\'' || rest[0] == '"' {
			end, rest = rest[:1], rest[1:]
		}
		var word string
		word, rest, _ = strings.Cut(rest, end)
		list = append(list, word)
	}
	return list
}

// TestHelp: every command explains itself on a page, its examples are command lines that it takes, and every flag says
// what it is.
func TestHelp(t *testing.T) {
	for _, c := range commands() {
		if c.hidden {
			continue
		}
		var page bytes.Buffer
		c.help(&page)
		for line := range strings.Lines(page.String()) {
			if n := utf8.RuneCountInString(line); n > helpWidth+20 {
				t.Errorf("%s: a line of %d letters: %s", c.name, n, line)
			}
		}
		if n := strings.Count(page.String(), "\n"); n > 50 {
			t.Errorf("%s: %d lines of help", c.name, n)
		}
		c.flags.VisitAll(func(f *pflag.Flag) {
			if f.Usage == "" || strings.HasSuffix(f.Usage, ".") {
				t.Errorf("%s --%s: %q", c.name, f.Name, f.Usage)
			}
		})
		for line := range strings.Lines(c.example) {
			_, arguments, ok := strings.Cut(strings.TrimSpace(line), "gmnas "+c.name)
			if !ok {
				t.Errorf("%s: its example is of another command: %s", c.name, line)
				continue
			}
			for _, shell := range []string{")", "| source"} {
				arguments = strings.TrimSuffix(arguments, shell)
			}
			of, err := find(c.name) // flags that are parsed once only
			if err != nil {
				t.Fatal(err)
			}
			if err := of.parse(words(arguments)); err != nil {
				t.Errorf("%s: %v", line, err)
			}
			if c.choices == nil {
				continue
			}
			for i, arg := range of.flags.Args() {
				if all := c.choices(of.flags.Args()[:i]); len(all) > 0 && !slices.Contains(all, arg) {
					t.Errorf("%s: argument %q is none of %v", line, arg, all)
				}
			}
		}
	}
}
