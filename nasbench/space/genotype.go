package space

import (
	"fmt"
	"iter"
	"strings"
)

// genotypeNodes is the number of nodes of a DARTS cell that aren't inputs; genotypeEdges of the edges into each are kept.
const (
	genotypeNodes = 4
	genotypeEdges = 2
)

// Gene is an edge of a genotype's cell into a node: which operation, and the node it reads, 0 and 1 being the cell's
// inputs (the outputs of the cell before the previous one and of the previous one).
type Gene struct{ Operation, From int }

// GenotypeCell is the edges into each node from node 2 on, by their strength where they were derived.
type GenotypeCell [genotypeNodes][genotypeEdges]Gene

// Genotype is an architecture of DARTS: a normal and a reduction cell, whose outputs are their nodes 2 to 5 side by
// side. Two genotypes that list a node's edges in another order are the same network.
type Genotype struct{ Normal, Reduction GenotypeCell }

// cells yields both cells, each with whether it is the reduction cell.
func (g Genotype) cells() iter.Seq2[bool, GenotypeCell] {
	return func(yield func(bool, GenotypeCell) bool) {
		_ = yield(false, g.Normal) && yield(true, g.Reduction)
	}
}

// String spells a genotype as the DARTS code prints it: Genotype(normal=[('sep_conv_3x3', 0), ...],
// normal_concat=range(2, 6), reduce=[...], reduce_concat=range(2, 6)).
func (g Genotype) String() string {
	concat := fmt.Sprintf("range(%d, %d)", DARTS.inputs, DARTS.nodes)
	return fmt.Sprintf("Genotype(normal=%s, normal_concat=%s, reduce=%s, reduce_concat=%s)", g.Normal, concat, g.Reduction, concat)
}

// String spells a cell as a list of tuples.
func (c GenotypeCell) String() string {
	var genes []string
	for _, node := range c {
		for _, gene := range node {
			genes = append(genes, fmt.Sprintf("('%s', %d)", DARTS.operationName(gene.Operation), gene.From))
		}
	}
	return "[" + strings.Join(genes, ", ") + "]"
}

// Common returns how many edges of the 16 two genotypes share, and how many of these with the same operation.
func (g Genotype) Common(other Genotype) (edges, operations int) {
	theirs := map[bool]GenotypeCell{false: other.Normal, true: other.Reduction}
	for reduction, cell := range g.cells() {
		for n, node := range cell {
			for _, a := range node {
				for _, b := range theirs[reduction][n] {
					if a.From == b.From {
						edges++
					}
					if a == b {
						operations++
					}
				}
			}
		}
	}
	return edges, operations
}

// CommonByChance returns what Common is on average for a genotype that is drawn uniformly.
func CommonByChance() (edges, operations float64) {
	for n := DARTS.inputs; n < DARTS.nodes; n++ {
		edges += float64(DARTS.cells*genotypeEdges*genotypeEdges) / float64(n)
	}
	return edges, edges / float64(len(DARTS.Operations))
}
