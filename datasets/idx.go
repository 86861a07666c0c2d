package datasets

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"path/filepath"
)

const (
	idxImages = 0x0803 // unsigned bytes, three dimensions
	idxLabels = 0x0801 // unsigned bytes, one dimension
	// idxLimit bounds a compressed file and idxCount its images: the largest official file is 26 MB with 60,000 images.
	idxLimit    = 64 << 20
	idxCount    = 100_000
	fashionSide = 28
	// fashionBorder makes the images 32x32, so that the network's two halvings and the laptop's pooling fit them.
	fashionBorder = 2
)

var fashionFiles = map[string][2]string{
	"train": {"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"},
	"test":  {"t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"},
}

// loadFashion reads a part of Fashion-MNIST (Xiao, Rasul and Vollgraf 2017): two gzip-compressed IDX files.
func loadFashion(part, dir string) (*Set, error) {
	var raw [2][]byte
	for i, name := range fashionFiles[part] {
		path := filepath.Join(dir, "fashion-mnist", name)
		data, err := readBounded(path, idxLimit)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			raw[i], err = readIDX(data, idxImages, fashionSide, fashionSide)
		} else {
			raw[i], err = readIDX(data, idxLabels)
		}
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", path, err)
		}
	}
	return fashionSet(raw[0], raw[1])
}

// fashionSet joins n 28x28 images and their labels, with a black border (the images' own background) around each.
func fashionSet(images, labels []byte) (*Set, error) {
	const side = fashionSide + 2*fashionBorder
	n := len(images) / (fashionSide * fashionSide)
	if n != len(labels) {
		return nil, fmt.Errorf("%d images, but %d labels", n, len(labels))
	}
	s := &Set{Name: "fashion-mnist", Classes: 10, Height: side, Width: side, Channels: 1, Labels: labels}
	s.Pixels = make([]uint8, n*side*side)
	for row := range n * fashionSide {
		image, y := row/fashionSide, row%fashionSide
		copy(s.Pixels[(image*side+y+fashionBorder)*side+fashionBorder:], images[row*fashionSide:][:fashionSide])
	}
	return s, s.check()
}

// readIDX is the values of a gzip-compressed IDX file with the given magic number, whose first dimension is a count and
// whose other dimensions are as given.
func readIDX(data []byte, magic uint32, dims ...uint32) ([]byte, error) {
	if err := notHTML(data); err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("decompressing: %w", err)
	}
	header := make([]uint32, 2+len(dims))
	for i := range header {
		if err := binary.Read(z, binary.BigEndian, &header[i]); err != nil {
			return nil, fmt.Errorf("the idx header: %w", err)
		}
		if header[0] != magic {
			return nil, fmt.Errorf("idx magic number %#08x, want %#08x", header[0], magic)
		}
	}
	count, size := int(header[1]), 1
	if count < 1 || count > idxCount {
		return nil, fmt.Errorf("idx header: %d records, want 1 to %d", count, idxCount)
	}
	for i, want := range dims {
		if header[2+i] != want {
			return nil, fmt.Errorf("idx dimension %d: %d, want %d", i+1, header[2+i], want)
		}
		size *= int(want)
	}
	values, err := io.ReadAll(io.LimitReader(z, int64(count*size)+1))
	if err != nil {
		return nil, fmt.Errorf("decompressing: %w", err)
	}
	if len(values) != count*size {
		return nil, fmt.Errorf("the idx header promises %d values, the file has %s", count*size, atLeast(len(values), count*size))
	}
	return values, nil
}

// atLeast words a count that was only read up to one past the limit.
func atLeast(n, limit int) string {
	if n > limit {
		return "more"
	}
	return fmt.Sprint(n)
}
