package results

import "encoding/binary"

// column is a value of a row: a text, a whole number or, with neither, NULL.
type column struct {
	kind   byte // 't', 'i' or 'n'
	text   string
	number int64
}

// mostColumns is more than any of our rows has.
const mostColumns = 9

// cells calls f with everything in a page that reads as a row of texts, whole numbers and NULLs, wherever it
// begins: a page's own directory of its rows may be damaged. So f must check what it gets.
func (p *pages) cells(page []byte, f func([]column)) {
	types := make([]uint64, 0, mostColumns)
	for at := range p.usable {
		length, n := varint(page[at:p.usable])
		if n == 0 || length < 4 || length > maxPayload {
			continue
		}
		_, m := varint(page[at+n : p.usable]) // the row's number
		if m == 0 {
			continue
		}
		begin := at + n + m
		var ok bool
		if types, ok = recordHeader(types[:0], page[begin:min(p.usable, begin+p.local(int(length)))], int(length)); !ok {
			continue
		}
		for _, latest := range []bool{true, false} {
			payload, ok := p.payload(page, begin, int(length), latest)
			if !ok {
				continue
			}
			f(columns(types, payload))
			if p.local(int(length)) == int(length) {
				break // no other version of its end
			}
		}
	}
}

// recordHeader appends the types of a row's columns where its header fits a payload of exactly that length.
func recordHeader(types []uint64, b []byte, length int) (all []uint64, ok bool) {
	header, n := varint(b)
	if n == 0 || header < 2 || header > uint64(len(b)) {
		return types, false
	}
	total := int(header)
	for at := n; at < int(header); {
		t, n := varint(b[at:header])
		size, known := width(t)
		if n == 0 || !known || len(types) == mostColumns {
			return types, false
		}
		types = append(types, t)
		at += n
		if total += size; total > length {
			return types, false
		}
	}
	return types, total == length
}

// width returns the bytes of a column of that type; false for fractions and bytes, which no row of ours has.
func width(t uint64) (int, bool) {
	switch {
	case t <= 4:
		return int(t), true
	case t == 5:
		return 6, true
	case t == 6:
		return 8, true
	case t == 8 || t == 9:
		return 0, true
	case t >= 13 && t%2 == 1 && t < 2*maxPayload:
		return int(t-13) / 2, true
	}
	return 0, false
}

// columns cuts a payload that recordHeader accepted into its columns.
func columns(types []uint64, payload []byte) []column {
	header, _ := varint(payload)
	rest := payload[header:]
	list := make([]column, len(types))
	for i, t := range types {
		size, _ := width(t)
		switch field := rest[:size]; {
		case t == 0:
			list[i].kind = 'n'
		case t >= 13:
			list[i] = column{kind: 't', text: string(field)}
		case t >= 8:
			list[i] = column{kind: 'i', number: int64(t - 8)}
		default:
			var wide [8]byte
			if field[0] >= 0x80 {
				wide = [8]byte{255, 255, 255, 255, 255, 255, 255, 255}
			}
			copy(wide[8-size:], field)
			list[i] = column{kind: 'i', number: int64(binary.BigEndian.Uint64(wide[:]))}
		}
		rest = rest[size:]
	}
	return list
}

// varint reads SQLite's variable-length number: seven bits a byte, the highest first, all eight of a ninth byte. It
// returns how many bytes it has, 0 where b ends before.
func varint(b []byte) (value uint64, n int) {
	for i, c := range b {
		if i == 8 {
			return value<<8 | uint64(c), 9
		}
		value = value<<7 | uint64(c&0x7f)
		if c < 0x80 {
			return value, i + 1
		}
	}
	return 0, 0
}
