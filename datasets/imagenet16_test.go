package datasets

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
)

// pickled is a batch of five images written by numpy 1.24.2: labels 1, 500, 120, 7, 121; image i has the value
// (31i + 7c + 3y + 5x) mod 256 in channel c, row y, column x; and a "mean" that the reader must pass over.
func pickled(t testing.TB, protocol int) []byte {
	data, err := os.ReadFile(fmt.Sprintf("testdata/imagenet16_protocol%d.pkl.gz", protocol))
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if data, err = io.ReadAll(z); err != nil {
		t.Fatal(err)
	}
	return data
}

func TestImageNet16KeepsTheFirst120Classes(t *testing.T) {
	for protocol := 2; protocol <= 4; protocol++ {
		s, err := Load("imagenet16-120", "test", folder(t, map[string][]byte{"imagenet16/val_data": pickled(t, protocol)}))
		if err != nil {
			t.Errorf("protocol %d: %v", protocol, err)
			continue
		}
		if !slices.Equal(s.Labels, []uint8{0, 119, 6}) {
			t.Errorf("protocol %d: labels %v, want 0, 119, 6", protocol, s.Labels)
		}
		for i, original := range []int{0, 2, 3} {
			for p, got := range s.Pixels[i*768:][:768] {
				c, y, x := p%3, p/48, p/3%16
				if want := uint8(31*original + 7*c + 3*y + 5*x); got != want {
					t.Fatalf("protocol %d, image %d, pixel (%d, %d, %d): %d, want %d", protocol, i, y, x, c, got, want)
				}
			}
		}
	}
}

func TestImageNet16NeedsEveryBatch(t *testing.T) {
	files := map[string][]byte{}
	for _, name := range imageNet16Files["train"] {
		files["imagenet16/"+name] = pickled(t, 4)
	}
	s, err := Load("imagenet16-120", "train", folder(t, files))
	if err != nil || s.Len() != 30 {
		t.Fatalf("ten batches of three images: %v, %v", s, err)
	}
	delete(files, "imagenet16/train_data_batch_7")
	if _, err := Load("imagenet16-120", "train", folder(t, files)); err == nil || !strings.Contains(err.Error(), "train_data_batch_7") {
		t.Fatalf("without batch 7: error %v does not name it", err)
	}
}

func TestBadImageNet16Files(t *testing.T) {
	good := pickled(t, 4)
	for what, test := range map[string]struct {
		data []byte
		says string
	}{
		"web page":           {[]byte("<!doctype html>"), "web page"},
		"truncated":          {good[:len(good)/2], "pickle"},
		"a call to a system": {[]byte("\x80\x02cos\nsystem\nX\x02\x00\x00\x00ls\x85R."), "allow-list"},
		"no dict":            {[]byte("\x80\x02]."), "is needed"},
		"label 0":            {bytes.Replace(good, []byte{'K', 7}, []byte{'K', 0}, 1), "label 3 is 0"},
		"other type":         {bytes.Replace(good, []byte("u1"), []byte("i1"), 1), "dtype u1"},
		"a label less":       {bytes.Replace(pickled(t, 2), []byte{'K', 120, 'K', 7}, []byte{'K', 120}, 1), "shape"},
	} {
		_, err := Load("imagenet16-120", "test", folder(t, map[string][]byte{"imagenet16/val_data": test.data}))
		if err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: error %v, want one that says %q", what, err, test.says)
		}
	}
}

func FuzzImageNet16(f *testing.F) {
	for protocol := 2; protocol <= 4; protocol++ {
		f.Add(pickled(f, protocol))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := &Set{Name: "imagenet16-120", Classes: 120, Height: 16, Width: 16, Channels: 3}
		if addImageNet16(s, data) == nil && s.Len() > 0 {
			if err := s.check(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
