package results

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"gmnas/harness/spec"
)

// Difference is a field that two outcomes of a stage don't agree in: "Train.Curve[3].TrainLoss", and both values as text.
type Difference struct{ Field, First, Second string }

func (d Difference) String() string { return fmt.Sprintf("%s: %s, %s", d.Field, d.First, d.Second) }

// Differ returns where two outcomes of a stage differ, in the order of their fields; when, where and how long isn't looked
// at. Two numbers that near accepts don't differ; with a nil near they must be the same, bit for bit.
func Differ(a, b spec.Outcome, near func(field string, x, y float64) bool) ([]Difference, error) {
	x, err := tree(substance(a))
	if err != nil {
		return nil, err
	}
	y, err := tree(substance(b))
	if err != nil {
		return nil, err
	}
	d := differ{near: near}
	d.compare("", x, y)
	return d.list, nil
}

// DifferValues does so for any two values of one type that have a JSON form.
func DifferValues(a, b any) ([]Difference, error) {
	x, err := tree(a)
	if err != nil {
		return nil, err
	}
	y, err := tree(b)
	if err != nil {
		return nil, err
	}
	var d differ
	d.compare("", x, y)
	return d.list, nil
}

// tree is a value as JSON has it, numbers as they are written.
func tree(v any) (any, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var t any
	return t, d.Decode(&t)
}

type differ struct {
	near func(field string, x, y float64) bool
	list []Difference
}

func (d *differ) compare(field string, a, b any) {
	switch x := a.(type) {
	case map[string]any:
		if y, ok := b.(map[string]any); ok {
			d.objects(field, x, y)
			return
		}
	case []any:
		if y, ok := b.([]any); ok {
			d.lists(field, x, y)
			return
		}
	case json.Number:
		if y, ok := b.(json.Number); ok && (x == y || d.near != nil && d.near(field, float(x), float(y))) {
			return
		}
	default:
		if a == b {
			return
		}
	}
	d.list = append(d.list, Difference{field, text(a), text(b)})
}

func (d *differ) objects(field string, a, b map[string]any) {
	names := slices.Collect(maps.Keys(a))
	for name := range b {
		if _, ok := a[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		path := name
		if field != "" {
			path = field + "." + name
		}
		d.compare(path, a[name], b[name])
	}
}

func (d *differ) lists(field string, a, b []any) {
	if len(a) != len(b) {
		d.list = append(d.list, Difference{field, fmt.Sprintf("%d entries", len(a)), fmt.Sprintf("%d entries", len(b))})
	}
	for i := range min(len(a), len(b)) {
		d.compare(field+"["+strconv.Itoa(i)+"]", a[i], b[i])
	}
}

func float(n json.Number) float64 {
	v, _ := n.Float64() // it was a number of JSON
	return v
}

// text is a value as a difference shows it.
func text(v any) string {
	if v == nil {
		return "nothing"
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	const most = 120
	if len(b) > most {
		return string(b[:most]) + "..."
	}
	return string(b)
}
