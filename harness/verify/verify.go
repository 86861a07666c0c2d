// Package verify runs recorded stages again in a folder of its own and compares what comes out with what is recorded.
// It changes nothing that is recorded.
package verify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strings"

	"gmnas/harness/run"
	"gmnas/harness/spec"
	"gmnas/results"
)

// Verifier runs stages again.
type Verifier struct {
	Store   *results.Store
	Weights string // folder of the recorded weights; those that are gone are made anew
	Scratch string // folder for weights, empty and this verifier's own
	// Open returns what executes stages with a machine's backend and threads, and the machine that it executes them on.
	Open func(recorded spec.Machine) (run.Execute, spec.Machine, error)
	// Tolerance bounds the differences of numbers computed with another backend or instruction set; see Near.
	Tolerance float64
	// Say is told what else is run.
	Say func(string)
}

// Verdict is what running a stage again gave.
type Verdict struct {
	Exact       bool // compared bit for bit, as backend, its version and instruction set are those that computed it
	Now         spec.Machine
	Differences []results.Difference // recorded, now
	Choices     []results.Difference // not Exact: what was chosen otherwise, which isn't among Differences
	Weights     bool                 // weights were compared too
}

// Stage runs a recorded stage again, with the inputs' recorded weights or, where they are gone, weights made anew by
// running the inputs. Errors: the stage isn't recorded, its data isn't there, it can't run here.
func (v *Verifier) Stage(ctx context.Context, key spec.Key) (Verdict, error) {
	stage, recorded, err := v.recorded(key)
	if err != nil {
		return Verdict{}, fmt.Errorf("verifying: %w", err)
	}
	now, machine, err := v.perform(ctx, stage, recorded)
	if err != nil {
		return Verdict{}, fmt.Errorf("verifying %s stage %s: %w", stage.Kind, key.Short(), err)
	}
	was, is := recorded.Provenance.Machine.Arithmetic(), now.Provenance.Machine.Arithmetic()
	verdict := Verdict{Now: machine, Exact: is == was || is == ""} // a look-up rounds nothing
	var near func(string, float64, float64) bool
	if !verdict.Exact {
		near = func(field string, x, y float64) bool { return Near(field, x, y, v.Tolerance) }
	}
	if verdict.Differences, err = results.Differ(recorded, now, near); err != nil {
		return Verdict{}, fmt.Errorf("verifying %s stage %s: %w", stage.Kind, key.Short(), err)
	}
	if !verdict.Exact {
		verdict.Differences, verdict.Choices = apart(verdict.Differences)
	}
	if verdict.Exact && now.State == spec.Done && spec.LeavesWeights(now.Kind) {
		difference, compared, err := v.compareWeights(key)
		if err != nil {
			return Verdict{}, fmt.Errorf("verifying %s stage %s: %w", stage.Kind, key.Short(), err)
		}
		verdict.Weights = compared
		verdict.Differences = append(verdict.Differences, difference...)
	}
	return verdict, nil
}

func (v *Verifier) recorded(key spec.Key) (spec.Stage, spec.Outcome, error) {
	stage, ok, err := v.Store.Stage(key)
	if err == nil && !ok {
		err = fmt.Errorf("stage %s is not recorded", key.Short())
	}
	if err != nil {
		return stage, spec.Outcome{}, err
	}
	outcome, ok, err := v.Store.Outcome(key)
	if err == nil && !ok {
		err = fmt.Errorf("stage %s has no outcome", key.Short())
	}
	return stage, outcome, err
}

// perform runs a stage in the scratch folder after making sure of its inputs' weights.
func (v *Verifier) perform(ctx context.Context, stage spec.Stage, recorded spec.Outcome) (spec.Outcome, spec.Machine, error) {
	execute, machine, err := v.Open(recorded.Provenance.Machine)
	if err != nil {
		return spec.Outcome{}, machine, err
	}
	job := run.Job{Stage: stage, Weights: v.Scratch, Threads: machine.Threads}
	for _, input := range stage.Inputs {
		if err := v.provide(ctx, input); err != nil {
			return spec.Outcome{}, machine, err
		}
		_, outcome, err := v.recorded(input)
		if err != nil {
			return spec.Outcome{}, machine, err
		}
		job.Inputs = append(job.Inputs, outcome)
	}
	now, err := run.Perform(ctx, job, execute, func(run.Progress) {})
	return now, machine, err
}

// provide puts a stage's weights into the scratch folder: the recorded ones, or new ones.
func (v *Verifier) provide(ctx context.Context, key spec.Key) error {
	if content, err := run.ReadWeights(v.Weights, key); err == nil { // also over new ones that differ
		return run.WriteWeights(v.Scratch, key, func(w io.Writer) error { _, err := w.Write(content); return err })
	}
	if _, err := run.ReadWeights(v.Scratch, key); err == nil {
		return nil
	}
	stage, recorded, err := v.recorded(key)
	if err != nil {
		return err
	}
	v.Say(fmt.Sprintf("the weights of %s stage %s are gone or damaged: it runs again first", stage.Kind, key.Short()))
	now, _, err := v.perform(ctx, stage, recorded)
	if err == nil && now.State != spec.Done {
		err = errors.New(now.Error)
	}
	if err != nil {
		return fmt.Errorf("input %s stage %s: %w", stage.Kind, key.Short(), err)
	}
	return nil
}

// compareWeights compares a stage's new weights with the recorded ones, where these are there.
func (v *Verifier) compareWeights(key spec.Key) (list []results.Difference, compared bool, err error) {
	recorded, err := run.ReadWeights(v.Weights, key)
	if err != nil {
		return nil, false, nil // gone; the curve was compared
	}
	now, err := run.ReadWeights(v.Scratch, key)
	if err != nil || bytes.Equal(recorded, now) {
		return nil, err == nil, err
	}
	return []results.Difference{{Field: "weights", First: "SHA-256 " + hash(recorded), Second: "SHA-256 " + hash(now)}}, true, nil
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// choice are the fields that hold what was chosen by comparing numbers.
var choice = regexp.MustCompile(`^(Train\.Curve\[\d+\]\.Genotype|Derive\.Architecture|Split\.(Candidates\[\d+\]\.)?Groups|Split\.Edge$|Pair\.(Similar|Dissimilar|Probes$))`)

// apart tells choices from other differences: of numbers that are near to each other another backend may find another
// one the largest.
func apart(list []results.Difference) (differences, choices []results.Difference) {
	for _, d := range list {
		if choice.MatchString(d.Field) {
			choices = append(choices, d)
		} else {
			differences = append(differences, d)
		}
	}
	return differences, choices
}

// Near reports whether a number of an outcome that was computed with another backend or instruction set is that of the
// recorded one within a tolerance. Losses, distances, costs of cuts, cosines and mixture weights may differ by the
// tolerance times the larger of the two and 1; accuracies, in percent, by 100 times the tolerance in points, as they are
// counts of few images. What was counted, or names an edge or an operation, must be the same.
func Near(field string, x, y, tolerance float64) bool {
	last := field[strings.LastIndex(field, ".")+1:]
	name, _, _ := strings.Cut(last, "[")
	switch {
	case strings.HasSuffix(name, "Acc") || name == "Accuracy" || name == "Truth":
		return math.Abs(x-y) <= 100*tolerance
	case name == "Epoch" || name == "Edge" || name == "Operation" || name == "Operations" || name == "Groups" || name == "ZeroNorm" ||
		name == "Index" || name == "Row" || name == "GradientEvaluations" || name == "Params" || name == "MACs":
		return false
	}
	return math.Abs(x-y) <= tolerance*max(1, math.Abs(x), math.Abs(y))
}
