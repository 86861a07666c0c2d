package published

import (
	"fmt"

	"gmnas/nasbench/space"
)

// Released is an architecture of the DARTS space from the authors' release, whose cells are drawn in the paper's appendix
// E, Figures 3 to 14, with the size of its networks in millions (spec.md section 5.6: counted on the release's model
// classes, without auxiliary head).
type Released struct {
	Figure   int    // of the paper; 0 for the one of the Few-Shot NAS authors
	Name     string // "GM + DARTS (1st)"
	Row      string // of Table 4
	Seed     int64
	Leaf     int // the sub-supernet that was chosen, -1 where that isn't known
	Genotype space.Genotype

	Params, MACs                 float64 // C = 36, 20 cells, 32 pixels
	ImageNetParams, ImageNetMACs float64 // C = 48, 14 cells, 224 pixels
	Logged                       float64 // parameters that the released retraining log prints; 0 where there is no log
}

// String names the search and the figure: "GM + DARTS (1st), seed 0, leaf id_1, Figure 3".
func (r Released) String() string {
	if r.Figure == 0 {
		return r.Name
	}
	return fmt.Sprintf("%s, seed %d, leaf id_%d, Figure %d", r.Name, r.Seed, r.Leaf, r.Figure)
}

// Operations by their index in space.DARTS; nobody released an average pool.
const mp, sk, s3, s5, d3, d5 = 0, 2, 3, 4, 5, 6

// nodes lists two edges into each node of a cell, operation and the node that it reads.
type nodes [4][2][2]int

func cell(n nodes) (c space.GenotypeCell) {
	for i := range n {
		for k, edge := range n[i] {
			c[i][k] = space.Gene{Operation: edge[0], From: edge[1]}
		}
	}
	return c
}

