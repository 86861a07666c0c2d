package spec

import "time"

// RowImported is the kind of a row that shows Evidence.
const RowImported = "imported"

// Kinds of evidence.
const (
	EvidenceArchitectures = "architectures" // found elsewhere, judged by the same look-up as what is searched here
	EvidencePredictions   = "predictions"   // of a whole space, ranked against the same true accuracies
	EvidenceCurve         = "curve"         // of a retraining elsewhere: a claim, as nothing of it runs here
)

// Evidence is what somebody else found or claims, imported from a file into a row of an experiment. Exactly what Kind
// names is set.
type Evidence struct {
	Experiment string // Experiment.Label
	Row        string // ID, of no declared row
	Name       string // as tables show the row
	Kind       string
	File       string // name, without its folder
	SHA256     string // of the file
	Bytes      int64
	Encoding   string `json:",omitempty"` // of its architectures (space.Encodings); empty where they name their operations and edges
	Imported   time.Time

	Space       string      `json:",omitempty"` // of Found and Predicted
	Table       string      `json:",omitempty"` // SHA-256 of the table that judges
	Found       []Found     `json:",omitempty"`
	Predictions []Predicted `json:",omitempty"`
	Claim       *Claimed    `json:",omitempty"`
}

// Found is what a search found with one seed: an architecture from each leaf, spelled as Space does.
type Found struct {
	Seed          int64
	Architectures []string
}

// Predicted is a prediction beside the truth.
type Predicted struct {
	Row              int     // in the table, which is NATS-Bench's index
	Predicted, Truth float64 // Truth: test accuracy after 200 epochs on the data set of the experiment, in percent
}

// Claimed is a retraining as its log has it. Test accuracies after each epoch are all that is claimed.
type Claimed struct {
	Seed         int64
	Architecture string       `json:",omitempty"` // Genotype, where it is known
	Params       int64        `json:",omitempty"` // as the log says
	Curve        []EpochPoint // TrainAcc and TestAcc
}

// Stages are the evaluations that judge found architectures, by seed and leaf. They are those of searches that find the same.
func (e Evidence) Stages() [][]Stage {
	var all [][]Stage
	for _, f := range e.Found {
		var leaves []Stage
		for _, a := range f.Architectures {
			leaves = append(leaves, Stage{Protocol: Protocol, Kind: KindEvaluate,
				Evaluate: &EvaluateStage{Evaluate: Evaluate{By: ByTable, Table: e.Table}, Space: e.Space, Architecture: a}})
		}
		all = append(all, leaves)
	}
	return all
}
