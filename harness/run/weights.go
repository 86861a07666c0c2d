package run

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"gmnas/harness/spec"
)

// A weights file is its content, then weightsMagic, then the content's SHA-256.
const weightsMagic = "gmnas-w1"

const weightsTail = len(weightsMagic) + sha256.Size

// ErrWeights tells that a weights file is missing or damaged; training the stage again makes it anew.
var ErrWeights = errors.New("weights missing or damaged")

// WriteWeights writes the weights file of a stage, whole or not at all.
func WriteWeights(folder string, key spec.Key, write func(io.Writer) error) error {
	path, err := keyPath(folder, key, "")
	if err != nil {
		return fmt.Errorf("writing weights: %w", err)
	}
	err = writeWhole(path, func(w io.Writer) error {
		h := sha256.New()
		if err := write(io.MultiWriter(w, h)); err != nil {
			return err
		}
		_, err := w.Write(append([]byte(weightsMagic), h.Sum(nil)...))
		return err
	})
	if err != nil {
		return fmt.Errorf("writing weights %s: %w", path, err)
	}
	return nil
}

// ReadWeights returns what was written under key, after checking it. Errors wrap ErrWeights.
func ReadWeights(folder string, key spec.Key) ([]byte, error) {
	path, err := keyPath(folder, key, "")
	if err != nil {
		return nil, fmt.Errorf("reading weights: %w", err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading weights: %w: %w", ErrWeights, err)
	}
	if len(b) < weightsTail {
		return nil, fmt.Errorf("reading weights %s: %w: %d bytes", path, ErrWeights, len(b))
	}
	content, tail := b[:len(b)-weightsTail], b[len(b)-weightsTail:]
	sum := sha256.Sum256(content)
	if string(tail[:len(weightsMagic)]) != weightsMagic || !bytes.Equal(tail[len(weightsMagic):], sum[:]) {
		return nil, fmt.Errorf("reading weights %s: %w: the checksum does not match", path, ErrWeights)
	}
	return content, nil
}

// weightsFiles returns the keys that have a weights file in folder, and the bytes of all.
func weightsFiles(folder string) (keys []spec.Key, size int64) {
	entries, _ := os.ReadDir(folder)
	for _, e := range entries {
		if info, err := e.Info(); err == nil && validKey(spec.Key(e.Name())) {
			keys = append(keys, spec.Key(e.Name()))
			size += info.Size()
		}
	}
	return keys, size
}

// removeWeights deletes a stage's weights file, where there is one.
func removeWeights(folder string, key spec.Key) error {
	if !validKey(key) {
		return nil
	}
	err := os.Remove(filepath.Join(folder, string(key)))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
