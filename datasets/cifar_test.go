package datasets

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// cifarBytes are n records of a layout: record i has label i % classes, and the pixel (channel c, position p) is i + 100c + p.
func cifarBytes(f cifarFormat, n int) []byte {
	var data []byte
	for i := range n {
		if f.labels == 2 {
			data = append(data, uint8(i%f.coarse))
		}
		data = append(data, uint8(i%f.classes))
		for c := range 3 {
			for p := range cifarPlane {
				data = append(data, uint8(i+100*c+p))
			}
		}
	}
	return data
}

// folder is a data folder with the given files.
func folder(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestCIFARBatchesThatAreThereAreJoinedInOrder(t *testing.T) {
	dir := folder(t, map[string][]byte{
		"cifar-10-batches-bin/data_batch_4.bin": cifarBytes(cifar10, 3),
		"cifar-10-batches-bin/data_batch_2.bin": cifarBytes(cifar10, 12),
	})
	s, err := Load("cifar10", "train", dir)
	if err != nil {
		t.Fatal(err)
	}
	if want := []uint8{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 0, 1, 2}; !slices.Equal(s.Labels, want) {
		t.Fatalf("labels %v, want %v", s.Labels, want)
	}
	if got := s.Pixels[13*3072:][33*3 : 33*3+3]; !slices.Equal(got, []uint8{34, 134, 234}) { // record 1 of batch 4, row 1, column 1
		t.Fatalf("pixel is %v, want red 34, green 134, blue 234", got)
	}
}

func TestCIFAR100UsesTheFineLabel(t *testing.T) {
	dir := folder(t, map[string][]byte{"cifar-100-binary/test.bin": cifarBytes(cifar100, 45)})
	s, err := Load("cifar100", "test", dir)
	if err != nil {
		t.Fatal(err)
	}
	if s.Classes != 100 || s.Labels[44] != 44 {
		t.Fatalf("%d classes, label %d, want 100 and 44", s.Classes, s.Labels[44])
	}
}

func TestBadCIFARFilesSayWhatIsWrongAndTheFix(t *testing.T) {
	tooHigh := cifarBytes(cifar10, 2)
	tooHigh[3073] = 10
	tooCoarse := cifarBytes(cifar100, 1)
	tooCoarse[0] = 20
	both := slices.Repeat(cifarBytes(cifar100, 1), 3073) // divisible by both record lengths
	for _, test := range []struct {
		what, set, path string
		data            []byte
		says            []string
	}{
		{"CIFAR-100 as CIFAR-10 (B9)", "cifar10", "cifar-10-batches-bin/test_batch.bin", cifarBytes(cifar100, 5),
			[]string{"15370 bytes", "3073 bytes", "cifar100 records of 3074 bytes"}},
		{"CIFAR-10 as CIFAR-100", "cifar100", "cifar-100-binary/test.bin", cifarBytes(cifar10, 5),
			[]string{"3074 bytes", "cifar10 records of 3073 bytes"}},
		{"CIFAR-100 as CIFAR-10, size fits both", "cifar10", "cifar-10-batches-bin/test_batch.bin", both,
			[]string{"label", "not below 10", "cifar100 records of 3074"}},
		{"truncated", "cifar10", "cifar-10-batches-bin/test_batch.bin", cifarBytes(cifar10, 3)[:7000], []string{"7000 bytes", "3073"}},
		{"empty", "cifar10", "cifar-10-batches-bin/test_batch.bin", nil, []string{"0 bytes"}},
		{"web page", "cifar10", "cifar-10-batches-bin/test_batch.bin", []byte("\n<!DOCTYPE html><title>Sign in</title>"), []string{"web page"}},
		{"label 10", "cifar10", "cifar-10-batches-bin/test_batch.bin", tooHigh, []string{"record 1", "label 10"}},
		{"coarse label 20", "cifar100", "cifar-100-binary/test.bin", tooCoarse, []string{"coarse label 20"}},
		{"absent", "cifar10", "elsewhere", nil, []string{"test_batch.bin"}},
	} {
		_, err := Load(test.set, "test", folder(t, map[string][]byte{test.path: test.data}))
		if err == nil {
			t.Errorf("%s: no error", test.what)
			continue
		}
		for _, want := range append(test.says, "`gmnas data get "+test.set+" --data ") {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %q does not say %q", test.what, err, want)
			}
		}
	}
}

func TestLoadNamesTheSetsAndParts(t *testing.T) {
	if _, err := Load("cifar-10", "train", ""); err == nil || !strings.Contains(err.Error(), "imagenet16-120") {
		t.Errorf("an unknown set's error %v does not list the sets", err)
	}
	if _, err := Load("cifar10", "valid", ""); err == nil || !strings.Contains(err.Error(), "train or test") {
		t.Errorf("an unknown part's error %v does not name the parts", err)
	}
	for _, name := range Names {
		if _, err := Standard(name, 32); err != nil {
			t.Error(err)
		}
	}
}

// realData is the folder of real data, or the test is skipped.
func realData(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("GMNAS_DATA")
	if dir == "" {
		t.Skip("GMNAS_DATA is not set: no real data to check")
	}
	return dir
}

func TestRealCIFAR10(t *testing.T) {
	dir := realData(t)
	for _, want := range []struct {
		part   string
		labels []uint8
		pixel  []uint8
		counts []int // of the first 4,000 and 1,000 records
	}{
		{"train", []uint8{6, 9, 9, 4, 1, 1, 2, 7, 8, 3}, []uint8{59, 62, 63}, []int{396, 366, 420, 384, 422, 393, 414, 385, 407, 413}},
		{"test", []uint8{3, 8, 8, 0, 6, 6, 1, 6, 3, 1}, []uint8{158, 112, 49}, []int{103, 89, 100, 103, 90, 86, 112, 102, 106, 109}},
	} {
		s, err := Load("cifar10", want.part, dir)
		if errors.Is(err, fs.ErrNotExist) {
			t.Skip("GMNAS_DATA has no CIFAR-10")
		}
		if err != nil {
			t.Fatal(err)
		}
		total := 0
		for _, n := range want.counts {
			total += n
		}
		s, err = s.First(total)
		if err != nil {
			t.Fatal(err)
		}
		counts := make([]int, 10)
		for _, l := range s.Labels {
			counts[l]++
		}
		if !slices.Equal(counts, want.counts) || !slices.Equal(s.Labels[:10], want.labels) || !slices.Equal(s.Pixels[:3], want.pixel) {
			t.Errorf("%s: counts %v, labels %v, first pixel %v, want %v, %v, %v",
				want.part, counts, s.Labels[:10], s.Pixels[:3], want.counts, want.labels, want.pixel)
		}
	}
}

func FuzzCIFAR(f *testing.F) {
	f.Add(cifarBytes(cifar10, 2))
	f.Add(cifarBytes(cifar100, 1))
	f.Add([]byte("<html>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, format := range []cifarFormat{cifar10, cifar100} {
			s := format.empty()
			if err := format.add(s, data); err != nil {
				continue
			}
			if err := s.check(); err != nil {
				t.Fatalf("accepted as %s, but %v", format.name, err)
			}
			if s.Len()*format.record() != len(data) {
				t.Fatalf("%d records of %d bytes", s.Len(), len(data))
			}
		}
	})
}
