package pickle

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"
)

// ErrGlobal is wrapped by the error for a name that isn't on the allow-list.
var ErrGlobal = errors.New("name is not on the allow-list")

var errShort = errors.New("ends too early")

type decoder struct {
	data    []byte
	at      int
	stack   []any
	marks   []int
	memo    map[uint32]any
	allowed []Global
}

// Decode reads one pickle of at most 128 MiB. The result is nil, bool, int64, float64, string, []byte, Global,
// Tuple, *List, *Dict or *Object; shared and cyclic references are kept, so don't walk it without a bound. Byte
// slices point into data. Errors name the byte and the opcode.
func Decode(data []byte, allowed []Global) (any, error) {
	if len(data) > maxBytes {
		return nil, fmt.Errorf("reading pickle: %d bytes, at most %d", len(data), maxBytes)
	}
	d := &decoder{data: data, memo: map[uint32]any{}, allowed: allowed}
	for range maxSteps {
		start := d.at
		op, err := d.take(1)
		if err != nil {
			return nil, fmt.Errorf("reading pickle: byte %d: %w: no stop opcode", start, err)
		}
		if op[0] == opStop {
			value, err := d.pop()
			if err != nil {
				return nil, fmt.Errorf("reading pickle: byte %d: %w", start, err)
			}
			return value, nil
		}
		if err := d.step(op[0]); err != nil {
			return nil, fmt.Errorf("reading pickle: byte %d, opcode %#02x: %w", start, op[0], err)
		}
	}
	return nil, fmt.Errorf("reading pickle: byte %d: more than %d opcodes", d.at, maxSteps)
}

// step does one opcode. Each pushes at most one value, so memory is bounded by the input.
func (d *decoder) step(op byte) error {
	switch op {
	case opProto:
		version, err := d.number(1)
		if err == nil && (version < 2 || version > 5) {
			err = fmt.Errorf("protocol %d, must be 2 to 5", version)
		}
		return err
	case opFrame:
		size, err := d.number(8)
		if err == nil && size > uint64(len(d.data)-d.at) {
			err = errShort
		}
		return err
	case opNone:
		return d.push(nil)
	case opNewTrue:
		return d.push(true)
	case opNewFalse:
		return d.push(false)
	case opBinInt, opBinInt1, opBinInt2, opBinFloat:
		return d.numeral(op)
	case opBinUnicode, opShortBinText, opBinBytes, opShortBinBytes, opByteArray8:
		return d.bytes(op)
	case opEmptyDict:
		return d.push(&Dict{})
	case opEmptyList:
		return d.push(&List{})
	case opMark, opEmptyTuple, opTuple, opTuple1, opTuple2, opTuple3, opAppend, opAppends, opSetItem, opSetItems:
		return d.collect(op)
	case opMemoize, opBinPut, opLongBinPut, opBinGet, opLongBinGet:
		return d.remember(op)
	case opGlobal, opStackGlobal, opReduce, opNewObj, opBuild:
		return d.record(op)
	}
	return errors.New("opcode is not in the subset that gmnas reads")
}

func (d *decoder) numeral(op byte) error {
	width := map[byte]int{opBinInt: 4, opBinInt1: 1, opBinInt2: 2}[op]
	if op == opBinFloat {
		raw, err := d.take(8)
		if err != nil {
			return err
		}
		return d.push(math.Float64frombits(binary.BigEndian.Uint64(raw)))
	}
	n, err := d.number(width)
	if err != nil {
		return err
	}
	if op == opBinInt {
		return d.push(int64(int32(uint32(n))))
	}
	return d.push(int64(n))
}

func (d *decoder) bytes(op byte) error {
	width := 1
	switch op {
	case opBinUnicode, opBinBytes:
		width = 4
	case opByteArray8:
		width = 8
	}
	size, err := d.number(width)
	if err != nil {
		return err
	}
	if size > uint64(len(d.data)-d.at) {
		return errShort
	}
	raw, err := d.take(int(size))
	if err != nil {
		return err
	}
	if op == opBinUnicode || op == opShortBinText {
		if !utf8.Valid(raw) {
			return errors.New("text is not UTF-8")
		}
		return d.push(string(raw))
	}
	return d.push(raw)
}

// line reads text up to a line feed, bounded.
func (d *decoder) line() (string, error) {
	rest := d.data[d.at:min(len(d.data), d.at+maxGlobal)]
	end := slices.Index(rest, '\n')
	if end < 0 {
		return "", errShort
	}
	d.at += end + 1
	return string(rest[:end]), nil
}

func (d *decoder) take(n int) ([]byte, error) {
	if n > len(d.data)-d.at {
		return nil, errShort
	}
	raw := d.data[d.at : d.at+n]
	d.at += n
	return raw, nil
}

// number reads a little-endian unsigned number of 1 to 8 bytes.
func (d *decoder) number(width int) (uint64, error) {
	raw, err := d.take(width)
	if err != nil {
		return 0, err
	}
	var wide [8]byte
	copy(wide[:], raw)
	return binary.LittleEndian.Uint64(wide[:]), nil
}
