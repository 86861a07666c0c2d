// Package nasbench is an oracle over NAS-Bench-201 (Dong and Yang 2020): what each of the 15,625 architectures
// scored when it was trained on its own.
//
// Find opens a data folder: one compact checked table, or the three public files that Import joins into it. A
// Query names architecture, data set, split and epochs, and has no defaults; a Value says how many seeds it is
// the mean of. What the sources don't have is ErrMissing: nothing is imputed. Null is the search that a look-up
// alone can do, which a method's result has to beat.
package nasbench

import (
	"errors"
	"fmt"

	"gmnas/nasbench/space"
)

// Size is the number of architectures, 5^6.
const Size = 15625

// ErrMissing is wrapped by errors for values that the sources don't have.
var ErrMissing = errors.New("not in the table")

// Dataset is a data set that the architectures were trained on.
type Dataset string

// The data sets of NAS-Bench-201.
const (
	CIFAR10    Dataset = "cifar10"
	CIFAR100   Dataset = "cifar100"
	ImageNet16 Dataset = "imagenet16-120"
)

// Split is the set of images that an accuracy was measured on.
type Split string

// Validation on cifar10 is 25,000 training images held out, by a network trained on the other 25,000
// ("cifar10-valid"); Test is by a network trained on all 50,000. On the other two, validation and test are
// disjoint images, by the same network.
const (
	Validation Split = "validation"
	Test       Split = "test"
)

// Aggregation says how one accuracy came from several trainings. Accuracies of different aggregations are not
// comparable: the best of single seeds is above the best of means.
type Aggregation string

// The aggregations of the table.
const (
	MeanOfSeeds Aggregation = "mean of seeds"
	SingleSeed  Aggregation = "single seed"
)

// Value is an accuracy in percent.
type Value struct {
	Accuracy    float64
	N           int // seeds
	Aggregation Aggregation
}

// Query names one measurement. Every field is needed.
type Query struct {
	Space        space.Space // of Architecture
	Architecture space.Architecture
	Dataset      Dataset
	Split        Split
	Epochs       int // of training, 12 or 200; the paper's tables use 200
}

// column is one of the table's 12 accuracies; missing counts are absent.
type column struct {
	dataset Dataset
	split   Split
	epochs  int
	images  int // in the split
	seeds   int // of each architecture; 0 where an architecture has its own number
}

// columns are in the order of the table's file. The 12-epoch cifar10 validation accuracies are multiples of one
// in 50,000, half of them odd, while the split has 25,000 images: they are means of two seeds. The other 12-epoch
// accuracies are whole for one seed.
var columns = []column{
	{CIFAR10, Validation, 200, 25000, 0},
	{CIFAR10, Test, 200, 10000, 0},
	{CIFAR100, Validation, 200, 5000, 0},
	{CIFAR100, Test, 200, 5000, 0},
	{ImageNet16, Validation, 200, 3000, 0},
	{ImageNet16, Test, 200, 3000, 0},
	{CIFAR10, Validation, 12, 25000, 2},
	{CIFAR10, Test, 12, 10000, 1},
	{CIFAR100, Validation, 12, 5000, 1},
	{CIFAR100, Test, 12, 5000, 1},
	{ImageNet16, Validation, 12, 3000, 1},
	{ImageNet16, Test, 12, 3000, 1},
}

// Images returns how many images a data set's split has; 0 where there is no such split.
func Images(dataset Dataset, split Split) int {
	for _, c := range columns {
		if c.dataset == dataset && c.split == split {
			return c.images
		}
	}
	return 0
}

// missing is the count of a missing accuracy. NaN is missing seconds, 0 missing parameters.
const missing = ^uint32(0)

// Table holds the accuracies as whole numbers of right answers, summed over seeds, which is what they are: the
// sources' decimals are those fractions within 1e-5 images.
type Table struct {
	index   [Size]uint16     // space.NB201 index of each row; rows are in NATS-Bench's order
	row     [Size]uint16     // the inverse
	seeds   [Size]uint8      // 200-epoch trainings, 1 to 3
	single  [3][Size]uint32  // right answers of each seed, cifar10 validation, 200 epochs
	counts  [12][Size]uint32 // right answers, summed over seeds, of each of columns
	params  [Size]uint32     // parameters of the cifar10 network
	seconds [3][Size]float64 // training time of 200 epochs: cifar10 (on 25,000 images), cifar100, imagenet16-120
	hash    string           // SHA-256 of the file's payload, hex
}

// Hash returns the SHA-256 of the table's content, hex, the sources' hashes included: the provenance of every
// number from it.
func (t *Table) Hash() string { return t.hash }

// rowOf returns an architecture's row, which is its NATS-Bench index.
func (t *Table) rowOf(s space.Space, a space.Architecture) (int, error) {
	if s.Name == "" {
		return 0, fmt.Errorf("space missing: %s or %s", space.NB201.Name, space.NB201NoNone.Name)
	}
	five, err := s.Convert(a, space.NB201)
	if err != nil {
		return 0, err
	}
	return int(t.row[space.NB201.Index(five)]), nil
}

// NATSIndex returns an architecture's number in NAS-Bench-201's and NATS-Bench's own order, which is shuffled.
func (t *Table) NATSIndex(s space.Space, a space.Architecture) (int, error) {
	row, err := t.rowOf(s, a)
	if err != nil {
		return 0, fmt.Errorf("looking up NATS-Bench index: %w", err)
	}
	return row, nil
}

// ByNATSIndex returns the architecture, in space.NB201, of that number in NAS-Bench-201's own order.
func (t *Table) ByNATSIndex(index int) (space.Architecture, error) {
	if index < 0 || index >= Size {
		return space.Architecture{}, fmt.Errorf("NATS-Bench index %d: must be 0 to %d", index, Size-1)
	}
	return space.NB201.At(int(t.index[index]))
}
