package plan

import (
	"math"
	"strings"
	"testing"

	"gmnas/harness/spec"
	"gmnas/nasbench/space"
)

func TestPaperRunsAreValid(t *testing.T) {
	fourOps := gmDARTS()
	fourOps.Space = space.NB201NoNone.Name
	trained := gm(spec.RSPS, 20, 50)
	trained.Evaluate = byTraining()
	for name, run := range map[string]spec.Run{
		"one-shot": oneShot(spec.DARTS, 50), "few-shot": fewShot(spec.SNAS, 30), "gm": gm(spec.RSPS, 20, 50), "4 ops": fourOps,
		"trained": trained, "bound": gmDARTS().Bind(strings.Repeat("0f", 32), strings.Repeat("a0", 32)),
	} {
		if err := ValidateRun(run); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRunProblems changes one thing at a time; each message names field and value and says what to use.
func TestRunProblems(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		base   spec.Run
		change func(*spec.Run)
		want   string
	}{
		{gmDARTS(), func(r *spec.Run) { r.Space = "nasbench999" }, `Space "nasbench999": unknown search space "nasbench999": use`},
		{gmDARTS(), func(r *spec.Run) { r.Data.Set = "mnist" }, `Data.Set "mnist": unknown image set "mnist": use cifar10, cifar100,`},
		{gmDARTS(), func(r *spec.Run) { r.Data.Records = 50_001 }, "Data.Records 50001: must be 4 to 50000"},
		{gmDARTS(), func(r *spec.Run) { r.Data.Records = 95 }, "Data.Records 95: the W-set is the first half, 47 images, less than the batch of 48; use"},
		{gmDARTS(), func(r *spec.Run) { r.Data.Pool = 3 }, "pooling by 3: must divide the image side 32"},
		{gmDARTS(), func(r *spec.Run) { r.Data.Pool = 0 }, "Data.Pool 0 with Net"},
		{gmDARTS(), func(r *spec.Run) { r.Data.Pool = 16 }, "image size 2: must be a multiple of 4"},
		{gmDARTS(), func(r *spec.Run) { r.Data.Hash = "latest" }, `Data.Hash "latest": must be a SHA-256`},
		{gmDARTS(), func(r *spec.Run) { r.Net.Cells = 0 }, "cells 0: must be 1 to"},
		{gmDARTS(), func(r *spec.Run) { r.Net.Channels = -16 }, "channels -16: must be 1 to"},
		{gmDARTS(), func(r *spec.Run) { r.Batch = 1 }, "Batch 1: must be 2 to"},
		{gmDARTS(), func(r *spec.Run) { r.Method.Name = "drnas" }, `Method.Name "drnas": use "darts", "snas" or "rsps"`},
		{gmDARTS(), func(r *spec.Run) { r.Method.Order = 3 }, "Method.Order 3: must be 1 to 2"},
		{gmDARTS(), func(r *spec.Run) { r.Method.TauMin = 0.1 }, "Method.TauMin 0.1: must be empty, as only snas"},
		{gm(spec.SNAS, 15, 30), func(r *spec.Run) { r.Method.TauMin = 0 }, "Method.TauMin 0: must be a number from 1e-06 to 1"},
		{gm(spec.SNAS, 15, 30), func(r *spec.Run) { r.Method.TauMin = -0.1 }, "Method.TauMin -0.1: must be"},
		{gm(spec.SNAS, 15, 30), func(r *spec.Run) { r.Method.TauMin = 2 }, "Method.TauMin 2: must be a number from 1e-06 to 1"},
		{gm(spec.SNAS, 15, 30), func(r *spec.Run) { r.Method.TauMax = nan }, "Method.TauMax NaN: must be"},
		{gm(spec.SNAS, 15, 30), func(r *spec.Run) { r.Method.Order = 1 }, "Method.Order 1: must be 0 here"},
		{gm(spec.RSPS, 20, 50), func(r *spec.Run) { r.Alpha.LR = 3e-4 }, "must be empty, as rsps has no architecture parameters"},
		{gmDARTS(), func(r *spec.Run) { r.Alpha = spec.Alpha{} }, "Alpha.LR 0: must be"},
		{gmDARTS(), func(r *spec.Run) { r.Alpha.InitMean = math.Inf(1) }, "Alpha.InitMean +Inf: must be"},
		{gmDARTS(), func(r *spec.Run) { r.Weights.LR = nan }, "Weights.LR NaN: must be"},
		{gmDARTS(), func(r *spec.Run) { r.Weights.LRMin = 0.5 }, "Weights.LRMin 0.5: must be a number from 0 to 0.025"},
		{gmDARTS(), func(r *spec.Run) { r.Weights.Clip = 0 }, "Weights.Clip 0: must be"},
		{gmDARTS(), func(r *spec.Run) { r.Weights.Momentum = 1 }, "Weights.Momentum 1: must be"},
		{gmDARTS(), func(r *spec.Run) { r.Weights.Momentum = 0 }, "Weights.Nesterov true with Momentum 0"},
		{gmDARTS(), func(r *spec.Run) { r.SearchEpochs = 0 }, "SearchEpochs 0: must be 1 to"},
		{gmDARTS(), func(r *spec.Run) { r.Restart = "" }, `Restart "": use "none", "final" or "all"`},
		{oneShot(spec.DARTS, 50), func(r *spec.Run) { r.Restart = spec.RestartFinal }, `Restart "final": use "" or "none"`},
		{gmDARTS(), func(r *spec.Run) { r.Schedule = "fix" }, `Schedule "fix": use "search" or "total"`},
		{gmDARTS(), func(r *spec.Run) { r.Derive.Samples = 5 }, "Derive.Samples 5: must be 0 here"},
		{gm(spec.RSPS, 20, 50), func(r *spec.Run) { r.Derive.Samples = 0 }, "Derive.Samples 0: must be 1 to"},
		{gmDARTS(), func(r *spec.Run) { r.Levels[1].WarmupEpochs = -15 }, "Levels[1].WarmupEpochs -15: must be 0 to"}, // split at 30, then 15
		{gmDARTS(), func(r *spec.Run) { r.Levels[0].Groups = 1 }, "Levels[0].Groups 1: must be 2 to 5"},
		{gmDARTS(), func(r *spec.Run) { r.Levels[0].Groups = 6 }, "Levels[0].Groups 6: must be 2 to 5"},
		{fewShot(spec.DARTS, 30), func(r *spec.Run) { r.Levels[0].Groups = 4 }, "Levels[0].Groups 4: must be 5 here"},
		{gmDARTS(), func(r *spec.Run) { r.Levels[0].Edge = "best" }, `Levels[0].Edge "best": use "cut-cost" or "random"`},
		{gmDARTS(), func(r *spec.Run) { r.Levels[0].Partition = "half" }, `Levels[0].Partition "half": use "min-cut", "random" or "exhaustive"`},
		{gmDARTS(), func(r *spec.Run) { r.Levels[0].Criterion = "dot" }, `Levels[0].Criterion "dot": unknown criterion "dot": use cosine, l2, per-filter-cosine`},
		{gmDARTS(), func(r *spec.Run) { r.Levels[0].Enable = "" }, `Levels[0].Enable "": use "one-hot" or "soft"`},
		{gmDARTS(), func(r *spec.Run) { r.Levels[0].Average = "" }, `Levels[0].Average "": use "distances" or "gradients"`},
		{gmDARTS(), func(r *spec.Run) { r.Levels[0].Batches = 0 }, "Levels[0].Batches 0: must be 1 to"},
		{fewShot(spec.DARTS, 30), func(r *spec.Run) { r.Levels[0].Batches = 100 }, "Levels[0].Batches 100: must be empty, as neither"},
		{fewShot(spec.DARTS, 30), func(r *spec.Run) { r.Levels[0].Criterion = "cosine" }, "Levels[0].Criterion cosine: must be empty, as neither"},
		{gm(spec.RSPS, 20, 50), func(r *spec.Run) { r.Levels[0].Enable = spec.EnableSoft }, `Levels[0].Enable "soft": rsps has no mixture weights`},
		{gmDARTS(), func(r *spec.Run) { r.Levels = make([]spec.Level, 7) }, "Levels 7 of them: an edge is split once, and a cell has 6 edges"},
		{fewShot(spec.DARTS, 30), func(r *spec.Run) {
			for range 4 {
				r.Levels = append(r.Levels, r.Levels[0])
			}
		}, "Levels give 3125 leaves: at most 1024"},
		{gmDARTS(), func(r *spec.Run) { r.Evaluate.By = "" }, `Evaluate.By "": use "table" or "training"`},
		{gmDARTS(), func(r *spec.Run) { r.Evaluate.Epochs = 12 }, "Evaluate.training fields"},
		{gmDARTS(), func(r *spec.Run) { r.Evaluate = byTraining(); r.Evaluate.Test = 1001 }, "Evaluate.Test 1001: must be 1 to 1000"},
		{gmDARTS(), func(r *spec.Run) { r.Evaluate = byTraining(); r.Evaluate.Epochs = 0 }, "Evaluate.Epochs 0: must be 1 to"},
		{gmDARTS(), func(r *spec.Run) { r.Evaluate = byTraining(); r.Evaluate.Weights.LR = 0 }, "Evaluate.Weights.LR 0: must be"},
		{gmDARTS(), func(r *spec.Run) { r.Evaluate = byTraining(); r.Evaluate.Table = strings.Repeat("ab", 32) }, "must be empty, as the architecture is trained"},
	} {
		run := c.base
		c.change(&run)
		if err := ValidateRun(run); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v\nwant one problem with %q", err, c.want)
		}
	}
}

