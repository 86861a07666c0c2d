// Package pickle reads a subset of Python's pickle format (protocols 2 to 5) as plain values. A pickle is a
// program from a stranger: this reader executes none of it. Calls and classes become records of their name and
// arguments, only names on the caller's allow-list are accepted, and memory is bounded by the input's length.
package pickle

import "fmt"

// Global is a name that a pickle refers to, e.g. "numpy.dtype".
type Global string

// Tuple is an immutable sequence.
type Tuple []any

// List is a mutable sequence.
type List struct{ Items []any }

// Dict is a mapping in the order of insertion; keys may be anything.
type Dict struct{ Keys, Values []any }

// Object is a call that was recorded and not made: a class or function, its arguments, and the state that the
// pickle sets afterwards (nil if none).
type Object struct {
	Global Global
	Args   Tuple
	State  any
}

// Get returns the value of a text key, the last one set, or an error.
func (d *Dict) Get(key string) (any, error) {
	for i := len(d.Keys) - 1; i >= 0; i-- {
		if have, ok := d.Keys[i].(string); ok && have == key {
			return d.Values[i], nil
		}
	}
	return nil, fmt.Errorf("dict has no key %q", key)
}

// As returns value as the wanted type (int64, float64, bool, string, []byte, Global, Tuple, *List, *Dict,
// *Object), or an error that names both types.
func As[T any](value any) (T, error) {
	typed, ok := value.(T)
	if !ok {
		return typed, fmt.Errorf("%T where %T is needed", value, typed)
	}
	return typed, nil
}

// Lookup is Get followed by As; the error names the key.
func Lookup[T any](d *Dict, key string) (T, error) {
	var zero T
	value, err := d.Get(key)
	if err != nil {
		return zero, err
	}
	typed, err := As[T](value)
	if err != nil {
		return zero, fmt.Errorf("key %q: %w", key, err)
	}
	return typed, nil
}
