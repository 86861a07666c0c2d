package run

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gmnas/harness/spec"
)

// FuzzReadWeights: a weights file is read as it was written, or not at all: whatever is changed in it, and whatever
// another file holds.
func FuzzReadWeights(f *testing.F) {
	f.Add([]byte("content"), uint(3), byte(1), false)
	f.Add([]byte{}, uint(0), byte(0), false)
	f.Add([]byte(weightsMagic+strings.Repeat("x", 32)), uint(0), byte(0), true)
	f.Add(bytes.Repeat([]byte{0}, 100), uint(120), byte(128), true)
	folder := f.TempDir()
	key := spec.Key(strings.Repeat("ab", 32))
	path := filepath.Join(folder, string(key))
	f.Fuzz(func(t *testing.T, content []byte, at uint, flip byte, cut bool) {
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		if got, err := ReadWeights(folder, key); err == nil && len(got) != len(content)-weightsTail || err != nil && !errors.Is(err, ErrWeights) {
			t.Fatalf("raw: %d bytes, %v", len(got), err)
		}
		if err := WriteWeights(folder, key, func(w io.Writer) error { _, err := w.Write(content); return err }); err != nil {
			t.Fatal(err)
		}
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		changed := bytes.Clone(whole)
		if changed[at%uint(len(changed))] ^= flip; cut {
			changed = changed[:at%uint(len(changed))]
		}
		if err := os.WriteFile(path, changed, 0o644); err != nil {
			t.Fatal(err)
		}
		got, err := ReadWeights(folder, key)
		if bytes.Equal(changed, whole) {
			if err != nil || !bytes.Equal(got, content) {
				t.Fatalf("as written: %q, %v", got, err)
			}
		} else if !errors.Is(err, ErrWeights) || !strings.Contains(err.Error(), string(key)) {
			t.Fatalf("changed: %q, %v", got, err)
		}
	})
}
