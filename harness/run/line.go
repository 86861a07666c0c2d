package run

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// Longest lines that are read. A job holds its inputs' curves and distance matrices.
const (
	maxOrder = 64 << 20
	maxReply = 1 << 20
)

var errLongLine = errors.New("line too long")

// readLine returns the next line without its end, and errLongLine for one of more than limit bytes, which it skips.
// The last line need not be ended; a worker or coordinator that was killed in the middle leaves such a line.
func readLine(r *bufio.Reader, limit int) ([]byte, error) {
	var line []byte
	long := false
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > limit+1 {
			long, line = true, nil
		}
		if !long {
			line = append(line, part...)
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err == io.EOF && (long || len(line) > 0):
			err = nil
		case err != nil:
			return nil, err
		}
		if long {
			return nil, errLongLine
		}
		return bytes.TrimRight(line, "\r\n"), nil
	}
}

// parseReply returns the reply in a line, or false where the line is something that a library printed.
func parseReply(line []byte) (reply, bool) {
	var r reply
	if json.Unmarshal(line, &r) != nil {
		return reply{}, false
	}
	set := 0
	for _, is := range []bool{r.Hello != nil, r.Progress != nil, r.Finished != "", r.Stopped != "", r.Failed != nil} {
		if is {
			set++
		}
	}
	return r, set == 1
}

// parseOrder returns the order in a line.
func parseOrder(line []byte) (order, error) {
	var o order
	if err := json.Unmarshal(line, &o); err != nil {
		return order{}, err
	}
	if (o.Job != nil) == o.Cancel {
		return order{}, errors.New("an order is either a job or a cancel")
	}
	return o, nil
}
