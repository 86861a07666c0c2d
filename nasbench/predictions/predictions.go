// Package predictions reads what somebody else's method predicts of NAS-Bench-201 architectures: a number for each, of
// which only the order matters. Files are data from a stranger: bounded, checked, and never evaluated.
//
// Two formats:
//
//   - JSON, one object from architecture to number. An architecture is spelled as NAS-Bench-201 does, or as the text
//     of a Python list of tuples, as the public Few-Shot NAS predictions are:
//     "[(('avg_pool_3x3', 0),), (('none', 0), ('none', 1)), (('none', 0), ('none', 1), ('nor_conv_1x1', 2))]"
//   - CSV, two columns: architecture and number, with or without a line of column names.
package predictions

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"gmnas/nasbench/space"
)

// maxBytes bounds a file; the public ones have 2 MB.
const maxBytes = 16 << 20

// Prediction is a number for an architecture of space.NB201.
type Prediction struct {
	Architecture space.Architecture
	Value        float64
}

// Read reads either format; JSON is known by its first brace. Every architecture may occur once and every number must
// be finite. Errors name the entry or line.
func Read(r io.Reader) ([]Prediction, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("reading predictions: %w", err)
	}
	if len(b) > maxBytes {
		return nil, fmt.Errorf("reading predictions: more than %d MiB; the whole space takes 2", maxBytes>>20)
	}
	l := list{at: map[space.Architecture]string{}}
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte("{")) {
		err = l.readJSON(b)
	} else {
		err = l.readCSV(b)
	}
	if err == nil && len(l.predictions) == 0 {
		err = errors.New("there is none; write a JSON object or CSV lines of architecture and number")
	}
	if err != nil {
		return nil, fmt.Errorf("reading predictions: %w", err)
	}
	return l.predictions, nil
}

// list grows by what is read.
type list struct {
	predictions []Prediction
	at          map[space.Architecture]string // where each architecture was seen
}

func (l *list) add(where, architecture string, value float64) error {
	a, err := space.ParseEncoded("", architecture)
	if err != nil {
		return fmt.Errorf("%s: %w", where, err)
	}
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return fmt.Errorf("%s: %v is no finite number", where, value)
	}
	if first, twice := l.at[a]; twice {
		return fmt.Errorf("%s: architecture %s is also %s; give each once", where, space.NB201.String(a), first)
	}
	l.at[a] = where
	l.predictions = append(l.predictions, Prediction{a, value})
	return nil
}

// readJSON goes through the tokens, as decoding into a map would lose repeated keys.
func (l *list) readJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		where := fmt.Sprintf("entry %d", len(l.predictions)+1)
		key, err := d.Token()
		if err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
		value, err := d.Token()
		if err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
		number, ok := value.(float64)
		if !ok {
			return fmt.Errorf("%s: its value is no number", where)
		}
		if err := l.add(where, key.(string), number); err != nil { // an object's keys are strings
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("after entry %d: %w", len(l.predictions), err)
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("there is something behind the closing brace")
	}
	return nil
}

func (l *list) readCSV(b []byte) error {
	r := csv.NewReader(bytes.NewReader(b))
	r.FieldsPerRecord = 2
	r.ReuseRecord = true
	for first := true; ; first = false {
		fields, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		line, _ := r.FieldPos(0)
		where := fmt.Sprintf("line %d", line)
		value, err := strconv.ParseFloat(strings.TrimSpace(fields[1]), 64)
		if err != nil && first {
			continue // column names
		}
		if err != nil {
			return fmt.Errorf("%s: %.40q is no number", where, fields[1])
		}
		if err := l.add(where, fields[0], value); err != nil {
			return err
		}
	}
}
