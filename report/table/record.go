package table

import "time"

// States of a record beside those of spec.State.
const Missing = "missing" // asked for, and not recorded

// What a record's value is of.
const (
	ScopeSeed    = "seed"    // what a table's mean is over: a search's architecture, picked by a rule, or its one figure
	ScopeLeaf    = "leaf"    // one sub-supernet and what was found in it
	ScopePair    = "pair"    // one sampled architecture of the pair experiment
	ScopeReplay  = "replay"  // a replay of successive halving
	ScopeNull    = "null"    // random architectures
	ScopeOptimum = "optimum" // the best of the table
	ScopeSplit   = "split"   // a candidate edge of a split
)

// Export is what is recorded behind a table.
type Export struct {
	Label     string   `json:"label"`
	Title     string   `json:"title"`
	Profile   string   `json:"profile"`
	Precision string   `json:"precision"`
	Embedded  bool     `json:"embedded"` // searched and evaluated on the embedded synthetic set
	Notes     []string `json:"notes"`    // what is recorded and left out
	Records   []Record `json:"-"`
}

// Record is one recorded value with where it comes from, or the gap in its place. Render's fields say what each is.
type Record struct {
	Experiment          string     `json:"experiment"`
	Profile             string     `json:"profile"`
	Precision           string     `json:"precision"`
	Row                 string     `json:"row"`
	Kind                string     `json:"kind"`
	Seed                *int64     `json:"seed,omitempty"`
	Scope               string     `json:"scope"`
	Place               string     `json:"place,omitempty"`
	Rule                string     `json:"rule,omitempty"`
	Item                string     `json:"item,omitempty"`
	Column              string     `json:"column"`
	State               string     `json:"state"`
	Value               *float64   `json:"value,omitempty"`
	Unit                string     `json:"unit"`
	Reason              string     `json:"reason,omitempty"`
	Architecture        string     `json:"architecture,omitempty"`
	Stage               string     `json:"stage,omitempty"`
	StageKind           string     `json:"stage_kind,omitempty"`
	Started             *time.Time `json:"started,omitempty"`
	Seconds             *float64   `json:"seconds,omitempty"`
	GradientEvaluations *int64     `json:"gradient_evaluations,omitempty"`
	FLOPs               *float64   `json:"flops,omitempty"`
	Commit              string     `json:"commit,omitempty"`
	Program             string     `json:"program,omitempty"`
	Machine             string     `json:"machine,omitempty"`
	Backend             string     `json:"backend,omitempty"`
	Data                string     `json:"data,omitempty"`
	Table               string     `json:"table,omitempty"`
}
