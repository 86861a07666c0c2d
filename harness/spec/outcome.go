package spec

// State of an outcome.
type State string

const (
	Done     State = "done"
	Diverged State = "diverged" // the loss or a gradient became NaN or infinite; running again gives the same
	Failed   State = "failed"   // an error, a crash or a kill; running again may succeed
)

// Outcome is what a stage left behind, recorded once under its key.
type Outcome struct {
	Key   Key
	Kind  string
	State State
	Error string `json:",omitempty"` // why it failed or diverged

	Train    *Trained   `json:",omitempty"`
	Split    *Splitting `json:",omitempty"`
	Derive   *Derived   `json:",omitempty"`
	Evaluate *Evaluated `json:",omitempty"`
	Null     *Nulled    `json:",omitempty"`
	Rank     *Ranked    `json:",omitempty"`
	Pair     *Paired    `json:",omitempty"`
	Retrain  *Retrained `json:",omitempty"`
	Replay   *Replayed  `json:",omitempty"`

	Cost       Cost
	Provenance Provenance
}

// Cost is what the stage took. GradientEvaluations counts forward-and-backward passes of one
// mini-batch; FLOPs are 2 per multiply-add of the convolutions and the classifier, backward included.
type Cost struct {
	GradientEvaluations int64
	FLOPs               float64
	Seconds             float64
}

// EpochPoint is one epoch of a training curve. Losses are mean cross-entropies, accuracies in percent.
type EpochPoint struct {
	Epoch               int
	LR                  float64
	Tau                 float64 `json:",omitempty"`
	TrainLoss, TrainAcc float64 // running, over the epoch's W-set batches
	ValidLoss, ValidAcc float64 // the whole A-set after the epoch
	TestLoss, TestAcc   float64 `json:",omitempty"` // retraining: the test records after the epoch
	Seconds             float64
	Genotype            string `json:",omitempty"` // argmax of alpha; DARTS and SNAS
}

// Trained is the outcome of a TrainStage. The state itself is a file named by the key.
type Trained struct {
	Curve []EpochPoint
	Theta [][]float64 `json:",omitempty"` // mixture weights after training, [edge][operation]; empty for RSPS
}

// EdgeCut is one candidate edge of a split. Operations are named by their index in the space.
type EdgeCut struct {
	Edge       int
	Operations []int       // the rows and columns of Distance
	Distance   [][]float64 // mean over the mini-batches
	Groups     [][]int     // best partition, as operation indices
	CutCost    float64     // sum of similarities over cross-group pairs
	Score      float64     // sum of distances over cross-group pairs; the largest is split
	ZeroNorm   []int       `json:",omitempty"` // operations whose gradient was zero in every mini-batch
}

// Splitting is the outcome of a SplitStage.
type Splitting struct {
	Edge       int
	Groups     [][]int   // operation indices; each group is a child's allowed operations on Edge
	Candidates []EdgeCut `json:",omitempty"` // none for random edge with random or exhaustive partition
}

// Derived is the outcome of a DeriveStage. Accuracy and Loss are the supernet's on the A-set: of the
// whole mixture for DARTS and SNAS, of the chosen path for RSPS.
type Derived struct {
	Architecture   string
	Accuracy, Loss float64
	BatchNorm      string              // "batch" or "running": statistics that the cells' norms used
	Tried          []TriedArchitecture `json:",omitempty"` // RSPS: every sampled architecture
}

// TriedArchitecture is one architecture that RSPS evaluated with the supernet's weights.
type TriedArchitecture struct {
	Architecture string
	Accuracy     float64
}

// Evaluated is the outcome of an EvaluateStage: accuracies in percent by column, "cifar10/valid".
// A missing value has no entry.
type Evaluated struct {
	Accuracy map[string]float64
	Curve    []EpochPoint `json:",omitempty"` // ByTraining
}

// Ranked is the outcome of a RankStage: every architecture of the leaf, in the order of their indices.
type Ranked struct {
	Architectures []RankedArchitecture
}

