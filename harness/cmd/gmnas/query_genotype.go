package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"gmnas/nasbench"
	"gmnas/nasbench/space"
	"gmnas/report"
	"gmnas/report/plots"
	"gmnas/report/table"
	"gmnas/results/published"
)

// queryFlags are what `query` takes.
type queryFlags struct {
	data, space, encoding, draw *string
	json, nats                  *bool
}

// genotype describes an architecture of the DARTS space, which no table has, and draws its cells where that is asked for.
func (q queryFlags) genotype(c call, text string) error {
	if *q.nats || *q.encoding != "" {
		return errors.New("a genotype has no index and one spelling; leave --nats and --encoding out")
	}
	g, err := space.ParseGenotype(text)
	if err != nil {
		return err
	}
	d := nasbench.DescribeGenotype(g)
	if *q.draw != "" {
		if err := drawCells(*q.draw, g); err != nil {
			return err
		}
	}
	if *q.json {
		b, err := d.JSON()
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.out, "%s\n", b)
		return err
	}
	if err := d.Write(c.out); err != nil {
		return err
	}
	for _, r := range published.Genotypes() {
		if r.Genotype == g {
			_, err = fmt.Fprintf(c.out, "\nreleased by the authors: %s\n", r)
			return err
		}
	}
	return nil
}

// drawCells writes both cells to a file whose ending names the format.
func drawCells(path string, g space.Genotype) error {
	format := strings.TrimPrefix(filepath.Ext(path), ".")
	if format != plots.FormatPNG && format != plots.FormatSVG {
		return fmt.Errorf("--draw %q: end the file's name in .%s or .%s", short(path), plots.FormatPNG, plots.FormatSVG)
	}
	err := report.WriteFile(path, func(w io.Writer) error {
		return plots.Cells(w, format, "", table.CellsOf("", g))
	})
	if err != nil {
		return fmt.Errorf("--draw %q: %w; name a file in a folder that is there and may be written", short(path), bare(err))
	}
	return nil
}
