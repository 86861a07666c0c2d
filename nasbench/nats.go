package nasbench

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"gmnas/nasbench/space"
)

// natsRow is one line of nats_bench.csv: test accuracies in percent after 200 epochs, means over seeds, of
// cifar10, cifar100 and imagenet16-120; NaN if the field is empty.
type natsRow struct {
	architecture space.Architecture
	test         [3]float64
}

var natsHeader = []string{"CIFAR10TestAccuracy200Epochs", "CIFAR100TestAccuracy200Epochs",
	"ImageNetTestAccuracy200Epochs", "ArchitectureString", "UniqueString"}

// parseNATS reads nats_bench.csv. Errors name the line.
func parseNATS(data []byte) ([]natsRow, error) {
	reader := csv.NewReader(bytes.NewReader(data))
	reader.FieldsPerRecord = len(natsHeader)
	reader.ReuseRecord = true
	header, err := reader.Read()
	if err != nil {
		return nil, fmt.Errorf("reading header: %w", err)
	}
	if !slices.Equal(header, natsHeader) {
		return nil, fmt.Errorf("header is not %s", strings.Join(natsHeader, ","))
	}
	var rows []natsRow
	for {
		record, err := reader.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		line, _ := reader.FieldPos(0)
		if len(rows) == Size {
			return nil, fmt.Errorf("line %d: more than %d architectures", line, Size)
		}
		row, err := parseNATSRow(record)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		rows = append(rows, row)
	}
	if len(rows) != Size {
		return nil, fmt.Errorf("%d architectures, must be %d", len(rows), Size)
	}
	return rows, nil
}

func parseNATSRow(record []string) (natsRow, error) {
	var row natsRow
	for i := range row.test {
		row.test[i] = math.NaN()
		if record[i] == "" {
			continue
		}
		value, err := strconv.ParseFloat(record[i], 64)
		if err != nil || !(value >= 0 && value <= 100) {
			return row, fmt.Errorf("%s %q: must be 0 to 100 or empty", natsHeader[i], record[i])
		}
		row.test[i] = value
	}
	var err error
	row.architecture, err = space.NB201.Parse(record[3])
	return row, err
}
