package report

import (
	"math"

	"gmnas/harness/spec"
	"gmnas/report/stat"
	"gmnas/report/table"
)

// comparePicks compares the three rules on the searched data set's test accuracy.
func (b *builder) comparePicks(row spec.Row) []table.Pick {
	run, ok := row.Runs[b.Profile]
	if !ok {
		return nil
	}
	p := table.Pick{Row: row.ID, Name: row.Name, Leaves: run.Leaves(), Column: b.searchedOn() + "/test"}
	if b.embedded {
		p.Column = b.Searches[0].Run.Evaluate.Data.Set + "/test"
	}
	var main, oracle, honest, worst []float64
	norms := map[string]bool{}
	for _, s := range b.searches[row.ID] {
		if s.state() != spec.Done {
			continue
		}
		m, ok1 := s.pick(spec.RuleTableValid).accuracy[p.Column]
		o, ok2 := s.pick(spec.RuleTableTest).accuracy[p.Column]
		h, ok3 := s.pick(spec.RuleSupernet).accuracy[p.Column]
		if !ok1 || !ok2 || !ok3 {
			continue
		}
		main, oracle, honest = append(main, m), append(oracle, o), append(honest, h)
		low := o
		for _, l := range s.Leaves {
			norms[l.Derive.Derive.BatchNorm] = true
			if v, ok := l.Evaluate.Evaluate.Accuracy[p.Column]; ok && finite(v) {
				low = min(low, v)
			}
		}
		worst = append(worst, low)
	}
	p.N = len(main)
	p.BatchNorm = join(norms)
	if p.N == 0 {
		p.Why = "no seed has all three picks"
		return []table.Pick{p}
	}
	p.Main, p.Oracle, p.Honest, p.Worst = mean(main), mean(oracle), mean(honest), mean(worst)
	gap := *p.Oracle - *p.Honest
	p.Gap = &gap
	return []table.Pick{p}
}

// cost averages the searches' costs over the complete seeds. A stage that several rows share counts in each, as if
// the row ran alone. A cost that a seed lacks is absent, not 0, and not the mean of the others.
func (b *builder) cost(row spec.Row) table.Cost {
	c := table.Cost{Row: row.ID, Name: row.Name}
	var gradients, flops, seconds []float64
	for _, s := range b.searches[row.ID] {
		if s.state() != spec.Done {
			continue
		}
		c := s.cost()
		gradients, flops, seconds = append(gradients, float64(c.GradientEvaluations)), append(flops, c.FLOPs/1e12), append(seconds, c.Seconds)
	}
	c.N = len(seconds)
	c.GradientEvaluations, c.TeraFLOP, c.Seconds = average(gradients), average(flops), average(seconds)
	return c
}

// cost is that of the search without the evaluation or retraining of what it found. Seconds are NaN where they weren't recorded.
func (s Search) cost() (c spec.Cost) {
	for _, o := range s.Stages {
		if o.Kind == spec.KindEvaluate || o.Kind == spec.KindRetrain {
			continue
		}
		c.GradientEvaluations += o.Cost.GradientEvaluations
		c.FLOPs += o.Cost.FLOPs
		c.Seconds += o.Cost.Seconds
		if o.Kind == spec.KindTrain && !(o.Cost.Seconds > 0) {
			c.Seconds = math.NaN()
		}
	}
	return c
}

// average is the mean of costs; nil where one isn't above 0, as it wasn't recorded.
func average(costs []float64) *float64 {
	for _, v := range costs {
		if !(v > 0) || !finite(v) {
			return nil
		}
	}
	return mean(costs)
}

func mean(values []float64) *float64 {
	m, err := stat.NewSample(values).Mean()
	if err != nil {
		return nil
	}
	return &m
}
