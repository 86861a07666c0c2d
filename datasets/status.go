package datasets

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A State is what is known of one registered file in a data folder.
type State struct {
	Source string
	File   File
	// Present says that there is a file at the path.
	Present bool
	// Size is its size in bytes, 0 where it isn't present.
	Size int64
	// Verified says that its content has a known hash; Content is that content.
	Verified bool
	Content  Content
	// Problem says what is wrong, with the command that mends it, or is "". A file whose size is right and whose hash
	// is not known has no problem and is not verified.
	Problem string
}

// Status is the state of every registered file in the data folder dir, in the registry's order. It reads and hashes
// each file that is there.
func Status(dir string) []State {
	var states []State
	for _, s := range Sources() {
		for _, f := range s.Files {
			states = append(states, fileState(dir, s, f))
		}
	}
	return states
}

// Check returns an error that names the first file of the registered source that is there with other content than is
// registered for it, and says what is wrong and the command that mends it. A set that isn't registered has no such file.
func Check(name, dir string) error {
	for _, s := range Sources() {
		if s.Name != name {
			continue
		}
		for _, f := range s.Files {
			if state := fileState(dir, s, f); state.Present && state.Problem != "" {
				return fmt.Errorf("checking %s: %s: %s", name, filepath.Join(dir, filepath.FromSlash(f.Path)), state.Problem)
			}
		}
	}
	return nil
}

func fileState(dir string, s Source, f File) State {
	state := State{Source: s.Name, File: f}
	mend := fmt.Sprintf("; mend it with `gmnas data get %s --data %s`", s.Name, dir)
	if s.Manual != "" {
		mend = "; " + s.Manual
	}
	path := filepath.Join(dir, filepath.FromSlash(f.Path))
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		state.Problem = "not there" + mend
		return state
	case err != nil:
		state.Problem = err.Error()
		return state
	case !info.Mode().IsRegular():
		state.Problem = "not a regular file" + mend
		return state
	}
	state.Present, state.Size = true, info.Size()
	sums, err := readSums(filepath.Dir(path))
	if err != nil {
		state.Problem = err.Error()
		return state
	}
	var wrong []string
	for _, c := range f.Known {
		if c.Hash.Kind == "" {
			c.Hash = sums[filepath.Base(path)]
		}
		if c.Size != SizeUnknown && c.Size != state.Size {
			wrong = append(wrong, fmt.Sprintf("%d bytes, want %d", state.Size, c.Size))
			continue
		}
		if c.Hash.Kind == "" {
			state.Content, wrong = c, nil
			break
		}
		got, err := hashFile(path, c.Hash.Kind)
		if err != nil {
			state.Problem = err.Error()
			return state
		}
		if got == c.Hash.Hex {
			state.Content, state.Verified, wrong = c, true, nil
			break
		}
		wrong = append(wrong, fmt.Sprintf("%s %s of %d bytes, want %s", c.Hash.Kind, got, state.Size, c.Hash.Hex))
	}
	if wrong != nil {
		state.Problem = strings.Join(wrong, "; or ") + mend
		if head, err := readHead(path); err == nil && notHTML(head) != nil {
			state.Problem = errHTML.Error() + mend
		}
	}
	return state
}

// sumsFile holds, in sha256sum's format, the hashes of the files that [Get] unpacked into a folder out of an archive
// that it had verified. Nobody publishes hashes of those files, and the archive is not kept.
const sumsFile = "gmnas.sha256"

func readSums(folder string) (map[string]Hash, error) {
	data, err := readBounded(filepath.Join(folder, sumsFile), 1<<16)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	sums := map[string]Hash{}
	for line := range strings.Lines(string(data)) {
		hex, name, ok := strings.Cut(strings.TrimSpace(line), "  ")
		if !ok || len(hex) != 2*sha256.Size {
			return nil, fmt.Errorf("reading %s: line %q is not \"hash  name\"", filepath.Join(folder, sumsFile), line)
		}
		sums[name] = sha(hex)
	}
	return sums, nil
}

func readHead(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, 512))
}

func newHash(kind string) (hash.Hash, error) {
	switch kind {
	case "sha256":
		return sha256.New(), nil
	case "md5":
		return md5.New(), nil
	}
	return nil, fmt.Errorf("hash kind %q, want sha256 or md5", kind)
}

func hashFile(path, kind string) (string, error) {
	h, err := newHash(kind)
	if err != nil {
		return "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("reading %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
