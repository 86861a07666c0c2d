package pickle

import (
	"errors"
	"fmt"
	"slices"
)

func (d *decoder) collect(op byte) error {
	switch op {
	case opMark:
		if len(d.marks) == maxMarks {
			return fmt.Errorf("more than %d nested marks", maxMarks)
		}
		d.marks = append(d.marks, len(d.stack))
		return nil
	case opEmptyTuple:
		return d.push(Tuple{})
	case opTuple1, opTuple2, opTuple3:
		items, err := d.popN(int(op-opTuple1) + 1)
		if err != nil {
			return err
		}
		return d.push(Tuple(items))
	case opAppend:
		items, err := d.popN(1)
		if err != nil {
			return err
		}
		return d.extend(items)
	case opSetItem:
		items, err := d.popN(2)
		if err != nil {
			return err
		}
		return d.set(items)
	}
	items, err := d.popMark()
	if err != nil {
		return err
	}
	switch op {
	case opTuple:
		return d.push(Tuple(items))
	case opAppends:
		return d.extend(items)
	default:
		return d.set(items)
	}
}

func (d *decoder) extend(items []any) error {
	list, err := top[*List](d)
	if err == nil {
		list.Items = append(list.Items, items...)
	}
	return err
}

func (d *decoder) set(items []any) error {
	dict, err := top[*Dict](d)
	if err != nil {
		return err
	}
	if len(items)%2 != 0 {
		return errors.New("odd number of keys and values")
	}
	for pair := range slices.Chunk(items, 2) {
		dict.Keys = append(dict.Keys, pair[0])
		dict.Values = append(dict.Values, pair[1])
	}
	return nil
}

func (d *decoder) remember(op byte) error {
	key := uint64(len(d.memo))
	if op != opMemoize {
		width := 1
		if op == opLongBinGet || op == opLongBinPut {
			width = 4
		}
		var err error
		if key, err = d.number(width); err != nil {
			return err
		}
	}
	if op == opBinGet || op == opLongBinGet {
		value, ok := d.memo[uint32(key)]
		if !ok {
			return fmt.Errorf("memo has no entry %d", key)
		}
		return d.push(value)
	}
	value, err := top[any](d)
	if err == nil {
		d.memo[uint32(key)] = value
	}
	return err
}

func (d *decoder) record(op byte) error {
	switch op {
	case opGlobal:
		module, err := d.line()
		if err != nil {
			return err
		}
		name, err := d.line()
		if err != nil {
			return err
		}
		return d.global(module, name)
	case opStackGlobal:
		items, err := d.popN(2)
		if err != nil {
			return err
		}
		module, okModule := items[0].(string)
		name, okName := items[1].(string)
		if !okModule || !okName {
			return errors.New("module and name must be text")
		}
		return d.global(module, name)
	case opReduce, opNewObj:
		items, err := d.popN(2)
		if err != nil {
			return err
		}
		callable, okCallable := items[0].(Global)
		args, okArgs := items[1].(Tuple)
		if !okCallable || !okArgs {
			return fmt.Errorf("a call needs a name and a tuple, has %T and %T", items[0], items[1])
		}
		return d.push(&Object{Global: callable, Args: args})
	default:
		items, err := d.popN(1)
		if err != nil {
			return err
		}
		object, err := top[*Object](d)
		if err != nil {
			return err
		}
		if object.State != nil {
			return errors.New("an object's state is set twice")
		}
		object.State = items[0]
		return nil
	}
}

func (d *decoder) global(module, name string) error {
	if len(module)+len(name) > maxGlobal {
		return fmt.Errorf("%w: %d bytes long", ErrGlobal, len(module)+len(name))
	}
	g := Global(module + "." + name)
	if !slices.Contains(d.allowed, g) {
		return fmt.Errorf("%w: %q", ErrGlobal, g)
	}
	return d.push(g)
}
