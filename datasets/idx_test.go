package datasets

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
)

// idx is a gzip-compressed IDX file.
func idx(header []uint32, values []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if err := binary.Write(z, binary.BigEndian, header); err != nil {
		panic(err)
	}
	z.Write(values)
	z.Close()
	return b.Bytes()
}

func fashionFolder(t *testing.T, images, labels []byte) string {
	return folder(t, map[string][]byte{"fashion-mnist/t10k-images-idx3-ubyte.gz": images, "fashion-mnist/t10k-labels-idx1-ubyte.gz": labels})
}

func TestFashionImagesGetABlackBorder(t *testing.T) {
	values := make([]byte, 2*28*28)
	for i := range values {
		values[i] = uint8(1 + i%200)
	}
	s, err := Load("fashion-mnist", "test", fashionFolder(t, idx([]uint32{0x803, 2, 28, 28}, values), idx([]uint32{0x801, 2}, []byte{9, 4})))
	if err != nil {
		t.Fatal(err)
	}
	if s.Height != 32 || s.Width != 32 || s.Channels != 1 || s.Labels[0] != 9 || s.Labels[1] != 4 {
		t.Fatalf("shape %dx%dx%d, labels %v", s.Height, s.Width, s.Channels, s.Labels)
	}
	for i, got := range s.Pixels {
		image, y, x := i/1024, i/32%32-2, i%32-2
		var want uint8
		if y >= 0 && y < 28 && x >= 0 && x < 28 {
			want = values[(image*28+y)*28+x]
		}
		if got != want {
			t.Fatalf("image %d, row %d, column %d: %d, want %d", image, y, x, got, want)
		}
	}
}

func TestBadIDXFilesSayWhatIsWrong(t *testing.T) {
	image := make([]byte, 28*28)
	goodImages, goodLabels := idx([]uint32{0x803, 1, 28, 28}, image), idx([]uint32{0x801, 1}, []byte{3})
	for what, test := range map[string]struct {
		images, labels []byte
		says           string
	}{
		"labels as images":  {goodLabels, goodLabels, "magic"},
		"other image size":  {idx([]uint32{0x803, 1, 32, 32}, make([]byte, 1024)), goodLabels, "want 28"},
		"too few values":    {idx([]uint32{0x803, 2, 28, 28}, image), goodLabels, "promises 1568 values, the file has 784"},
		"too many values":   {idx([]uint32{0x803, 1, 28, 28}, append(image, 7)), goodLabels, "the file has more"},
		"absurd count":      {idx([]uint32{0x803, 1 << 31, 28, 28}, image), goodLabels, "2147483648 records"},
		"count of 0":        {idx([]uint32{0x803, 0, 28, 28}, nil), goodLabels, "0 records"},
		"truncated gzip":    {goodImages[:len(goodImages)-9], goodLabels, "EOF"},
		"not compressed":    {[]byte("0123456789abcdef"), goodLabels, "gzip"},
		"web page":          {[]byte("<html><body>404"), goodLabels, "web page"},
		"label 10":          {goodImages, idx([]uint32{0x801, 1}, []byte{10}), "label 10"},
		"more labels":       {goodImages, idx([]uint32{0x801, 2}, []byte{1, 2}), "1 images, but 2 labels"},
		"header is cut off": {idx([]uint32{0x803, 1}, nil), goodLabels, "header"},
	} {
		_, err := Load("fashion-mnist", "test", fashionFolder(t, test.images, test.labels))
		if err == nil || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), "gmnas data get fashion-mnist") {
			t.Errorf("%s: error %v, want one that says %q and the fix", what, err, test.says)
		}
	}
}

func TestRealFashionMNIST(t *testing.T) {
	s, err := Load("fashion-mnist", "test", realData(t))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("GMNAS_DATA has no Fashion-MNIST")
	}
	if err != nil {
		t.Fatal(err)
	}
	counts := make([]int, 10)
	for _, l := range s.Labels {
		counts[l]++
	}
	if !slices.Equal(counts, slices.Repeat([]int{1000}, 10)) || !slices.Equal(s.Labels[:10], []uint8{9, 2, 1, 1, 6, 1, 4, 6, 5, 7}) {
		t.Errorf("counts %v, first labels %v", counts, s.Labels[:10])
	}
}

func FuzzIDX(f *testing.F) {
	f.Add(idx([]uint32{0x803, 1, 28, 28}, make([]byte, 784)))
	f.Add(idx([]uint32{0x801, 3}, []byte{1, 2, 3}))
	f.Add(idx([]uint32{0x803, 4000, 28, 28}, nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		images, err := readIDX(data, idxImages, fashionSide, fashionSide)
		if err == nil && (len(images) == 0 || len(images)%784 != 0) {
			t.Fatalf("accepted %d values, no whole number of images", len(images))
		}
		if labels, err := readIDX(data, idxLabels); err == nil && (len(labels) == 0 || len(labels) > idxCount) {
			t.Fatalf("accepted %d labels", len(labels))
		}
	})
}
