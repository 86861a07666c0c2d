package main

import (
	"os"
	"strings"
)

// asCalled is a command of this program with the program's name as it was called, such as bin/gmnas.
func asCalled(command string) string {
	if arguments, ok := strings.CutPrefix(command, "gmnas "); ok {
		return os.Args[0] + " " + arguments
	}
	return command
}

// hintsAsCalled does that for the commands that a text has in backquotes.
func hintsAsCalled(text string) string {
	return strings.ReplaceAll(text, "`gmnas ", "`"+asCalled("gmnas "))
}
