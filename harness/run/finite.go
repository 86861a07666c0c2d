package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"gmnas/harness/spec"
)

// finite makes an outcome with numbers that are NaN or infinite a diverged one: it keeps the curve up to the first
// such epoch and says which that is. Other outcomes come back as they are.
func finite(o spec.Outcome) spec.Outcome {
	var bad *json.UnsupportedValueError
	if _, err := json.Marshal(o); !errors.As(err, &bad) {
		return o
	}
	reason := fmt.Sprintf("a number became %s", bad.Str)
	switch {
	case o.Train != nil:
		curve, at := finitePrefix(o.Train.Curve)
		o.Train = &spec.Trained{Curve: curve}
		reason += at
	case o.Evaluate != nil:
		curve, at := finitePrefix(o.Evaluate.Curve)
		o.Evaluate = &spec.Evaluated{Curve: curve}
		reason += at
	case o.Retrain != nil:
		curve, at := finitePrefix(o.Retrain.Curve)
		r := *o.Retrain
		r.Curve = curve
		o.Retrain = &r
		reason += at
	}
	o.Split, o.Derive, o.Null, o.Rank, o.Pair, o.Replay = nil, nil, nil, nil, nil, nil
	if o.State != spec.Diverged || o.Error == "" {
		o.Error = reason
	}
	o.State = spec.Diverged
	return o
}

// finitePrefix returns the epochs before the first one with a number that isn't finite, and says which that is.
func finitePrefix(curve []spec.EpochPoint) ([]spec.EpochPoint, string) {
	for i, p := range curve {
		for _, f := range []struct {
			name  string
			value float64
		}{
			{"training loss", p.TrainLoss}, {"training accuracy", p.TrainAcc}, {"validation loss", p.ValidLoss},
			{"validation accuracy", p.ValidAcc}, {"test loss", p.TestLoss}, {"test accuracy", p.TestAcc},
			{"learning rate", p.LR}, {"temperature", p.Tau}, {"time", p.Seconds},
		} {
			if math.IsNaN(f.value) || math.IsInf(f.value, 0) {
				return curve[:i], fmt.Sprintf(": %s in epoch %d is %v", f.name, p.Epoch, f.value)
			}
		}
	}
	return curve, ""
}
