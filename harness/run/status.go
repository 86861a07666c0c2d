package run

import (
	"fmt"
	"time"

	"gmnas/harness/plan"
	"gmnas/harness/spec"
)

// Observer is told how a run goes. Its methods are called by one goroutine.
type Observer interface {
	Status(Status) // several times a second
	Line(string)   // what should stay said
}

// Status is how far a run is. Totals are estimates until every split is decided.
type Status struct {
	Stages, StagesTotal int // recorded ones included
	FLOPs, FLOPsTotal   float64
	Failed              int
	Elapsed             time.Duration
	Left                time.Duration // by the rate so far; negative while that is unknown
	Workers             []Doing
}

// Doing is what a worker does.
type Doing struct {
	Label    string
	Fraction float64 // of the stage, 0 to 1
	Note     string
}

func (c *coordinator) status() Status {
	s := Status{Failed: c.tally.Failed, Elapsed: time.Since(c.began), Left: -1}
	seen := map[spec.Key]bool{}
	for _, n := range c.forecasts {
		for _, stage := range n.stages {
			if seen[stage.key] {
				continue
			}
			seen[stage.key] = true
			s.StagesTotal++
			s.FLOPsTotal += c.work[stage.key].FLOPs
			if _, ok := c.lookup(stage.key); ok {
				s.Stages++
				s.FLOPs += c.work[stage.key].FLOPs
			}
		}
	}
	worked := c.worked
	for _, p := range c.busy() {
		d := Doing{Label: p.task.label, Note: p.progress.Note}
		if p.progress.Total > 0 {
			d.Fraction = min(1, max(0, p.progress.Done/p.progress.Total))
		}
		s.FLOPs += d.Fraction * c.work[p.task.key].FLOPs
		worked += d.Fraction * c.work[p.task.key].FLOPs
		s.Workers = append(s.Workers, d)
	}
	if worked > 0 {
		s.Left = time.Duration(float64(s.Elapsed) * max(0, s.FLOPsTotal-s.FLOPs) / worked)
	}
	return s
}

// finished is the line about a stage that is recorded.
func (c *coordinator) finished(t task, o spec.Outcome) string {
	s := c.status()
	text := fmt.Sprintf("[%d/%d] %s: %s in %s", s.Stages, s.StagesTotal, t.label, o.State, brief(time.Duration(o.Cost.Seconds*float64(time.Second))))
	switch {
	case o.State == spec.Diverged:
		text += ": " + o.Error
	case o.Split != nil:
		text += fmt.Sprintf(", edge %d into %v", o.Split.Edge, o.Split.Groups)
	case o.Derive != nil:
		text += ", " + o.Derive.Architecture
	case o.Train != nil && len(o.Train.Curve) > 0:
		text += fmt.Sprintf(", validation accuracy %.2f %%", o.Train.Curve[len(o.Train.Curve)-1].ValidAcc)
	case o.Retrain != nil && len(o.Retrain.Curve) > 0:
		last := o.Retrain.Curve[len(o.Retrain.Curve)-1]
		text += fmt.Sprintf(", held-out accuracy %.2f %%, test accuracy %.2f %%", last.ValidAcc, last.TestAcc)
	}
	return text
}

// Summary is what a run came to.
type Summary struct {
	Goals, Complete int
	Recorded        int // stages that this run did
	Swept           int // stages that a killed run did and this one recorded
	Failed          int // stages that failed in this run
	Problems        []Problem
	Cost            spec.Cost // of the recorded stages
	Elapsed         time.Duration
	Interrupted     bool
	WeightsDir      string
	WeightsBytes    int64
}

// Problem is a stage that failed or diverged, in this run or, diverged, in an earlier one.
type Problem struct {
	Goal string
	plan.Block
}

func (s *Summary) add(o spec.Outcome) {
	s.Recorded++
	s.Cost.GradientEvaluations += o.Cost.GradientEvaluations
	s.Cost.FLOPs += o.Cost.FLOPs
	s.Cost.Seconds += o.Cost.Seconds
}

// String says what is there now, and what is not, line by line.
func (s Summary) String() string {
	text := fmt.Sprintf("%d of %d runs complete; %d stages recorded in %s, %.3g TFLOP", s.Complete, s.Goals, s.Recorded, brief(s.Elapsed), s.Cost.FLOPs/1e12)
	if s.Swept > 0 {
		text += fmt.Sprintf("; %d more taken in from a run that was killed", s.Swept)
	}
	for _, p := range s.Problems {
		text += fmt.Sprintf("\n%s: %s stage %s: %s", p.Goal, p.Kind, p.State, p.Reason)
	}
	if s.Failed > 0 {
		text += "\nthe same command again tries failed stages again"
	}
	if s.Interrupted {
		text += "\ninterrupted: what is recorded is kept, the stages in flight are not; the same command again continues"
	}
	return text + fmt.Sprintf("\nweights: %.3g MB in %s", float64(s.WeightsBytes)/1e6, s.WeightsDir)
}
