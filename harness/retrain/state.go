package retrain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// stateHeader precedes the values of a network's state, as one line of JSON.
type stateHeader struct {
	Version       int
	Architecture  string
	Epoch         int // the next one
	Params, Stats int // values
}

const stateVersion = 1

func (t *Trainer) header() stateHeader {
	return stateHeader{stateVersion, t.model.genotype.String(), t.epoch, t.model.Weights.Len, t.model.Stats.Len}
}

// Save writes what a later part of the training continues from: weights, momentum, running statistics and the epoch.
func (t *Trainer) Save(w io.Writer) error {
	line, err := json.Marshal(t.header())
	if err != nil {
		return fmt.Errorf("saving a retrained network: %w", err)
	}
	if _, err := w.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("saving a retrained network: %w", err)
	}
	if err := t.model.Save(w); err != nil {
		return fmt.Errorf("saving a retrained network: %w", err)
	}
	return nil
}

// Load takes over a saved state of the same genotype and network.
func (t *Trainer) Load(state []byte) error {
	end := bytes.IndexByte(state, '\n')
	if end < 0 {
		return fmt.Errorf("loading a retrained network: no header in %d bytes", len(state))
	}
	var h stateHeader
	if err := json.Unmarshal(state[:end], &h); err != nil {
		return fmt.Errorf("loading a retrained network: header: %w", err)
	}
	want := t.header()
	if want.Epoch = h.Epoch; h != want || h.Epoch < 0 {
		return fmt.Errorf("loading a retrained network: it is %+v, want %+v", h, want)
	}
	if err := t.model.Load(state[end+1:]); err != nil {
		return fmt.Errorf("loading a retrained network: %w", err)
	}
	t.epoch = h.Epoch
	return nil
}
