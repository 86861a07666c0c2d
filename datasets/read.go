package datasets

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// readBounded reads a regular file of at most limit bytes.
func readBounded(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("reading %s: not a regular file", path)
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("reading %s: %d bytes, more than the %d that it can have", path, info.Size(), limit)
	}
	data := make([]byte, info.Size())
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	return data, nil
}

// errHTML is what a login page, a proxy's notice or a "not found" page saved under the name of a data file is.
var errHTML = errors.New("this is a web page, not data")

// notHTML fails where data begins like a web page.
func notHTML(data []byte) error {
	head := bytes.ToLower(bytes.TrimLeft(data[:min(len(data), 512)], " \t\r\n\ufeff"))
	for _, mark := range []string{"<!doctype", "<html", "<head", "<?xml"} {
		if bytes.HasPrefix(head, []byte(mark)) {
			return errHTML
		}
	}
	return nil
}
