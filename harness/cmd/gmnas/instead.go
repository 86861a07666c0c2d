package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"
)

// instead words what to use in place of an unknown value: the choice that a few typing errors lead to, and all of them.
func instead(value string, choices []string) string {
	all := "use one of " + strings.Join(choices, ", ")
	if near := nearest(value, choices); near != "" {
		return fmt.Sprintf("did you mean %q? Otherwise %s", near, all)
	}
	return all
}

// nearest returns the choice closest to value, or "" where none is close (one error for three letters, or its beginning)
// or several are as close.
func nearest(value string, choices []string) string {
	value = strings.ToLower(short(value))
	best, fewest := "", len(value)/3+2
	for _, choice := range choices {
		wrong := typingErrors(value, choice)
		if len(value) > 1 && strings.HasPrefix(choice, value) {
			wrong = min(wrong, 1)
		}
		switch {
		case wrong < fewest:
			best, fewest = choice, wrong
		case wrong == fewest:
			best = ""
		}
	}
	return best
}

// typingErrors counts the letters inserted, left out, mistaken or swapped with their neighbour between two words.
func typingErrors(a, b string) int {
	row := func() []int { return make([]int, len(b)+1) }
	before, last, now := row(), row(), row()
	for j := range now {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		for j := 1; j <= len(b); j++ {
			now[j] = min(last[j], now[j-1]) + 1
			if a[i-1] == b[j-1] {
				now[j] = min(now[j], last[j-1])
			} else {
				now[j] = min(now[j], last[j-1]+1)
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, last, now = last, now, before
	}
	return last[len(b)]
}

// parse reads the flags. Its errors name the flag, the value and what to give instead.
func (c command) parse(args []string) error {
	err := c.flags.Parse(args)
	var unknown *pflag.NotExistError
	var missing *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		return fmt.Errorf("flag %q: flags begin with two dashes; %s, and put an argument that begins with a dash behind --",
			"-"+short(unknown.GetSpecifiedShortnames()), instead(unknown.GetSpecifiedShortnames(), c.flagNames()))
	case errors.As(err, &unknown):
		return fmt.Errorf("flag %q: there is no such flag; %s", "--"+short(unknown.GetSpecifiedName()), instead("--"+unknown.GetSpecifiedName(), c.flagNames()))
	case errors.As(err, &missing):
		return fmt.Errorf("flag %q: its value is missing; %s", "--"+missing.GetSpecifiedName(), missing.GetFlag().Usage)
	case errors.As(err, &invalid):
		return fmt.Errorf("--%s %q: %s", invalid.GetFlag().Name, short(invalid.GetValue()), wanted(invalid))
	}
	return err
}

// wanted says what a flag takes, where its type's own words are a programmer's.
func wanted(e *pflag.InvalidValueError) string {
	switch e.GetFlag().Value.Type() {
	case "int":
		return "use a whole number, as in 2"
	case "float64":
		return "use a number, as in 0.01"
	case "bool":
		return "use true or false, or the flag alone"
	case "duration":
		return "use a duration, as in 90s, 30m or 2h"
	}
	return e.Unwrap().Error()
}

func (c command) flagNames() []string {
	var names []string
	c.flags.VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	return names
}
