package spec

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Protocol changes when the meaning of a stage's settings changes, so that outcomes
// recorded under another meaning are not taken for this one's.
const Protocol = 1

// Key names a stage by what it is: the SHA-256, in hex, of its canonical JSON.
type Key string

// Short is the key as people read it.
func (k Key) Short() string {
	if len(k) > 12 {
		return string(k[:12])
	}
	return string(k)
}

// Stage kinds.
const (
	KindTrain    = "train"
	KindSplit    = "split"
	KindDerive   = "derive"
	KindEvaluate = "evaluate"
	KindNull     = "null"
	KindRank     = "rank"
	KindPair     = "pair"
	KindRetrain  = "retrain"
	KindReplay   = "replay"
)

// Stage is a pure value: what is done, with which settings and seed, to which inputs.
// Exactly the field that Kind names is set.
type Stage struct {
	Protocol int
	Kind     string
	Seed     int64
	Inputs   []Key `json:",omitempty"`

	Train    *TrainStage    `json:",omitempty"`
	Split    *SplitStage    `json:",omitempty"`
	Derive   *DeriveStage   `json:",omitempty"`
	Evaluate *EvaluateStage `json:",omitempty"`
	Null     *NullStage     `json:",omitempty"`
	Rank     *RankStage     `json:",omitempty"`
	Pair     *PairStage     `json:",omitempty"`
	Retrain  *RetrainStage  `json:",omitempty"`
	Replay   *ReplayStage   `json:",omitempty"`
}

// TrainStage trains a (sub-)supernet for Epochs, from the weights, alpha and optimizer state of its one
// input, or freshly initialised without an input.
type TrainStage struct {
	Setup
	Mask        string // space.Mask
	Epochs      int    // may be 0: the initialised supernet
	FirstEpoch  int    // position of the first epoch in the schedules
	CosineTMax  int    // epochs of the learning-rate cosine
	TauEpochs   int    // SNAS: epochs of the temperature schedule; otherwise 0
	AlphaFrozen bool   // weights only
}

// SplitStage chooses an edge and a partition of its operations. Its input is the warmed-up supernet's
// train stage where Level.NeedsGradients; otherwise it has no input.
type SplitStage struct {
	Setup
	Level
	Mask string  // of the supernet that is split
	Node string  // its place in the partition tree: "" is the root, "01" the second child of the first child
	Tau  float64 // SNAS: temperature when gradients are collected; otherwise 0
}

// DeriveStage reads an architecture off its input, a leaf's train stage.
type DeriveStage struct {
	Setup
	Derive
	Mask string
	Tau  float64 // SNAS: temperature of the validation pass; otherwise 0
}

// EvaluateStage judges one architecture.
type EvaluateStage struct {
	Evaluate
	Space        string
	Architecture string
}

// NullStage is the no-search null (design: a uniformly random architecture from each
// mask, picked by the same rule), computed from the table.
type NullStage struct {
	Space string
	Table string   // SHA-256
	Masks []string // one a leaf
	Draws int
}

// RankStage measures every architecture of a leaf with the leaf's supernet, its input's weights.
type RankStage struct {
	Setup
	Rank  Rank // with a name of its own, as both have a Batch
	Mask  string
	Table string // SHA-256 of the table that gives the true accuracies; empty where no table covers the data
}

// PairStage is one sampled architecture of the pair experiment (paper Table 2); it has no input.
type PairStage struct {
	Setup
	Pair
	Index int // of the sampled architecture, from 0
}

// RetrainStage trains one architecture from epoch From to before epoch To. From 0 starts afresh and has no input; a later one
// continues exactly from its one input, the stage that differs in From and To only and ended at From.
type RetrainStage struct {
	Retrain
	Space        string
	Architecture string // as space.Genotype writes it
	From, To     int
}

// ReplayStage replays successive halving on recorded curves; it has no input.
type ReplayStage struct{ Replay }

// LeavesWeights reports whether stages of that kind leave a weights file, which others may continue from.
func LeavesWeights(kind string) bool { return kind == KindTrain || kind == KindRetrain }

// Key returns the stage's name.
func (s Stage) Key() Key {
	b, err := Canonical(s)
	if err != nil { // a Stage holds only strings, finite numbers and booleans; Validate refuses the rest
		panic("spec: stage has no canonical form: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return Key(hex.EncodeToString(sum[:]))
}

// Canonical returns v as JSON without spaces and with the keys of every object sorted.
func Canonical(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber() // seeds above 2^53 stay what they are
	var tree any
	if err := d.Decode(&tree); err != nil {
		return nil, err
	}
	return json.Marshal(tree)
}
