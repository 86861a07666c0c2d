package report

import (
	"fmt"

	"gmnas/nasbench"
	"gmnas/report/stat"
	"gmnas/report/table"
)

// bootstraps is how many resamples a bootstrap interval is of, drawn from seed 1 so that a report is the same every time.
const bootstraps = 10_000

// describe fills in what a sample says of its own. images is how many an accuracy is measured on, 0 where the values aren't
// accuracies or that isn't known. An accuracy's interval ends at 0 and 100 %. Where all are 0 or all are 100 %, they are right
// or wrong answers without a spread, and the interval is Wilson's, of one set of images.
func describe(cell *table.Cell, sample stat.Sample, images int) {
	cell.N = sample.N()
	if mean, err := sample.Mean(); err == nil {
		cell.Mean = &mean
	}
	if std, err := sample.Std(); err == nil {
		cell.Std = &std
	}
	if median, err := sample.Median(); err == nil {
		cell.Median = &median
	}
	if low, high, err := sample.Range(); err == nil && low == high && (low == 0 || low == 100) && images > 0 {
		if i, err := stat.Wilson(low/100, images, 0.95); err == nil {
			i.Low, i.High = 100*i.Low, 100*i.High
			cell.Low, cell.High, cell.IntervalBy = &i.Low, &i.High, fmt.Sprintf("Wilson, %d images", images)
			return
		}
	}
	interval, err := stat.TInterval(sample, 0.95)
	if err != nil {
		cell.Why = because(err)
		return
	}
	if images > 0 {
		interval.Low, interval.High = max(0, interval.Low), min(100, interval.High)
	}
	cell.Low, cell.High, cell.IntervalBy = &interval.Low, &interval.High, "Student's t"
	if boot, err := stat.BootstrapInterval(sample, 0.95, bootstraps, 1); err == nil {
		cell.BootLow, cell.BootHigh = &boot.Low, &boot.High
	}
}

// images is how many a column's accuracies are measured on; 0 where that isn't known.
func (b *builder) images(column table.Column) int {
	if b.embedded {
		e := b.Experiment.Embedded[b.Profile].Evaluate
		if column.Split == "test" {
			return e.Test
		}
		return e.Data.Records - e.Data.Records/2 // the A-set
	}
	split := nasbench.Test
	if column.Split == "valid" {
		split = nasbench.Validation
	}
	return nasbench.Images(nasbench.Dataset(column.Dataset), split)
}
