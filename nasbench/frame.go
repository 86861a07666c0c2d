package nasbench

import (
	"errors"
	"fmt"

	"gmnas/nasbench/pickle"
)

// maxFrame bounds a data frame's columns and blocks.
const maxFrame = 64

// frameColumns returns the columns of a recorded pandas.DataFrame by name. A frame is blocks, arrays of several
// columns of one type, each with the slice of column numbers that its rows are.
func frameColumns(value any) (map[string]pickle.Array, error) {
	names, blocks, err := frameParts(value)
	if err != nil {
		return nil, err
	}
	columns := map[string]pickle.Array{}
	for i, item := range blocks {
		block, err := pickle.As[*pickle.Dict](item)
		if err != nil {
			return nil, fmt.Errorf("block %d: %w", i, err)
		}
		if err := addBlock(columns, block, names); err != nil {
			return nil, fmt.Errorf("block %d: %w", i, err)
		}
	}
	return columns, nil
}

// frameParts returns the column names and the blocks.
func frameParts(value any) (names, blocks []any, err error) {
	frame, err := pickle.As[*pickle.Object](value)
	if err != nil {
		return nil, nil, err
	}
	state, err := pickle.As[*pickle.Dict](frame.State)
	if err != nil {
		return nil, nil, err
	}
	manager, err := pickle.Lookup[*pickle.Object](state, "_data")
	if err != nil {
		return nil, nil, err
	}
	parts, err := pickle.As[pickle.Tuple](manager.State)
	if err != nil || len(parts) == 0 {
		return nil, nil, errors.New("block manager has no parts")
	}
	versions, err := pickle.As[*pickle.Dict](parts[len(parts)-1])
	if err != nil {
		return nil, nil, err
	}
	content, err := pickle.Lookup[*pickle.Dict](versions, "0.14.1") // pandas' name for this layout
	if err != nil {
		return nil, nil, err
	}
	axes, err := pickle.Lookup[*pickle.List](content, "axes")
	if err != nil {
		return nil, nil, err
	}
	list, err := pickle.Lookup[*pickle.List](content, "blocks")
	if err != nil {
		return nil, nil, err
	}
	if len(axes.Items) != 2 || len(list.Items) > maxFrame {
		return nil, nil, fmt.Errorf("%d axes and %d blocks, must be 2 and at most %d", len(axes.Items), len(list.Items), maxFrame)
	}
	names, err = indexNames(axes.Items[0])
	return names, list.Items, err
}

// indexNames returns the names of a recorded pandas.Index, which is _new_Index(Index, {data: array}).
func indexNames(value any) ([]any, error) {
	index, err := pickle.As[*pickle.Object](value)
	if err != nil {
		return nil, err
	}
	if len(index.Args) != 2 {
		return nil, errors.New("column index has not 2 arguments")
	}
	fields, err := pickle.As[*pickle.Dict](index.Args[1])
	if err != nil {
		return nil, err
	}
	data, err := fields.Get("data")
	if err != nil {
		return nil, err
	}
	array, err := pickle.ToArray(data)
	if err != nil {
		return nil, fmt.Errorf("column index: %w", err)
	}
	if len(array.Objects) > maxFrame {
		return nil, fmt.Errorf("%d columns, at most %d", len(array.Objects), maxFrame)
	}
	return array.Objects, nil
}

// addBlock cuts a block into its columns.
func addBlock(columns map[string]pickle.Array, block *pickle.Dict, names []any) error {
	value, err := block.Get("values")
	if err != nil {
		return err
	}
	array, err := pickle.ToArray(value)
	if err != nil {
		return err
	}
	place, err := pickle.Lookup[*pickle.Object](block, "mgr_locs")
	if err != nil {
		return err
	}
	if len(array.Shape) != 2 || len(place.Args) != 3 || place.Args[2] != int64(1) {
		return errors.New("not 2 dimensions at a slice of step 1")
	}
	first, err := pickle.As[int64](place.Args[0])
	if err != nil {
		return err
	}
	if first < 0 || first > int64(len(names)) || array.Shape[0] > len(names)-int(first) {
		return fmt.Errorf("%d columns from %d of %d", array.Shape[0], first, len(names))
	}
	for i := range array.Shape[0] {
		name, err := pickle.As[string](names[int(first)+i])
		if err != nil {
			return fmt.Errorf("column name: %w", err)
		}
		columns[name] = array.Row(i)
	}
	return nil
}
