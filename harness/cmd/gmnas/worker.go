package main

import (
	"context"
	"os"

	"gmnas/harness/execute"
	"gmnas/harness/run"
)

// workerCommand is the other side of run: it executes the stages that come on standard input.
func workerCommand() command {
	f := newFlags("worker")
	data, backend := dataFlag(f), backendFlag(f)
	threads := f.Int("threads", 1, "threads of the engine")
	return command{
		name: "worker", short: "execute stages for `gmnas run`, which starts it", example: "gmnas worker < jobs", hidden: true, flags: f,
		do: func(_ context.Context, c call) error {
			if err := c.noArguments(); err != nil {
				return err
			}
			if err := checkBackend(*backend); err != nil {
				return err
			}
			x := execute.New(execute.Env{Data: *data, Backend: *backend, Threads: *threads, Build: build()})
			return run.Work(context.Background(), os.Stdin, c.out, x.Execute)
		},
	}
}
