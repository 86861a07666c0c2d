package spec

import (
	"encoding/json"
	"testing"
)

func TestKeyTellsSettingsApart(t *testing.T) {
	base := Stage{Protocol: Protocol, Kind: KindTrain, Seed: 1, Train: &TrainStage{Mask: "01234", Epochs: 3}}
	keys := map[Key]string{base.Key(): "base"}
	for name, change := range map[string]func(*Stage){
		"seed":              func(s *Stage) { s.Seed = 2 },
		"seed above 2^53":   func(s *Stage) { s.Seed = 1 << 60 },
		"seed above 2^53+1": func(s *Stage) { s.Seed = 1<<60 + 1 },
		"input":             func(s *Stage) { s.Inputs = []Key{"a"} },
		"epochs":            func(s *Stage) { s.Train = &TrainStage{Mask: "01234", Epochs: 4} },
		"groups":            func(s *Stage) { s.Train, s.Split = nil, &SplitStage{Level: Level{Groups: 2}} },
		"other groups":      func(s *Stage) { s.Train, s.Split = nil, &SplitStage{Level: Level{Groups: 4}} },
		"data":              func(s *Stage) { s.Train = &TrainStage{Mask: "01234", Epochs: 3, Setup: Setup{Data: Data{Hash: "x"}}} },
	} {
		s := base
		change(&s)
		if other, ok := keys[s.Key()]; ok {
			t.Errorf("%s has the key of %s", name, other)
		}
		keys[s.Key()] = name
	}
}

func TestKeySurvivesJSON(t *testing.T) {
	s := Stage{Protocol: Protocol, Kind: KindTrain, Seed: 1<<62 + 3, Inputs: []Key{"k"}, Train: &TrainStage{
		Setup: Setup{Weights: Weights{LR: 0.025, LRMin: 1e-3, WeightDecay: 5e-4}}, Mask: "01234/0"}}
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back Stage
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if back.Key() != s.Key() {
		t.Error("a stage read back has another key")
	}
}
