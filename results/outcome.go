package results

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"gmnas/harness/spec"
)

// Valid reports whether outcome can be what stage left behind: the right key and kind, a known state, the
// kind's own payload where it is done, no other payload, and finite numbers only. Errors wrap ErrInvalid.
func Valid(stage spec.Stage, outcome spec.Outcome) error {
	payloads := map[string]bool{
		spec.KindTrain:    outcome.Train != nil,
		spec.KindSplit:    outcome.Split != nil,
		spec.KindDerive:   outcome.Derive != nil,
		spec.KindEvaluate: outcome.Evaluate != nil,
		spec.KindNull:     outcome.Null != nil,
		spec.KindRank:     outcome.Rank != nil,
		spec.KindPair:     outcome.Pair != nil,
		spec.KindRetrain:  outcome.Retrain != nil,
		spec.KindReplay:   outcome.Replay != nil,
	}
	own, known := payloads[stage.Kind]
	switch {
	case !known:
		return fmt.Errorf("%w: stage kind %q", ErrInvalid, stage.Kind)
	case outcome.Key != stage.Key():
		return fmt.Errorf("%w: key %q, the stage's is %q", ErrInvalid, outcome.Key, stage.Key())
	case outcome.Kind != stage.Kind:
		return fmt.Errorf("%w: kind %q, the stage's is %q", ErrInvalid, outcome.Kind, stage.Kind)
	case outcome.State != spec.Done && outcome.State != spec.Diverged && outcome.State != spec.Failed:
		return fmt.Errorf("%w: state %q, known are %q, %q and %q", ErrInvalid, outcome.State, spec.Done, spec.Diverged, spec.Failed)
	case outcome.State == spec.Done && !own:
		return fmt.Errorf("%w: a done %s stage without its %s part", ErrInvalid, stage.Kind, stage.Kind)
	case outcome.State != spec.Done && outcome.Error == "":
		return fmt.Errorf("%w: a %s stage that does not say why", ErrInvalid, outcome.State)
	}
	for kind, has := range payloads {
		if has && kind != stage.Kind {
			return fmt.Errorf("%w: a %s stage with a %s part", ErrInvalid, stage.Kind, kind)
		}
	}
	if _, err := json.Marshal(outcome); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return nil
}

// Same reports whether two outcomes say the same. When, where and how long is not looked at.
func Same(a, b spec.Outcome) bool {
	x, errX := json.Marshal(substance(a))
	y, errY := json.Marshal(substance(b))
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// substance is the outcome without when, where and how long.
func substance(o spec.Outcome) spec.Outcome {
	o.Provenance = spec.Provenance{}
	o.Cost.Seconds = 0
	if o.Train != nil {
		t := *o.Train
		t.Curve = timeless(t.Curve)
		o.Train = &t
	}
	if o.Evaluate != nil {
		e := *o.Evaluate
		e.Curve = timeless(e.Curve)
		o.Evaluate = &e
	}
	if o.Retrain != nil {
		r := *o.Retrain
		r.Curve = timeless(r.Curve)
		o.Retrain = &r
	}
	return o
}

func timeless(curve []spec.EpochPoint) []spec.EpochPoint {
	var points []spec.EpochPoint
	for _, p := range curve {
		p.Seconds = 0
		points = append(points, p)
	}
	return points
}

func sum(text string) string {
	s := sha256.Sum256([]byte(text))
	return hex.EncodeToString(s[:])
}
