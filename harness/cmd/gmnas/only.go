package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"gmnas/harness/spec"
)

// onlyFlag is --only method=gm+darts,darts; it may be repeated.
func onlyFlag(f *pflag.FlagSet) *[]string {
	return f.StringArray("only", nil, "only these rows, as in `method=gm+darts`; repeatable, or separated by commas; "+
		"the no-search rows that they are compared with come along")
}

// parseOnly returns the row IDs that are asked for; none means all.
func parseOnly(values []string) ([]string, error) {
	var ids []string
	for _, value := range values {
		key := ""
		for _, part := range strings.Split(value, ",") {
			id := strings.TrimSpace(part)
			if before, after, ok := strings.Cut(id, "="); ok {
				key, id = before, after
			}
			if key != "method" {
				return nil, fmt.Errorf("--only %q: %s; use method, as in --only method=gm+darts,darts", short(value), keyProblem(key))
			}
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids, nil
}

func keyProblem(key string) string {
	if key == "" {
		return "no key"
	}
	return fmt.Sprintf("unknown key %q", short(key))
}

// choose keeps the experiment's rows that are asked for and, of the no-search rows, those that they are compared with.
// It is an error when none is asked for that the experiment has.
func choose(e spec.Experiment, ids []string) (spec.Experiment, error) {
	if len(ids) == 0 {
		return e, nil
	}
	var choices []string
	for _, row := range e.Rows {
		if row.Kind == spec.RowRun || row.Kind == spec.RowNull {
			choices = append(choices, row.ID)
		}
	}
	for _, id := range ids {
		if !slices.Contains(choices, id) {
			return e, fmt.Errorf("--only method=%q: %s runs no such row; %s", short(id), e.Label, instead(id, choices))
		}
	}
	e.Rows = slices.DeleteFunc(slices.Clone(e.Rows), func(row spec.Row) bool {
		switch {
		case slices.Contains(ids, row.ID):
			return false
		case row.Kind == spec.RowNull:
			return row.Null.From != "" && !slices.Contains(ids, row.Null.From)
		}
		return true
	})
	return e, nil
}
