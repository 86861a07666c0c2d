package supernet

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"

	"gmnas/harness/engine/kernel"
)

// trained is what a step of training changes.
func (p *Parameters) trained() []kernel.Mem { return []kernel.Mem{p.Weights, p.Momentum, p.Stats} }

// StateSize returns the bytes that Save writes.
func (p *Parameters) StateSize() int { return 4 * (2*p.Weights.Len + p.Stats.Len) }

// Save writes the header as one line of JSON, then weights, momentum and running statistics, as little-endian float32.
func (p *Parameters) Save(w io.Writer, header any) error {
	line, err := json.Marshal(header)
	if err != nil {
		return err
	}
	if _, err := w.Write(append(line, '\n')); err != nil {
		return err
	}
	for _, m := range p.trained() {
		host := make([]float32, m.Len)
		p.Backend.Download(host, m)
		if err := binary.Write(w, binary.LittleEndian, host); err != nil {
			return err
		}
	}
	return nil
}

// ReadHeader reads the header of what Save wrote, and returns the rest, for Load. Unknown fields are passed over.
func ReadHeader(state []byte, header any) (values []byte, err error) {
	end := bytes.IndexByte(state, '\n')
	if end < 0 {
		return nil, fmt.Errorf("no header in %d bytes", len(state))
	}
	if err := json.Unmarshal(state[:end], header); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	return state[end+1:], nil
}

// Load takes over the values that Save wrote for the same layout.
func (p *Parameters) Load(state []byte) error {
	if len(state) != p.StateSize() {
		return fmt.Errorf("%d bytes of values, want %d", len(state), p.StateSize())
	}
	for _, m := range p.trained() {
		host := make([]float32, m.Len)
		if _, err := binary.Decode(state, binary.LittleEndian, host); err != nil {
			return err
		}
		p.Backend.Upload(m, host)
		state = state[4*m.Len:]
	}
	return nil
}
