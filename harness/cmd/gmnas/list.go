package main

import (
	"context"
	"fmt"
	"strings"

	"gmnas/harness/spec"
	"gmnas/harness/split"
	"gmnas/report"
)

func listCommand() command {
	f := newFlags("list")
	db := databaseFlag(f)
	labels := f.Bool("labels", false, "print the labels only, a line each")
	return command{
		name: "list", short: "list the experiments, what they claim and what is recorded", flags: f,
		long: "For each experiment: its label, which other commands take; the paper's claim; its methods, which --only takes; and what is\n" +
			"recorded in each profile.",
		example: "gmnas list\ngmnas list --db results/gmnas.db",
		do: func(_ context.Context, c call) error {
			if err := c.noArguments(); err != nil {
				return err
			}
			if *labels {
				_, err := fmt.Fprintln(c.out, strings.Join(experimentLabels(), "\n"))
				return err
			}
			return list(c, *db)
		},
	}
}

func list(c call, db string) error {
	store, err := openRecorded(db)
	if err != nil {
		return err
	}
	if store != nil {
		defer store.Close()
	}
	all, refused := usable()
	for _, e := range all {
		fmt.Fprintf(c.out, "%s  %s\n", e.Label, e.Title)
		fmt.Fprintf(c.out, "  claim     %s\n", e.Claim)
		if e.Over == "" {
			fmt.Fprintf(c.out, "  methods   %s\n", strings.Join(methods(e), ", "))
			fmt.Fprintf(c.out, "  seeds     %s\n", join(e.Seeds))
		} else {
			fmt.Fprintln(c.out, "  methods   none of its own: reports on all recorded splits")
		}
		for _, profile := range profiles {
			line := "nothing recorded"
			if store != nil {
				in, err := collectAll(store, e, profile, spec.Float32)
				if err != nil {
					return err
				}
				line = state(in)
			}
			fmt.Fprintf(c.out, "  %-9s %s\n", profile, line)
		}
	}
	fmt.Fprintln(c.out, "criteria  by which gradients tell operations apart")
	for _, criterion := range split.Criteria() {
		fmt.Fprintf(c.out, "  %-18s %s\n", criterion.Name, criterion.Doc)
	}
	return refused
}

// methods are the IDs of the rows that run.
func methods(e spec.Experiment) []string {
	var ids []string
	for _, row := range e.Rows {
		if row.Kind == spec.RowRun {
			ids = append(ids, row.ID)
		}
	}
	return ids
}

// state says in a line what is recorded.
func state(in report.Input) string {
	if len(in.Splits) > 0 {
		return fmt.Sprintf("%d splits by gradients", len(in.Splits))
	}
	if len(in.Searches) == 0 && in.OtherSettings == 0 {
		return "nothing recorded"
	}
	complete, stopped, embedded := 0, 0, 0
	for _, s := range in.Searches {
		switch {
		case s.Complete:
			complete++
		case len(s.Blocked) > 0:
			stopped++
		}
		if s.Run.Embedded() {
			embedded++
		}
	}
	text := fmt.Sprintf("%d of %d searches complete", complete, len(in.Searches))
	if stopped > 0 {
		text += fmt.Sprintf(", %d failed or diverged", stopped)
	}
	if embedded > 0 {
		text += fmt.Sprintf(", %d of them on the embedded set", embedded)
	}
	if in.OtherSettings > 0 {
		text += fmt.Sprintf(", %d more under other settings", in.OtherSettings)
	}
	return text + fmt.Sprintf("; %d stages", len(stages(in)))
}
