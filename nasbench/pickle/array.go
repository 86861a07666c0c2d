package pickle

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// NumPy are the names that a pickled numpy array needs, in protocols 4 and 5.
var NumPy = []Global{"numpy.core.multiarray._reconstruct", "numpy.core.numeric._frombuffer", "numpy.ndarray", "numpy.dtype"}

// Array is a numpy array in row-major order: exactly one of Floats (dtype <f8), Ints (<i8) and Objects (O) has
// the elements.
type Array struct {
	Shape   []int
	Floats  []float64
	Ints    []int64
	Objects []any
}

// Len returns the number of elements.
func (a Array) Len() int { return len(a.Floats) + len(a.Ints) + len(a.Objects) }

// ToArray reads a recorded numpy array. Errors say what is not as numpy writes it.
func ToArray(value any) (Array, error) {
	object, err := As[*Object](value)
	if err != nil {
		return Array{}, fmt.Errorf("numpy array: %w", err)
	}
	var shape, dtype, elements, fortran any
	switch object.Global {
	case "numpy.core.multiarray._reconstruct": // state: version, shape, dtype, fortran order, elements
		state, ok := object.State.(Tuple)
		if !ok || len(state) != 5 {
			return Array{}, errors.New("numpy array: state is not a tuple of 5")
		}
		shape, dtype, fortran, elements = state[1], state[2], state[3], state[4]
	case "numpy.core.numeric._frombuffer": // arguments: elements, dtype, shape, order
		if len(object.Args) != 4 {
			return Array{}, errors.New("numpy array: _frombuffer has not 4 arguments")
		}
		elements, dtype, shape, fortran = object.Args[0], object.Args[1], object.Args[2], object.Args[3] != "C"
	default:
		return Array{}, fmt.Errorf("numpy array: %s is none", object.Global)
	}
	if fortran != false {
		return Array{}, errors.New("numpy array: elements are not in row-major order")
	}
	var a Array
	size, err := a.setShape(shape)
	if err != nil {
		return Array{}, fmt.Errorf("numpy array: %w", err)
	}
	if err := a.setElements(dtype, elements); err != nil {
		return Array{}, fmt.Errorf("numpy array: %w", err)
	}
	if a.Len() != size {
		return Array{}, fmt.Errorf("numpy array: %d elements, shape %v has %d", a.Len(), a.Shape, size)
	}
	return a, nil
}

func (a *Array) setShape(value any) (int, error) {
	shape, ok := value.(Tuple)
	if !ok || len(shape) < 1 || len(shape) > 4 {
		return 0, errors.New("shape is not a tuple of 1 to 4")
	}
	size := 1
	for _, item := range shape {
		n, ok := item.(int64)
		if !ok || n < 0 || n > int64(maxBytes) || size*int(n) > maxBytes {
			return 0, errors.New("shape is not a tuple of small whole numbers")
		}
		size *= int(n)
		a.Shape = append(a.Shape, int(n))
	}
	return size, nil
}

func (a *Array) setElements(dtype, elements any) error {
	kind, order, err := describe(dtype)
	if err != nil {
		return err
	}
	if kind == "O8" {
		list, ok := elements.(*List)
		if !ok {
			return fmt.Errorf("elements of dtype O are %T where a list is needed", elements)
		}
		a.Objects = list.Items
		return nil
	}
	raw, ok := elements.([]byte)
	if !ok || len(raw)%8 != 0 || order != "<" {
		return fmt.Errorf("elements of dtype %s%s are not little-endian bytes in eights", order, kind)
	}
	for ; len(raw) > 0; raw = raw[8:] {
		bits := binary.LittleEndian.Uint64(raw)
		switch kind {
		case "f8":
			a.Floats = append(a.Floats, math.Float64frombits(bits))
		case "i8":
			a.Ints = append(a.Ints, int64(bits))
		default:
			return fmt.Errorf("dtype %q: must be f8, i8 or O8", kind)
		}
	}
	return nil
}

// describe returns a dtype's kind, e.g. f8, and byte order, e.g. <.
func describe(value any) (kind, order string, err error) {
	dtype, ok := value.(*Object)
	if !ok || dtype.Global != "numpy.dtype" || len(dtype.Args) < 1 {
		return "", "", errors.New("dtype is not a numpy.dtype")
	}
	state, ok := dtype.State.(Tuple)
	if !ok || len(state) < 2 {
		return "", "", errors.New("dtype has no state")
	}
	kind, okKind := dtype.Args[0].(string)
	order, okOrder := state[1].(string)
	if !okKind || !okOrder {
		return "", "", errors.New("dtype's kind and byte order are not text")
	}
	return kind, order, nil
}

// Row returns row i of a two-dimensional array, sharing its elements.
func (a Array) Row(i int) Array {
	width := a.Shape[1]
	row := Array{Shape: []int{width}}
	switch from, to := i*width, (i+1)*width; {
	case a.Floats != nil:
		row.Floats = a.Floats[from:to]
	case a.Ints != nil:
		row.Ints = a.Ints[from:to]
	case a.Objects != nil:
		row.Objects = a.Objects[from:to]
	}
	return row
}
