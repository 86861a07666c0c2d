package results

import (
	"testing"

	"gmnas/harness/spec"
	"pgregory.net/rapid"
)

// TestDifferNamesFieldAndValues: each kind of difference, by its path; the rest of an outcome says nothing.
func TestDifferNamesFieldAndValues(t *testing.T) {
	stage := trainStage(1)
	for want, change := range map[string]func(*spec.Outcome){
		"": func(o *spec.Outcome) {
			o.Provenance.Machine.Host = "x"
			o.Cost.Seconds = 99
			o.Train.Curve[0].Seconds = 9
		},
		"Train.Curve[1].TrainLoss: 0.5, 0.25":                          func(o *spec.Outcome) { o.Train.Curve[1].TrainLoss = 0.25 },
		"Train.Curve: 3 entries, 2 entries":                            func(o *spec.Outcome) { o.Train.Curve = o.Train.Curve[:2] },
		"State: \"done\", \"diverged\"":                                func(o *spec.Outcome) { o.State = spec.Diverged },
		"Train.Theta: nothing, [[1]]":                                  func(o *spec.Outcome) { o.Train.Theta = [][]float64{{1}} },
		"Cost.GradientEvaluations: 9007199254740993, 9007199254740992": func(o *spec.Outcome) { o.Cost.GradientEvaluations = 1 << 53 },
	} {
		other := trained(stage, 1)
		change(&other)
		list, err := Differ(trained(stage, 1), other, nil)
		got := ""
		if len(list) > 0 {
			got = list[0].String()
		}
		if err != nil || len(list) > 1 || got != want {
			t.Errorf("%v, %v, want %q", list, err, want)
		}
	}
}

// TestDifferAgreesWithSame: without a tolerance, no difference is what Same means.
func TestDifferAgreesWithSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func() spec.Outcome {
			o := trained(trainStage(1), rapid.SampledFrom([]float64{1, 1 + 1e-16, 1 + 3e-16, 2}).Draw(t, "loss"))
			o.Error = rapid.SampledFrom([]string{"", "x"}).Draw(t, "error")
			o.Train.Curve[0].Seconds = rapid.Float64Range(0, 9).Draw(t, "seconds")
			return o
		}
		a, b := draw(), draw()
		list, err := Differ(a, b, nil)
		if err != nil || (len(list) == 0) != Same(a, b) {
			t.Fatalf("%v, %v, the same: %v", list, err, Same(a, b))
		}
	})
}
