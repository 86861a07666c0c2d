// Command gmnas reproduces the tables of "Generalizing Few-Shot NAS with Gradient Matching".
//
// Each command is a file of its own. What they share:
//
//   - command.go: commands, their help and exit codes; flags.go, seeds.go, only.go: the flags' values; instead.go: what to use in
//     place of what there isn't; completion.go: the words that may stand at a shell's cursor
//   - experiments.go: which experiments and rows; data.go, bind.go: the data at hand, and runs bound to it
//   - recorded.go: what the database holds of an experiment
//
// run starts this program again as `gmnas worker`, which alone opens a backend and reads images (package execute).
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/pflag"
)

// Exit codes.
const (
	exitFine       = 0
	exitIncomplete = 1 // a stage failed or diverged, the run was interrupted, or a check found what it looks for
	exitUnusable   = 2 // wrong use, bad input or a machine that can't
)

// errIncomplete tells that a run isn't complete or a check found something; everything about it is said already.
var errIncomplete = errors.New("not complete")

func main() { os.Exit(start(os.Args[1:], os.Stdout, os.Stderr)) }

// start runs the command that args name and returns the exit code.
func start(args []string, out, errOut io.Writer) int {
	printed := &sink{w: out}
	code := answer(args, printed, errOut)
	if printed.err != nil && code != exitUnusable {
		fmt.Fprintf(errOut, "gmnas: what it prints is cut off: %v\n", printed.err)
		return exitUnusable
	}
	return code
}

// sink remembers the first error of writing, so that nothing cut off, as by a full disk, passes for the whole.
type sink struct {
	w   io.Writer
	err error
}

func (s *sink) Write(b []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.w.Write(b)
	s.err = err
	return n, err
}

func answer(args []string, out, errOut io.Writer) int {
	if len(args) > 0 && args[0] == "--version" {
		args = []string{"version"}
	}
	if len(args) > 1 && args[0] == "help" && !isHelp(args[1]) {
		args = []string{args[1], "--help"}
	}
	if len(args) == 0 || isHelp(args[0]) {
		usage(out)
		return exitFine
	}
	c, err := find(args[0])
	if err == nil {
		err = c.start(args[1:], out, errOut)
	}
	switch {
	case err == nil, errors.Is(err, pflag.ErrHelp):
		return exitFine
	case errors.Is(err, errIncomplete):
		return exitIncomplete
	}
	fmt.Fprintf(errOut, "gmnas: %s\n", harmlessText(hintsAsCalled(err.Error())))
	return exitUnusable
}

func isHelp(word string) bool { return word == "help" || word == "-h" || word == "--help" }

// start parses the flags and runs the command; an interrupt ends its context, a second one the process.
func (c command) start(args []string, out, errOut io.Writer) error {
	c.flags.SetOutput(errOut)
	c.flags.Usage = func() {}
	if err := c.parse(args); errors.Is(err, pflag.ErrHelp) {
		c.help(out)
		return err
	} else if err != nil {
		return fmt.Errorf("%s: %w; see `gmnas %s --help`", c.name, err, c.name)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() {
		<-ctx.Done()
		stop()
	}()
	if err := c.do(ctx, call{args: c.flags.Args(), out: harmless{out}, err: errOut}); err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	return nil
}