func TestAllProblemsAreCollected(t *testing.T) {
	run := gmDARTS()
	run.Batch, run.SearchEpochs, run.Levels[1].Groups = 1, 0, 9
	err := ValidateRun(run)
	if n := strings.Count(err.Error(), "\n") + 1; n != 3 {
		t.Errorf("%d problems, want 3:\n%v", n, err)
	}
	if ValidateRun(spec.Run{}) == nil {
		t.Error("the empty run is valid")
	}
}

// small is an experiment with every kind of row.
func small() spec.Experiment {
	runs := func(r spec.Run) map[string]spec.Run { return map[string]spec.Run{spec.Paper: r} }
	return spec.Experiment{
		Label: "table3", Title: "A | title, =cmd() <b>", Space: space.NB201.Name, Seeds: []int64{0, 1},
		Columns: []spec.Column{{Dataset: "cifar10", Split: "valid"}, {Dataset: "cifar10", Split: "test"}},
		Rows: []spec.Row{
			{ID: "resnet", Kind: spec.RowLiterature, Paper: map[string]spec.Printed{"cifar10/test": {Mean: 93.97}}},
			{ID: "darts", Kind: spec.RowRun, Runs: runs(oneShot(spec.DARTS, 50))},
			{ID: "fewshot+rsps", Kind: spec.RowRun, Runs: runs(fewShot(spec.RSPS, 50))},
			{ID: "gm+darts", Kind: spec.RowRun, Runs: runs(gmDARTS()), Tolerance: 0.5,
				Paper: map[string]spec.Printed{"cifar10/test": {Mean: 93.72, Std: 0.12, HasStd: true}}},
			{ID: "gm-l2+darts", Kind: spec.RowRun, Runs: runs(l2())},
			{ID: "null-4", Kind: spec.RowNull, Null: spec.NullOf{Shots: 4, Draws: 1000}},
			{ID: "null-gm", Kind: spec.RowNull, Null: spec.NullOf{From: "gm+darts", Draws: 1000}},
			{ID: "optimal", Kind: spec.RowOptimal},
		},
		Embedded: map[string]spec.Embedded{spec.Paper: {Data: spec.Data{Set: "synthetic", Records: 4000, Pool: 1}, Evaluate: byTraining()}},
		Notes:    []spec.Note{{Row: "gm+darts", Column: "cifar10/test", Text: "a note"}, {Text: "another"}},
	}
}

