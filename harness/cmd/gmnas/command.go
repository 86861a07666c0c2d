package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"
)

// command is one of the program's commands.
type command struct {
	name    string
	args    string // as the usage line shows them
	short   string // one line
	long    string // for --help
	example string // lines of shell
	hidden  bool
	flags   *pflag.FlagSet
	do      func(context.Context, call) error
	// choices are what the next argument may be, after those that are there; nil for files and free text.
	choices func(before []string) []string
}

// call is what a command is called with.
type call struct {
	args     []string
	out, err io.Writer
}

func (c call) noArguments() error {
	if len(c.args) > 0 {
		return fmt.Errorf("argument %q: it takes none; leave it out", short(c.args[0]))
	}
	return nil
}

// commands returns all commands in the order of help.
func commands() []command {
	return []command{
		listCommand(), planCommand(), runCommand(), statusCommand(), reportCommand(), exportCommand(), explainCommand(), verifyCommand(), diffCommand(), importCommand(), queryCommand(), rankCommand(), dataCommand(),
		doctorCommand(), benchCommand(), versionCommand(), completionCommand(), completeCommand(), workerCommand(),
	}
}

// find returns the command of that name, or an error that lists the names there are.
func find(name string) (command, error) {
	for _, c := range commands() {
		if c.name == name {
			return c, nil
		}
	}
	return command{}, fmt.Errorf("finding command %q: there is no such command; %s", short(name), instead(name, commandNames()))
}

// commandNames are the names of the commands that aren't hidden.
func commandNames() []string {
	var names []string
	for _, c := range commands() {
		if !c.hidden {
			names = append(names, c.name)
		}
	}
	return names
}

func usage(w io.Writer) {
	fmt.Fprint(w, "gmnas reproduces the tables of \"Generalizing Few-Shot NAS with Gradient Matching\".\n\nUsage: gmnas COMMAND [ARGUMENT...] [--flag value...]\n\n")
	for _, c := range commands() {
		if !c.hidden {
			fmt.Fprintf(w, "  %-10s %s\n", c.name, c.short)
		}
	}
	fmt.Fprint(w, "\n`gmnas COMMAND --help` explains a command with an example. A first look: gmnas doctor, then gmnas run table3 --profile smoke.\n\n"+
		"Exit codes   0 fine; 1 a stage failed or diverged, a run was interrupted or a check found something; 2 wrong use or bad input\n"+
		"Environment  GMNAS_DATA: data folder; GMNAS_BACKEND: what computes\n"+
		"Files        "+defaultDatabase+": results, with their weights beside it; "+defaultOut+": rendered tables; "+defaultData+": data folder\n")
}

// helpWidth is the longest line of help, in letters.
const helpWidth = 130

func (c command) help(w io.Writer) {
	line := "gmnas " + c.name
	if c.args != "" {
		line += " " + c.args
	}
	if c.flags.HasAvailableFlags() {
		line += " [--flag value...]"
	}
	fmt.Fprintf(w, "%s: %s.\n\nUsage: %s\n", c.name, c.short, line)
	if c.long != "" {
		fmt.Fprintf(w, "\n%s\n", c.long)
	}
	fmt.Fprintf(w, "\nExample:\n")
	for l := range strings.Lines(c.example) {
		fmt.Fprintf(w, "  %s\n", strings.TrimSpace(l))
	}
	if c.flags.HasAvailableFlags() {
		fmt.Fprintf(w, "\nFlags:\n%s", c.flags.FlagUsagesWrapped(helpWidth))
	}
}

// newFlags returns an empty flag set; flags may stand before and after arguments.
func newFlags(name string) *pflag.FlagSet {
	f := pflag.NewFlagSet(name, pflag.ContinueOnError)
	f.SortFlags = false
	return f
}

// short keeps messages readable for names of any length.
func short(text string) string {
	if len(text) > 80 {
		return text[:80] + "..."
	}
	return text
}
