package run

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"gmnas/harness/spec"
)

// temporary begins the names of files that are being written.
const temporary = ".tmp-"

// validKey reports whether key is a SHA-256 in lower-case hex, and so can be a file name.
func validKey(key spec.Key) bool {
	if len(key) != 64 {
		return false
	}
	for _, c := range []byte(key) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// keyPath is the file of a key in folder.
func keyPath(folder string, key spec.Key, ending string) (string, error) {
	if !validKey(key) {
		return "", fmt.Errorf("key %.80q: not a SHA-256 in lower-case hex", string(key))
	}
	return filepath.Join(folder, string(key)+ending), nil
}

// writeWhole makes a file that is either complete and on the disk or not there under that name.
func writeWhole(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), temporary+"*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails where the rename was done
	defer f.Close()
	b := bufio.NewWriterSize(f, 1<<16)
	if err := write(b); err != nil {
		return err
	}
	if err := b.Flush(); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder puts a folder's names on the disk.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
