package nasbench

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"gmnas/nasbench/space"
)

// Description is all that is known about one architecture; encoding/json writes its JSON form.
type Description struct {
	Space        string        `json:"space"`
	Architecture string        `json:"architecture"`
	Index        int           `json:"index"`      // in Space, edge 0 most significant
	NATSIndex    int           `json:"nats_index"` // in NAS-Bench-201's own, shuffled order
	Canonical    string        `json:"canonical"`  // equal for architectures that compute the same function
	Connected    bool          `json:"connected"`
	Networks     []NetworkCost `json:"networks"`
	Accuracies   []Measurement `json:"accuracies"`
	TableSHA256  string        `json:"table_sha256"`
}

// NetworkCost is the size of the network for one data set.
type NetworkCost struct {
	Dataset       Dataset `json:"dataset"`
	MACs          int64   `json:"macs"`           // multiply-adds of one image, counted
	Params        *int64  `json:"params"`         // as the table states, null if missing
	ParamsCounted int64   `json:"params_counted"` // as space.Space.Params counts
}

// Measurement is one accuracy; its numbers are null if the table lacks them.
type Measurement struct {
	Dataset      Dataset     `json:"dataset"`
	Split        Split       `json:"split"`
	Epochs       int         `json:"epochs"`
	Accuracy     *float64    `json:"accuracy"` // percent
	Seeds        int         `json:"seeds"`
	Aggregation  Aggregation `json:"aggregation,omitempty"`
	Single       []float64   `json:"single,omitempty"` // percent, of each training, where the table has them
	TrainSeconds *float64    `json:"train_seconds"`
}

// Describe looks everything up about an architecture.
func Describe(t *Table, s space.Space, a space.Architecture) (Description, error) {
	nats, err := t.NATSIndex(s, a)
	if err != nil {
		return Description{}, fmt.Errorf("describing architecture: %w", err)
	}
	d := Description{Space: s.Name, Architecture: s.String(a), Index: s.Index(a), NATSIndex: nats,
		Canonical: s.Canonical(a), Connected: s.Connected(a), TableSHA256: t.Hash()}
	for _, dataset := range []Dataset{CIFAR10, CIFAR100, ImageNet16} {
		network, err := Network(dataset)
		if err != nil {
			return Description{}, fmt.Errorf("describing architecture: %w", err)
		}
		cost := NetworkCost{Dataset: dataset, MACs: s.MACs(a, network), ParamsCounted: s.Params(a, network)}
		cost.Params, err = known(t.Params(s, a, dataset))
		if err != nil {
			return Description{}, fmt.Errorf("describing architecture: %w", err)
		}
		d.Networks = append(d.Networks, cost)
	}
	for _, c := range columns {
		q := Query{Space: s, Architecture: a, Dataset: c.dataset, Split: c.split, Epochs: c.epochs}
		m, err := t.measure(q)
		if err != nil {
			return Description{}, fmt.Errorf("describing architecture: %w", err)
		}
		d.Accuracies = append(d.Accuracies, m)
	}
	return d, nil
}

func (t *Table) measure(q Query) (Measurement, error) {
	m := Measurement{Dataset: q.Dataset, Split: q.Split, Epochs: q.Epochs}
	value, err := t.Accuracy(q)
	have, err := known(value, err)
	if err != nil {
		return m, err
	}
	if have != nil {
		m.Accuracy, m.Seeds, m.Aggregation = &have.Accuracy, have.N, have.Aggregation
	}
	if m.Single, err = t.SeedAccuracies(q); err != nil && !errors.Is(err, ErrMissing) {
		return m, err
	}
	m.TrainSeconds, err = known(t.TrainSeconds(q))
	return m, err
}

// known turns a missing value into nil, and keeps other errors.
func known[T any](value T, err error) (*T, error) {
	switch {
	case errors.Is(err, ErrMissing):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &value, nil
}

// JSON returns the description as indented JSON.
func (d Description) JSON() ([]byte, error) { return json.MarshalIndent(d, "", "  ") }

// Write writes the description as text for a terminal, a dash where the table lacks a value.
func (d Description) Write(w io.Writer) error {
	connected := "yes"
	if !d.Connected {
		connected = "no: the cell's output doesn't depend on its input"
	}
	p := &printer{w: w}
	p.printf("architecture  %s\n", d.Architecture)
	p.printf("index         %d of %s, %d of NAS-Bench-201's own order\n", d.Index, d.Space, d.NATSIndex)
	p.printf("canonical     %s\n", d.Canonical)
	p.printf("connected     %s\n", connected)
	p.printf("\n%-16s%16s%12s\n", "network for", "multiply-adds", "parameters")
	for _, n := range d.Networks {
		p.printf("%-16s%14.3f M%10s M%s\n", n.Dataset, float64(n.MACs)/1e6, cell(n.Params, 1e-6, 3), n.note())
	}
	p.printf("\n%-16s%-12s%7s%12s%4s  %-15s%11s\n", "data set", "split", "epochs", "accuracy %", "n", "aggregation", "train s")
	for _, m := range d.Accuracies {
		p.printf("%-16s%-12s%7d%12s%4d  %-15s%11s\n", m.Dataset, m.Split, m.Epochs, cell(m.Accuracy, 1, 2), m.Seeds,
			m.Aggregation, cell(m.TrainSeconds, 1, 1))
	}
	for _, m := range d.Accuracies {
		if len(m.Single) > 1 {
			p.printf("\nsingle trainings, %s %s, %d epochs: %s\n", m.Dataset, m.Split, m.Epochs, percents(m.Single))
		}
	}
	p.printf("\ntable SHA-256 %s\n", d.TableSHA256)
	return p.err
}

// note tells when the table's parameters are not the counted ones.
func (n NetworkCost) note() string {
	if n.Params == nil || *n.Params == n.ParamsCounted {
		return ""
	}
	return fmt.Sprintf("  (counted from the cell: %.3f M)", float64(n.ParamsCounted)/1e6)
}

// cell spells a number in units of 1/scale, or a dash.
func cell[T int64 | float64](value *T, scale float64, digits int) string {
	if value == nil {
		return "-"
	}
	return fmt.Sprintf("%.*f", digits, float64(*value)*scale)
}

// percents spells accuracies in a row.
func percents(list []float64) string {
	parts := make([]string, len(list))
	for i := range list {
		parts[i] = cell(&list[i], 1, 2)
	}
	return strings.Join(parts, ", ")
}

// printer keeps the first error of several writes.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}
