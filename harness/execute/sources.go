package execute

import (
	"fmt"

	"gmnas/datasets"
	"gmnas/harness/spec"
	"gmnas/nasbench"
)

// sets loads images and keeps the last part that was asked for.
type sets struct {
	folder string
	data   spec.Data
	set    *datasets.Set
}

// training returns the records that d names, pooled, after checking their hash.
func (s *sets) training(d spec.Data) (*datasets.Set, error) {
	if s.set != nil && s.data == d {
		return s.set, nil
	}
	set, err := Images(d, s.folder)
	if err != nil {
		return nil, err
	}
	if got := set.Hash(); got != d.Hash {
		return nil, fmt.Errorf("reading %s: the first %d records have SHA-256 %s, the stage was planned with %s: the data has changed; run the command again", d.Set, d.Records, got, d.Hash)
	}
	s.data, s.set = d, set
	return set, nil
}

// Images returns the training records that d names, pooled.
func Images(d spec.Data, folder string) (*datasets.Set, error) {
	return part(d, "train", d.Records, folder)
}

func part(d spec.Data, name string, records int, folder string) (*datasets.Set, error) {
	set, err := datasets.Load(d.Set, name, folder)
	if err != nil {
		return nil, err
	}
	if set, err = set.First(records); err != nil {
		return nil, err
	}
	return set.Pool(d.Pool)
}

// tables opens the NAS-Bench-201 table once.
type tables struct {
	folder string
	table  *nasbench.Table
}

// get returns the table after checking its hash.
func (t *tables) get(hash string) (*nasbench.Table, error) {
	if t.table == nil {
		table, err := nasbench.Find(t.folder)
		if err != nil {
			return nil, err
		}
		t.table = table
	}
	if got := t.table.Hash(); got != hash {
		return nil, fmt.Errorf("reading the NAS-Bench-201 table: its SHA-256 is %s, the stage was planned with %s: the table has changed; run the command again", got, hash)
	}
	return t.table, nil
}
