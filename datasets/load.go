package datasets

import (
	"fmt"
	"strings"
)

// Names are the sets that [Load] knows.
var Names = []string{"cifar10", "cifar100", "imagenet16-120", "fashion-mnist", "synthetic"}

// Load reads one part, "train" or "test", of a named set below the data folder dir (GMNAS_DATA):
//
//	cifar10         32x32x3, 10 classes   cifar-10-batches-bin/data_batch_1..5.bin (those that are there), test_batch.bin
//	cifar100        32x32x3, 100 classes  cifar-100-binary/train.bin, test.bin; the fine label
//	imagenet16-120  16x16x3, 120 classes  imagenet16/train_data_batch_1..10, val_data (its test part)
//	fashion-mnist   32x32x1, 10 classes   fashion-mnist/*-ubyte.gz, 28x28 with a black border of 2
//	synthetic       32x32x3, 10 classes   no file: see [Synthetic]
//
// A part may hold fewer images than the official set: the number comes from the files. Where the files aren't there the
// error is [fs.ErrNotExist].
func Load(name, part, dir string) (*Set, error) {
	if part != "train" && part != "test" {
		return nil, fmt.Errorf("loading %s: part %q, want train or test", name, part)
	}
	var s *Set
	var err error
	switch name {
	case "cifar10":
		s, err = loadCIFAR(cifar10, part, dir)
	case "cifar100":
		s, err = loadCIFAR(cifar100, part, dir)
	case "imagenet16-120":
		s, err = loadImageNet16(part, dir)
	case "fashion-mnist":
		s, err = loadFashion(part, dir)
	case "synthetic":
		return Synthetic(syntheticSeed, part, syntheticCount[part])
	default:
		return nil, unknownSet(name)
	}
	if err != nil {
		return nil, fmt.Errorf("loading %s %s: %w; mend it with `gmnas data get %s --data %s`", name, part, err, name, dir)
	}
	return s, nil
}

func unknownSet(name string) error {
	return fmt.Errorf("data set %q is not known; the sets are %s", name, strings.Join(Names, ", "))
}
