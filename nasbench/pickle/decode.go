package pickle

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"
)

// Opcodes of the subset, as Python's pickletools names them.
const (
	opMark          = '('
	opStop          = '.'
	opBinFloat      = 'G'
	opBinInt        = 'J'
	opBinInt1       = 'K'
	opBinInt2       = 'M'
	opNone          = 'N'
	opReduce        = 'R'
	opBinUnicode    = 'X'
	opAppend        = 'a'
	opBuild         = 'b'
	opGlobal        = 'c'
	opBinGet        = 'h'
	opLongBinGet    = 'j'
	opAppends       = 'e'
	opBinPut        = 'q'
	opLongBinPut    = 'r'
	opSetItem       = 's'
	opTuple         = 't'
	opSetItems      = 'u'
	opEmptyDict     = '}'
	opEmptyList     = ']'
	opEmptyTuple    = ')'
	opBinBytes      = 'B'
	opShortBinBytes = 'C'
	opProto         = 0x80
	opNewObj        = 0x81
	opTuple1        = 0x85
	opTuple2        = 0x86
	opTuple3        = 0x87
	opNewTrue       = 0x88
	opNewFalse      = 0x89
	opShortBinText  = 0x8c
	opStackGlobal   = 0x93
	opMemoize       = 0x94
	opFrame         = 0x95
	opByteArray8    = 0x96
)

// Bounds on what one pickle may ask for; the public files need 3 MB, 10 marks and 50,000 opcodes.
const (
	maxBytes  = 32 << 20
	maxSteps  = 2 << 20 // opcodes, each makes at most one value
	maxMarks  = 256     // nested
	maxGlobal = 256     // bytes of a name
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

// Decode reads one pickle of at most 32 MiB. The result is nil, bool, int64, float64, string, []byte, Global,
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

func (d *decoder) collect(op byte) error {
	switch op {
	case opMark:
		if len(d.marks) == maxMarks {
			return fmt.Errorf("more than %d nested marks", maxMarks)
		}
		d.marks = append(d.marks, len(d.stack))
		return nil
	case opEmptyTuple:
		return d.push(Tuple{})
	case opTuple1, opTuple2, opTuple3:
		items, err := d.popN(int(op-opTuple1) + 1)
		if err != nil {
			return err
		}
		return d.push(Tuple(items))
	case opAppend:
		items, err := d.popN(1)
		if err != nil {
			return err
		}
		return d.extend(items)
	case opSetItem:
		items, err := d.popN(2)
		if err != nil {
			return err
		}
		return d.set(items)
	}
	items, err := d.popMark()
	if err != nil {
		return err
	}
	switch op {
	case opTuple:
		return d.push(Tuple(items))
	case opAppends:
		return d.extend(items)
	default:
		return d.set(items)
	}
}

func (d *decoder) extend(items []any) error {
	list, err := top[*List](d)
	if err == nil {
		list.Items = append(list.Items, items...)
	}
	return err
}

func (d *decoder) set(items []any) error {
	dict, err := top[*Dict](d)
	if err != nil {
		return err
	}
	if len(items)%2 != 0 {
		return errors.New("odd number of keys and values")
	}
	for pair := range slices.Chunk(items, 2) {
		dict.Keys = append(dict.Keys, pair[0])
		dict.Values = append(dict.Values, pair[1])
	}
	return nil
}

func (d *decoder) remember(op byte) error {
	key := uint64(len(d.memo))
	if op != opMemoize {
		width := 1
		if op == opLongBinGet || op == opLongBinPut {
			width = 4
		}
		var err error
		if key, err = d.number(width); err != nil {
			return err
		}
	}
	if op == opBinGet || op == opLongBinGet {
		value, ok := d.memo[uint32(key)]
		if !ok {
			return fmt.Errorf("memo has no entry %d", key)
		}
		return d.push(value)
	}
	value, err := top[any](d)
	if err == nil {
		d.memo[uint32(key)] = value
	}
	return err
}

func (d *decoder) record(op byte) error {
	switch op {
	case opGlobal:
		module, err := d.line()
		if err != nil {
			return err
		}
		name, err := d.line()
		if err != nil {
			return err
		}
		return d.global(module, name)
	case opStackGlobal:
		items, err := d.popN(2)
		if err != nil {
			return err
		}
		module, okModule := items[0].(string)
		name, okName := items[1].(string)
		if !okModule || !okName {
			return errors.New("module and name must be text")
		}
		return d.global(module, name)
	case opReduce, opNewObj:
		items, err := d.popN(2)
		if err != nil {
			return err
		}
		callable, okCallable := items[0].(Global)
		args, okArgs := items[1].(Tuple)
		if !okCallable || !okArgs {
			return fmt.Errorf("a call needs a name and a tuple, has %T and %T", items[0], items[1])
		}
		return d.push(&Object{Global: callable, Args: args})
	default:
		items, err := d.popN(1)
		if err != nil {
			return err
		}
		object, err := top[*Object](d)
		if err != nil {
			return err
		}
		if object.State != nil {
			return errors.New("an object's state is set twice")
		}
		object.State = items[0]
		return nil
	}
}

func (d *decoder) global(module, name string) error {
	if len(module)+len(name) > maxGlobal {
		return fmt.Errorf("%w: %d bytes long", ErrGlobal, len(module)+len(name))
	}
	g := Global(module + "." + name)
	if !slices.Contains(d.allowed, g) {
		return fmt.Errorf("%w: %q", ErrGlobal, g)
	}
	return d.push(g)
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
