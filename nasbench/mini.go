package nasbench

import (
	"fmt"

	"gmnas/nasbench/pickle"
	"gmnas/nasbench/space"
)

// mini is mini-bench-arch-cell-accs.pd: accuracies in percent after 12 epochs.
type mini struct {
	arch     []int64      // NATS-Bench index of each row
	row      []int        // row of each space.NB201 index
	accuracy [6][]float64 // in the order of miniColumns, after the first two
}

var miniColumns = []string{"arch", "cellstr", "cifar10-test", "cifar10-val", "cifar100-test", "cifar100-val",
	"imagenet-test", "imagenet-val"}

// pandas are the names, besides numpy's, that a pickled pandas.DataFrame needs.
var pandas = []pickle.Global{"pandas.core.frame.DataFrame", "pandas.core.internals.managers.BlockManager",
	"pandas.core.indexes.base._new_Index", "pandas.core.indexes.base.Index", "pandas.core.indexes.range.RangeIndex",
	"builtins.slice"}

// parseMini reads mini-bench-arch-cell-accs.pd.
func parseMini(data []byte) (*mini, error) {
	value, err := pickle.Decode(data, append(pandas, pickle.NumPy...))
	if err != nil {
		return nil, err
	}
	frame, err := frameColumns(value)
	if err != nil {
		return nil, fmt.Errorf("data frame: %w", err)
	}
	for _, name := range miniColumns {
		if frame[name].Len() != Size {
			return nil, fmt.Errorf("column %q: %d values, must be %d", name, frame[name].Len(), Size)
		}
	}
	m := mini{arch: frame["arch"].Ints}
	if len(m.arch) != Size {
		return nil, fmt.Errorf("column arch is not of whole numbers")
	}
	if m.row, err = rowsOf(frame["cellstr"].Objects); err != nil {
		return nil, fmt.Errorf("column cellstr: %w", err)
	}
	for i, name := range miniColumns[2:] {
		if m.accuracy[i] = frame[name].Floats; len(m.accuracy[i]) != Size {
			return nil, fmt.Errorf("column %s is not of floats", name)
		}
	}
	return &m, nil
}

// rowsOf returns the row of each architecture; each must be there once.
func rowsOf(texts []any) ([]int, error) {
	if len(texts) != Size {
		return nil, fmt.Errorf("%d texts, must be %d", len(texts), Size)
	}
	rows := make([]int, Size)
	seen := make([]bool, Size)
	for row, item := range texts {
		text, err := pickle.As[string](item)
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", row, err)
		}
		a, err := space.NB201.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", row, err)
		}
		index := space.NB201.Index(a)
		if seen[index] {
			return nil, fmt.Errorf("row %d: %s is there twice", row, text)
		}
		seen[index], rows[index] = true, row
	}
	return rows, nil
}
