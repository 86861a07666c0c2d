package nasbench

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
)

// FileName is the table's name in a data folder.
const FileName = "nasbench201.table"

// A table file is a header of 48 bytes, magic, version, payload length and the payload's SHA-256, and the
// payload: the sources' hashes, then one column after the other, little-endian, rows in NATS-Bench's order.
const (
	magic      = "gmnasNB\n"
	version    = 1
	headerSize = len(magic) + 4 + 4 + 32
	// Three hashes; for each row index (2), seeds (1), 3 single seeds (6), 11 counts (22), parameters (4),
	// 3 training times (24).
	payloadSize = 3*32 + Size*(2+1+6+22+4+24)
	absent      = math.MaxUint16 // a missing count
)

// mend ends each message about what a data folder lacks or has damaged.
func mend(dir string) string {
	return fmt.Sprintf("mend it with `gmnas data get %s --data %s`", Folder, dir)
}

// Open reads a table file. A truncated or altered file is an error with expected and actual size and SHA-256.
func Open(path string) (*Table, error) {
	data, err := readBounded(path, int64(headerSize+payloadSize)*4)
	if err != nil {
		return nil, fmt.Errorf("opening nasbench table: %w", err)
	}
	t, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("opening nasbench table %s: %w; %s", path, err, mend(filepath.Dir(path)))
	}
	return t, nil
}

// WriteFile writes the table to a temporary file beside path and renames it, so that path is whole or absent.
func (t *Table) WriteFile(path string) error {
	temp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("writing nasbench table: %w", err)
	}
	defer os.Remove(temp.Name()) // fails once renamed
	_, err = temp.Write(t.encode())
	err = errors.Join(err, temp.Chmod(0o644), temp.Sync(), temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("writing nasbench table: %w", err)
	}
	return nil
}

// encode returns the file's bytes and is the only place that knows how t.hash comes about.
func (t *Table) encode() []byte {
	payload := t.payload()
	file := append([]byte(magic), make([]byte, headerSize-len(magic))...)
	binary.LittleEndian.PutUint32(file[8:], version)
	binary.LittleEndian.PutUint32(file[12:], uint32(len(payload)))
	digest, _ := hex.DecodeString(sum(payload)) // sum writes hex
	copy(file[16:], digest)
	return append(file, payload...)
}

func (t *Table) payload() []byte {
	little := binary.LittleEndian
	var out []byte
	for _, source := range Sources {
		digest, _ := hex.DecodeString(source.SHA256) // constants, checked by a test
		out = append(out, digest...)
	}
	for _, index := range t.index {
		out = little.AppendUint16(out, index)
	}
	out = append(out, t.seeds[:]...)
	for _, list := range t.stored() {
		for _, count := range list {
			out = little.AppendUint16(out, uint16(min(count, absent)))
		}
	}
	for _, params := range t.params {
		out = little.AppendUint32(out, params)
	}
	for _, list := range t.seconds {
		for _, seconds := range list {
			out = little.AppendUint64(out, math.Float64bits(seconds))
		}
	}
	return out
}

// stored lists the count columns of a file: single seeds, then all of columns but the first, which is their sum.
func (t *Table) stored() []*[Size]uint32 {
	var list []*[Size]uint32
	for i := range t.single {
		list = append(list, &t.single[i])
	}
	for c := 1; c < len(columns); c++ {
		list = append(list, &t.counts[c])
	}
	return list
}

// decode reads what encode writes, and checks every number.
func decode(data []byte) (*Table, error) {
	little := binary.LittleEndian
	if len(data) < headerSize || string(data[:8]) != magic {
		return nil, fmt.Errorf("not a table: %d bytes, must begin with %q and a header of %d bytes", len(data), magic, headerSize)
	}
	if got := little.Uint32(data[8:]); got != version {
		return nil, fmt.Errorf("table version %d, this program reads %d", got, version)
	}
	payload := data[headerSize:]
	size, expected, actual := int(little.Uint32(data[12:])), hex.EncodeToString(data[16:48]), sum(payload)
	if size != payloadSize || len(payload) != size || actual != expected {
		return nil, fmt.Errorf("%d bytes with SHA-256 %s after the header, expected %d bytes with %s", len(payload), actual, payloadSize, expected)
	}
	t := &Table{hash: actual}
	next := func(n int) []byte {
		field := payload[:n]
		payload = payload[n:]
		return field
	}
	for _, source := range Sources {
		if got := hex.EncodeToString(next(32)); got != source.SHA256 {
			return nil, fmt.Errorf("joined from a %s with SHA-256 %s, registered is %s", source.Name, got, source.SHA256)
		}
	}
	for row := range t.index {
		t.index[row] = little.Uint16(next(2))
	}
	copy(t.seeds[:], next(Size))
	for _, list := range t.stored() {
		for row := range list {
			if list[row] = uint32(little.Uint16(next(2))); list[row] == absent {
				list[row] = missing
			}
		}
	}
	for row := range t.params {
		t.params[row] = little.Uint32(next(4))
	}
	for i := range t.seconds {
		for row := range t.seconds[i] {
			t.seconds[i][row] = math.Float64frombits(little.Uint64(next(8)))
		}
	}
	return t, t.complete()
}

// complete fills in what follows from the stored columns, and returns an error that names the first number that
// can't be.
func (t *Table) complete() error {
	for row := range t.row {
		t.row[row] = Size // not given yet
	}
	for row, index := range t.index {
		if index >= Size || t.row[index] != Size {
			return fmt.Errorf("row %d: architecture %d is out of range or there twice", row, index)
		}
		t.row[index] = uint16(row)
	}
	for row, seeds := range t.seeds {
		if seeds < 1 || seeds > 3 {
			return fmt.Errorf("row %d: %d seeds, must be 1 to 3", row, seeds)
		}
		total := uint32(0)
		for seed := range t.single {
			count := t.single[seed][row]
			switch {
			case seed >= int(seeds) && count != missing:
				return fmt.Errorf("row %d: accuracy of seed %d of %d", row, seed+1, seeds)
			case seed >= int(seeds) || total == missing:
			case count == missing:
				total = missing
			case count > uint32(columns[0].images):
				return fmt.Errorf("row %d, seed %d: %d right answers of %d", row, seed+1, count, columns[0].images)
			default:
				total += count
			}
		}
		t.counts[0][row] = total
		for c := range columns {
			if count := t.counts[c][row]; count != missing && count > uint32(t.images(c, row)) {
				return fmt.Errorf("row %d, column %d: %d right answers of %d", row, c, count, t.images(c, row))
			}
		}
		for i := range t.seconds {
			if s := t.seconds[i][row]; s <= 0 || math.IsInf(s, 0) {
				return fmt.Errorf("row %d: training time of %g seconds", row, s)
			}
		}
	}
	return nil
}