func l2() spec.Run {
	r := gmDARTS()
	for k := range r.Levels {
		r.Levels[k].Criterion = spec.CriterionL2
	}
	return r
}

func TestExperimentProblems(t *testing.T) {
	if err := Validate(small()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		change func(*spec.Experiment)
		want   string
	}{
		{func(e *spec.Experiment) { e.Label = "../../etc/x" }, `Label "../../etc/x": use 1 to 63 of`},
		{func(e *spec.Experiment) { e.Label = "a|b" }, `Label "a|b"`},
		{func(e *spec.Experiment) { e.Label = "=cmd()" }, `Label "=cmd()"`},
		{func(e *spec.Experiment) { e.Label = "<script>" }, `Label "<script>"`},
		{func(e *spec.Experiment) { e.Label = strings.Repeat("x", 300) }, `Label "xxxx`},
		{func(e *spec.Experiment) { e.Label = "" }, `Label ""`},
		{func(e *spec.Experiment) { e.Label = ".." }, `Label ".."`},
		{func(e *spec.Experiment) { e.Rows[0].ID = "res net" }, `Rows[0].ID "res net"`},
		{func(e *spec.Experiment) { e.Rows[0].ID = "darts" }, `Rows[1].ID "darts": is also the ID of row 0`},
		{func(e *spec.Experiment) { e.Space = "drnas" }, `Space "drnas": unknown search space`},
		{func(e *spec.Experiment) { e.Space = space.NB201NoNone.Name }, `profile paper: Space "nasbench201": the experiment's is "nasbench201-4op"`},
		{func(e *spec.Experiment) { e.Seeds = []int64{0, 1, 1, 2} }, "Seeds[2] 1: is also Seeds[1]"},
		{func(e *spec.Experiment) { e.Seeds = nil }, "Seeds none"},
		{func(e *spec.Experiment) { e.Seeds[1] = -1 }, "Seeds[1] -1: must not be negative"},
		{func(e *spec.Experiment) { e.Columns[0].Dataset = "svhn" }, `Columns[0].Dataset "svhn": unknown image set`},
		{func(e *spec.Experiment) { e.Columns[0].Split = "train" }, `Columns[0].Split "train": use "valid" or "test"`},
		{func(e *spec.Experiment) { e.Columns[0] = e.Columns[1] }, `Columns[1] "cifar10/test": is there already`},
		{func(e *spec.Experiment) { e.Rows[0].Kind = "" }, `row "resnet": Kind "": use`},
		{func(e *spec.Experiment) { e.Rows[0].Runs = e.Rows[1].Runs }, `row "resnet": Runs of 1 profiles: must be empty, as the row's kind is literature`},
		{func(e *spec.Experiment) { e.Rows[1].Runs = nil }, `row "darts": Runs none`},
		{func(e *spec.Experiment) { e.Rows[1].Runs = map[string]spec.Run{"huge": oneShot(spec.DARTS, 50)} }, `row "darts": profile huge: name "huge": use "smoke"`},
		{func(e *spec.Experiment) { e.Rows[1].Runs = map[string]spec.Run{"smoke": oneShot(spec.DARTS, 50)} }, `row "darts": Runs have no profile "paper", which row "fewshot+rsps" has`},
		{func(e *spec.Experiment) { e.Rows[1].Runs = map[string]spec.Run{"paper": {}} }, `row "darts": profile paper: Batch 0: must be`},
		{func(e *spec.Experiment) { e.Embedded["paper"] = spec.Embedded{} }, `on embedded data: Data.Set ""`},
		{func(e *spec.Experiment) { e.Rows[5].Null.Draws = 0 }, `row "null-4": Null.Draws 0: must be 1 to`},
		{func(e *spec.Experiment) { e.Rows[5].Null.Shots = 0 }, `row "null-4": Null.Shots 0: must be 1 to`},
		{func(e *spec.Experiment) { e.Rows[6].Null.Shots = 4 }, `row "null-gm": Null.Shots 4: must be 0 here`},
		{func(e *spec.Experiment) { e.Rows[6].Null.From = "resnet" }, `row "null-gm": Null.From "resnet": must be the ID of a row of kind "run"`},
		{func(e *spec.Experiment) { e.Rows[0].Genotype = "Genotype()" }, `Genotype is set: architectures of nasbench201 have none`},
		{func(e *spec.Experiment) { e.Rows[1].Null.Shots = 1 }, `row "darts": Null {Shots:1 From: Draws:0}: must be empty`},
		{func(e *spec.Experiment) { e.Rows[3].Tolerance = math.NaN() }, `row "gm+darts": Tolerance NaN: must be`},
		{func(e *spec.Experiment) { e.Rows[3].Paper = map[string]spec.Printed{"svhn/test": {}} }, `Paper["svhn/test"] is no column`},
		{func(e *spec.Experiment) { e.Rows[3].Paper = map[string]spec.Printed{"cifar10/test": {Mean: 937.2}} }, `Paper["cifar10/test"].Mean 937.2: must be`},
		{func(e *spec.Experiment) { e.Notes[0].Row = "gm" }, `Notes[0].Row "gm": is no row`},
		{func(e *spec.Experiment) { e.Notes[0].Column = "cifar10" }, `Notes[0].Column "cifar10": is no column`},
	} {
		e := small()
		c.change(&e)
		if err := Validate(e); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v\nwant a problem with %q", err, c.want)
		}
	}
}
