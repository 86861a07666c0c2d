package nasbench

import (
	"fmt"

	"gmnas/nasbench/pickle"
)

// metric is metric_vals.pkl: vectors with one value for each seed of each architecture, in NATS-Bench's order,
// for cifar10, cifar100 and imagenet16-120.
type metric struct {
	loss     [3][]float64 // 100 - accuracy in percent
	seconds  [3][]float64 // of training
	millions [3][]float64 // of parameters
	start    []int        // where each architecture's seeds begin; Size+1 numbers
}

// parseMetric reads metric_vals.pkl.
func parseMetric(data []byte) (*metric, error) {
	value, err := pickle.Decode(data, pickle.NumPy)
	if err != nil {
		return nil, err
	}
	root, err := pickle.As[*pickle.Dict](value)
	if err != nil {
		return nil, err
	}
	var m metric
	for i, name := range []string{"cifar10", "cifar100", "imagenet"} {
		set, err := pickle.Lookup[*pickle.Dict](root, name)
		if err != nil {
			return nil, err
		}
		for key, to := range map[string]*[]float64{"loss": &m.loss[i], "runtime": &m.seconds[i], "size_in_mb": &m.millions[i]} {
			if *to, err = vector(set, key); err != nil {
				return nil, fmt.Errorf("%s, %s: %w", name, key, err)
			}
		}
	}
	return &m, m.group()
}

// vector returns a dict's one-dimensional array of floats.
func vector(set *pickle.Dict, key string) ([]float64, error) {
	value, err := set.Get(key)
	if err != nil {
		return nil, err
	}
	array, err := pickle.ToArray(value)
	if err != nil {
		return nil, err
	}
	if len(array.Shape) != 1 || len(array.Floats) != array.Shape[0] {
		return nil, fmt.Errorf("shape %v, must be one dimension of floats", array.Shape)
	}
	return array.Floats, nil
}

// group finds where each architecture's seeds begin. The file doesn't say, but all seeds of an architecture have
// the same times and sizes, and its neighbours have others.
func (m *metric) group() error {
	n := len(m.loss[0])
	for _, kind := range [][3][]float64{m.loss, m.seconds, m.millions} {
		for _, list := range kind {
			if len(list) != n {
				return fmt.Errorf("vectors of %d and %d values, must be the same", n, len(list))
			}
		}
	}
	same := func(i int) bool {
		for d := range m.seconds {
			if m.seconds[d][i] != m.seconds[d][i-1] || m.millions[d][i] != m.millions[d][i-1] {
				return false
			}
		}
		return true
	}
	for i := range n {
		if i == 0 || !same(i) {
			m.start = append(m.start, i)
		}
	}
	if len(m.start) != Size {
		return fmt.Errorf("%d groups of equal time and size, must be %d architectures", len(m.start), Size)
	}
	m.start = append(m.start, n)
	return nil
}
