package datasets

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// A cifarFormat is one of the two official binary layouts: label bytes, then 1,024 red, 1,024 green and 1,024 blue bytes,
// each row by row (https://www.cs.toronto.edu/~kriz/cifar.html).
type cifarFormat struct {
	name    string
	classes int
	// labels is the number of label bytes; the last one is the class, the ones before it are coarser.
	labels int
	// coarse bounds the label bytes before the last.
	coarse int
	folder string
	files  map[string][]string
}

var (
	cifar10 = cifarFormat{name: "cifar10", classes: 10, labels: 1, folder: "cifar-10-batches-bin", files: map[string][]string{
		"train": {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"},
		"test":  {"test_batch.bin"},
	}}
	cifar100 = cifarFormat{name: "cifar100", classes: 100, labels: 2, coarse: 20, folder: "cifar-100-binary", files: map[string][]string{
		"train": {"train.bin"}, "test": {"test.bin"},
	}}
)

const (
	cifarPlane = 32 * 32
	// cifarLimit bounds a file: the largest official one holds 50,000 records.
	cifarLimit = 50_000 * (2 + 3*cifarPlane)
)

func (f cifarFormat) record() int { return f.labels + 3*cifarPlane }

// loadCIFAR joins the part's files that exist, in order.
func loadCIFAR(f cifarFormat, part, dir string) (*Set, error) {
	s := f.empty()
	found := 0
	for _, name := range f.files[part] {
		path := filepath.Join(dir, f.folder, name)
		data, err := readBounded(path, cifarLimit)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := f.add(s, data); err != nil {
			return nil, fmt.Errorf("reading %s: %w", path, err)
		}
		found++
	}
	if found == 0 {
		return nil, fmt.Errorf("%w: none of %v in %s", fs.ErrNotExist, f.files[part], filepath.Join(dir, f.folder))
	}
	return s, s.check()
}

func (f cifarFormat) empty() *Set {
	return &Set{Name: f.name, Classes: f.classes, Height: 32, Width: 32, Channels: 3}
}

// add appends the records of one file to s.
func (f cifarFormat) add(s *Set, data []byte) error {
	if err := notHTML(data); err != nil {
		return err
	}
	record := f.record()
	if len(data) == 0 || len(data)%record != 0 {
		return fmt.Errorf("%d bytes are no whole number of %s records of %d bytes%s", len(data), f.name, record, f.otherFormat(data))
	}
	n := len(data) / record
	pixels := make([]uint8, n*3*cifarPlane)
	for i := range n {
		r := data[i*record : (i+1)*record]
		if label := r[f.labels-1]; int(label) >= f.classes {
			return fmt.Errorf("record %d of %d bytes: label %d is not below %d, the number of classes%s", i, record, label, f.classes, f.otherFormat(data))
		}
		if f.labels > 1 && int(r[0]) >= f.coarse {
			return fmt.Errorf("record %d of %d bytes: coarse label %d is not below %d%s", i, record, r[0], f.coarse, f.otherFormat(data))
		}
		s.Labels = append(s.Labels, r[f.labels-1])
		out := pixels[i*3*cifarPlane:]
		for c := range 3 {
			for p, v := range r[f.labels+c*cifarPlane:][:cifarPlane] {
				out[p*3+c] = v
			}
		}
	}
	s.Pixels = append(s.Pixels, pixels...)
	return nil
}

// otherFormat is a hint where data has the record length of the other layout.
func (f cifarFormat) otherFormat(data []byte) string {
	for _, other := range []cifarFormat{cifar10, cifar100} {
		if other.name != f.name && len(data) > 0 && len(data)%other.record() == 0 {
			return fmt.Sprintf("; it would fit %s records of %d bytes", other.name, other.record())
		}
	}
	return ""
}
