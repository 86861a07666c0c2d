package search

import (
	"fmt"
	"io"

	"gmnas/harness/supernet"
)

// stateHeader precedes the values of a supernet's state, as one line of JSON.
type stateHeader struct {
	Version       int
	Space         string
	Params, Stats int // values
	Alpha         []float64
	First, Second []float64 // Adam's moments
	Steps         int
}

const stateVersion = 1

// Save writes weights, momentum, running statistics and alpha with its optimizer's state: what a child of a split inherits.
func (x *Searcher) Save(w io.Writer) error {
	h := stateHeader{Version: stateVersion, Space: x.space.Name, Params: x.params.Weights.Len, Stats: x.params.Stats.Len}
	if x.alpha != nil {
		h.Alpha, h.First, h.Second, h.Steps = x.alpha.Values, x.alpha.Adam.First, x.alpha.Adam.Second, x.alpha.Adam.Steps
	}
	if err := x.params.Save(w, h); err != nil {
		return fmt.Errorf("saving a supernet: %w", err)
	}
	return nil
}

// Load takes over a saved state, of the same space and scale; the mask may differ.
func (x *Searcher) Load(state []byte) error {
	var h stateHeader
	values, err := supernet.ReadHeader(state, &h)
	if err != nil {
		return fmt.Errorf("loading a supernet: %w", err)
	}
	switch {
	case h.Version != stateVersion:
		return fmt.Errorf("loading a supernet: version %d, want %d", h.Version, stateVersion)
	case h.Space != x.space.Name:
		return fmt.Errorf("loading a supernet: it is of space %q, want %q", h.Space, x.space.Name)
	case h.Params != x.params.Weights.Len || h.Stats != x.params.Stats.Len:
		return fmt.Errorf("loading a supernet: %d weights and %d statistics, want %d and %d", h.Params, h.Stats, x.params.Weights.Len, x.params.Stats.Len)
	case len(values) != x.params.StateSize():
		return fmt.Errorf("loading a supernet: %d bytes of values, want %d", len(values), x.params.StateSize())
	}
	if x.alpha != nil {
		n := len(x.alpha.Values)
		if len(h.Alpha) != n || len(h.First) != n || len(h.Second) != n || h.Steps < 0 {
			return fmt.Errorf("loading a supernet: alpha of %d values, want %d", len(h.Alpha), n)
		}
		copy(x.alpha.Values, h.Alpha)
		copy(x.alpha.Adam.First, h.First)
		copy(x.alpha.Adam.Second, h.Second)
		x.alpha.Adam.Steps = h.Steps
	}
	if err := x.params.Load(values); err != nil {
		return fmt.Errorf("loading a supernet: %w", err)
	}
	return nil
}

// Theta returns DARTS's and SNAS's noiseless mixture, [edge][operation]; nil for RSPS.
func (x *Searcher) Theta() [][]float64 {
	if x.alpha == nil {
		return nil
	}
	flat, n := x.alpha.Softmax(make([]float64, len(x.alpha.Values)), nil, 1), len(x.space.Operations)
	theta := make([][]float64, x.space.Edges())
	for e := range theta {
		theta[e] = flat[e*n : (e+1)*n]
	}
	return theta
}
