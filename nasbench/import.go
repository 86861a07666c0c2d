package nasbench

import (
	"fmt"
	"math"
	"os"
	"path/filepath"

	"gmnas/nasbench/space"
)

// Folder is where the source files are in a data folder.
const Folder = "nasbench201"

// Find returns the table of a data folder: FileName if it is there, else joined from the sources in Folder.
// It writes nothing.
func Find(dir string) (*Table, error) {
	if dir == "" {
		return nil, fmt.Errorf("finding nasbench table: data folder missing: name it with --data or GMNAS_DATA")
	}
	path := filepath.Join(dir, FileName)
	if _, err := os.Stat(path); err == nil {
		return Open(path)
	}
	if _, err := os.Stat(filepath.Join(dir, Folder)); err != nil {
		return nil, fmt.Errorf("finding nasbench table: neither %s nor the folder %s is in %q; %s",
			FileName, Folder, dir, mend(dir))
	}
	return Import(filepath.Join(dir, Folder))
}

// Import joins the three registered files of a folder into a table (about 0.1 s). It checks their SHA-256, and
// then that they fit together: the same 15,625 architectures, and whole numbers of right answers.
func Import(dir string) (*Table, error) {
	var raw [len(Sources)][]byte
	for i, source := range Sources {
		var err error
		if raw[i], err = source.Read(dir); err != nil {
			return nil, fmt.Errorf("importing nasbench table: %w; %s", err, mend(filepath.Dir(dir)))
		}
	}
	t, err := join(raw[0], raw[1], raw[2])
	if err != nil {
		return nil, fmt.Errorf("importing nasbench table from %s: %w", dir, err)
	}
	return t, nil
}

// join makes a table of the bytes of the three sources.
func join(natsCSV, metricPickle, miniPickle []byte) (*Table, error) {
	nats, err := parseNATS(natsCSV)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", Sources[0].Name, err)
	}
	metric, err := parseMetric(metricPickle)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", Sources[1].Name, err)
	}
	mini, err := parseMini(miniPickle)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", Sources[2].Name, err)
	}
	t := &Table{}
	for row := range Size {
		if err := t.joinRow(row, nats[row], metric, mini); err != nil {
			return nil, fmt.Errorf("row %d (%s): %w", row, space.NB201.String(nats[row].architecture), err)
		}
	}
	if err := t.complete(); err != nil {
		return nil, err
	}
	t.hash = sum(t.payload())
	return t, nil
}

func (t *Table) joinRow(row int, nats natsRow, metric *metric, mini *mini) error {
	index := space.NB201.Index(nats.architecture)
	t.index[row] = uint16(index)
	first, last := metric.start[row], metric.start[row+1]
	if last-first > len(t.single) {
		return fmt.Errorf("%d seeds, at most %d", last-first, len(t.single))
	}
	t.seeds[row] = uint8(last - first)
	for i, c := range []int{1, 3, 5} {
		if err := t.set(c, row, nats.test[i]); err != nil {
			return err
		}
	}
	for seed := range t.single {
		t.single[seed][row] = missing
		if seed >= last-first {
			continue
		}
		count, err := answers(100-metric.loss[0][first+seed], columns[0].images)
		if err != nil {
			return err
		}
		t.single[seed][row] = count
	}
	// The other two data sets' losses are over the validation and test halves together, of each seed.
	for i, c := range []int{2, 4} {
		if err := t.setRest(c, row, metric.loss[1+i][first:last]); err != nil {
			return err
		}
	}
	for i, c := range []int{7, 6, 9, 8, 11, 10} {
		if err := t.set(c, row, mini.accuracy[i][mini.row[index]]); err != nil {
			return err
		}
	}
	if mini.arch[mini.row[index]] != int64(row) {
		return fmt.Errorf("%s numbers this architecture %d", Sources[2].Name, mini.arch[mini.row[index]])
	}
	for i := range t.seconds {
		t.seconds[i][row] = metric.seconds[i][first]
	}
	return t.setParams(row, metric, first)
}

// set stores an accuracy in percent as a number of right answers.
func (t *Table) set(c, row int, percents float64) error {
	count, err := answers(percents, t.images(c, row))
	t.counts[c][row] = count
	if err != nil {
		return fmt.Errorf("%s %s, %d epochs: %w", columns[c].dataset, columns[c].split, columns[c].epochs, err)
	}
	return nil
}

// setRest stores validation, column c: what remains of the losses over both halves without the test half,
// column c+1. That is 2 * mean(100 - loss) - test, exactly.
func (t *Table) setRest(c, row int, losses []float64) error {
	t.counts[c][row] = missing
	if t.counts[c+1][row] == missing {
		return nil
	}
	total := 0
	for _, loss := range losses {
		count, err := answers(100-loss, 2*columns[c].images)
		if err != nil || count == missing {
			return err
		}
		total += int(count)
	}
	total -= int(t.counts[c+1][row])
	if total < 0 || total > t.images(c, row) {
		return fmt.Errorf("%s validation: %d right answers of %d", columns[c].dataset, total, t.images(c, row))
	}
	t.counts[c][row] = uint32(total)
	return nil
}

// setParams stores the cifar10 network's parameters; the other two must differ by the classifier's size only.
func (t *Table) setParams(row int, metric *metric, first int) error {
	var params [3]int64
	for i := range params {
		millions := metric.millions[i][first]
		if math.IsNaN(millions) {
			return nil
		}
		params[i] = int64(math.Round(millions * 1e6))
		if params[i] < 1 || params[i] > 100e6 {
			return fmt.Errorf("%g million parameters", millions)
		}
	}
	for i, dataset := range []Dataset{CIFAR10, CIFAR100, ImageNet16} {
		classes, err := classifier(dataset)
		if err != nil {
			return err
		}
		if want := params[0] + classes; params[i] != want {
			return fmt.Errorf("%d parameters for %s, its classifier makes it %d", params[i], dataset, want)
		}
	}
	t.params[row] = uint32(params[0])
	return nil
}

// answers returns the whole number of right answers that an accuracy in percent of so many answers is.
func answers(percents float64, images int) (uint32, error) {
	if math.IsNaN(percents) {
		return missing, nil
	}
	exact := percents * float64(images) / 100
	count := math.Round(exact)
	if math.Abs(exact-count) > 0.01 || count < 0 || count > float64(images) {
		return missing, fmt.Errorf("accuracy %g %% is not a whole number of %d answers", percents, images)
	}
	return uint32(count), nil
}
