package retrain

import (
	"fmt"
	"io"

	"gmnas/harness/supernet"
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
	if err := t.model.Save(w, t.header()); err != nil {
		return fmt.Errorf("saving a retrained network: %w", err)
	}
	return nil
}

// Load takes over a saved state of the same genotype and network.
func (t *Trainer) Load(state []byte) error {
	var h stateHeader
	values, err := supernet.ReadHeader(state, &h)
	if err != nil {
		return fmt.Errorf("loading a retrained network: %w", err)
	}
	want := t.header()
	if want.Epoch = h.Epoch; h != want || h.Epoch < 0 {
		return fmt.Errorf("loading a retrained network: it is %+v, want %+v", h, want)
	}
	if err := t.model.Load(values); err != nil {
		return fmt.Errorf("loading a retrained network: %w", err)
	}
	t.epoch = h.Epoch
	return nil
}
