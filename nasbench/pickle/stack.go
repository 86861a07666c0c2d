package pickle

import (
	"errors"
	"slices"
)

var errStack = errors.New("stack is empty")

// push returns a nil error, so that an opcode can end with it.
func (d *decoder) push(value any) error {
	d.stack = append(d.stack, value)
	return nil
}

// floor is where the innermost open mark stands: values below it can't be popped.
func (d *decoder) floor() int {
	if len(d.marks) == 0 {
		return 0
	}
	return d.marks[len(d.marks)-1]
}

func (d *decoder) pop() (any, error) {
	items, err := d.popN(1)
	if err != nil {
		return nil, err
	}
	return items[0], nil
}

// popN removes the last n values and returns a copy of them.
func (d *decoder) popN(n int) ([]any, error) {
	from := len(d.stack) - n
	if from < d.floor() {
		return nil, errStack
	}
	items := slices.Clone(d.stack[from:])
	d.stack = d.stack[:from]
	return items, nil
}

// popMark removes the values above the innermost mark, and the mark.
func (d *decoder) popMark() ([]any, error) {
	if len(d.marks) == 0 {
		return nil, errors.New("no mark")
	}
	items, err := d.popN(len(d.stack) - d.floor())
	d.marks = d.marks[:len(d.marks)-1]
	return items, err
}

// top returns the last value without removing it.
func top[T any](d *decoder) (T, error) {
	var zero T
	if len(d.stack) <= d.floor() {
		return zero, errStack
	}
	return As[T](d.stack[len(d.stack)-1])
}
