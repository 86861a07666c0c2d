package nasbench

import (
	"fmt"
	"math"

	"gmnas/nasbench/space"
)

// Accuracy returns one accuracy. A missing or unknown field of the query is an error that lists the choices.
func (t *Table) Accuracy(q Query) (Value, error) {
	c, row, err := t.locate(q)
	if err != nil {
		return Value{}, fmt.Errorf("looking up accuracy: %w", err)
	}
	value, ok := t.value(c, row)
	if !ok {
		return Value{}, fmt.Errorf("looking up accuracy: %s %s, %d epochs, of %s: %w",
			q.Dataset, q.Split, q.Epochs, q.Space.String(q.Architecture), ErrMissing)
	}
	return value, nil
}

// SeedAccuracies returns the accuracies in percent of the single trainings, in the sources' order. The sources
// have them for cifar10 validation after 200 epochs only, and don't say which of the seeds 777, 888 and 999
// they are where there are two; all other queries are ErrMissing.
func (t *Table) SeedAccuracies(q Query) ([]float64, error) {
	c, row, err := t.locate(q)
	if err != nil {
		return nil, fmt.Errorf("looking up seeds: %w", err)
	}
	if c != 0 {
		return nil, fmt.Errorf("looking up seeds: %s %s, %d epochs: %w (only %s %s, 200 epochs)",
			q.Dataset, q.Split, q.Epochs, ErrMissing, CIFAR10, Validation)
	}
	var list []float64
	for seed := range int(t.seeds[row]) {
		if count := t.single[seed][row]; count != missing {
			list = append(list, percent(count, columns[0].images))
		}
	}
	return list, nil
}

// TrainSeconds returns how long the training took that gave the accuracy of the same query, on the benchmark
// authors' GPU. The sources don't have cifar10 test (trained on all 50,000 images) nor 12 epochs: ErrMissing.
// For cifar100 they state exactly twice the time of cifar10 validation, so it is not a separate measurement.
func (t *Table) TrainSeconds(q Query) (float64, error) {
	_, row, err := t.locate(q)
	if err != nil {
		return 0, fmt.Errorf("looking up training time: %w", err)
	}
	seconds := math.NaN()
	switch {
	case q.Epochs == 12:
	case q.Dataset == CIFAR10 && q.Split == Validation:
		seconds = t.seconds[0][row]
	case q.Dataset == CIFAR100:
		seconds = t.seconds[1][row]
	case q.Dataset == ImageNet16:
		seconds = t.seconds[2][row]
	}
	if math.IsNaN(seconds) {
		return 0, fmt.Errorf("looking up training time: %s %s, %d epochs: %w", q.Dataset, q.Split, q.Epochs, ErrMissing)
	}
	return seconds, nil
}

// Params returns the parameters of the network for a data set, as the sources state them: 150 of the 15,625
// differ by a convolution from space.Space.Params, for a reason that is not known.
func (t *Table) Params(s space.Space, a space.Architecture, dataset Dataset) (int64, error) {
	row, err := t.rowOf(s, a)
	if err != nil {
		return 0, fmt.Errorf("looking up parameters: %w", err)
	}
	classes, err := classifier(dataset)
	if err != nil {
		return 0, fmt.Errorf("looking up parameters: %w", err)
	}
	if t.params[row] == 0 {
		return 0, fmt.Errorf("looking up parameters: %w", ErrMissing)
	}
	return int64(t.params[row]) + classes, nil
}

// Network returns the network that the benchmark trained on a data set.
func Network(dataset Dataset) (space.Skeleton, error) {
	switch dataset {
	case CIFAR10:
		return space.CIFAR10, nil
	case CIFAR100:
		return space.CIFAR100, nil
	case ImageNet16:
		return space.ImageNet16, nil
	}
	return space.Skeleton{}, unknown("data set", string(dataset), CIFAR10, CIFAR100, ImageNet16)
}

// classifier returns how many parameters a data set's network has more than the cifar10 one, whatever the cell.
func classifier(dataset Dataset) (int64, error) {
	network, err := Network(dataset)
	empty := space.Architecture{}
	return space.NB201.Params(empty, network) - space.NB201.Params(empty, space.CIFAR10), err
}

// Best is the architecture, in space.NB201, with the highest value of a column.
type Best struct {
	Architecture space.Architecture
	NATSIndex    int
	Value        Value
}

// Optimum returns the best of all architectures by one column, the lowest NATS-Bench index if several are.
func (t *Table) Optimum(dataset Dataset, split Split, epochs int) (Best, error) {
	c, err := columnOf(dataset, split, epochs)
	if err != nil {
		return Best{}, fmt.Errorf("looking up optimum: %w", err)
	}
	best := Best{NATSIndex: -1}
	for row := range Size {
		value, ok := t.value(c, row)
		if ok && (best.NATSIndex < 0 || value.Accuracy > best.Value.Accuracy) {
			best.NATSIndex, best.Value = row, value
		}
	}
	if best.NATSIndex < 0 {
		return Best{}, fmt.Errorf("looking up optimum: %s %s, %d epochs: %w", dataset, split, epochs, ErrMissing)
	}
	best.Architecture, err = t.ByNATSIndex(best.NATSIndex)
	return best, err
}

// locate returns the column and row of a query.
func (t *Table) locate(q Query) (c, row int, err error) {
	if c, err = columnOf(q.Dataset, q.Split, q.Epochs); err != nil {
		return 0, 0, err
	}
	row, err = t.rowOf(q.Space, q.Architecture)
	return c, row, err
}

func columnOf(dataset Dataset, split Split, epochs int) (int, error) {
	for c := range columns {
		have := &columns[c]
		if have.epochs == epochs && have.split == split && have.dataset == dataset {
			return c, nil
		}
	}
	if _, err := Network(dataset); err != nil {
		return 0, err
	}
	if split != Validation && split != Test {
		return 0, unknown("split", string(split), Validation, Test)
	}
	if epochs == 0 {
		return 0, fmt.Errorf("epochs missing: 12 or 200")
	}
	return 0, fmt.Errorf("epochs %d: must be 12 or 200", epochs)
}

// unknown is the error for a field that is empty or none of the choices.
func unknown[T ~string](field, value string, choices ...T) error {
	list := ""
	for i, choice := range choices {
		switch {
		case i == 0:
		case i == len(choices)-1:
			list += " or "
		default:
			list += ", "
		}
		list += string(choice)
	}
	if value == "" {
		return fmt.Errorf("%s missing: %s", field, list)
	}
	return fmt.Errorf("%s %q: must be %s", field, value, list)
}

// value returns a cell of the table; false if it is missing.
func (t *Table) value(c, row int) (Value, bool) {
	count := t.counts[c][row]
	if count == missing {
		return Value{}, false
	}
	n := t.trainings(c, row)
	aggregation := MeanOfSeeds
	if n == 1 {
		aggregation = SingleSeed
	}
	return Value{Accuracy: percent(count, t.images(c, row)), N: n, Aggregation: aggregation}, true
}

// trainings returns how many seeds a cell is the mean of.
func (t *Table) trainings(c, row int) int {
	if n := columns[c].seeds; n > 0 {
		return n
	}
	return int(t.seeds[row])
}

// images returns how many answers a cell's count is out of, over all its seeds.
func (t *Table) images(c, row int) int { return t.trainings(c, row) * columns[c].images }

func percent(count uint32, images int) float64 { return 100 * float64(count) / float64(images) }