var released = []Released{
	{3, "GM + DARTS (1st)", "gm+darts-1st", 0, 1, space.Genotype{
		Normal:    cell(nodes{{{s3, 0}, {s5, 1}}, {{s3, 2}, {s5, 0}}, {{d5, 3}, {s5, 2}}, {{sk, 0}, {d3, 1}}}),
		Reduction: cell(nodes{{{mp, 0}, {s5, 1}}, {{mp, 0}, {sk, 2}}, {{mp, 0}, {s5, 3}}, {{s5, 4}, {s5, 3}}}),
	}, 3.952630, 625.8, 5.508, 618.0, 0},
	{4, "GM + DARTS (1st)", "gm+darts-1st", 1, 0, space.Genotype{
		Normal:    cell(nodes{{{s3, 0}, {s5, 1}}, {{s5, 2}, {s3, 1}}, {{d5, 3}, {s3, 2}}, {{sk, 0}, {s3, 1}}}),
		Reduction: cell(nodes{{{mp, 0}, {mp, 1}}, {{mp, 0}, {mp, 1}}, {{sk, 2}, {mp, 0}}, {{mp, 0}, {sk, 3}}}),
	}, 3.830158, 614.1, 5.243, 599.1, 0},
	{5, "GM + DARTS (1st)", "gm+darts-1st", 2, 5, space.Genotype{
		Normal:    cell(nodes{{{s3, 0}, {s3, 1}}, {{d3, 2}, {s5, 1}}, {{s3, 1}, {d5, 3}}, {{sk, 0}, {d3, 2}}}),
		Reduction: cell(nodes{{{mp, 0}, {mp, 1}}, {{d5, 2}, {s3, 0}}, {{d3, 3}, {sk, 1}}, {{d5, 4}, {s5, 3}}}),
	}, 3.660166, 571.7, 5.193, 575.0, 3.660166},
	{6, "GM + DARTS (1st)", "gm+darts-1st", 3, 6, space.Genotype{
		Normal:    cell(nodes{{{s3, 0}, {s5, 1}}, {{s3, 0}, {s3, 2}}, {{s3, 1}, {d3, 3}}, {{d3, 2}, {s5, 1}}}),
		Reduction: cell(nodes{{{mp, 0}, {s5, 1}}, {{mp, 0}, {d5, 2}}, {{mp, 0}, {sk, 2}}, {{mp, 0}, {d3, 2}}}),
	}, 4.109446, 648.2, 5.641, 635.7, 0},
	{7, "GM + DARTS (2nd)", "gm+darts-2nd", 0, 7, space.Genotype{
		Normal:    cell(nodes{{{s3, 0}, {s5, 1}}, {{s3, 1}, {s3, 0}}, {{sk, 1}, {d5, 3}}, {{s3, 1}, {sk, 0}}}),
		Reduction: cell(nodes{{{mp, 0}, {mp, 1}}, {{sk, 2}, {mp, 0}}, {{d5, 3}, {sk, 2}}, {{d5, 3}, {d5, 4}}}),
	}, 3.517174, 557.0, 4.945, 555.5, 0},
	{8, "GM + DARTS (2nd)", "gm+darts-2nd", 1, 4, space.Genotype{
		Normal:    cell(nodes{{{s3, 0}, {s3, 1}}, {{s3, 0}, {d3, 2}}, {{s5, 0}, {d5, 3}}, {{sk, 0}, {s3, 1}}}),
		Reduction: cell(nodes{{{mp, 0}, {mp, 1}}, {{s3, 0}, {mp, 1}}, {{mp, 1}, {sk, 3}}, {{mp, 1}, {sk, 3}}}),
	}, 3.658438, 580.1, 5.090, 574.3, 3.658438},
	{9, "GM + DARTS (2nd)", "gm+darts-2nd", 2, 6, space.Genotype{
		Normal:    cell(nodes{{{s3, 0}, {s3, 1}}, {{s3, 1}, {d5, 2}}, {{s3, 1}, {d5, 2}}, {{d3, 1}, {sk, 0}}}),
		Reduction: cell(nodes{{{s5, 1}, {mp, 0}}, {{sk, 2}, {mp, 0}}, {{sk, 2}, {sk, 3}}, {{sk, 2}, {s5, 4}}}),
	}, 3.524734, 554.1, 4.977, 555.6, 0},
	{10, "GM + DARTS (2nd)", "gm+darts-2nd", 3, 0, space.Genotype{
		Normal:    cell(nodes{{{s3, 1}, {s3, 0}}, {{s3, 2}, {s3, 0}}, {{d5, 3}, {d5, 2}}, {{sk, 0}, {d3, 1}}}),
		Reduction: cell(nodes{{{mp, 0}, {mp, 1}}, {{mp, 0}, {sk, 2}}, {{mp, 0}, {sk, 2}}, {{sk, 2}, {sk, 3}}}),
	}, 3.397726, 540.7, 4.762, 538.3, 0},
	{11, "GM + SNAS", "gm+snas", 0, 6, space.Genotype{
		Normal:    cell(nodes{{{s5, 1}, {s5, 0}}, {{s5, 0}, {s5, 2}}, {{s5, 3}, {s5, 1}}, {{d5, 2}, {s5, 1}}}),
		Reduction: cell(nodes{{{mp, 0}, {s5, 1}}, {{mp, 0}, {mp, 1}}, {{mp, 0}, {mp, 1}}, {{mp, 0}, {mp, 1}}}),
	}, 4.495438, 737.4, 5.982, 698.0, 0},
	{12, "GM + SNAS", "gm+snas", 1, 6, space.Genotype{
		Normal:    cell(nodes{{{s3, 1}, {s3, 0}}, {{s3, 2}, {s3, 1}}, {{s5, 1}, {s3, 3}}, {{s3, 2}, {sk, 0}}}),
		Reduction: cell(nodes{{{mp, 0}, {sk, 1}}, {{mp, 0}, {sk, 2}}, {{mp, 0}, {s5, 2}}, {{sk, 2}, {d3, 4}}}),
	}, 4.055662, 635.1, 5.590, 626.6, 0},
	{13, "GM + SNAS", "gm+snas", 2, 2, space.Genotype{
		Normal:    cell(nodes{{{s3, 1}, {sk, 0}}, {{d3, 2}, {s3, 1}}, {{d3, 3}, {s3, 2}}, {{s3, 1}, {sk, 2}}}),
		Reduction: cell(nodes{{{mp, 0}, {sk, 1}}, {{mp, 0}, {sk, 2}}, {{sk, 3}, {sk, 2}}, {{mp, 0}, {d5, 4}}}),
	}, 3.227518, 507.0, 4.611, 513.8, 0},
	{14, "GM + SNAS", "gm+snas", 3, 6, space.Genotype{
		Normal:    cell(nodes{{{s3, 0}, {s5, 1}}, {{s3, 1}, {s3, 2}}, {{s3, 1}, {d5, 3}}, {{d3, 2}, {sk, 0}}}),
		Reduction: cell(nodes{{{mp, 0}, {s3, 1}}, {{mp, 0}, {sk, 2}}, {{d5, 3}, {sk, 2}}, {{sk, 2}, {d3, 3}}}),
	}, 3.718486, 586.4, 5.193, 582.5, 3.718486},
	{0, "Few-Shot", "fewshot", 0, -1, space.Genotype{
		Normal:    cell(nodes{{{sk, 0}, {s3, 1}}, {{s3, 0}, {s3, 1}}, {{s3, 2}, {s3, 0}}, {{s3, 2}, {d5, 0}}}),
		Reduction: cell(nodes{{{s3, 1}, {mp, 0}}, {{mp, 1}, {sk, 2}}, {{sk, 2}, {mp, 0}}, {{sk, 2}, {sk, 3}}}),
	}, 3.789982, 595.1, 5.255, 590.0, 0},
}

// Genotypes returns the released architectures: those of Figures 3 to 14 in order, and Few-Shot's.
func Genotypes() []Released { return released }
