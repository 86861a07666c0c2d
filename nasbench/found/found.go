// Package found reads NAS-Bench-201 architectures that somebody's search found, by seed, in the encoding of the code base
// that wrote them. Files are data from a stranger: bounded, checked, and never evaluated.
//
// Two formats; several architectures of one seed are those of its leaves, in their order:
//
//   - Lines of a seed, white space or a comma, and an architecture, which may be in double quotes: 0 |none~0|+...
//     Empty lines and those that begin with # say nothing.
//   - JSON, one object from seed to architecture or to a list of them: {"0": "|none~0|+...", "1": [[4, 0, 3, 1, 4, 3]]}.
package found

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"gmnas/nasbench/space"
)

// Bounds of a file.
const (
	maxBytes  = 4 << 20
	maxSeeds  = 1000
	maxLeaves = 64
	maxSeed   = 1_000_000_000
)

// Seed is what was found with one seed: architectures of space.NB201, one a leaf.
type Seed struct {
	Seed          int64
	Architectures []space.Architecture
}

// Read reads either format; JSON is known by its first brace. The encoding is one of space.Encodings, or empty where the
// architectures name their operations and edges. Errors name the line or the seed, and the token.
func Read(r io.Reader, encoding string) ([]Seed, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("reading found architectures: %w", err)
	}
	if len(b) > maxBytes {
		return nil, fmt.Errorf("reading found architectures: more than %d MiB", maxBytes>>20)
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	l := list{encoding: encoding}
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte("{")) {
		err = l.readJSON(b)
	} else {
		err = l.readLines(string(b))
	}
	if err == nil && len(l.seeds) == 0 {
		err = errors.New("there is none; write lines of seed and architecture, or a JSON object")
	}
	if err != nil {
		return nil, fmt.Errorf("reading found architectures: %w", err)
	}
	return l.seeds, nil
}

// list grows by what is read.
type list struct {
	encoding string
	seeds    []Seed
}

// add takes an architecture of a seed in.
func (l *list) add(where, seed, text string) error {
	n, err := strconv.ParseUint(seed, 10, 63)
	if err != nil || n > maxSeed {
		return fmt.Errorf("%s: seed %.40q: a whole number from 0 to %d", where, seed, maxSeed)
	}
	a, err := space.ParseEncoded(l.encoding, strings.TrimSpace(text))
	if err != nil {
		return fmt.Errorf("%s: %w", where, err)
	}
	for i := range l.seeds {
		if l.seeds[i].Seed != int64(n) {
			continue
		}
		if len(l.seeds[i].Architectures) == maxLeaves {
			return fmt.Errorf("%s: more than %d architectures of seed %d", where, maxLeaves, n)
		}
		l.seeds[i].Architectures = append(l.seeds[i].Architectures, a)
		return nil
	}
	if len(l.seeds) == maxSeeds {
		return fmt.Errorf("%s: more than %d seeds", where, maxSeeds)
	}
	l.seeds = append(l.seeds, Seed{int64(n), []space.Architecture{a}})
	return nil
}

func (l *list) readLines(text string) error {
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		where := fmt.Sprintf("line %d", number)
		end := strings.IndexAny(line, ", \t")
		if end < 0 {
			return fmt.Errorf("%s: %.60q: write a seed and an architecture", where, line)
		}
		seed, rest := line[:end], strings.TrimLeft(line[end:], ", \t")
		if len(rest) >= 2 && rest[0] == '"' && rest[len(rest)-1] == '"' {
			rest = strings.ReplaceAll(rest[1:len(rest)-1], `""`, `"`)
		}
		if err := l.add(where, seed, rest); err != nil {
			return err
		}
	}
	return nil
}

// readJSON goes through the tokens, as decoding into a map would lose repeated seeds.
func (l *list) readJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	if _, err := d.Token(); err != nil {
		return err
	}
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		seed := token.(string) // an object's keys are strings
		where := fmt.Sprintf("seed %.40q", seed)
		if seen[seed] {
			return fmt.Errorf("%s is there twice; give its architectures as one list", where)
		}
		seen[seed] = true
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
		if err := l.addJSON(where, seed, value); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("there is something behind the closing brace")
	}
	return nil
}

// addJSON takes one architecture in, a text, an object or a list of numbers, or a list of such.
func (l *list) addJSON(where, seed string, value json.RawMessage) error {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return l.add(where, seed, text)
	}
	var several []json.RawMessage
	if json.Unmarshal(value, &several) != nil || len(several) == 0 || several[0][0] >= '0' && several[0][0] <= '9' {
		return l.add(where, seed, string(value))
	}
	for i, one := range several {
		at := fmt.Sprintf("%s, entry %d", where, i+1)
		var text string
		if json.Unmarshal(one, &text) != nil {
			text = string(one)
		}
		if err := l.add(at, seed, text); err != nil {
			return err
		}
	}
	return nil
}
