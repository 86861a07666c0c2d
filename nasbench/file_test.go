package nasbench

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// write puts bytes into a new file.
func write(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTableFileIsReadAsWritten(t *testing.T) {
	table := madeUp(t)
	dir := t.TempDir()
	path := filepath.Join(dir, FileName)
	for range 2 { // the second time over the first
		if err := table.WriteFile(path); err != nil {
			t.Fatal(err)
		}
	}
	back, err := Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(back.encode(), table.encode()) || back.Hash() != table.Hash() {
		t.Error("the table changed")
	}
	if !reflect.DeepEqual(back.counts, table.counts) || !reflect.DeepEqual(back.row, table.row) {
		t.Error("what is derived changed")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left over: %v, %v", entries, err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() > 1_000_000 {
		t.Errorf("%d bytes, at most 1 MB: %v", info.Size(), err)
	}
	if err := table.WriteFile(filepath.Join(dir, "absent", FileName)); err == nil {
		t.Error("wrote into a folder that isn't there")
	}
}

func TestDamagedTableFiles(t *testing.T) {
	file := madeUp(t).encode()
	flip := func(at int) []byte {
		data := bytes.Clone(file)
		data[at] ^= 1
		return data
	}
	for name, c := range map[string]struct {
		data  []byte
		wants []string
	}{
		"empty":            {nil, []string{"0 bytes"}},
		"an HTML page":     {[]byte("<html>" + strings.Repeat(" ", 100)), []string{"not a table"}},
		"another version":  {flip(8), []string{"version 0, this program reads 1"}},
		"truncated":        {file[:len(file)/2], []string{"SHA-256", "expected", hex.EncodeToString(file[16:48])}},
		"longer":           {append(bytes.Clone(file), 0), []string{"expected"}},
		"flipped in body":  {flip(headerSize + 200000), []string{"SHA-256", "expected", hex.EncodeToString(file[16:48])}},
		"flipped in hash":  {flip(16), []string{"SHA-256", "expected"}},
		"flipped in size":  {flip(12), []string{"expected"}},
		"much too big":     {make([]byte, 20_000_000), []string{"at most"}},
		"forged, 9 seeds":  {forged(file, 96+2*Size, 9), []string{"row 0: 9 seeds"}},
		"forged, no index": {forged(file, 96, 0xff, 0xff), []string{"row 0: architecture 65535"}},
		"forged, repeated": {forged(file, 96, file[headerSize+98], file[headerSize+99]), []string{"row 1", "there twice"}},
		"forged, count":    {forged(file, 96+3*Size, 0xfe, 0xff), []string{"row 0, seed 1: 65534 right answers of 25000"}},
		"forged, source":   {forged(file, 0, 0), []string{"nats_bench.csv", "registered"}},
	} {
		_, err := Open(write(t, FileName, c.data))
		if err == nil {
			t.Errorf("%s: opened", name)
			continue
		}
		for _, want := range append(c.wants, FileName) {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %q lacks %q", name, err, want)
			}
		}
	}
	if _, err := Open(t.TempDir()); err == nil {
		t.Error("a folder was opened")
	}
}

// forged changes a file's payload and makes the hash fit.
func forged(file []byte, at int, values ...byte) []byte {
	data := bytes.Clone(file)
	copy(data[headerSize+at:], values)
	return seal(data)
}

func seal(data []byte) []byte {
	digest, err := hex.DecodeString(sum(data[headerSize:]))
	if err != nil {
		panic(err)
	}
	copy(data[16:], digest)
	return data
}

// Whatever is written over the payload of a well-formed file, the table answers within bounds or isn't opened.
func FuzzTable(f *testing.F) {
	file := madeUp(f).encode()
	f.Add(uint32(0), []byte{1})
	f.Add(uint32(headerSize+96), []byte{0xff, 0xff})
	f.Add(uint32(headerSize+96+2*Size), []byte{9})
	f.Add(uint32(headerSize+96+3*Size), []byte{0xff, 0xff, 0xff, 0xfe})
	f.Add(uint32(len(file)-8), []byte{0, 0, 0, 0, 0, 0, 0xf0, 0xff})
	f.Fuzz(func(t *testing.T, at uint32, patch []byte) {
		data := bytes.Clone(file)
		copy(data[int(at)%len(data):], patch)
		binary.LittleEndian.PutUint32(data[12:], uint32(len(data)-headerSize))
		table, err := decode(seal(data))
		if err != nil {
			return
		}
		for c := range columns {
			for row := range Size {
				if v, ok := table.value(c, row); ok && !(v.Accuracy >= 0 && v.Accuracy <= 100 && v.N >= 1 && v.N <= 3) {
					t.Fatalf("column %d, row %d: %+v", c, row, v)
				}
			}
		}
		if !bytes.Equal(table.payload(), data[headerSize:]) {
			t.Error("written differently from how it was read")
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	path := write(b, FileName, madeUp(b).encode())
	b.ReportAllocs()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var table *Table
	for b.Loop() {
		var err error
		if table, err = Open(path); err != nil {
			b.Fatal(err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc), "bytes-held")
	runtime.KeepAlive(table)
}
