// Package spec holds the values that everything else is about: experiments as they are
// declared, runs with complete settings, stages, keys and outcomes. It does nothing.
package spec

import (
	"slices"
	"strings"
)

// Profiles, fixed and declared; part of every key through the settings they give.
const (
	Smoke  = "smoke"  // seconds, for tests
	Laptop = "laptop" // about 15 minutes on two cores
	Paper  = "paper"  // the paper's own settings
)

// Experiment declares one table or figure of the paper.
type Experiment struct {
	Label   string // the paper's: "table3"
	Title   string
	Claim   string // what the paper says it shows
	Space   string
	Columns []Column
	Rows    []Row
	Seeds   []int64
	// Embedded replaces data and evaluation where the real ones are absent, by profile.
	Embedded map[string]Embedded
	Notes    []Note
	Claims   []Claim // what the report checks
	Axis     string  // of a figure: AxisWarmup or AxisSplits; empty for a table
	Over     string  // OverPairs and so on: no runs of its own, a report on recorded splits; otherwise empty
}

// Embedded is the data that needs no download, with found architectures trained instead of looked up, or retrained on it.
type Embedded struct {
	Data     Data
	Evaluate Evaluate
	Retrain  Retrain
}

// Column is one column of accuracies, or of another figure.
type Column struct {
	Dataset string // "cifar10"
	Split   string // "valid" or "test"; empty with Figure
	Figure  string // what is measured where that isn't an accuracy: FigureSpearman and so on
	// Rule picks the leaf that Figure is about, one of Selections. Empty is the run's own selection, and always so where
	// architectures aren't retrained.
	Rule string `json:",omitempty"`
}

// ID is the column's name in files: "cifar10/test", "cifar10/supernet:error".
func (c Column) ID() string {
	if c.Rule != "" {
		return c.Dataset + "/" + c.Rule + ":" + c.Figure
	}
	return c.Dataset + "/" + c.Split + c.Figure
}

// ParseColumn is the column of an ID. What has no slash is a figure of no data set.
func ParseColumn(id string) Column {
	set, figure, ok := strings.Cut(id, "/")
	if !ok {
		return Column{Figure: id}
	}
	if rule, ruled, ok := strings.Cut(figure, ":"); ok {
		return Column{Dataset: set, Rule: rule, Figure: ruled}
	}
	if figure == "valid" || figure == "test" {
		return Column{Dataset: set, Split: figure}
	}
	return Column{Dataset: set, Figure: figure}
}

// Figures that columns hold besides accuracies.
const (
	FigureSpearmanTop02 = "spearman-top-0.2" // of supernet and true accuracy, within the best 0.2 % by the true one
	FigureSpearmanTop05 = "spearman-top-0.5"
	FigureSpearmanTop1  = "spearman-top-1"
	FigureSpearman      = "spearman" // of all architectures
	FigureKendall       = "kendall-tau-b"

	FigureSimilarCosine       = "similar-cosine" // of a pair after joint training
	FigureSimilarTrainLoss    = "similar-train-loss"
	FigureSimilarValidLoss    = "similar-valid-loss"
	FigureDissimilarCosine    = "dissimilar-cosine"
	FigureDissimilarTrainLoss = "dissimilar-train-loss"
	FigureDissimilarValidLoss = "dissimilar-valid-loss"

	// Of retrained architectures.
	FigureError     = "error"      // test error in percent after the last epoch, a value for each seed
	FigureBestError = "best-error" // the lowest of them
	FigureParams    = "params"     // weights in millions, of the retraining network in the profile's size
	FigureDays      = "days"       // search cost: GPU days in the paper, here days of one worker

	// Of the paper's networks of a genotype, in millions: 20 cells with C = 36 on CIFAR, 14 cells with C = 48 on ImageNet.
	FigureNetworkParams  = "network-params"
	FigureNetworkMACs    = "network-macs" // multiply-adds
	FigureImageNetParams = "imagenet-params"
	FigureImageNetMACs   = "imagenet-macs"

	// Of successive halving on recorded curves.
	FigureRecall = "recall" // share of pools, in percent, whose best architecture it picks
	FigureRegret = "regret" // accuracy points that its pick is behind the pool's best
	FigureEpochs = "epochs" // trained for a pool
)

