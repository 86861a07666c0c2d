package curves

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
)

// Bounds of what is read, far above the registered files.
const (
	maxCurves = 10_000
	maxEpochs = 100_000
	maxValues = 10_000_000
	maxHeader = 4096 // bytes of a numpy header
)

// header is numpy's, of a two-dimensional array of little-endian doubles in row-major order.
var header = regexp.MustCompile(`^\{'descr': '<f8', 'fortran_order': False, 'shape': \((\d{1,6}), (\d{1,6})\), \} *\n$`)

// parseArray reads numpy's file format, version 1.
func parseArray(data []byte) ([][]float64, error) {
	const magic = "\x93NUMPY\x01\x00"
	if len(data) < len(magic)+2 || string(data[:len(magic)]) != magic {
		return nil, errors.New("is no numpy file of version 1")
	}
	size := int(binary.LittleEndian.Uint16(data[len(magic):]))
	data = data[len(magic)+2:]
	if size > maxHeader || size > len(data) {
		return nil, fmt.Errorf("header of %d bytes: at most %d, and %d are left", size, maxHeader, len(data))
	}
	shape := header.FindSubmatch(data[:size])
	if shape == nil {
		return nil, fmt.Errorf("header %.100q: must describe two dimensions of '<f8' in row-major order", data[:size])
	}
	rows, err := strconv.Atoi(string(shape[1]))
	if err != nil {
		return nil, err
	}
	columns, err := strconv.Atoi(string(shape[2]))
	if err != nil {
		return nil, err
	}
	if rows > maxCurves || columns > maxEpochs || rows*columns > maxValues {
		return nil, fmt.Errorf("%d curves of %d epochs: at most %d of %d, and %d values", rows, columns, maxCurves, maxEpochs, maxValues)
	}
	if data = data[size:]; len(data) != 8*rows*columns {
		return nil, fmt.Errorf("%d bytes of values, shape (%d, %d) has %d", len(data), rows, columns, 8*rows*columns)
	}
	list := make([][]float64, rows)
	for r := range list {
		list[r] = make([]float64, columns)
		for c := range list[r] {
			list[r][c] = math.Float64frombits(binary.LittleEndian.Uint64(data))
			data = data[8:]
		}
	}
	return list, nil
}
