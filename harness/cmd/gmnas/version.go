package main

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	"gmnas/harness/engine"
)

func versionCommand() command {
	return command{
		name: "version", short: "print commit, code, Go version and backends", example: "gmnas version", flags: newFlags("version"),
		do: func(_ context.Context, c call) error {
			if err := c.noArguments(); err != nil {
				return err
			}
			backends := engine.Backends()
			backends[0] += " (default)"
			_, err := fmt.Fprintf(c.out, "gmnas %s, %s %s/%s, backends: %s\n", build(), runtime.Version(),
				runtime.GOOS, runtime.GOARCH, strings.Join(backends, ", "))
			return err
		},
	}
}
