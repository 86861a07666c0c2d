package space

import (
	"testing"

	"gmnas/harness/golden"
	"pgregory.net/rapid"
)

// TestReleasedCounts: parameters and multiply-adds of the networks of the 13 released genotypes, as counted on the authors'
// model classes (golden G9; spec.md section 5.6).
func TestReleasedCounts(t *testing.T) {
	type counts struct {
		Params    int64 `json:"params_no_aux"`
		Auxiliary int64 `json:"params_with_aux"`
		MACs      int64
	}
	var file struct {
		Genotypes []struct {
			Run            string
			Seed           any
			Normal, Reduce tuples
			CIFAR          counts `json:"cifar10_C36_L20"`
			ImageNet       counts `json:"imagenet_C48_L14"`
		}
	}
	golden.Read(t, "testdata/g9_darts_released.json.gz", &file)
	if len(file.Genotypes) != 13 {
		t.Fatalf("%d genotypes", len(file.Genotypes))
	}
	for _, c := range file.Genotypes {
		g := Genotype{c.Normal.cell(t), c.Reduce.cell(t)}
		for _, n := range []struct {
			name string
			r    Retraining
			want counts
		}{{"CIFAR", CIFARRetraining, c.CIFAR}, {"ImageNet", ImageNetRetraining, c.ImageNet}} {
			if err := n.r.Check(); err != nil {
				t.Fatal(err)
			}
			if params, macs := g.Params(n.r), g.MACs(n.r); params != n.want.Params || macs != n.want.MACs {
				t.Errorf("%s %v, %s: %d parameters and %d multiply-adds, want %d and %d", c.Run, c.Seed, n.name, params, macs, n.want.Params, n.want.MACs)
			}
			with := n.r
			with.Auxiliary = true
			if err := with.Check(); err != nil {
				t.Fatal(err)
			}
			if params := g.Params(with); n.want.Auxiliary != 0 && params != n.want.Auxiliary {
				t.Errorf("%s %v, %s: %d parameters with the auxiliary head, want %d", c.Run, c.Seed, n.name, params, n.want.Auxiliary)
			}
		}
	}
}

// TestDARTSSupernetCounts: the whole search network (spec.md section 5.1), and what each operation adds to it.
func TestDARTSSupernetCounts(t *testing.T) {
	if got := DARTS.SupernetParams(DARTSSearch); got != 1_930_618 {
		t.Errorf("%d weights", got)
	}
	if got := DARTS.SupernetMACs(Full(DARTS), DARTSSearch); got != 300_255_744 {
		t.Errorf("%d multiply-adds", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		m, _, _ := anyGenotype(t)
		e := rapid.IntRange(0, 27).Draw(t, "edge")
		from, _ := DARTS.Edge(e)
		k := Skeleton{Channels: 4, Cells: rapid.IntRange(3, 9).Draw(t, "cells"), ImageSize: 16, ImageChannels: 3, Classes: 10}
		o := rapid.IntRange(0, 6).Draw(t, "operation")
		without, with := m, m
		without[e] &^= 1 << o
		with[e] |= 1 << o
		var want int64
		channels, side := int64(4), int64(16)
		for i := range k.Cells {
			reduces := i == k.Cells/3 || i == 2*k.Cells/3
			if reduces {
				channels, side = 2*channels, side/2
			}
			if reduces != (e >= 14) {
				continue
			}
			pixels := side * side
			switch DARTS.Operations[o] {
			case "sep_conv_3x3":
				want += 2 * (9*channels + channels*channels) * pixels
			case "sep_conv_5x5":
				want += 2 * (25*channels + channels*channels) * pixels
			case "dil_conv_3x3":
				want += (9*channels + channels*channels) * pixels
			case "dil_conv_5x5":
				want += (25*channels + channels*channels) * pixels
			case "skip_connect":
				if reduces && from < 2 {
					want += channels * channels * pixels
				}
			}
		}
		if got := DARTS.SupernetMACs(with, k) - DARTS.SupernetMACs(without, k); got != want {
			t.Fatalf("%+v: %s on %s adds %d multiply-adds, want %d", k, DARTS.Operations[o], DARTS.EdgeName(e), got, want)
		}
	})
}

func TestRetrainingCheck(t *testing.T) {
	for _, r := range []Retraining{
		{},
		{Skeleton: Skeleton{36, 20, 16, 3, 10}, Auxiliary: true}, // its pool finds 4x4 pixels
		{Skeleton: Skeleton{48, 14, 100, 3, 10}, Wide: true},
		{Skeleton: Skeleton{47, 14, 224, 3, 10}, Wide: true},
	} {
		if r.Check() == nil {
			t.Errorf("%+v was accepted", r)
		}
	}
}
