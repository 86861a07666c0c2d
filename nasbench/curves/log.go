package curves

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// columns is the first line of a curve's file.
const columns = "epoch,lr,train_acc,test_acc"

// FromLog makes a curve's file of a retraining log of the released code (spec.md section 9): the numbers of every epoch as
// the log has them. What the log calls valid_acc is of the test images.
func FromLog(log []byte) ([]byte, error) {
	var out bytes.Buffer
	fmt.Fprintln(&out, columns)
	var epoch []string // number, lr, training accuracy
	next := 0
	for line := range strings.Lines(string(log)) {
		fields := strings.Fields(line)
		if len(fields) < 4 { // two of them are the time
			continue
		}
		switch message := fields[2:]; {
		case message[0] == "epoch" && len(message) >= 4 && message[2] == "lr":
			if message[1] != strconv.Itoa(next) || epoch != nil {
				return nil, fmt.Errorf("reading a retraining log: epoch %.20q comes where %d should", message[1], next)
			}
			epoch = []string{message[1], message[3]}
		case message[0] == "train_acc" && len(epoch) == 2:
			epoch = append(epoch, message[1])
		case message[0] == "valid_acc" && len(epoch) == 3:
			fmt.Fprintln(&out, strings.Join(append(epoch, message[1]), ","))
			epoch = nil
			next++
		}
	}
	if next == 0 || epoch != nil {
		return nil, errors.New("reading a retraining log: it has no whole epoch, or ends within one")
	}
	_, err := parseCSV(out.Bytes())
	return out.Bytes(), err
}

// Epoch is a line of a curve's file: learning rate, training and test accuracy in percent.
type Epoch struct{ LR, Train, Test float64 }

// Retraining is somebody's retraining as its log has it.
type Retraining struct {
	Params float64 // millions of weights; 0 where the file doesn't say
	Epochs []Epoch
}

// maxRetraining bounds a file; the released logs have 0.7 MB.
const maxRetraining = 16 << 20

// ReadRetraining reads a retraining log of the released code, or a curve's file as FromLog makes it.
func ReadRetraining(data []byte) (Retraining, error) {
	if len(data) > maxRetraining {
		return Retraining{}, fmt.Errorf("reading a retraining: more than %d MiB", maxRetraining>>20)
	}
	var r Retraining
	if !bytes.HasPrefix(data, []byte(columns)) {
		var err error
		if r.Params, err = logParams(data); err != nil {
			return r, err
		}
		if data, err = FromLog(data); err != nil {
			return r, err
		}
	}
	var err error
	if r.Epochs, err = parseCSV(data); err != nil {
		return r, fmt.Errorf("reading a retraining: %w", err)
	}
	return r, nil
}

// logParams is the log's line "param size = 3.660166MB", 0 where it has none.
func logParams(log []byte) (float64, error) {
	_, after, ok := bytes.Cut(log, []byte(" param size = "))
	if !ok {
		return 0, nil
	}
	text, _, _ := strings.Cut(string(after[:min(len(after), 40)]), "MB")
	v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || !(v > 0 && v < 1e6) {
		return 0, fmt.Errorf("reading a retraining log: param size %.20q must be millions of weights", text)
	}
	return v, nil
}

// tests are the epochs' test accuracies.
func tests(epochs []Epoch) []float64 {
	list := make([]float64, len(epochs))
	for k, e := range epochs {
		list[k] = e.Test
	}
	return list
}

// parseCSV reads a curve's file. Lines may end in LF or CRLF.
func parseCSV(data []byte) ([]Epoch, error) {
	var list []Epoch
	head := true
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(line, "\r\n")
		if head {
			if line != columns {
				return nil, fmt.Errorf("begins with %.60q, must be %s", line, columns)
			}
			head = false
			continue
		}
		fields := strings.Split(line, ",")
		if len(fields) != 4 || fields[0] != strconv.Itoa(len(list)) {
			return nil, fmt.Errorf("line %.60q: must be %s of epoch %d", line, columns, len(list))
		}
		if len(list) == maxEpochs {
			return nil, fmt.Errorf("more than %d epochs", maxEpochs)
		}
		var numbers [3]float64
		for k, f := range fields[1:] {
			v, err := strconv.ParseFloat(f, 64)
			if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || v < 0 || v > 100 {
				return nil, fmt.Errorf("epoch %d: %.20q must be a number from 0 to 100", len(list), f)
			}
			numbers[k] = v
		}
		list = append(list, Epoch{numbers[0], numbers[1], numbers[2]})
	}
	if len(list) == 0 {
		return nil, errors.New("has no epoch")
	}
	return list, nil
}
