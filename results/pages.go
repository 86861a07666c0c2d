package results

import (
	"encoding/binary"
	"io"
	"math"
	"math/bits"
)

// maxPayload bounds a row that is read out of pages.
const maxPayload = 64 << 20

// pages reads a database file and its write-ahead log page by page, without SQLite and without trust in any number
// that they hold. The formats are SQLite's, https://sqlite.org/fileformat2.html.
type pages struct {
	size      int64 // bytes of a page
	usable    int   // of these, without the reserved end
	file, log io.ReaderAt
	last      uint32           // number of the file's last page
	frames    []int64          // offsets of the log's pages
	newest    map[uint32]int64 // page number -> offset of its latest version in the log
}

// A frame of the log is a header of 24 bytes and a page; before the first one are 32 bytes.
const (
	logHeader   = 32
	frameHeader = 24
)

// newPages takes a file and a log, which may be empty, of so many bytes.
func newPages(file io.ReaderAt, fileSize int64, log io.ReaderAt, logSize int64) *pages {
	p := &pages{size: 4096, file: file, log: log, newest: map[uint32]int64{}}
	var header, begin [logHeader]byte
	file.ReadAt(header[:], 0) // where it is damaged or missing, the size above stays
	log.ReadAt(begin[:], 0)
	for _, size := range []int64{int64(binary.BigEndian.Uint32(begin[8:])), int64(binary.BigEndian.Uint16(header[16:]))} {
		if size == 1 {
			size = 1 << 16 // the file's header can't say it otherwise
		}
		if size >= 512 && size <= 1<<16 && bits.OnesCount64(uint64(size)) == 1 {
			p.size = size
		}
	}
	p.usable = int(p.size)
	if reserved := int(header[20]); p.usable-reserved >= 480 {
		p.usable -= reserved
	}
	p.last = uint32(min((fileSize+p.size-1)/p.size, math.MaxUint32))
	// Frames of an earlier pass over the log have another salt: their rows are looked at, but they don't count as the latest.
	for at := int64(logHeader); at+frameHeader+p.size <= logSize; at += frameHeader + p.size {
		var frame [frameHeader]byte
		if _, err := log.ReadAt(frame[:], at); err != nil {
			continue
		}
		p.frames = append(p.frames, at+frameHeader)
		if string(frame[8:16]) == string(begin[16:24]) {
			p.newest[binary.BigEndian.Uint32(frame[:])] = at + frameHeader
		}
	}
	return p
}

// each calls f with every page of the file and of the log that can be read. A last page that is cut short ends in zeros.
func (p *pages) each(f func(page []byte)) {
	page := make([]byte, p.size)
	for n := range p.last {
		if p.read(p.file, int64(n)*p.size, page) {
			f(page)
		}
	}
	for _, at := range p.frames {
		if p.read(p.log, at, page) {
			f(page)
		}
	}
}

func (p *pages) read(f io.ReaderAt, at int64, page []byte) bool {
	n, err := f.ReadAt(page, at)
	clear(page[n:])
	return err == nil || err == io.EOF && n > 0
}

// overflow reads page n, in its latest version or in the file's.
func (p *pages) overflow(n uint32, latest bool, page []byte) bool {
	if at, ok := p.newest[n]; ok && latest {
		return p.read(p.log, at, page)
	}
	return n > 0 && n <= p.last && p.read(p.file, int64(n-1)*p.size, page)
}

// payload returns the whole payload of a row of so many bytes, of which page holds the beginning from at on; false
// where that can't be.
func (p *pages) payload(page []byte, at, length int, latest bool) ([]byte, bool) {
	local := p.local(length)
	if at+local > p.usable {
		return nil, false
	}
	whole := append([]byte(nil), page[at:at+local]...)
	if local == length {
		return whole, true
	}
	if at+local+4 > p.usable {
		return nil, false
	}
	next := binary.BigEndian.Uint32(page[at+local:])
	more := make([]byte, p.size)
	for len(whole) < length {
		if !p.overflow(next, latest, more) {
			return nil, false
		}
		next = binary.BigEndian.Uint32(more)
		whole = append(whole, more[4:min(p.usable, 4+length-len(whole))]...)
	}
	return whole, true
}

// local is how many bytes of a payload lie in the row's own page.
func (p *pages) local(length int) int {
	most, least := p.usable-35, (p.usable-12)*32/255-23
	if length <= most {
		return length
	}
	if k := least + (length-least)%(p.usable-4); k <= most {
		return k
	}
	return least
}
