package run

import (
	"context"
	"fmt"
	"time"

	"gmnas/harness/plan"
	"gmnas/harness/spec"
	"gmnas/results"
)

// A worker has this long to stop at its next step before it is killed.
const cancelGrace = 10 * time.Second

// tick is how often limits and the status are looked at.
const tick = 250 * time.Millisecond

// Coordinate runs what the goals still need and records it, until every goal is complete or can't go on. Earlier goals
// finish first. It is the only writer of the database meanwhile. A stage that fails is tried again by the next
// Coordinate; one that diverged is not.
//
// When ctx ends, workers stop at their next step, and Coordinate returns ctx's error with a summary that
// says what is kept; the same call again continues. Other errors: options that can't work, a locked or unusable
// database, a worker that doesn't start. Stages that fail or diverge are no error: Summary.Problems has them.
func Coordinate(ctx context.Context, store *results.Store, goals []Goal, opts Options, observer Observer) (Summary, error) {
	if err := opts.check(); err != nil {
		return Summary{}, fmt.Errorf("running: %w", err)
	}
	unlock, err := opts.lock(store)
	if err != nil {
		return Summary{}, fmt.Errorf("running: %w", err)
	}
	defer unlock()

	c := &coordinator{
		store: store, goals: goals, opts: opts, observer: observer, recorded: store.Lookup(), events: make(chan event),
		failed: map[spec.Key]spec.Outcome{}, lost: map[spec.Key]bool{}, intact: map[spec.Key]bool{}, tries: map[spec.Key]int{}, absent: map[spec.Key]bool{},
		work: map[spec.Key]spec.Cost{}, needs: make([]need, len(goals)), forecasts: make([]need, len(goals)), began: time.Now(),
	}
	if err := c.begin(); err != nil {
		return Summary{}, fmt.Errorf("running: %w", err)
	}
	err = c.loop(ctx)
	c.dismiss()
	c.unpublish()
	if err == nil {
		err = store.Err()
	}
	summary := c.summarize(err != nil && ctx.Err() != nil)
	if err != nil {
		return summary, fmt.Errorf("running: %w", err)
	}
	return summary, nil
}

// coordinator is the state of one Coordinate. One goroutine uses it.
type coordinator struct {
	store    *results.Store
	goals    []Goal
	opts     Options
	observer Observer
	recorded plan.Lookup // what the database holds
	events   chan event

	needs     []need                    // of each goal
	forecasts []need                    // of each goal, with stages that can't be named yet guessed
	failed    map[spec.Key]spec.Outcome // failures that this run doesn't try again
	lost      map[spec.Key]bool         // stages that must run again: an unfinished stage needs their weights
	intact    map[spec.Key]bool         // stages whose weights were checked or made in this run
	absent    map[spec.Key]bool         // not recorded, or failed in an earlier run; spares the database the question
	tries     map[spec.Key]int          // workers killed
	workers   []*process
	queue     []task

	published time.Time // when the status was last told to others
	mute      bool      // it can't be told, which was said

	began   time.Time
	work    map[spec.Key]spec.Cost // estimates
	worked  float64                // estimated FLOPs of the stages that this run finished
	tally   Summary
	stopped bool
}

// begin records what was asked for, takes in what killed runs left, and plans.
func (c *coordinator) begin() error {
	var asked []results.Binding
	for _, g := range c.goals {
		if g.Null == nil {
			g.Run.Bound = time.Now()
			asked = append(asked, g.Run)
		}
	}
	if err := c.store.Bind(asked...); err != nil {
		return err
	}
	var err error
	if c.tally.Swept, err = sweep(c.store, c.opts, c.say); err != nil {
		return err
	}
	for i := range c.goals {
		if err := c.expand(i); err != nil {
			return err
		}
		if err := c.forecast(i); err != nil {
			return err
		}
	}
	c.requeue()
	return nil
}

// loop runs stages until nothing is left or ctx ends.
func (c *coordinator) loop(ctx context.Context) error {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	ended := ctx.Done()
	var grace <-chan time.Time
	var failure error
	stop := func(err error) {
		if failure == nil {
			failure, c.stopped, ended = err, true, nil
			grace = time.After(cancelGrace)
			for _, p := range c.busy() {
				p.send(order{Cancel: true})
			}
		}
	}
	for {
		if !c.stopped {
			if err := c.assign(); err != nil {
				stop(err)
			}
		}
		if len(c.busy()) == 0 && (c.stopped || len(c.queue) == 0) {
			return failure
		}
		select {
		case e := <-c.events:
			if err := c.handle(e); err != nil {
				stop(err)
			}
		case <-ticker.C:
			c.enforceLimit()
		case <-ended:
			c.say("stopping: each worker ends at its next step")
			stop(context.Cause(ctx))
		case <-grace:
			for _, p := range c.busy() {
				p.kill()
			}
		}
		s := c.status()
		c.observer.Status(s)
		c.publish(s)
	}
}

// dismiss lets idle workers exit, and kills those that don't.
func (c *coordinator) dismiss() {
	for _, p := range c.workers {
		close(p.orders)
	}
	grace := time.After(cancelGrace)
	for len(c.workers) > 0 {
		select {
		case e := <-c.events:
			if e.exited {
				c.forget(e.from)
			}
		case <-grace:
			for _, p := range c.workers {
				p.kill()
			}
		}
	}
}

// summarize closes the tally.
func (c *coordinator) summarize(interrupted bool) Summary {
	s := c.tally
	s.Interrupted = interrupted
	s.Elapsed = time.Since(c.began)
	s.Goals = len(c.goals)
	s.WeightsDir = c.opts.weights()
	_, s.WeightsBytes = weightsFiles(s.WeightsDir)
	seen := map[spec.Key]bool{}
	for i, n := range c.needs {
		if n.complete {
			s.Complete++
		}
		for _, b := range n.blocked {
			if b.Key != "" && seen[b.Key] {
				continue
			}
			seen[b.Key] = true
			s.Problems = append(s.Problems, Problem{Goal: c.goals[i].String(), Block: b})
		}
	}
	return s
}

func (c *coordinator) say(format string, a ...any) { c.observer.Line(fmt.Sprintf(format, a...)) }