// Figures lists them.
func Figures() []string {
	return []string{FigureSpearmanTop02, FigureSpearmanTop05, FigureSpearmanTop1, FigureSpearman, FigureKendall,
		FigureSimilarCosine, FigureSimilarTrainLoss, FigureSimilarValidLoss,
		FigureDissimilarCosine, FigureDissimilarTrainLoss, FigureDissimilarValidLoss,
		FigureError, FigureBestError, FigureParams, FigureDays,
		FigureNetworkParams, FigureNetworkMACs, FigureImageNetParams, FigureImageNetMACs, FigureRecall, FigureRegret, FigureEpochs}
}

// Row kinds.
const (
	RowLiterature = "literature" // printed numbers only
	RowRun        = "run"
	RowNull       = "null"    // no search: random architectures picked by the same rule
	RowOptimal    = "optimal" // best of the table, column by column
)

// Row is one line of a table.
type Row struct {
	ID   string // "gm+darts"
	Name string // "GM + DARTS"
	Kind string
	Runs map[string]Run // by profile; RowRun
	Null NullOf         // RowNull
	// Genotype is a released architecture of the DARTS space, RowLiterature. An experiment with one draws its cells beside
	// those that the searches of the other rows find.
	Genotype string
	// Paper holds the printed values by column ID; a column that the paper leaves out has no entry.
	Paper map[string]Printed
	// Tolerance, in accuracy points: a mean within it of the printed one counts as reproduced.
	Tolerance float64
	// Log is third-party evidence beside the printed values; nil without any.
	Log *Log
}

// Log is what a released retraining log of a row's best architecture says. All accuracies are of the test images, in
// percent, also where the log calls them valid.
type Log struct {
	Seed      int64
	Leaf      int     // the sub-supernet that the architecture is of
	Params    float64 // millions, as printed
	Best      float64 // of all epochs, which is what the paper prints
	BestEpoch int     // from 0
	Last      float64 // after the last epoch
	LastTen   float64 // mean of the last ten
	At30      float64 // after the 30th epoch
	At100     float64
}

// NullOf says what a null row draws from: Shots random architectures from the whole space, or one from
// each leaf of every recorded run of row From.
type NullOf struct {
	Shots int
	From  string
	Draws int
}

// Printed is a number as the paper prints it, accuracies in percent; Std is meaningful where HasStd.
type Printed struct {
	Mean   float64
	Std    float64
	HasStd bool
}

// Note is a footnote on a row and column (either may be empty: all).
type Note struct {
	Row, Column string
	Text        string
}

// Row returns the row of that ID.
func (e Experiment) Row(id string) (Row, bool) {
	for _, r := range e.Rows {
		if r.ID == id {
			return r, true
		}
	}
	return Row{}, false
}

// Draws reports whether the experiment draws cells.
func (e Experiment) Draws() bool {
	return slices.ContainsFunc(e.Rows, func(r Row) bool { return r.Genotype != "" })
}

// Bind fills in the hashes of the data and table at hand, which make a declared run a definite one. Where found
// architectures are trained, it is on the same images and there is no table.
func (r Run) Bind(data, table string) Run {
	if r.Searches() {
		r.Data.Hash = data
	}
	switch r.Evaluate.By {
	case ByTraining:
		r.Evaluate.Data.Hash = data
	case ByTable:
		r.Evaluate.Table = table
	}
	return r
}

// Unbound is the run as it is declared, without the hashes of what it was bound to.
func (r Run) Unbound() Run {
	r.Data.Hash, r.Evaluate.Table, r.Evaluate.Data.Hash, r.Rank.Hash, r.Retrain.Data.Hash, r.Replay.Hash = "", "", "", "", "", ""
	return r
}

// Embedded reports whether the run is on data that needs no download.
func (r Run) Embedded() bool { return r.Evaluate.By == ByTraining || r.Retrain.Data.Set == Synthetic }

// OnEmbedded returns the run on the embedded data, which may have fewer test images to rank on.
func (r Run) OnEmbedded(e Embedded) Run {
	if r.Replays() {
		return r // it has no data that could be replaced
	}
	if r.Searches() {
		r.Data = e.Data
	}
	if r.Retrains() {
		r.Retrain = e.Retrain
		return r
	}
	r.Evaluate = e.Evaluate
	r.Rank.Records = min(r.Rank.Records, e.Evaluate.Test)
	return r
}
