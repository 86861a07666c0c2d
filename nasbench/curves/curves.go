// Package curves reads learning curves of DARTS-space architectures that others have trained: data from strangers, of
// which only the registered bytes are taken, bounded, checked and never executed.
//
// There are two sets: 214 random architectures (Yang, Esperança and Carlucci 2020) and the three retrainings whose logs
// the paper's authors released (spec.md section 9). All accuracies are of the CIFAR-10 test images.
package curves

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"

	"gmnas/nasbench"
)

// Names of the sets.
const (
	Random   = "random"
	Released = "released"
)

// Curve is an architecture's test accuracy in percent after each epoch.
type Curve struct {
	Name     string // the genotype in the DARTS spelling, or the released run
	Accuracy []float64
}

// Set is curves of the same number of epochs.
type Set struct {
	Name   string
	Curves []Curve
}

// Accuracies are the curves alone.
func (s Set) Accuracies() [][]float64 {
	list := make([][]float64, len(s.Curves))
	for k, c := range s.Curves {
		list[k] = c.Accuracy
	}
	return list
}

// Hash is the SHA-256, in hex, of names and accuracies.
func (s Set) Hash() string {
	h := sha256.New()
	fmt.Fprintf(h, "gmnas curves 1\n%q %d\n", s.Name, len(s.Curves))
	for _, c := range s.Curves {
		fmt.Fprintf(h, "%q", c.Name)
		for _, a := range c.Accuracy {
			fmt.Fprintf(h, " %x", math.Float64bits(a))
		}
		fmt.Fprintln(h)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Read returns the set of that name in a data folder. Where its files aren't there the error is fs.ErrNotExist.
func Read(dir, name string) (Set, error) {
	s := Set{Name: name}
	var err error
	switch name {
	case Random:
		s.Curves, err = readRandom(filepath.Join(dir, Folder))
	case Released:
		s.Curves, err = readReleased(filepath.Join(dir, Folder))
	default:
		return s, fmt.Errorf("reading learning curves: there is no set %.40q; use %s or %s", name, Random, Released)
	}
	if err == nil {
		err = s.check()
	}
	if err != nil {
		return Set{}, fmt.Errorf("reading learning curves: %w; get them with `gmnas data get darts-curves --data %s`", err, dir)
	}
	return s, nil
}

// check wants curves of one length, in percent.
func (s Set) check() error {
	if len(s.Curves) == 0 || len(s.Curves[0].Accuracy) == 0 {
		return errors.New("there are none")
	}
	for k, c := range s.Curves {
		if len(c.Accuracy) != len(s.Curves[0].Accuracy) {
			return fmt.Errorf("curve %d has %d epochs, the first has %d", k, len(c.Accuracy), len(s.Curves[0].Accuracy))
		}
		for epoch, a := range c.Accuracy {
			if !(a >= 0 && a <= 100) {
				return fmt.Errorf("curve %d: accuracy %v after epoch %d, must be 0 to 100", k, a, epoch)
			}
		}
	}
	return nil
}

func readRandom(dir string) ([]Curve, error) {
	var raw [len(randomFiles)][]byte
	for k, f := range randomFiles {
		var err error
		if raw[k], err = read(dir, f); err != nil {
			return nil, err
		}
	}
	return joinRandom(raw[0], raw[1])
}

// joinRandom puts each curve to its genotype. The genotypes come with the accuracy of the best epoch, which must be that
// of the curve.
func joinRandom(array, pickled []byte) ([]Curve, error) {
	rows, err := parseArray(array)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", randomFiles[0].Name, err)
	}
	genotypes, err := parseGenotypes(pickled)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", randomFiles[1].Name, err)
	}
	if len(rows) != len(genotypes) {
		return nil, fmt.Errorf("%d curves and %d genotypes don't fit together", len(rows), len(genotypes))
	}
	list := make([]Curve, len(rows))
	for k, row := range rows {
		best := 0.
		for _, a := range row {
			best = max(best, a)
		}
		if g := genotypes[k]; math.Abs(best-g.best) > 1e-6 {
			return nil, fmt.Errorf("curve %d has at most %v, its genotype %v: they don't fit together", k, best, g.best)
		}
		list[k] = Curve{Name: genotypes[k].text, Accuracy: row}
	}
	return list, nil
}

func readReleased(dir string) ([]Curve, error) {
	var list []Curve
	for _, f := range releasedFiles {
		data, err := read(dir, f.Source)
		if err != nil {
			return nil, err
		}
		epochs, err := parseCSV(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		name := strings.TrimSuffix(strings.TrimPrefix(f.Name, "retrain_curve_"), ".csv")
		list = append(list, Curve{Name: name, Accuracy: tests(epochs)})
	}
	return list, nil
}

// read tells a file that isn't there from one that is damaged.
func read(dir string, f nasbench.Source) ([]byte, error) {
	if _, err := os.Stat(filepath.Join(dir, f.Name)); errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return f.Read(dir)
}
