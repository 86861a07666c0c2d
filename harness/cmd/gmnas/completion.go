package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gmnas/experiments"
	"gmnas/harness/engine"
)

// scripts ask this program for the words that may stand at the cursor, and fall back to file names.
var scripts = map[string]string{
	"bash": `_gmnas() {
	local line
	COMPREPLY=()
	while IFS= read -r line; do COMPREPLY+=("$line"); done < <("${COMP_WORDS[0]}" complete bash "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _gmnas gmnas
`,
	"zsh": `#compdef gmnas
_gmnas() {
	local -a list
	list=(${(f)"$(${words[1]} complete zsh "${(@)words[2,CURRENT]}" 2>/dev/null)"})
	if (( $#list )); then compadd -- $list; else _files; fi
}
compdef _gmnas gmnas
`,
	"fish": `function __gmnas
	set -l words (commandline -opc)
	set -l last (commandline -ct)
	set -l list ($words[1] complete fish $words[2..-1] "$last" 2>/dev/null)
	if test (count $list) -gt 0
		printf '%s\n' $list
	else
		__fish_complete_path "$last"
	end
end
complete -c gmnas -f -a '(__gmnas)'
`,
}

func shells() []string { return slices.Sorted(maps.Keys(scripts)) }

func completionCommand() command {
	return command{
		name: "completion", args: strings.Join(shells(), "|"), short: "print a shell's completion of commands, flags, experiments, rows", flags: newFlags("completion"),
		long:    "Put the line of your shell into its start-up file: ~/.bashrc, ~/.zshrc behind compinit, or ~/.config/fish/config.fish.",
		example: "source <(gmnas completion bash)\nsource <(gmnas completion zsh)\ngmnas completion fish | source",
		do: func(_ context.Context, c call) error {
			if len(c.args) != 1 {
				return fmt.Errorf("%d arguments; give one of %s", len(c.args), strings.Join(shells(), ", "))
			}
			script, ok := scripts[c.args[0]]
			if !ok {
				return fmt.Errorf("shell %q: there is no script for it; %s", short(c.args[0]), instead(c.args[0], shells()))
			}
			_, err := fmt.Fprint(c.out, script)
			return err
		},
		choices: firstOf(shells),
	}
}

// completeCommand is what the scripts call: a shell and the words after the program's name up to the cursor.
func completeCommand() command {
	f := newFlags("complete")
	f.SetInterspersed(false)
	return command{
		name: "complete", short: "list the words that may stand at the cursor", example: "gmnas complete bash run tab", hidden: true, flags: f,
		do: func(_ context.Context, c call) error {
			if len(c.args) < 2 {
				return fmt.Errorf("%d arguments; give a shell and the words up to the cursor", len(c.args))
			}
			words := c.args[1:]
			if c.args[0] == "bash" {
				words = joinEquals(words)
			}
			last := words[len(words)-1]
			for _, w := range candidates(words) {
				if c.args[0] == "bash" {
					w = w[strings.LastIndex(last, "=")+1:] // bash replaces what is behind the sign only
				}
				fmt.Fprintln(c.out, w)
			}
			return nil
		},
	}
}

// joinEquals undoes bash's cut of words at each =.
func joinEquals(words []string) []string {
	var joined []string
	for i, w := range words {
		if n := len(joined); n > 0 && (w == "=" || words[i-1] == "=") {
			joined[n-1] += w
			continue
		}
		joined = append(joined, w)
	}
	return joined
}

// candidates are the words that may stand in place of the last one, which they begin with.
func candidates(words []string) []string {
	last := words[len(words)-1]
	var all []string
	if len(words) == 1 {
		all = append(commandNames(), "help")
	} else if c, err := find(words[0]); err == nil && !c.hidden {
		all = c.candidates(words[1:len(words)-1], last)
	} else if words[0] == "help" && len(words) == 2 {
		all = commandNames()
	}
	var fitting []string
	for _, w := range all {
		if strings.HasPrefix(w, last) {
			fitting = append(fitting, w)
		}
	}
	return fitting
}

// candidates of one command, after the given words; what doesn't begin with last is among them.
func (c command) candidates(before []string, last string) []string {
	args, flag := c.split(before)
	if name, _, given := strings.Cut(last, "="); given && flag == "" && strings.HasPrefix(name, "--") {
		var all []string
		for _, v := range c.values(name[2:], args) {
			all = append(all, name+"="+v)
		}
		return all
	}
	switch {
	case flag != "":
		return c.values(flag, args)
	case strings.HasPrefix(last, "-"):
		return append(c.flagNames(), "--help")
	case c.choices != nil:
		return c.choices(args)
	}
	return nil
}

// split parts words into arguments and flags; flag is the one whose value comes next.
func (c command) split(words []string) (args []string, flag string) {
	for i, w := range words {
		f := c.flags.Lookup(strings.TrimPrefix(w, "--"))
		switch {
		case w == "--":
			return append(args, words[i+1:]...), ""
		case flag != "":
			flag = ""
		case strings.HasPrefix(w, "--") && f != nil && f.NoOptDefVal == "":
			flag = f.Name
		case !strings.HasPrefix(w, "-"):
			args = append(args, w)
		}
	}
	return args, flag
}

// values are what a flag may be; none for files and free text.
func (c command) values(flag string, args []string) []string {
	f := c.flags.Lookup(flag)
	if f == nil {
		return nil
	}
	if one, ok := f.Value.(interface{ all() []string }); ok {
		return one.all()
	}
	switch flag {
	case "backend":
		return engine.Backends()
	case "space":
		return tableSpaces
	case "encoding":
		return encodings()
	case "beside":
		return experimentLabels()
	case "only":
		var all []string
		for _, id := range rowIDs(args) {
			all = append(all, "method="+id)
		}
		return all
	}
	return nil
}

// firstOf are choices of the first argument only.
func firstOf(list func() []string) func([]string) []string {
	return func(before []string) []string {
		if len(before) > 0 {
			return nil
		}
		return list()
	}
}

// otherLabels are the experiments that aren't named yet.
func otherLabels(before []string) []string {
	return slices.DeleteFunc(experimentLabels(), func(label string) bool { return slices.Contains(before, label) })
}

// rowIDs are the rows of the named experiments that run, of all where none is named, each once.
func rowIDs(labels []string) []string {
	var ids []string
	for _, e := range experiments.All() {
		if len(labels) > 0 && !slices.Contains(labels, e.Label) {
			continue
		}
		for _, id := range methods(e) {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}
