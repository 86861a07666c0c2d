package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gmnas/harness/plan"
	"gmnas/harness/run"
	"gmnas/harness/spec"
	"gmnas/nasbench/space"
	"gmnas/results"
)

func planCommand() command {
	f := newFlags("plan")
	profile, seeds, only, precision := profileFlag(f), seedsFlag(f), onlyFlag(f), precisionFlag(f)
	db, data, backend := databaseFlag(f), dataFlag(f), backendFlag(f)
	return command{
		name: "plan", args: "EXPERIMENT...", choices: otherLabels, short: "print every setting, the stages and the work left; runs nothing", flags: f,
		long:    "The time left is by what this database's training stages took with the same backend.",
		example: "gmnas plan table3\ngmnas plan table3 --profile paper --only method=gm+darts --seeds 0",
		do: func(_ context.Context, c call) error {
			list, err := selected(c.args, *only, seeds, precision.of())
			if err != nil {
				return err
			}
			if err := errors.Join(checkBackend(*backend), checkData(*data)); err != nil {
				return err
			}
			b, note := bindForPlan(list, profile.value, *data)
			store, err := openRecorded(*db)
			if err != nil {
				return err
			}
			lookup := func(spec.Key) (spec.Outcome, bool) { return spec.Outcome{}, false }
			rate := 0.
			if store != nil {
				defer store.Close()
				lookup = store.Lookup()
				all, _ := usable()
				if rate, err = speed(store, alike(all, b.experiments), *backend, precision.of()); err != nil {
					return err
				}
			}
			for _, e := range b.experiments {
				text, err := plan.Text(e, b.profile, lookup, rate)
				if err != nil {
					return err
				}
				fmt.Fprint(c.out, text)
			}
			if len(b.experiments) > 1 {
				text, err := plan.Together(b.experiments, b.profile, lookup, rate)
				if err != nil {
					return err
				}
				fmt.Fprint(c.out, "\n", text)
			}
			if note != "" {
				fmt.Fprintf(c.out, "\n%s\n", note)
			}
			return nil
		},
	}
}

// bindForPlan binds to the real data, or says why the plan is of runs whose data isn't known yet.
func bindForPlan(list []spec.Experiment, profile, folder string) (bound, string) {
	h := newHand(folder)
	list, left, err := h.bindReplays(list, profile)
	b := bound{experiments: list, profile: profile}
	if err == nil {
		b, err = bindReal(h, list, profile)
	}
	switch {
	case err != nil:
		return bound{experiments: list, profile: profile}, "Data: " + err.Error() +
			". This is the plan with the real data; nothing counts as recorded, as the data is part of what a stage is."
	case len(left) > 0:
		return b, "Data: " + left[0] + ". Nothing of it counts as recorded, as the data is part of what a stage is."
	}
	return b, ""
}

// alike are the experiments whose networks are of the kind that the planned ones train: NAS-Bench-201's do many times as much a
// second as those of genotypes, which have more and smaller convolutions.
func alike(all, planned []spec.Experiment) []spec.Experiment {
	genotypes := func(e spec.Experiment) bool {
		s, err := space.ByName(e.Space)
		return err == nil && s.Genotypes()
	}
	return slices.DeleteFunc(all, func(e spec.Experiment) bool {
		return !slices.ContainsFunc(planned, func(p spec.Experiment) bool { return genotypes(p) == genotypes(e) })
	})
}

// speed returns the FLOPs a second that the experiments' recorded trainings ran at with the backend in the precision, all
// cores together; 0 where none is recorded.
func speed(store *results.Store, list []spec.Experiment, backend string, p spec.Precision) (float64, error) {
	flops, seconds := 0., 0.
	for _, e := range list {
		for _, profile := range profiles {
			in, err := collectAll(store, e, profile, p)
			if err != nil {
				return 0, err
			}
			for _, o := range stages(in) {
				if (o.Kind == spec.KindTrain || o.Kind == spec.KindRetrain) && o.Provenance.Machine.Backend == backend {
					flops += o.Cost.FLOPs
					seconds += o.Cost.Seconds * float64(o.Provenance.Machine.Threads)
				}
			}
		}
	}
	if seconds == 0 {
		return 0, nil
	}
	return flops / seconds * float64(run.Cores()), nil
}
