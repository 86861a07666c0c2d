package supernet

import (
	"encoding/binary"
	"fmt"
	"io"

	"gmnas/harness/engine/kernel"
)

// trained is what a step of training changes.
func (p *Parameters) trained() []kernel.Mem { return []kernel.Mem{p.Weights, p.Momentum, p.Stats} }

// StateSize returns the bytes that Save writes.
func (p *Parameters) StateSize() int { return 4 * (2*p.Weights.Len + p.Stats.Len) }

// Save writes weights, momentum and running statistics, as little-endian float32.
func (p *Parameters) Save(w io.Writer) error {
	for _, m := range p.trained() {
		host := make([]float32, m.Len)
		p.Backend.Download(host, m)
		if err := binary.Write(w, binary.LittleEndian, host); err != nil {
			return err
		}
	}
	return nil
}

// Load takes over what Save wrote for the same layout.
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
