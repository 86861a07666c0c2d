package table

import "gmnas/nasbench/space"

// Drawing is a cell of a genotype, to be drawn as a graph.
type Drawing struct {
	Title string             `json:"title"` // "normal cell"
	Cell  space.GenotypeCell `json:"cell"`
}

// CellsOf returns drawings of a genotype's cells; whose it is may come before their titles.
func CellsOf(whose string, g space.Genotype) []Drawing {
	return []Drawing{{Title: whose + "normal cell", Cell: g.Normal}, {Title: whose + "reduction cell", Cell: g.Reduction}}
}
