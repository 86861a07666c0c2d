package run

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"gmnas/harness/spec"
	"gmnas/results"
)

// busy are the workers that have a stage.
func (c *coordinator) busy() []*process {
	var all []*process
	for _, p := range c.workers {
		if p.task != nil {
			all = append(all, p)
		}
	}
	return all
}

// assign hands ready stages to idle workers, and starts workers where there are too few.
func (c *coordinator) assign() error {
	for len(c.queue) > 0 {
		var idle *process
		for _, p := range c.workers {
			if p.task == nil {
				idle = p
				p.log.reset() // what earlier stages printed
			}
		}
		if idle == nil && len(c.workers) == c.opts.Workers {
			return nil
		}
		if idle == nil {
			p, err := start(c.opts.Command, environment(c.opts.Threads), c.events)
			if err != nil {
				return err
			}
			c.workers = append(c.workers, p)
			idle = p
		}
		t := c.queue[0]
		c.queue = c.queue[1:]
		job := Job{Stage: t.stage, Weights: c.opts.weights(), Outcomes: c.opts.outcomes(), Threads: c.opts.Threads}
		for _, input := range t.stage.Inputs {
			o, ok := c.lookup(input)
			if !ok {
				return fmt.Errorf("%s: input %s is not recorded", t.label, input.Short())
			}
			o.Provenance = spec.Provenance{} // nothing is computed from it
			job.Inputs = append(job.Inputs, o)
		}
		idle.task, idle.since, idle.progress, idle.curve = &t, time.Now(), Progress{}, nil
		if err := idle.send(order{Job: &job}); err != nil {
			return fmt.Errorf("%s: %w", t.label, err)
		}
	}
	return nil
}

// handle takes in what a worker said, or that it is gone.
func (c *coordinator) handle(e event) error {
	p, t := e.from, e.from.task
	if e.exited {
		return c.gone(p, e.err)
	}
	if h := e.reply.Hello; h != nil {
		p.greeted = true
		if *h != (hello{Protocol: protocol, Stages: spec.Protocol}) {
			return fmt.Errorf("the worker %q is of another version of this program; build both anew", c.opts.Command[0])
		}
		return nil
	}
	if t == nil {
		return nil // progress that crossed with the end
	}
	switch r := e.reply; {
	case r.Progress != nil:
		p.progress = *r.Progress
		if r.Progress.Epoch != nil {
			p.curve = append(p.curve, *r.Progress.Epoch)
		}
	case r.Finished == t.key:
		p.task = nil
		return c.take(p, *t)
	case r.Failed != nil && r.Failed.Key == t.key:
		p.task = nil
		if r.Failed.Full {
			return fmt.Errorf("%s: %s: disk full; free some space and give the same command again, what is recorded is kept", t.label, r.Failed.Error)
		}
		return c.fail(p, *t, r.Failed.Error, true)
	case r.Stopped == t.key:
		p.task = nil
	}
	return nil
}

// gone takes in that a worker exited. A stage that it had finished is recorded; a stage whose worker was killed
// from outside is tried again.
func (c *coordinator) gone(p *process, err error) error {
	close(p.orders)
	c.forget(p)
	if p.task == nil {
		return nil
	}
	t := *p.task
	if _, err := readOutcome(c.opts.outcomes(), t.key); err == nil {
		return c.take(p, t)
	}
	reason, killed := fate(err)
	switch {
	case p.late:
		return c.fail(p, t, fmt.Sprintf("no result within %v (--stage-timeout)", c.opts.StageTimeout), true)
	case c.stopped:
		return nil
	case !killed && !p.greeted:
		return fmt.Errorf("worker %q did not start: %s: %s", c.opts.Command[0], reason, p.log)
	}
	if crash := p.log.crash(); crash != "" {
		reason += ": " + clip(crash, maxError)
	}
	c.tries[t.key]++
	return c.fail(p, t, reason, !killed || c.tries[t.key] > c.opts.Retries)
}

func (c *coordinator) forget(p *process) {
	c.workers = slices.DeleteFunc(c.workers, func(q *process) bool { return p == q })
}

// take records the outcome file of a stage.
func (c *coordinator) take(p *process, t task) error {
	f, err := readOutcome(c.opts.outcomes(), t.key)
	if err != nil {
		return errors.Join(c.opts.removeOutcome(t.key), c.fail(p, t, err.Error(), true))
	}
	if err := c.opts.sameCode(f.Outcome); err != nil {
		return fmt.Errorf("%s: %w; the same command again continues", t.label, err) // the next run's sweep removes the file
	}
	err = c.store.Record(f.Stage, f.Outcome)
	if errors.Is(err, results.ErrConflict) { // its weights are not those of the recorded outcome
		return errors.Join(c.opts.removeOutcome(t.key), removeWeights(c.opts.weights(), t.key), c.end(p, t, err.Error()))
	}
	if err != nil {
		return err // the file stays for the next run
	}
	if err := c.opts.removeOutcome(t.key); err != nil {
		return err
	}
	delete(c.lost, t.key)
	c.intact[t.key] = spec.LeavesWeights(f.Outcome.Kind)
	c.worked += c.work[t.key].FLOPs
	c.tally.add(f.Outcome)
	if err := c.changed(t); err != nil {
		return err
	}
	c.say("%s", c.finished(t, f.Outcome))
	if c.opts.DiscardWeights {
		return c.discard()
	}
	return nil
}

// fail records a failed attempt at a stage; a final one isn't tried again in this run.
func (c *coordinator) fail(p *process, t task, reason string, final bool) error {
	if err := c.store.Fail(t.stage, c.failure(p, t, reason), p.log.String()); err != nil {
		return err
	}
	if final {
		return c.end(p, t, reason)
	}
	c.say("%s: %s; tried again", t.label, reason)
	return c.changed(t)
}

// end gives a stage up for this run.
func (c *coordinator) end(p *process, t task, reason string) error {
	c.failed[t.key] = c.failure(p, t, reason)
	c.tally.Failed++
	c.say("%s: failed: %s", t.label, reason)
	return c.changed(t)
}

// failure is the outcome of a task that failed on this worker, with the curve as far as it went.
func (c *coordinator) failure(p *process, t task, reason string) spec.Outcome {
	o := spec.Outcome{
		Key: t.key, Kind: t.stage.Kind, State: spec.Failed, Error: reason,
		Cost:       spec.Cost{Seconds: time.Since(p.since).Seconds()},
		Provenance: spec.Provenance{Started: p.since.UTC(), Build: c.opts.Build, Machine: c.opts.Machine},
	}
	if len(p.curve) == 0 {
		return o
	}
	switch t.stage.Kind {
	case spec.KindTrain:
		o.Train = &spec.Trained{Curve: p.curve}
	case spec.KindEvaluate:
		o.Evaluate = &spec.Evaluated{Curve: p.curve}
	case spec.KindRetrain:
		o.Retrain = &spec.Retrained{Curve: p.curve}
	}
	return o
}

// enforceLimit kills workers whose stage runs past the limit.
func (c *coordinator) enforceLimit() {
	for _, p := range c.busy() {
		if c.opts.StageTimeout > 0 && time.Since(p.since) > c.opts.StageTimeout && !p.late {
			p.late = true
			p.kill()
		}
	}
}
