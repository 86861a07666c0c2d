package spec

import (
	"encoding/json"
	"reflect"
	"strconv"
	"testing"
)

// TestKeysStay: stages that are recorded in databases keep their keys when kinds and settings are added. Whoever changes
// what a stage means raises Protocol and these with it.
func TestKeysStay(t *testing.T) {
	setup := Setup{Space: "nasbench201", Data: Data{Set: "cifar10", Records: 2560, Pool: 2, Hash: "h"}, Net: Net{Channels: 16, Cells: 1},
		Batch: 32, Method: Method{Name: DARTS, Order: 1}, Weights: Weights{LR: 0.025, LRMin: 0.001, Momentum: 0.9, Nesterov: true, WeightDecay: 5e-4, Clip: 5},
		Alpha: Alpha{InitStd: 1e-3, LR: 3e-4, Beta1: 0.5, Beta2: 0.999, WeightDecay: 1e-3}}
	level := Level{WarmupEpochs: 2, Edge: EdgeCutCost, Partition: PartitionMinCut, Groups: 2, Criterion: CriterionCosine,
		Enable: EnableOneHot, Average: AverageDistances, Batches: 8}
	for _, c := range []struct {
		stage Stage
		want  Key
	}{
		{Stage{Kind: KindTrain, Train: &TrainStage{Setup: setup, Mask: "01234/01234/01234/01234/01234/01234", Epochs: 2, CosineTMax: 9, AlphaFrozen: true}}, "af110045635bfdd13821b2a54d2c229966c8e5d0581ca2eb4068b80a1350fc3f"},
		{Stage{Kind: KindSplit, Inputs: []Key{"k"}, Split: &SplitStage{Setup: setup, Level: level, Mask: "m", Node: "0"}}, "7dee594149eeb5418a7db0bebf87cee4468351d2ffd3a81aabd6d586c43c9e1a"},
		{Stage{Kind: KindDerive, Inputs: []Key{"k"}, Derive: &DeriveStage{Setup: setup, Derive: Derive{Samples: 3}, Mask: "m"}}, "50b826de4c7e0cab4455d82f7f30386cc175baca5903263af726f4ae64faec96"},
		{Stage{Kind: KindEvaluate, Evaluate: &EvaluateStage{Evaluate: Evaluate{By: ByTable, Table: "t"}, Space: "s", Architecture: "a"}}, "840e12c9ba60da02604313bae18d0e5e046d3c9813402fba68132e2283004d1f"},
		{Stage{Kind: KindNull, Null: &NullStage{Space: "s", Table: "t", Masks: []string{"m"}, Draws: 10}}, "50f594dc44a4f8b02b930f544b64741bab9e04f12348b753ff079d6746528c36"},
		{Stage{Kind: KindRetrain, Inputs: []Key{"k"}, Retrain: &RetrainStage{Retrain: Retrain{Data: Data{Set: "cifar10", Records: 2500, Pool: 2, Hash: "h"}, HeldOut: 500, Test: 500,
			Net: Net{Channels: 8, Cells: 5}, Batch: 32, Epochs: 12, Weights: Weights{LR: 0.025, Momentum: 0.9, WeightDecay: 3e-4, Clip: 5}, DropPath: 0.2, Auxiliary: 0.4, Cutout: 16},
			Space: "darts", Architecture: "g", From: 1, To: 3}}, "b696020aa8defc10352c3d7c579b61d833f234186b2641c0d4b9d406240a65d2"},
	} {
		c.stage.Protocol, c.stage.Seed = 1, 2
		if got := c.stage.Key(); got != c.want {
			t.Errorf("%s stage: key %s, want %s", c.stage.Kind, got, c.want)
		}
	}
}

// TestStagesSurviveJSON: every setting of every kind of stage is part of its JSON, and so of its key. Two embedded structs
// with a field of one name would lose both.
func TestStagesSurviveJSON(t *testing.T) {
	for _, s := range []Stage{
		{Train: new(TrainStage)}, {Split: new(SplitStage)}, {Derive: new(DeriveStage)}, {Evaluate: new(EvaluateStage)},
		{Null: new(NullStage)}, {Rank: new(RankStage)}, {Pair: new(PairStage)}, {Retrain: new(RetrainStage)}, {Replay: new(ReplayStage)},
	} {
		n := 0
		fill(reflect.ValueOf(&s).Elem(), &n)
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var back Stage
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(s, back) {
			t.Errorf("read back as %s, was %+v", b, s)
		}
	}
}

// fill gives every field another value; nil pointers stay.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			fill(v.Elem(), n)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), n)
	case reflect.String:
		v.SetString(strconv.Itoa(*n))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Float64:
		v.SetFloat(float64(*n))
	case reflect.Bool:
		v.SetBool(true)
	}
}
