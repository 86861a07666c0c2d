package execute

import (
	"context"
	"fmt"

	"gmnas/harness/run"
	"gmnas/harness/search"
	"gmnas/harness/spec"
	"gmnas/nasbench"
	"gmnas/nasbench/space"
)

// null draws the no-search null under both rules that a table allows, and the best of the table column by column.
func (x *Executor) null(_ context.Context, job run.Job, report func(run.Progress), outcome *spec.Outcome) error {
	stage := *job.Stage.Null
	s, err := space.ByName(stage.Space)
	if err != nil {
		return err
	}
	table, err := x.tables.get(stage.Table)
	if err != nil {
		return err
	}
	masks := make([]space.Mask, len(stage.Masks))
	for i, text := range stage.Masks {
		if masks[i], err = s.ParseMask(text); err != nil {
			return fmt.Errorf("mask %d: %w", i, err)
		}
	}
	outcome.Null = &spec.Nulled{Picks: map[string]map[string]spec.NullColumn{}, Optimum: map[string]float64{}}
	for i, rule := range []struct {
		name  string
		split nasbench.Split
	}{{spec.RuleTableValid, nasbench.Validation}, {spec.RuleTableTest, nasbench.Test}} {
		result, err := nasbench.Null(table, s, masks, nasbench.Rule{Dataset: nasbench.CIFAR10, Split: rule.split, Epochs: tableEpochs},
			stage.Draws, search.Stream(string(outcome.Key), rule.name))
		if err != nil {
			return err
		}
		if outcome.Null.Picks[rule.name], err = columnsOf(result); err != nil {
			return err
		}
		report(run.Progress{Done: float64(i + 1), Total: 2, Note: rule.name})
	}
	for _, d := range tableDatasets {
		for _, split := range tableSplits {
			v, err := table.Optimum(d, split, tableEpochs)
			if err != nil {
				return err
			}
			outcome.Null.Optimum[column(d, split)] = v.Value.Accuracy
			if v.Value.Aggregation == nasbench.SingleSeed {
				outcome.Null.SingleOptimum = append(outcome.Null.SingleOptimum, column(d, split))
			}
		}
	}
	return nil
}

func columnsOf(r *nasbench.NullResult) (map[string]spec.NullColumn, error) {
	columns := map[string]spec.NullColumn{}
	for _, d := range tableDatasets {
		for _, split := range tableSplits {
			mean, std, err := r.Summary(d, split)
			if err != nil {
				return nil, err
			}
			quantiles, err := r.Quantiles(d, split)
			if err != nil {
				return nil, err
			}
			columns[column(d, split)] = spec.NullColumn{Mean: mean, Std: std, Quantiles: quantiles}
		}
	}
	return columns, nil
}
