package main

import (
	"bytes"
	"io"
	"strings"
	"unicode"
)

// harmless writes text without a terminal's control sequences: recorded names, errors and logs are from outside.
type harmless struct{ w io.Writer }

func (p harmless) Write(b []byte) (int, error) {
	if bytes.IndexFunc(b, control) < 0 {
		return p.w.Write(b)
	}
	if _, err := io.WriteString(p.w, harmlessText(string(b))); err != nil {
		return 0, err
	}
	return len(b), nil
}

func harmlessText(text string) string {
	return strings.Map(func(r rune) rune {
		if control(r) {
			return -1
		}
		return r
	}, text)
}

func control(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
