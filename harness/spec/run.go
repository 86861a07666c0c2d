package spec

// Data names the images of a search. The first half of Records (rounded down) is the W-set
// (weights), the rest the A-set (alpha, selection); spec.md section 2.
type Data struct {
	Set     string // "cifar10", "cifar100", "imagenet16-120", "synthetic"
	Records int    // the first so many of the training part
	Pool    int    // mean-pooling factor of height and width; 1 leaves the images as they are
	Hash    string // SHA-256 of these records after pooling (datasets.Set.Hash); empty until bound
}

// Synthetic is the set that is made by this program, which is there without a download.
const Synthetic = "synthetic"

// Net is the scale of a space's skeleton.
type Net struct {
	Channels int // C, of the first stage
	Cells    int // NAS-Bench-201: N, in each of the three stages; DARTS space: L, in all
}

// Base methods.
const (
	DARTS = "darts"
	SNAS  = "snas"
	RSPS  = "rsps"
)

// Method is the base method that a supernet is trained with.
type Method struct {
	Name   string
	Order  int     // DARTS: 1 or 2; otherwise 0
	TauMax float64 // SNAS: temperature at its schedule's start
	TauMin float64 // SNAS: temperature at its schedule's end
}

// Weights are the settings of the optimizer of the shared weights: SGD with a cosine per epoch.
type Weights struct {
	LR, LRMin   float64
	Momentum    float64
	Nesterov    bool
	WeightDecay float64
	Clip        float64 // of the gradient norm over all weights
}

// Alpha are the settings of the architecture parameters: normal initialisation, Adam.
// All zero for RSPS, which has none.
type Alpha struct {
	InitMean, InitStd float64
	LR                float64
	Beta1, Beta2      float64
	WeightDecay       float64
}

// Precision is what a search's convolutions compute in. Weights and their optimizer, norms, sums and the loss are float32
// with both.
type Precision string

const (
	// Float32 is the zero value, as it was before there was a choice: stages keep their keys.
	Float32 Precision = ""
	// BFloat16 rounds what convolutions read, activations, weights and gradients, to bfloat16 and adds up in float32.
	BFloat16 Precision = "bf16"
)

func (p Precision) String() string {
	if p == Float32 {
		return "float32"
	}
	return string(p)
}

// Setup is what all stages of a run's training share.
type Setup struct {
	Space   string // space.Space.Name
	Data    Data
	Net     Net
	Batch   int
	Method  Method
	Weights Weights
	Alpha   Alpha
	// Precision is of the supernet's training and evaluation. Gradients that a split compares are computed in float32, and
	// so are architectures trained when they are judged (Evaluate).
	Precision Precision `json:",omitzero"`
}

// Independent choices of a split.
const (
	EdgeCutCost = "cut-cost" // the candidate edge of the lowest cut cost (paper 3.4)
	EdgeRandom  = "random"

	PartitionMinCut     = "min-cut" // balanced, by enumeration (paper Eq. 3)
	PartitionRandom     = "random"  // balanced
	PartitionExhaustive = "exhaustive"

	CriterionCosine          = "cosine" // of the concatenated gradients (paper Eq. 2)
	CriterionL2              = "l2"
	CriterionPerFilterCosine = "per-filter-cosine"

	EnableOneHot = "one-hot" // the operation's weight is 1 (NAS-Bench-201 release)
	EnableSoft   = "soft"    // the operation keeps its mixture weight (DARTS-space release)

	AverageDistances = "distances" // over mini-batches (release)
	AverageGradients = "gradients" // before the distance (paper Alg. 2)
)

// Level is one level of supernet splitting: every supernet of the level above trains for
// WarmupEpochs and is then split on one edge into Groups sub-supernets.
type Level struct {
	WarmupEpochs int
	Edge         string
	Partition    string
	Groups       int
	// The rest is empty where neither the edge nor the partition needs gradients.
	Criterion string
	Enable    string
	Average   string
	Batches   int // M
}

// NeedsGradients reports whether the level's split is decided by gradient matching.
func (l Level) NeedsGradients() bool {
	return l.Edge == EdgeCutCost || l.Partition == PartitionMinCut
}

// When the leaves (or all children) are initialised afresh.
const (
	RestartNone  = "none"
	RestartFinal = "final"
	RestartAll   = "all"
)

// Length of the cosine and of the temperature schedule after a restart (spec.md section 2.4, row 12).
const (
	ScheduleSearch = "search" // the search epochs
	ScheduleTotal  = "total"  // warm-up plus search epochs, as the release's README leaves it
)

// Derive says how an architecture is read off a trained leaf.
type Derive struct {
	Samples int // RSPS: distinct connected architectures tried; otherwise 0 (argmax of alpha)
}

// How a found architecture's accuracy is obtained.
const (
	ByTable    = "table"    // looked up in the NAS-Bench-201 table
	ByTraining = "training" // trained from scratch at small scale
)

// Evaluate says how a found architecture is judged. The training fields are zero with ByTable.
type Evaluate struct {
	By      string
	Table   string // SHA-256 of the table; empty until bound
	Data    Data   // ByTraining: W-set trains, A-set is "valid"; the test part is "test"
	Test    int    // ByTraining: the first so many test records
	Net     Net
	Batch   int
	Epochs  int
	Weights Weights
}

