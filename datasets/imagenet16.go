package datasets

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"gmnas/nasbench/pickle"
)

const (
	imageNet16Folder  = "imagenet16"
	imageNet16Side    = 16
	imageNet16Classes = 120
	// imageNet16Limit bounds a file: the largest official batch has 128,123 images of 768 bytes and as many labels.
	imageNet16Limit = 128 << 20
)

var imageNet16Files = map[string][]string{
	"train": {"train_data_batch_1", "train_data_batch_2", "train_data_batch_3", "train_data_batch_4", "train_data_batch_5",
		"train_data_batch_6", "train_data_batch_7", "train_data_batch_8", "train_data_batch_9", "train_data_batch_10"},
	"test": {"val_data"},
}

// imageNet16Names are the names that a pickled batch may use: numpy's own, and how protocol 2 writes bytes.
var imageNet16Names = append(slices.Clone(pickle.NumPy), "_codecs.encode")

// loadImageNet16 joins all batches of a part of downsampled ImageNet (Chrabaszcz, Loshchilov and Hutter 2017). Unlike
// CIFAR's, a missing batch is an error: the classes 1 to 120 are spread over all of them.
func loadImageNet16(part, dir string) (*Set, error) {
	s := &Set{Name: "imagenet16-120", Classes: imageNet16Classes, Height: imageNet16Side, Width: imageNet16Side, Channels: 3}
	for _, name := range imageNet16Files[part] {
		path := filepath.Join(dir, imageNet16Folder, name)
		data, err := readBounded(path, imageNet16Limit)
		if err != nil {
			return nil, err
		}
		if err := addImageNet16(s, data); err != nil {
			return nil, fmt.Errorf("reading %s: %w", path, err)
		}
	}
	return s, s.check()
}

// addImageNet16 appends the images of classes 1 to 120 of a pickled batch, {data: N x 768 bytes, labels: N numbers of 1
// to 1000}, as classes 0 to 119.
func addImageNet16(s *Set, data []byte) error {
	if err := notHTML(data); err != nil {
		return err
	}
	value, err := pickle.Decode(data, imageNet16Names)
	if err != nil {
		return err
	}
	batch, err := pickle.As[*pickle.Dict](value)
	if err != nil {
		return err
	}
	labels, err := pickle.Lookup[*pickle.List](batch, "labels")
	if err != nil {
		return err
	}
	array, err := pickle.Lookup[*pickle.Object](batch, "data")
	if err != nil {
		return err
	}
	pixels, err := byteRows(array, len(labels.Items), 3*imageNet16Side*imageNet16Side)
	if err != nil {
		return fmt.Errorf("key \"data\": %w", err)
	}
	const plane = imageNet16Side * imageNet16Side
	for i, item := range labels.Items {
		label, ok := item.(int64)
		if !ok || label < 1 || label > 1000 {
			return fmt.Errorf("label %d is %v, want 1 to 1000", i, item)
		}
		if label > imageNet16Classes {
			continue
		}
		s.Labels = append(s.Labels, uint8(label-1))
		image := pixels[i*3*plane:][:3*plane]
		for p := range plane {
			s.Pixels = append(s.Pixels, image[p], image[plane+p], image[2*plane+p])
		}
	}
	return nil
}

// byteRows is the content of a recorded numpy array of rows x width unsigned bytes in row-major order.
func byteRows(array *pickle.Object, rows, width int) ([]byte, error) {
	if array.Global != "numpy.core.multiarray._reconstruct" {
		return nil, fmt.Errorf("%s is no numpy array", array.Global)
	}
	state, ok := array.State.(pickle.Tuple) // version, shape, dtype, fortran order, elements
	if !ok || len(state) != 5 {
		return nil, errors.New("numpy array: its state is no tuple of 5")
	}
	shape, ok := state[1].(pickle.Tuple)
	if !ok || len(shape) != 2 || shape[0] != int64(rows) || shape[1] != int64(width) {
		return nil, fmt.Errorf("numpy array: shape %v, want (%d, %d), a row a label", state[1], rows, width)
	}
	dtype, ok := state[2].(*pickle.Object)
	if !ok || dtype.Global != "numpy.dtype" || len(dtype.Args) < 1 || dtype.Args[0] != "u1" || state[3] != false {
		return nil, errors.New("numpy array: want unsigned bytes (dtype u1) in row-major order")
	}
	raw, err := rawBytes(state[4])
	if err != nil {
		return nil, err
	}
	if len(raw) != rows*width {
		return nil, fmt.Errorf("numpy array: %d bytes, want %d x %d", len(raw), rows, width)
	}
	return raw, nil
}

// rawBytes is a pickled bytes object: bytes, or under protocol 2 a recorded call of _codecs.encode(text, "latin1").
func rawBytes(value any) ([]byte, error) {
	if raw, ok := value.([]byte); ok {
		return raw, nil
	}
	call, ok := value.(*pickle.Object)
	if !ok || call.Global != "_codecs.encode" || len(call.Args) != 2 || call.Args[1] != "latin1" {
		return nil, errors.New("numpy array: its elements are no bytes")
	}
	text, ok := call.Args[0].(string)
	if !ok {
		return nil, errors.New("numpy array: its elements are no text in latin1")
	}
	raw := make([]byte, 0, len(text)/2)
	for _, r := range text {
		if r > 255 {
			return nil, errors.New("numpy array: its elements are no text in latin1")
		}
		raw = append(raw, byte(r))
	}
	return raw, nil
}
