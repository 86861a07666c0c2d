package nasbench

import (
	"encoding/json"
	"io"

	"gmnas/nasbench/space"
)

// GenotypeDescription is what is known about an architecture of the DARTS space: no table has its accuracy.
type GenotypeDescription struct {
	Space        string         `json:"space"`
	Architecture string         `json:"architecture"` // in the DARTS spelling
	Networks     []GenotypeCost `json:"networks"`
}

// GenotypeCost is the size of the network that is retrained on a data set, counted exactly (spec.md sections 5.4, 5.5).
type GenotypeCost struct {
	Dataset             string `json:"dataset"`
	Channels            int    `json:"channels"`
	Cells               int    `json:"cells"`
	ImageSize           int    `json:"image_size"`
	Params              int64  `json:"params"` // without the auxiliary head
	ParamsWithAuxiliary int64  `json:"params_with_auxiliary"`
	MACs                int64  `json:"macs"` // multiply-adds of one image, without the auxiliary head
}

// DescribeGenotype counts the networks of a genotype.
func DescribeGenotype(g space.Genotype) GenotypeDescription {
	d := GenotypeDescription{Space: space.DARTS.Name, Architecture: g.String()}
	for _, n := range []struct {
		dataset string
		network space.Retraining
	}{{"cifar10", space.CIFARRetraining}, {"imagenet", space.ImageNetRetraining}} {
		with := n.network
		with.Auxiliary = true
		d.Networks = append(d.Networks, GenotypeCost{Dataset: n.dataset, Channels: n.network.Channels, Cells: n.network.Cells,
			ImageSize: n.network.ImageSize, Params: g.Params(n.network), ParamsWithAuxiliary: g.Params(with), MACs: g.MACs(n.network)})
	}
	return d
}

// JSON returns the description as indented JSON.
func (d GenotypeDescription) JSON() ([]byte, error) { return json.MarshalIndent(d, "", "  ") }

// Write writes the description as text for a terminal.
func (d GenotypeDescription) Write(w io.Writer) error {
	p := &printer{w: w}
	p.printf("architecture  %s\n", d.Architecture)
	p.printf("space         %s\n", d.Space)
	p.printf("\n%-14s%9s%7s%8s%16s%16s%24s\n", "network for", "channels", "cells", "pixels", "multiply-adds", "parameters", "with auxiliary head")
	for _, n := range d.Networks {
		p.printf("%-14s%9d%7d%8d%16d%16d%24d\n", n.Dataset, n.Channels, n.Cells, n.ImageSize, n.MACs, n.Params, n.ParamsWithAuxiliary)
	}
	return p.err
}
