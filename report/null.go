package report

import (
	"fmt"
	"math"
	"slices"

	"gmnas/harness/spec"
	"gmnas/report/stat"
	"gmnas/report/table"
)

// carriedBelow is the probability of its null below which a method counts as carried by its search. It is per
// method and not corrected for their number.
const carriedBelow = 0.05

// nullColumn is a recorded null's column by the main rule.
type nullColumn struct {
	Null
	spec.NullColumn
}

// nullColumns returns a null row's column of every recorded null.
func (b *builder) nullColumns(row, column string) []nullColumn {
	var list []nullColumn
	for _, n := range b.Nulls {
		if n.Row != row || !done(&n.Outcome) || n.Outcome.Null == nil {
			continue
		}
		if c, ok := n.Outcome.Null.Picks[spec.RuleTableValid][column]; ok && percentage(c.Mean) && finite(c.Std) {
			list = append(list, nullColumn{n, c})
		}
	}
	return list
}

// fillNull describes single picks of the null; one of several nulls (one a seed) is as likely as another.
func (b *builder) fillNull(cell *table.Cell, row string) {
	list := b.nullColumns(row, cell.Column)
	if len(list) == 0 {
		cell.Why = "not recorded"
		return
	}
	mean, std := mixture(list)
	cell.Mean, cell.Std = &mean, std
	var all []float64 // quantiles of equally likely parts, pooled
	for _, c := range list {
		all = append(all, c.Quantiles...)
	}
	if s := stat.NewSample(all); s.N() > 1 {
		low, high := s.Quantile(0.025), s.Quantile(0.975)
		cell.Low, cell.High = &low, &high
	}
}

// percentage tells whether a recorded accuracy can be one.
func percentage(v float64) bool { return v >= 0 && v <= 100 }

// mixture returns mean and standard deviation of a draw from one of the columns; nil where one has no deviation.
func mixture(list []nullColumn) (float64, *float64) {
	var mean, square float64
	for _, c := range list {
		mean += c.Mean / float64(len(list))
	}
	for _, c := range list {
		square += (c.Std*c.Std + (c.Mean-mean)*(c.Mean-mean)) / float64(len(list))
	}
	std := math.Sqrt(square)
	if !finite(std) {
		return mean, nil
	}
	return mean, &std
}

// optimum returns the table's best, which every null records, and whether it is of a single training.
func (b *builder) optimum(column string) (best float64, single, ok bool) {
	for _, n := range b.Nulls {
		if done(&n.Outcome) && n.Outcome.Null != nil {
			if best, ok := n.Outcome.Null.Optimum[column]; ok && percentage(best) {
				return best, slices.Contains(n.Outcome.Null.SingleOptimum, column), true
			}
		}
	}
	return 0, false, false
}

// nullsOf returns the null rows that have as many picks as the row has leaves, those of its own leaves included.
func (b *builder) nullsOf(row spec.Row) []spec.Row {
	var list []spec.Row
	leaves := 0
	if run, ok := row.Runs[b.Profile]; ok {
		leaves = run.Leaves()
	} else if i, ok := b.elsewhere(row.ID); ok && row.Kind == spec.RowImported {
		leaves = i.leaves()
	}
	if leaves == 0 {
		return nil
	}
	for _, r := range b.Experiment.Rows {
		if r.Kind == spec.RowNull && (r.Null.From == row.ID || r.Null.Shots == leaves) {
			list = append(list, r)
		}
	}
	return list
}

// against compares a row with its nulls in the test columns: how likely is a null's mean over as many seeds to reach
// the row's? Where the null is of leaves, each seed is compared with the null of its own.
func (b *builder) against(row spec.Row, columns []table.Column) []table.Against {
	if b.embedded {
		return nil
	}
	var list []table.Against
	for _, null := range b.nullsOf(row) {
		for _, column := range columns {
			if column.Split != "test" {
				continue
			}
			cell := b.cell(row, column)
			a := table.Against{Row: row.ID, Name: row.Name, Null: null.ID, NullName: null.Name, Column: column.ID, N: cell.N, Mean: cell.Mean}
			nulls := b.nullColumns(null.ID, column.ID)
			if len(nulls) > 0 {
				mean, std := mixture(nulls)
				a.NullMean, a.NullStd = &mean, std
			}
			a.Reaches, a.Why = reaches(cell, nulls)
			a.Carried = a.Reaches != nil && *a.Reaches <= carriedBelow
			list = append(list, a)
		}
	}
	return list
}

func reaches(cell table.Cell, nulls []nullColumn) (*float64, string) {
	switch {
	case cell.N == 0:
		return nil, "not run"
	case len(nulls) == 0:
		return nil, "null not recorded"
	}
	var quantiles [][]float64
	for _, s := range cell.Seeds {
		i := slices.IndexFunc(nulls, func(n nullColumn) bool { return n.From == "" || n.Seed == s.Seed })
		if i < 0 {
			return nil, fmt.Sprintf("null of seed %d not recorded", s.Seed)
		}
		quantiles = append(quantiles, nulls[i].Quantiles)
	}
	p, err := stat.NullReaches(quantiles, *cell.Mean)
	if err != nil {
		return nil, err.Error()
	}
	return &p, ""
}
