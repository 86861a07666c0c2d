package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"gmnas/harness/engine"
)

// commit is the program's, stamped by the Makefile with -ldflags; empty where it wasn't.
var commit string

// programCommit returns the commit that the program was built from, "+dirty" appended when the checkout was modified,
// "unknown" outside a checkout.
func programCommit() string {
	if commit != "" {
		return commit
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	revision, dirty := "unknown", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+dirty"
		}
	}
	return revision + dirty
}

func versionCommand() command {
	return command{
		name: "version", short: "print commit, Go version and backends", example: "gmnas version", flags: newFlags("version"),
		do: func(_ context.Context, c call) error {
			if len(c.args) > 0 {
				return errors.New("takes no arguments")
			}
			backends := engine.Backends()
			backends[0] += " (default)"
			_, err := fmt.Fprintf(c.out, "gmnas commit %s, %s %s/%s, backends: %s\n", programCommit(), runtime.Version(),
				runtime.GOOS, runtime.GOARCH, strings.Join(backends, ", "))
			return err
		},
	}
}
