package main

import (
	"os"
	"regexp"
	"strings"
)

// asCalled is a command of this program with the program's name as it was called, such as bin/gmnas.
func asCalled(command string) string {
	if arguments, ok := strings.CutPrefix(command, "gmnas "); ok {
		return word(os.Args[0]) + " " + arguments
	}
	return command
}

// word is a text as one word of a shell.
func word(text string) string {
	if plainWord.MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

var (
	plainWord = regexp.MustCompile(`^[A-Za-z0-9_/.:@%+=,-]+$`)
	hintPath  = regexp.MustCompile("(`gmnas [^`]* --(?:data|db) )([^`]+)`")
)

// hintsAsCalled does that for the commands that a text has in backquotes, with the file or folder they end in as one word.
func hintsAsCalled(text string) string {
	text = hintPath.ReplaceAllStringFunc(text, func(hint string) string {
		m := hintPath.FindStringSubmatch(hint)
		if strings.Contains(m[2], " --") {
			return hint // flags behind it
		}
		return m[1] + word(m[2]) + "`"
	})
	return strings.ReplaceAll(text, "`gmnas ", "`"+asCalled("gmnas "))
}