// RankedArchitecture is what the supernet and the table say of one architecture, in percent. A disconnected one isn't
// run: its accuracy is that of chance. Row and Truth are 0 where the stage has no table.
type RankedArchitecture struct {
	Index    int     // in the space
	Accuracy float64 // with the leaf's weights
	Row      int     // in the table, which is NATS-Bench's index
	Truth    float64 // test accuracy after 200 epochs on the data set of the search
}

// Paired is the outcome of a PairStage. A pair that none of the candidates makes is nil, which is a finding.
type Paired struct {
	Architecture string
	Probes       []Probe // in the order they were tried, until both pairs were found
	Similar      *JointlyTrained
	Dissimilar   *JointlyTrained
}

// Probe compares the architecture with one that has another operation on one edge.
type Probe struct {
	Edge, Operation int
	Cosine          float64
}

// JointlyTrained is the architecture's state after training together with the other one. Losses are mean
// cross-entropies of the architecture itself.
type JointlyTrained struct {
	Probe
	Trained              float64 // cosine after the joint training
	TrainLoss, ValidLoss float64 // on W-set and A-set
}

// Retrained is the outcome of a RetrainStage: its epochs, From to before To. Valid is the held-out records' and 0 without any.
type Retrained struct {
	Curve  []EpochPoint
	Params int64 // weights of the network without its auxiliary head
	MACs   int64 // multiply-adds of one image, forward, likewise
}

// Replayed is the outcome of a ReplayStage.
type Replayed struct {
	Curves int    // in all
	Epochs int    // trained for one pool
	Last   Halved // a curve's true accuracy is that after the last epoch
	Best   Halved // it is that of the best epoch, as the paper reports it
}

// Halved is what halving's picks come to, as means over the pools.
type Halved struct {
	Recall Estimate // share of pools, in percent, in which the pick is the best or as good
	Regret Estimate // accuracy points that the pick is behind the best
	Error  Estimate // 100 - accuracy of the pick
	Chance Estimate // 100 - accuracy of a random pick
}

// Estimate is a mean over pools with its 95 % interval over the curves: what others of the same kind could have given. Low
// and High are Mean where all curves are one pool.
type Estimate struct{ Mean, Low, High float64 }

// Rules by which one architecture is picked among the leaves. All look at the data set of the search, in
// every column; ties go to the earlier leaf.
const (
	RuleTableValid = "table-valid" // highest validation accuracy in the table; the main one
	RuleTableTest  = "table-test"  // highest test accuracy in the table: the oracle
	RuleSupernet   = "supernet"    // highest accuracy of the leaf's own supernet on the A-set: the honest one

	// Among retrained architectures, besides RuleSupernet and SelectHalving.
	RuleSupernetLoss = "supernet-loss" // lowest loss of the leaf's own supernet on the A-set
	RuleHeldOut      = "held-out"      // highest accuracy on the held-out records after the last epoch
	RuleTest         = "test"          // highest test accuracy after the last epoch: the oracle
)

// Selections lists the criteria of the paper's Table 8, in its order; its "max" is RuleHeldOut, on records that are
// no test (spec.md section 4).
func Selections() []string {
	return []string{RuleSupernet, RuleSupernetLoss, RuleHeldOut, SelectHalving}
}

// Nulled is the outcome of a NullStage: by selection rule and column, the accuracies of Draws picks. There is
// no RuleSupernet, as nothing was trained; CIFAR-10 stands for the data set of the search.
type Nulled struct {
	Picks   map[string]map[string]NullColumn // rule -> column
	Optimum map[string]float64               `json:",omitempty"` // column -> highest accuracy of the whole space
	// SingleOptimum are the columns whose Optimum is of a single training; the others are means of several.
	SingleOptimum []string `json:",omitempty"`
}

// NullColumn summarises the null's picks in one column.
type NullColumn struct {
	Mean, Std float64   // sample standard deviation over the draws
	Quantiles []float64 // at 0, 1, ..., 100 %
}
