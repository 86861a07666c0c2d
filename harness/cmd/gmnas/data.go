package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"gmnas/datasets"
	"gmnas/harness/spec"
	"gmnas/nasbench"
	"gmnas/nasbench/curves"
)

// hand is the data at hand, known by its hashes.
type hand struct {
	folder string
	table  string               // SHA-256; empty until it was read
	images map[spec.Data]string // SHA-256 by the records that were asked for
	test   map[spec.Data]string // likewise, of the test part
	curves map[string]string    // SHA-256 of learning curves
}

func newHand(folder string) *hand {
	return &hand{folder: folder, images: map[spec.Data]string{}, test: map[spec.Data]string{}, curves: map[string]string{}}
}

// absent is the error that images or table aren't in the data folder at all; it says which.
type absent string

func (a absent) Error() string { return string(a) }

// imagesHash returns the hash of the records that d names. Errors: absent; files that are damaged or hold fewer
// records.
func (h *hand) imagesHash(d spec.Data) (string, error) { return h.hash(h.images, d, "train") }

// testHash returns the hash of so many test records of the set that d names; errors as imagesHash's.
func (h *hand) testHash(d spec.Data, records int) (string, error) {
	d.Records = records
	return h.hash(h.test, d, "test")
}

func (h *hand) hash(known map[spec.Data]string, d spec.Data, part string) (string, error) {
	if hash, ok := known[d]; ok {
		return hash, nil
	}
	set, err := datasets.Load(d.Set, part, h.folder)
	if errors.Is(err, fs.ErrNotExist) {
		return "", absent(fmt.Sprintf("%s is not in data folder %q", d.Set, h.folder))
	}
	if err != nil {
		return "", err
	}
	if err := datasets.Check(d.Set, h.folder); err != nil {
		return "", err
	}
	if set.Len() < d.Records {
		return "", fmt.Errorf("%s in data folder %s: has %d %s records, this profile needs %d; get all of them with `gmnas data get %s --data %s`, or use another --profile",
			d.Set, h.folder, set.Len(), map[string]string{"train": "training", "test": "test"}[part], d.Records, d.Set, h.folder)
	}
	if set, err = set.First(d.Records); err != nil {
		return "", err
	}
	if set, err = set.Pool(d.Pool); err != nil {
		return "", err
	}
	known[d] = set.Hash()
	return known[d], nil
}

// tableHash returns the hash of the NAS-Bench-201 table. Errors: absent; damaged files.
func (h *hand) tableHash() (string, error) {
	if h.table != "" {
		return h.table, nil
	}
	if !exists(filepath.Join(h.folder, nasbench.FileName)) && !exists(filepath.Join(h.folder, nasbench.Folder)) {
		return "", absent(fmt.Sprintf("the NAS-Bench-201 table is not in data folder %q", h.folder))
	}
	table, err := nasbench.Find(h.folder)
	if err != nil {
		return "", err
	}
	h.table = table.Hash()
	return h.table, nil
}

// curvesHash returns the hash of the learning curves of that name. Errors: absent; damaged files.
func (h *hand) curvesHash(name string) (string, error) {
	if hash, ok := h.curves[name]; ok {
		return hash, nil
	}
	set, err := curves.Read(h.folder, name)
	if errors.Is(err, fs.ErrNotExist) {
		return "", absent(fmt.Sprintf("the learning curves are not in data folder %q; get them with `gmnas data get darts-curves`", h.folder))
	}
	if err != nil {
		return "", err
	}
	h.curves[name] = set.Hash()
	return h.curves[name], nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