// Where the images come from that a leaf's architectures are ranked on (spec.md section 7, T7).
const (
	// RankOnTest is the test part as it is, the release's mode of that name: no architecture was trained on it, and
	// every one sees the same pixels, so that differences are the architectures' alone.
	RankOnTest = "test"
	// RankOnASet is the half of the training part that the weights don't see, with the training augmentation: the
	// release's mode "search".
	RankOnASet = "a-set"
)

// Rank says how the architectures of a trained leaf are ranked: by accuracy with the leaf's weights, all norms by the
// statistics of the batch.
type Rank struct {
	Images  string // RankOnTest or RankOnASet
	Records int    // the first so many of them
	Batch   int
	Hash    string // SHA-256 of the test records after pooling, empty until bound; empty with RankOnASet
}

// Pair says how a pair of architectures that differ in one operation is found and trained (paper Table 2 and Appendix
// B.2; spec.md section 7, T2).
type Pair struct {
	ProbeEpochs int     // of joint training before the gradients of a candidate pair are compared
	JointEpochs int     // of an accepted pair's training from scratch
	Similar     float64 // a cosine above it makes a similar pair
	Dissimilar  float64 // a cosine below it makes a dissimilar one
	Batches     int     // mini-batches that a cosine is the mean of
}

// Retrain says how a found architecture of the DARTS space is trained from scratch (paper Appendix D.2; spec.md section 5.4).
type Retrain struct {
	Data    Data
	HeldOut int // the last so many of Data's records aren't trained on: what selects among architectures looks at them
	Test    int // the first so many test records, looked at after every epoch for the record only
	Net     Net // channels of the first cell; cells in all
	Batch   int
	Epochs  int     // of a whole training: length of the cosine and of drop-path's rise
	Weights Weights // SGD; the cosine falls from LR to LRMin

	DropPath  float64 // probability that an image drops an operation that isn't the identity, in the last epoch; rises from 0
	Auxiliary float64 // weight of the auxiliary head's loss; 0 leaves the head out
	Cutout    int     // side in pixels of the square that training images lose
}

// How one of the retrained architectures is selected.
const (
	SelectAll     = "all"                // all are trained to the end, and the best is taken
	SelectHalving = "successive-halving" // the better half goes on at each rung (paper Algorithm 3)
)

// Select says which of a search's architectures, one from each leaf, are retrained how far. What is compared is the accuracy on
// Retrain's held-out records; package halving states the rule.
type Select struct {
	Rule  string
	Rungs []int // epochs at which they are compared, growing; the last is Retrain.Epochs
}

// Accuracies that a replay compares at a rung.
const (
	ScorePlain   = "plain"   // that of the rung's epoch (paper Algorithm 3)
	ScoreRelease = "release" // the released code's recursive average of the epochs since the rung before (spec.md section 4)
)

// Learning curves that successive halving is replayed on.
const (
	CurvesRandom   = "random"   // of 214 random architectures
	CurvesReleased = "released" // of the authors' three retrainings
)

// Replay is successive halving on pools of recorded learning curves, which aren't trained here.
type Replay struct {
	Curves string
	Hash   string // SHA-256 of the curves (curves.Set.Hash); empty until bound
	Pool   int    // curves in a pool
	Pools  int    // drawn at random, without replacement within a pool; 1 where the pool is all curves
	Score  string
	Rungs  []int // epochs, as Select's
}

// Run is everything that a search needs besides the seed. Every field is a complete value. A leaf ends in Derive and
// Evaluate, or in Rank where that is set, or in the DARTS space in Retrain. A run with Pairs is the pair experiment, and
// one with Replay a replay; both have no partition tree, and a replay nothing else. A run with Random is the no-search null
// of the DARTS space: it has nothing but Retrain and Select.
type Run struct {
	Setup
	Levels       []Level // none for One-Shot
	Restart      string
	SearchEpochs int // of each leaf
	Schedule     string
	Derive       Derive
	Evaluate     Evaluate
	Rank         Rank    `json:",omitzero"`
	Pair         Pair    `json:",omitzero"`
	Pairs        int     `json:",omitzero"` // sampled architectures
	Retrain      Retrain `json:",omitzero"`
	Select       Select  `json:",omitzero"`
	Random       int     `json:",omitzero"` // architectures drawn from the whole space, in place of a search's
	Replay       Replay  `json:",omitzero"`
}

// Retrains reports whether what the run finds is trained from scratch at full scale.
func (r Run) Retrains() bool { return r.Retrain != Retrain{} }

// Replays reports whether the run is a replay.
func (r Run) Replays() bool { return r.Replay.Pool != 0 }

// WarmupEpochs returns the epochs of all levels together, along one path from the root to a leaf.
func (r Run) WarmupEpochs() int {
	n := 0
	for _, l := range r.Levels {
		n += l.WarmupEpochs
	}
	return n
}

// Searches reports whether the run trains supernets.
func (r Run) Searches() bool { return r.Random == 0 && !r.Replays() }

// Leaves returns how many leaves a complete search has, 1 for One-Shot; of the no-search null its architectures.
func (r Run) Leaves() int {
	if r.Random > 0 {
		return r.Random
	}
	n := 1
	for _, l := range r.Levels {
		n *= l.Groups
	}
	return n
}
